/* buf.h - text that grows, in an arena. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdint.h>

#include "arena.h"
#include "str.h"

/* Lives as long as its arena. The bytes move when it grows. */
struct buf {
    struct arena *arena; /* borrowed */
    char *at;
    size_t len;
    size_t room;
};

void buf_init(struct buf *buf, struct arena *arena);

/* For buf_reserve only. */
void buf_grow(struct buf *buf, size_t more);

/* Room for at least more bytes after the end, which the caller fills and then
 * adds to len. Here, since most rows and messages are made of small pieces. */
static inline char *
buf_reserve(struct buf *buf, size_t more)
{
    if (buf->room - buf->len < more)
        buf_grow(buf, more);
    return buf->at + buf->len;
}

static inline void
buf_add_char(struct buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf->len++;
}

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_str(struct buf *buf, struct str text);
void buf_add_cstr(struct buf *buf, const char *text);
void buf_add_int(struct buf *buf, int64_t value);

/* Append well-formed UTF-8 with a space for each control character, C0 and C1:
 * none may move the cursor of a terminal. */
void buf_add_visible(struct buf *buf, struct str text);

void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* The bytes so far, borrowed until the next change. */
struct str buf_str(const struct buf *buf);

/* Forget the bytes, keep the room. */
void buf_clear(struct buf *buf);

/* Writes the decimal digits, 20 at most, that end before `end`; gives where
 * they start. */
char *int_digits(char *end, uint64_t value);

/* The number in decimal digits, made in the arena. */
struct str int_text(struct arena *arena, int64_t value);

#endif
