/* ledger_seen.c - records that have an outcome already, and come once more
 * since a position was set back by hand; mostly there are none. Those that made
 * an event are found by its id, see ledger_claim.c. */
#include "ledger.h"

#include "ledger_parts.h"
#include "pg_array.h"

/* The first and last offset of a stream in the range. */
struct span {
    const struct stream *stream;
    int64_t low;
    int64_t high;
};

static size_t
find_spans(struct item_range range, struct span *spans)
{
    size_t count = 0;

    for (size_t i = 0; i < range.count; i++) {
        const struct item *item = &range.items[i];
        size_t at = 0;

        while (at < count && spans[at].stream != item->stream)
            at++;
        if (at == count)
            spans[count++] =
                (struct span){item->stream, item->record.offset, 0};
        spans[at].high = item->record.offset;
    }
    return count;
}

static void
mark_offset(struct item_range range, int32_t stream_id, int64_t offset)
{
    for (size_t i = 0; i < range.count; i++)
        if (range.items[i].stream->id == stream_id &&
            range.items[i].record.offset == offset &&
            range.items[i].outcome != OUTCOME_PASSED)
            range.items[i].outcome = OUTCOME_SEEN;
}

void
mark_seen(struct item_range range, const struct pg_result *rows)
{
    for (size_t i = 0; i < pg_rows(rows); i++)
        mark_offset(range, (int32_t)pg_int(rows, i, 0), pg_int(rows, i, 1));
}

/* Partitions that were made ahead are not searched. */
struct pg_statement
seen_statement(struct item_range range, struct arena *arena,
               struct pg_result **rows)
{
    static const char sql[] =
        "SELECT s.id, r.\"offset\" FROM unnest($1::int[], "
        "$2::bigint[], $3::bigint[]) AS s(id, low, high), "
        "LATERAL (SELECT o.\"offset\" FROM other_records o "
        "WHERE o.stream_id = s.id "
        "AND o.\"offset\" BETWEEN s.low AND s.high "
        "AND o.posted_on < now() + interval '2 days' "
        "UNION ALL SELECT d.\"offset\" FROM dead_records d "
        "WHERE d.stream_id = s.id "
        "AND d.\"offset\" BETWEEN s.low AND s.high "
        "AND d.posted_on < now() + interval '2 days') r";
    enum { COLUMNS = 3 };
    struct span *spans = arena_array(arena, range.count, sizeof(*spans));
    size_t count = find_spans(range, spans);
    struct str *params = arena_array(arena, COLUMNS, sizeof(*params));
    struct buf columns[COLUMNS];

    pg_array_open(&columns[0], arena, PG_INT4);
    pg_array_open(&columns[1], arena, PG_INT8);
    pg_array_open(&columns[2], arena, PG_INT8);
    for (size_t i = 0; i < count; i++) {
        pg_array_int(&columns[0], spans[i].stream->id);
        pg_array_int(&columns[1], spans[i].low);
        pg_array_int(&columns[2], spans[i].high);
    }
    for (int c = 0; c < COLUMNS; c++)
        params[c] = buf_str(&columns[c]);
    return (struct pg_statement){
        .sql = sql, .params = params, .param_count = COLUMNS, .result = rows};
}
