/* str.h - bytes with a length; nothing off the wire is NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"

/* Borrowed bytes; at may be NULL when len is 0. */
struct str {
    const char *at;
    size_t len;
};

/* A str of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

/* For printf: "%.*s", STR_ARG(text). */
#define STR_ARG(text) (int)(text).len, (text).at ? (text).at : ""

static inline struct str
str_make(const char *at, size_t len)
{
    return (struct str){at, len};
}

/* Borrow a NUL-terminated string; NULL gives the empty str. */
static inline struct str
str_from_cstr(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline bool
str_eq(struct str left, struct str right)
{
    return left.len == right.len &&
           (left.len == 0 || memcmp(left.at, right.at, left.len) == 0);
}

static inline bool
str_eq_cstr(struct str left, const char *right)
{
    return str_eq(left, str_from_cstr(right));
}

/* Order by bytes, then by length: below 0, 0 or above 0. */
int str_compare(struct str left, struct str right);

bool str_starts_with(struct str text, struct str prefix);
bool str_ends_with(struct str text, struct str suffix);
bool str_contains(struct str text, struct str part);

/* A copy in the arena; it is also NUL-terminated. */
struct str str_dup(struct arena *arena, struct str text);

/* As str_dup; of what is not UTF-8, all bytes beyond ASCII become `?`. */
struct str str_dup_utf8(struct arena *arena, struct str text);

/* As str_dup, with A to Z in lower case. */
struct str str_lower(struct arena *arena, struct str text);

/* FNV-1a, the same on every machine: processes share lock keys made of it. For
 * tables in memory there is hash.h. */
uint64_t str_hash(struct str text);

/* Whether the bytes are well-formed UTF-8 without NUL (Unicode 15, table 3-7).
 */
bool str_is_utf8(struct str text);

/* A NUL-terminated text that was cut may end in a part of a character, which no
 * database and no JSON takes: drop it. */
void str_drop_partial(char *text);

/* How many bytes at the start need no escape in a format that escapes control
 * characters, those below 0x20, and two more. */
size_t str_plain_length(struct str text, char special, char other);

/* Number of code points of well-formed UTF-8. */
size_t str_utf8_length(struct str text);

/* Damerau-Levenshtein distance (optimal string alignment), for suggestions;
 * texts of over 63 bytes count as far apart. */
size_t str_distance(struct str left, struct str right);

#endif
