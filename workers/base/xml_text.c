/* xml_text.c - escapes for XML; HTML reads the same ones. */
#include "xml_text.h"

void
xml_add_text(struct buf *buf, struct str text)
{
    while (text.len) {
        unsigned char byte = (unsigned char)text.at[0];
        bool unknown = str_starts_with(text, STR("\xEF\xBF\xBE")) ||
                       str_starts_with(text, STR("\xEF\xBF\xBF"));
        size_t len = unknown ? 3 : 1;

        if (byte && strchr("&<>\"\n\t\r", byte))
            buf_printf(buf, "&#%d;", byte);
        else if (unknown || byte < ' ')
            buf_add_cstr(buf, "\xEF\xBF\xBD");
        else
            buf_add_char(buf, text.at[0]);
        text = str_make(text.at + len, text.len - len);
    }
}
