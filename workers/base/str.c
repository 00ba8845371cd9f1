/* str.c - comparisons and checks on borrowed bytes. */
#include "str.h"

#include <endian.h>

int
str_compare(struct str left, struct str right)
{
    size_t len = left.len < right.len ? left.len : right.len;
    int order = len ? memcmp(left.at, right.at, len) : 0;

    if (order)
        return order;
    return (left.len > right.len) - (left.len < right.len);
}

bool
str_starts_with(struct str text, struct str prefix)
{
    return text.len >= prefix.len &&
           str_eq(str_make(text.at, prefix.len), prefix);
}

bool
str_ends_with(struct str text, struct str suffix)
{
    return text.len >= suffix.len &&
           str_eq(str_make(text.at + text.len - suffix.len, suffix.len),
                  suffix);
}

bool
str_contains(struct str text, struct str part)
{
    if (part.len == 0)
        return true;
    return text.len >= part.len &&
           memmem(text.at, text.len, part.at, part.len) != NULL;
}

struct str
str_dup(struct arena *arena, struct str text)
{
    return str_make(arena_strndup(arena, text.at, text.len), text.len);
}

struct str
str_lower(struct arena *arena, struct str text)
{
    char *copy = arena_strndup(arena, text.at, text.len);

    for (size_t i = 0; i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return str_make(copy, text.len);
}

uint64_t
str_hash(struct str text)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < text.len; i++) {
        hash ^= (unsigned char)text.at[i];
        hash *= 1099511628211u;
    }
    return hash;
}

/* Length of the well-formed sequence at the start of text, or 0. */
static size_t
utf8_sequence(struct str text)
{
    const unsigned char *byte = (const unsigned char *)text.at;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t len;

    if (byte[0] < 0x80)
        return byte[0] != 0;
    if (byte[0] < 0xC2 || byte[0] > 0xF4)
        return 0;
    len = byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    if (text.len < len)
        return 0;
    if (byte[0] == 0xE0)
        low = 0xA0; /* no overlong forms */
    else if (byte[0] == 0xED)
        high = 0x9F; /* no surrogates */
    else if (byte[0] == 0xF0)
        low = 0x90;
    else if (byte[0] == 0xF4)
        high = 0x8F; /* nothing above U+10FFFF */
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

/* A byte in each of eight, to do the same to all of them. */
#define BYTES(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))

/* How many bytes at the start are ASCII but no NUL, as far as eight at a time
 * tell. */
static size_t
ascii_words(struct str text)
{
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.at + at, sizeof(word));
        /* The top bit of a byte is set, or is after taking one from NUL. */
        if ((word | (word - BYTES(1))) & BYTES(0x80))
            break;
    }
    return at;
}

bool
str_is_utf8(struct str text)
{
    size_t ascii = ascii_words(text);

    text = str_make(text.at + ascii, text.len - ascii);
    while (text.len) {
        size_t len = utf8_sequence(text);

        if (!len)
            return false;
        text.at += len;
        text.len -= len;
    }
    return true;
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
str_plain_length(struct str text, char special, char other)
{
    size_t at = 0;
    uint64_t word;
    uint64_t found;

    for (; at + sizeof(word) <= text.len; at += sizeof(word)) {
        memcpy(&word, text.at + at, sizeof(word));
        word = le64toh(word);
        found = below(word, 0x20) | below(word ^ BYTES(special), 1) |
                below(word ^ BYTES(other), 1);
        if (found)
            return at + (size_t)__builtin_ctzll(found) / 8;
    }
    while (at < text.len && (unsigned char)text.at[at] >= 0x20 &&
           text.at[at] != special && text.at[at] != other)
        at++;
    return at;
}

void
str_drop_partial(char *text)
{
    size_t len = strlen(text);
    size_t start = len;
    unsigned char lead;
    size_t wanted;

    while (start > 0 && len - start < 3 &&
           ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    lead = (unsigned char)text[start - 1];
    wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - start + 1 < wanted)
        text[start - 1] = '\0';
}

size_t
str_utf8_length(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.at[i] & 0xC0) != 0x80)
            count++;
    return count;
}

static size_t
min3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

size_t
str_distance(struct str left, struct str right)
{
    enum { LONGEST = 63 };
    size_t rows[LONGEST + 1][LONGEST + 1];

    if (left.len > LONGEST || right.len > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= left.len; i++)
        rows[i][0] = i;
    for (size_t j = 0; j <= right.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= left.len; i++) {
        for (size_t j = 1; j <= right.len; j++) {
            bool same = left.at[i - 1] == right.at[j - 1];

            rows[i][j] = min3(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
                              rows[i - 1][j - 1] + !same);
            if (i > 1 && j > 1 && left.at[i - 1] == right.at[j - 2] &&
                left.at[i - 2] == right.at[j - 1] &&
                rows[i - 2][j - 2] + 1 < rows[i][j])
                rows[i][j] = rows[i - 2][j - 2] + 1;
        }
    }
    return rows[left.len][right.len];
}

struct str
str_dup_utf8(struct arena *arena, struct str text)
{
    char *copy = arena_strndup(arena, text.at, text.len);

    if (!str_is_utf8(text))
        for (size_t i = 0; i < text.len; i++)
            if ((unsigned char)copy[i] >= 0x80)
                copy[i] = '?';
    return str_make(copy, text.len);
}
