/* json_text.c - escaping and separators; the caller sees to the braces. */
#include "json_text.h"

void
json_add_string(struct buf *buf, struct str text)
{
    static const char hex[] = "0123456789abcdef";
    char *to = buf_reserve(buf, text.len * 6 + 2);
    char *start = to;

    *to++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c >= 0x20 && c != '"' && c != '\\') {
            *to++ = (char)c;
        } else if (c >= 0x20) {
            *to++ = '\\';
            *to++ = (char)c;
        } else {
            memcpy(to, "\\u00", 4);
            to[4] = hex[c >> 4];
            to[5] = hex[c & 0x0F];
            to += 6;
        }
    }
    *to++ = '"';
    buf->len += (size_t)(to - start);
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
