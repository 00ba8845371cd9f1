/* account_ids.c - a hash table of buckets of eight places. A place holds the
 * address's tag, 36 bits of its hash, which say two buckets too, then the id.
 * It is in that one of the two that was the emptier, so that they fill up
 * evenly (Y. Azar, A. Broder, A. Karlin and E. Upfal, "Balanced allocations",
 * STOC 1994). When half of the places are taken the table becomes twice as
 * large; whoever finds both buckets full takes another's place. */
#include "account_ids.h"

#include <assert.h>
#include <stdbool.h>

#include "hash.h"

enum { BUCKET = 8, PLACES_FIRST = 1 << 12, PLACES_MAX = 1 << 20 };

/* The tag's bits that say the buckets: as many for each as there can be. */
enum { ID_BITS = 28, BUCKET_BITS = 17 };

static_assert(PLACES_MAX / BUCKET == 1 << BUCKET_BITS &&
                  ID_BITS + 2 * BUCKET_BITS < 63,
              "the tag says both buckets");

#define ID_MASK ((UINT64_C(1) << ID_BITS) - 1)
#define FREE UINT64_C(0) /* nobody's tag */
#define TAKEN (UINT64_C(1) << 63)

static uint64_t
tag_of(struct str address)
{
    return (hash_text(0, address) & ~ID_MASK) | TAKEN;
}

/* One of the tag's buckets, 0 or 1. */
static uint64_t *
bucket_of(const struct account_ids *ids, uint64_t tag, int which)
{
    uint64_t bits = tag >> (ID_BITS + which * BUCKET_BITS);

    return &ids->places[bits % (ids->room / BUCKET) * BUCKET];
}

static uint64_t *
find_place(const struct account_ids *ids, uint64_t tag)
{
    if (!ids->room)
        return NULL;
    for (int which = 0; which < 2; which++) {
        uint64_t *bucket = bucket_of(ids, tag, which);

        for (int i = 0; i < BUCKET; i++)
            if ((bucket[i] & ~ID_MASK) == tag)
                return &bucket[i];
    }
    return NULL;
}

int64_t
account_ids_find(const struct account_ids *ids, struct str address)
{
    const uint64_t *place = find_place(ids, tag_of(address));

    return place ? (int64_t)(*place & ID_MASK) : 0;
}

/* How many places of a bucket are free, and one of them. */
static int
count_free(uint64_t *bucket, uint64_t **place)
{
    int count = 0;

    for (int i = 0; i < BUCKET; i++) {
        if (bucket[i] != FREE)
            continue;
        *place = &bucket[i];
        count++;
    }
    return count;
}

/* In the emptier bucket; NULL: both are full. */
static uint64_t *
free_place(const struct account_ids *ids, uint64_t tag)
{
    uint64_t *places[2] = {0};
    int first = count_free(bucket_of(ids, tag, 0), &places[0]);
    int second = count_free(bucket_of(ids, tag, 1), &places[1]);

    return places[second > first];
}

/* Half of the places were taken; of four times as many there is one for each
 * but by the rarest chance, which costs a look at the database. */
static void
grow(struct account_ids *ids)
{
    struct account_ids grown = {.room =
                                    ids->room ? ids->room * 2 : PLACES_FIRST};

    grown.places = arena_array(&grown.arena, grown.room, sizeof(*grown.places));
    for (size_t i = 0; i < ids->room; i++) {
        uint64_t *place =
            ids->places[i] != FREE ? free_place(&grown, ids->places[i]) : NULL;

        if (!place)
            continue;
        *place = ids->places[i];
        grown.count++;
    }
    arena_free(&ids->arena);
    *ids = grown;
}

/* A place for one that has none. */
static uint64_t *
take_place(struct account_ids *ids, uint64_t tag)
{
    uint64_t *place;

    if (ids->count >= ids->room / 2 && ids->room < PLACES_MAX)
        grow(ids);
    place = free_place(ids, tag);
    ids->count += place != NULL;
    return place ? place : &bucket_of(ids, tag, 0)[tag >> 60 & (BUCKET - 1)];
}

void
account_ids_note(struct account_ids *ids, struct str address, int64_t id)
{
    uint64_t tag = tag_of(address);
    uint64_t *place = find_place(ids, tag);

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
