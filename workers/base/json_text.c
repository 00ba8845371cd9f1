/* json_text.c - escaping and separators; the caller sees to the braces. */
#include "json_text.h"

#include "hex.h"

enum { ESCAPE_BYTES = 6 }; /* \u00XX */

/* The escape of a byte that is not plain. */
static char *
add_escape(char *to, unsigned char c)
{
    *to++ = '\\';
    if (c >= 0x20) {
        *to++ = (char)c;
        return to;
    }
    memcpy(to, "u00", 3);
    hex_write(to + 3, &c, 1);
    return to + 5;
}

/* Room is asked for as it is needed: six times the text, in case all of it is
 * escaped, would be most of a batch's memory. */
void
json_add_string(struct buf *buf, struct str text)
{
    buf_add_char(buf, '"');
    while (text.len) {
        size_t plain = str_plain_length(text, '"', '\\');
        char *start = buf_reserve(buf, plain + ESCAPE_BYTES);
        char *to = start + plain;

        memcpy(start, text.at, plain);
        if (plain < text.len)
            to = add_escape(to, (unsigned char)text.at[plain++]);
        buf->len += (size_t)(to - start);
        text = str_make(text.at + plain, text.len - plain);
    }
    buf_add_char(buf, '"');
}

void
json_add_key(struct buf *buf, const char *key)
{
    char last = buf->len ? buf->at[buf->len - 1] : '{';

    if (last != '{' && last != '[')
        buf_add_char(buf, ',');
    json_add_string(buf, str_from_cstr(key));
    buf_add_char(buf, ':');
}

void
json_add_member(struct buf *buf, const char *key, struct str text)
{
    json_add_key(buf, key);
    json_add_string(buf, text);
}
