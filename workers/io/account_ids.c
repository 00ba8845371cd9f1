/* account_ids.c - a hash table of buckets of eight places. A place holds the
 * address's tag, 36 bits of its hash, which say the bucket too, then the id.
 * When half of the places are taken it becomes twice as large; whoever finds
 * its bucket full takes another's place. */
#include "account_ids.h"

#include <stdbool.h>

#include "hash.h"

enum { BUCKET = 8, PLACES_FIRST = 1 << 12, PLACES_MAX = 1 << 20 };

enum { ID_BITS = 28 };

#define ID_MASK ((UINT64_C(1) << ID_BITS) - 1)
#define FREE UINT64_C(0) /* nobody's tag */
#define TAKEN (UINT64_C(1) << 63)

static uint64_t
tag_of(struct str address)
{
    return (hash_text(0, address) & ~ID_MASK) | TAKEN;
}

static uint64_t *
bucket_of(const struct account_ids *ids, uint64_t tag)
{
    return &ids->places[(tag >> ID_BITS) % (ids->room / BUCKET) * BUCKET];
}

static uint64_t *
find_place(uint64_t *bucket, uint64_t tag)
{
    for (int i = 0; i < BUCKET; i++)
        if ((bucket[i] & ~ID_MASK) == tag)
            return &bucket[i];
    return NULL;
}

int64_t
account_ids_find(const struct account_ids *ids, struct str address)
{
    uint64_t tag = tag_of(address);
    const uint64_t *place =
        ids->room ? find_place(bucket_of(ids, tag), tag) : NULL;

    return place ? (int64_t)(*place & ID_MASK) : 0;
}

/* What was in one bucket comes into two, so that there is a place for all. */
static void
grow(struct account_ids *ids)
{
    struct account_ids grown = {
        .room = ids->room ? ids->room * 2 : PLACES_FIRST, .count = ids->count};

    grown.places = arena_array(&grown.arena, grown.room, sizeof(*grown.places));
    for (size_t i = 0; i < ids->room; i++)
        if (ids->places[i])
            *find_place(bucket_of(&grown, ids->places[i]), FREE) =
                ids->places[i];
    arena_free(&ids->arena);
    *ids = grown;
}

/* A place for one that has none. */
static uint64_t *
take_place(struct account_ids *ids, uint64_t tag)
{
    uint64_t *bucket;
    uint64_t *place;

    if (ids->count >= ids->room / 2 && ids->room < PLACES_MAX)
        grow(ids);
    bucket = bucket_of(ids, tag);
    place = find_place(bucket, FREE);
    ids->count += place != NULL;
    return place ? place : &bucket[tag >> 60 & (BUCKET - 1)];
}

void
account_ids_note(struct account_ids *ids, struct str address, int64_t id)
{
    uint64_t tag = tag_of(address);
    uint64_t *place = ids->room ? find_place(bucket_of(ids, tag), tag) : NULL;

    if (!id) {
        if (place) {
            *place = FREE;
            ids->count--;
        }
        return;
    }
    if (id > (int64_t)ID_MASK)
        return;
    if (!place)
        place = take_place(ids, tag);
    *place = tag | (uint64_t)id;
}

void
account_ids_free(struct account_ids *ids)
{
    arena_free(&ids->arena);
    *ids = (struct account_ids){0};
}
