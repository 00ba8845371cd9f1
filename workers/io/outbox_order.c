/* outbox_order.c - puts rows in the order of their batches. The queries read
 * them along an index, batch after batch, and so mostly in order; to sort them
 * there would cost more than to read them. */
#include "outbox_parts.h"

#include <stdlib.h>

/* The batch whose block holds the id; a walk stays in one for long. */
static size_t
batch_of(const struct batch_list *batches, int64_t id, size_t guess)
{
    for (size_t i = 0; i < batches->count; i++) {
        size_t at = (guess + i) % batches->count;

        if (id >= batches->items[at].first_id &&
            id <= batches->items[at].last_id)
            return at;
    }
    return batches->count;
}

static int
place_order(const void *left, const void *right)
{
    const struct row_place *a = left;
    const struct row_place *b = right;

    if (a->batch != b->batch)
        return a->batch < b->batch ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static bool
in_order(const struct row_place *places, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (place_order(&places[i - 1], &places[i]) > 0)
            return false;
    return true;
}

struct row_list
rows_in_order(const struct pg_result *rows, int ordinal_column,
              const struct batch_list *batches, struct arena *arena)
{
    struct row_list list = {.count = rows ? pg_rows(rows) : 0};
    struct row_place *places = arena_array(arena, list.count, sizeof(*places));
    size_t batch = 0;

    for (size_t i = 0; i < list.count; i++) {
        int64_t id = pg_int(rows, i, 0);

        batch = batch_of(batches, id, batch);
        places[i] = (struct row_place){
            .batch = batch,
            .id = id,
            .ordinal = ordinal_column < 0 ? 0 : pg_int(rows, i, ordinal_column),
            .row = i,
        };
    }
    if (list.count && !in_order(places, list.count))
        qsort(places, list.count, sizeof(*places), place_order);
    list.places = places;
    return list;
}
