/* buf.c - growth by doubling; the old bytes stay in the arena until reset. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
buf_init(struct buf *buf, struct arena *arena)
{
    *buf = (struct buf){.arena = arena};
}

void
buf_grow(struct buf *buf, size_t more)
{
    size_t room = buf->room ? buf->room * 2 : 256;

    while (room - buf->len < more)
        room *= 2;
    buf->at = arena_grow(buf->arena, buf->at, buf->len, room, 1);
    buf->room = room;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!len)
        return;
    memcpy(buf_reserve(buf, len), bytes, len);
    buf->len += len;
}

void
buf_add_str(struct buf *buf, struct str text)
{
    buf_add(buf, text.at, text.len);
}

void
buf_add_cstr(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void
buf_add_int(struct buf *buf, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--at = '-';
    buf_add(buf, at, (size_t)(digits + sizeof(digits) - at));
}

struct str
int_text(struct arena *arena, int64_t value)
{
    struct buf buf;

    buf_init(&buf, arena);
    buf_add_int(&buf, value);
    return buf_str(&buf);
}

void
buf_add_visible(struct buf *buf, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool c1 = c == 0xC2 && i + 1 < text.len &&
                  (unsigned char)text.at[i + 1] < 0xA0;

        if (c1)
            i++;
        buf_add_char(buf, c < 0x20 || c == 0x7F || c1 ? ' ' : text.at[i]);
    }
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len > 0) {
        vsnprintf(buf_reserve(buf, (size_t)len + 1), (size_t)len + 1, format,
                  again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

struct str
buf_str(const struct buf *buf)
{
    return str_make(buf->at, buf->len);
}

void
buf_clear(struct buf *buf)
{
    buf->len = 0;
}
