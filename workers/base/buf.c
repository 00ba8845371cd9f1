/* buf.c - growth by doubling; the old bytes stay in the arena until reset. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 64, INT_ROOM = 24 };

void
buf_init(struct buf *buf, struct arena *arena)
{
    *buf = (struct buf){.arena = arena};
}

void
buf_grow(struct buf *buf, size_t more)
{
    size_t room = buf->room ? buf->room * 2 : FIRST_ROOM;
    char *grown;

    while (room - buf->len < more)
        room *= 2;
    grown = arena_raw(buf->arena, room);
    if (buf->len)
        memcpy(grown, buf->at, buf->len);
    buf->at = grown;
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

/* Two at a time, in half the steps. */
char *
int_digits(char *end, uint64_t value)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021"
                                "22232425262728293031323334353637383940414243"
                                "44454647484950515253545556575859606162636465"
                                "66676869707172737475767778798081828384858687"
                                "888990919293949596979899";
    char *at = end;

    for (; value >= 10; value /= 100)
        at = memcpy(at - 2, &pairs[value % 100 * 2], 2);
    if (value || at == end)
        *--at = (char)('0' + value);
    return at;
}

/* At the end of `room`. */
static struct str
print_int(char room[INT_ROOM], int64_t value)
{
    char *end = room + INT_ROOM;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *at = int_digits(end, magnitude);

    if (value < 0)
        *--at = '-';
    return str_make(at, (size_t)(end - at));
}

void
buf_add_int(struct buf *buf, int64_t value)
{
    char room[INT_ROOM];

    buf_add_str(buf, print_int(room, value));
}

struct str
int_text(struct arena *arena, int64_t value)
{
    char room[INT_ROOM];

    return str_dup(arena, print_int(room, value));
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
