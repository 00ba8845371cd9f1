/* account_ids.c - direct-mapped: each address has one place, and whoever comes
 * later has it. A place holds half of the address's hash, then the id. */
#include "account_ids.h"

#include <stddef.h>

#include "hash.h"

enum { PLACES = 1 << 18 };

#define ID_MASK UINT64_C(0xFFFFFFFF)

void
account_ids_init(struct account_ids *ids, struct arena *arena)
{
    ids->places = arena_array(arena, PLACES, sizeof(*ids->places));
}

static size_t
place_of(uint64_t hash)
{
    return hash & (PLACES - 1);
}

int64_t
account_ids_find(const struct account_ids *ids, struct str address)
{
    uint64_t hash = hash_text(0, address);
    uint64_t place = ids->places[place_of(hash)];

    return (place ^ hash) & ~ID_MASK ? 0 : (int64_t)(place & ID_MASK);
}

void
account_ids_note(struct account_ids *ids, struct str address, int64_t id)
{
    uint64_t hash = hash_text(0, address);

    ids->places[place_of(hash)] = (hash & ~ID_MASK) | (uint64_t)id;
}
