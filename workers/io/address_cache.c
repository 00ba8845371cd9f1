/* address_cache.c - direct-mapped: each id has one place, and whoever comes
 * later has it. Ids are given in order, so places are made a slab at a time,
 * and accounts that are active together seldom want the same one. */
#include "address_cache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "account_pages.h"
#include "hex.h"
#include "pg_array.h"

enum {
    SLAB = 1 << 12, /* places */
    SLABS = 1 << 8,
    PACKED_BYTES = 20,
    HEX_TEXT = 2 + 2 * PACKED_BYTES, /* "0x" and digits: kept as bytes */
};

struct place {
    int32_t id;
    uint8_t len; /* of the text; 0: nobody's */
    char packed[PACKED_BYTES];
};

struct address_cache {
    struct arena arena; /* holds this struct */
    struct place *slabs[SLABS];
    struct pages pages; /* what was read into those */
};

/* An address that has to be read, and where it goes. */
struct missing {
    int64_t id;
    struct str *address;
};

struct address_cache *
address_cache_new(void)
{
    struct arena arena = {0};
    struct address_cache *cache = ARENA_NEW(&arena, struct address_cache);

    cache->arena = arena;
    return cache;
}

void
address_cache_free(struct address_cache *cache)
{
    struct arena arena;

    if (!cache)
        return;
    arena = cache->arena;
    arena_free(&arena);
}

/* ---- places
 * -------------------------------------------------------------------- */

/* The address as text, in as many bytes as it has. */
static void
unpack(const struct place *place, char *text)
{
    char uuid[UUID_TEXT + 1];

    if (place->len == HEX_TEXT) {
        memcpy(text, "0x", 2);
        hex_write(text + 2, place->packed, PACKED_BYTES);
    } else if (place->len == UUID_TEXT) {
        hex_uuid(uuid, place->packed);
        memcpy(text, uuid, UUID_TEXT);
    } else {
        memcpy(text, place->packed, place->len);
    }
}

static bool
pack_digits(struct place *place, const char *digits, size_t bytes)
{
    for (size_t i = 0; i < 2 * bytes; i++)
        if (!((digits[i] >= '0' && digits[i] <= '9') ||
              (digits[i] >= 'a' && digits[i] <= 'f')))
            return false;
    hex_read(place->packed, digits, bytes);
    return true;
}

/* The digits, without the dashes between them. */
static bool
pack_uuid(struct place *place, const char *text)
{
    char digits[UUID_TEXT];
    size_t count = 0;

    for (size_t i = 0; i < UUID_TEXT; i++)
        if (text[i] != '-')
            digits[count++] = text[i];
    return count == 2 * UUID_BYTES && pack_digits(place, digits, UUID_BYTES);
}

static bool
pack_text(struct place *place, struct str address)
{
    if (address.len == HEX_TEXT)
        return pack_digits(place, address.at + 2, PACKED_BYTES);
    if (address.len == UUID_TEXT)
        return pack_uuid(place, address.at);
    if (address.len > PACKED_BYTES)
        return false;
    memcpy(place->packed, address.at, address.len);
    return true;
}

/* False: there is no room for an address like that. What is not of a form but
 * for its length (0X, dashes elsewhere) would come out as another. */
static bool
pack(struct place *place, struct str address)
{
    char text[HEX_TEXT];

    place->len = (uint8_t)address.len;
    if (!pack_text(place, address))
        return false;
    unpack(place, text);
    return str_eq(str_make(text, address.len), address);
}

static struct place **
slab_of(struct address_cache *cache, int64_t id)
{
    return &cache->slabs[id / SLAB % SLABS];
}

/* NULL when the cache does not know the account. */
static const struct place *
find_place(struct address_cache *cache, int64_t id)
{
    const struct place *slab = *slab_of(cache, id);

    return slab && slab[id % SLAB].len && slab[id % SLAB].id == id
               ? &slab[id % SLAB]
               : NULL;
}

static struct str
address_of(const struct place *place, struct arena *arena)
{
    char *text = arena_alloc(arena, place->len);

    unpack(place, text);
    return str_make(text, place->len);
}

static void
remember(struct address_cache *cache, int64_t id, struct str address)
{
    struct place **slab = slab_of(cache, id);
    struct place place = {.id = (int32_t)id};

    if (!pack(&place, address))
        return;
    if (!*slab)
        *slab = arena_array(&cache->arena, SLAB, sizeof(**slab));
    (*slab)[id % SLAB] = place;
}

/* ---- reading
 * -------------------------------------------------------------------- */

static int
missing_order(const void *left, const void *right)
{
    const struct missing *a = left;
    const struct missing *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

static struct str
ids_param(const struct missing *missing, size_t count, struct arena *arena)
{
    struct buf array;

    pg_array_open(&array, arena, PG_INT4);
    for (size_t i = 0; i < count; i++)
        if (!i || missing[i].id != missing[i - 1].id)
            pg_array_int(&array, missing[i].id);
    return buf_str(&array);
}

/* Rows and missing ones are both in order of id. */
static bool
fill_missing(struct address_cache *cache, const struct pg_result *rows,
             const struct missing *missing, size_t count, struct arena *arena,
             struct err *err)
{
    size_t row = 0;

    for (size_t i = 0; i < count; i++) {
        while (row < pg_rows(rows) && pg_int(rows, row, 0) < missing[i].id)
            row++;
        if (row == pg_rows(rows) || pg_int(rows, row, 0) != missing[i].id)
            return err_set(err, ERR_FATAL,
                           "the ledger is damaged: account %" PRId64
                           " has entries and does not exist; see \"reward "
                           "verify\"",
                           missing[i].id);
        *missing[i].address = str_dup(arena, pg_text(rows, row, 1));
        remember(cache, missing[i].id, *missing[i].address);
    }
    return true;
}

/* Where many were missing, more will be. */
static bool
read_ahead(struct address_cache *cache, struct pg *pg, size_t found,
           struct err *err)
{
    struct pg_result *rows;

    if (!account_pages_next(&cache->pages, pg, found, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        remember(cache, pg_int(rows, i, 0), pg_text(rows, i, 1));
    pg_result_free(rows);
    return true;
}

static bool
read_missing(struct address_cache *cache, struct pg *pg,
             struct missing *missing, size_t count, struct arena *arena,
             struct err *err)
{
    struct pg_result *rows;
    struct str ids;
    size_t found;
    bool ok;

    qsort(missing, count, sizeof(*missing), missing_order);
    ids = ids_param(missing, count, arena);
    if (!pg_query_binary(pg,
                         "SELECT id, address FROM accounts "
                         "WHERE id = ANY ($1::int[]) ORDER BY id",
                         &ids, 1, &rows, err))
        return false;
    ok = fill_missing(cache, rows, missing, count, arena, err);
    found = pg_rows(rows);
    pg_result_free(rows);
    return ok && read_ahead(cache, pg, found, err);
}

bool
address_cache_find(struct address_cache *cache, struct pg *pg,
                   const int64_t *ids, size_t count, struct arena *arena,
                   struct str *addresses, struct err *err)
{
    struct missing *missing = arena_array(arena, count, sizeof(*missing));
    size_t missing_count = 0;

    for (size_t i = 0; i < count; i++) {
        const struct place *place = find_place(cache, ids[i]);

        if (place)
            addresses[i] = address_of(place, arena);
        else
            missing[missing_count++] = (struct missing){ids[i], &addresses[i]};
    }
    return !missing_count ||
           read_missing(cache, pg, missing, missing_count, arena, err);
}
