/* hash.h - hashes for tables in memory: fast, and not the same on every
 * machine, so never stored. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "str.h"

/* Go on from `hash` with a word. */
static inline uint64_t
hash_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

/* Go on from `hash` with a text. */
uint64_t hash_text(uint64_t hash, struct str text);

#endif
