/* json_text.c - escaping and separators; the caller sees to the braces. */
#include "json_text.h"

#include <endian.h>

#include "hex.h"

/* A byte in each of eight, to do the same to all of them. */
#define BYTES(byte) (UINT64_C(0x0101010101010101) * (byte))

static bool
is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* The top bit of each byte that is below `limit`, which is 0x80 at most, and
 * perhaps of bytes above the first one: taking away borrows from them. */
static uint64_t
below(uint64_t word, unsigned char limit)
{
    return (word - BYTES(limit)) & ~word & BYTES(0x80);
}

/* Texts are long runs of plain bytes: worth taking eight at a time. */
size_t
json_plain_length(struct str text)
{
    size_t at = 0;
    uint64_t word;
    uint64_t found;

    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.at + at, sizeof(word));
        word = le64toh(word);
        found = below(word, 0x20) | below(word ^ BYTES('"'), 1) |
                below(word ^ BYTES('\\'), 1);
        if (found)
            return at + (size_t)__builtin_ctzll(found) / 8;
    }
    while (at < text.len && is_plain(text.at[at]))
        at++;
    return at;
}

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
        size_t plain = json_plain_length(text);
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
