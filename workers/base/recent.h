/* recent.h - which keys were met lately, in fixed memory. "No" is certain for
 * the last `capacity` keys; "yes" can be wrong, once in a hundred times or
 * less. Two Bloom filters (B. H. Bloom, Communications of the ACM 13/7, 1970)
 * in turn: when one is full the older one is emptied and takes over. */
#ifndef BASE_RECENT_H
#define BASE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct recent {
    uint64_t *filters[2];
    size_t words; /* of each, a power of two */
    size_t capacity;
    size_t count; /* of keys in filters[0], the younger one */
};

/* Remembers the last `capacity` keys for sure, up to twice as many in all; the
 * memory, 3 to 6 bytes a key of the capacity, is the arena's. */
void recent_init(struct recent *recent, struct arena *arena, size_t capacity);

/* Add a key by its hash; returns whether it may have been there already. */
bool recent_add(struct recent *recent, uint64_t hash);

#endif
