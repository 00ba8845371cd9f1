/* recent.c - two Bloom filters in turn. */
#include "recent.h"

#include <string.h>

enum {
    PROBES = 5,
    BITS_A_KEY = 12, /* at least: with 5 probes, 0.5 % of "yes" are wrong */
    WORD_BITS = 64,
};

void
recent_init(struct recent *recent, struct arena *arena, size_t capacity)
{
    size_t words = 1;

    while (words * WORD_BITS < capacity * BITS_A_KEY)
        words *= 2;
    *recent = (struct recent){.words = words, .capacity = capacity};
    for (int i = 0; i < 2; i++)
        recent->filters[i] = arena_array(arena, words, sizeof(uint64_t));
}

static void
make_room(struct recent *recent)
{
    uint64_t *oldest = recent->filters[1];

    if (recent->count < recent->capacity)
        return;
    memset(oldest, 0, recent->words * sizeof(*oldest));
    recent->filters[1] = recent->filters[0];
    recent->filters[0] = oldest;
    recent->count = 0;
}

/* The probes of a key follow from two halves of its hash (A. Kirsch and
 * M. Mitzenmacher, "Less Hashing, Same Performance", 2006). */
static uint64_t
probe_bit(const struct recent *recent, uint64_t hash, uint64_t probe)
{
    uint64_t step = (hash >> 32) | 1;

    return (hash + probe * step) & (recent->words * WORD_BITS - 1);
}

bool
recent_add(struct recent *recent, uint64_t hash)
{
    bool in_younger = true;
    bool in_older = true;

    make_room(recent);
    for (uint64_t probe = 0; probe < PROBES; probe++) {
        uint64_t bit = probe_bit(recent, hash, probe);
        uint64_t mask = UINT64_C(1) << (bit % WORD_BITS);
        size_t word = bit / WORD_BITS;

        in_younger = in_younger && (recent->filters[0][word] & mask);
        in_older = in_older && (recent->filters[1][word] & mask);
        recent->filters[0][word] |= mask;
    }
    recent->count += !in_younger;
    return in_younger || in_older;
}
