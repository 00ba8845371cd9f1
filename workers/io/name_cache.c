/* name_cache.c - names of sources and types with their ids, so that a batch
 * asks the database only about new ones. */
#include "ledger_parts.h"

#include <assert.h>

#include "pg_array.h"

/* A publisher that invents names must not fill our memory. */
enum { MAX_NAMES = 10000 };

void
name_cache_init(struct name_cache *cache, const char *select,
                const char *insert)
{
    *cache = (struct name_cache){.select = select, .insert = insert};
    map_init(&cache->ids, NULL);
}

void
name_cache_free(struct name_cache *cache)
{
    arena_free(&cache->arena);
    map_init(&cache->ids, NULL);
}

static void
remember(struct name_cache *cache, struct str name, int32_t id)
{
    int32_t *kept = ARENA_NEW(&cache->arena, int32_t);

    *kept = id;
    cache->ids.arena = &cache->arena;
    *map_put(&cache->ids, str_dup(&cache->arena, name)) = kept;
}

static struct str
unknown_names(const struct name_cache *cache, struct arena *arena,
              const struct str *names, size_t count)
{
    struct buf array;
    struct map seen;

    map_init(&seen, arena);
    pg_array_open(&array, arena, PG_TEXT);
    for (size_t i = 0; i < count; i++) {
        if (map_get(&cache->ids, names[i]) || map_get(&seen, names[i]))
            continue;
        *map_put(&seen, names[i]) = &seen;
        pg_array_text(&array, names[i]);
    }
    return seen.count ? buf_str(&array) : (struct str){0};
}

static bool
ask(struct name_cache *cache, struct pg *pg, struct str array, struct err *err)
{
    struct pg_result *rows;

    if (!pg_run(pg, cache->insert, &array, 1, err) ||
        !pg_query(pg, cache->select, &array, 1, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        remember(cache, pg_text(rows, i, 1), (int32_t)pg_int(rows, i, 0));
    pg_result_free(rows);
    return true;
}

bool
name_cache_learn(struct name_cache *cache, struct pg *pg,
                 const struct str *names, size_t count, struct err *err)
{
    struct arena arena = {0};
    struct str unknown;
    bool ok = true;

    if (cache->ids.count + count > MAX_NAMES)
        name_cache_free(cache);
    unknown = unknown_names(cache, &arena, names, count);
    if (unknown.at)
        ok = ask(cache, pg, unknown, err);
    arena_free(&arena);
    return ok;
}

int32_t
name_cache_id(const struct name_cache *cache, struct str name)
{
    const int32_t *id = map_get(&cache->ids, name);

    assert(id);
    return *id;
}
