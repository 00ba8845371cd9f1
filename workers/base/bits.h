/* bits.h - a set of small numbers, a bit each, in an array of words. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { BITS_A_WORD = 64 };

/* Words for the numbers below `count`. */
static inline size_t
bits_words(size_t count)
{
    return (count + BITS_A_WORD - 1) / BITS_A_WORD;
}

/* The empty set of them. */
static inline uint64_t *
bits_new(struct arena *arena, size_t count)
{
    return arena_array(arena, bits_words(count), sizeof(uint64_t));
}

static inline void
bits_set(uint64_t *words, size_t number)
{
    words[number / BITS_A_WORD] |= UINT64_C(1) << number % BITS_A_WORD;
}

static inline void
bits_clear(uint64_t *words, size_t number)
{
    words[number / BITS_A_WORD] &= ~(UINT64_C(1) << number % BITS_A_WORD);
}

static inline bool
bits_has(const uint64_t *words, size_t number)
{
    return words[number / BITS_A_WORD] >> number % BITS_A_WORD & 1;
}

/* Leave what is in both. */
static inline void
bits_meet(uint64_t *words, const uint64_t *others, size_t word_count)
{
    for (size_t i = 0; i < word_count; i++)
        words[i] &= others[i];
}

/* The least number in the set that is `from` or more; `count`: none is. */
static inline size_t
bits_next(const uint64_t *words, size_t count, size_t from)
{
    while (from < count) {
        uint64_t rest = words[from / BITS_A_WORD] >> from % BITS_A_WORD;

        if (rest)
            return from + (size_t)__builtin_ctzll(rest);
        from += BITS_A_WORD - from % BITS_A_WORD;
    }
    return count;
}

#endif
