/* ledger_claim.c - which events of a batch the ledger knows already. The known
 * ids are looked up as one set; the rest are new, and the unique key on
 * (event_id, source) catches whoever else posts one of them meanwhile. */
#include "ledger.h"

#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "ledger_parts.h"

/* The claim as two arrays, and which item each element stands for. */
struct claim {
    struct buf source_ids;
    struct buf event_ids;
    struct item **items;
    size_t count;
};

static void
claim_add(struct claim *claim, const struct ledger *ledger, struct item *item)
{
    pg_array_int(&claim->source_ids,
                 name_cache_id(&ledger->sources, item->event.source));
    pg_array_text(&claim->event_ids, item->event.id);
    claim->items[claim->count++] = item;
}

static void
claim_make(struct claim *claim, struct arena *arena,
           const struct ledger *ledger, struct item_range range)
{
    buf_init(&claim->source_ids, arena);
    buf_init(&claim->event_ids, arena);
    claim->items = arena_array(arena, range.count, sizeof(*claim->items));
    claim->count = 0;
    pg_array_open(&claim->source_ids);
    pg_array_open(&claim->event_ids);
    for (size_t i = 0; i < range.count; i++)
        if (range.items[i].is_event && range.items[i].outcome == OUTCOME_OPEN)
            claim_add(claim, ledger, &range.items[i]);
    pg_array_close(&claim->source_ids);
    pg_array_close(&claim->event_ids);
}

void
event_hash_text(const struct event *event, char text[37])
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < EVENT_HASH_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *text++ = '-';
        *text++ = hex[event->hash[i] >> 4];
        *text++ = hex[event->hash[i] & 0x0F];
    }
    *text = '\0';
}

void
item_repeat(struct batch *batch, struct item *item, int64_t known_id,
            struct str known_hash)
{
    char hash[37];
    struct err err = {0};

    event_hash_text(&item->event, hash);
    item->known_id = known_id;
    if (str_eq_cstr(known_hash, hash)) {
        item->outcome = OUTCOME_DUPLICATE;
        return;
    }
    err_set_code(&err, ERR_INPUT, reason_name(REASON_ID_CONFLICT),
                 "event \"%.*s\" of source \"%.*s\" was taken in before with "
                 "another payload (hash %.*s, this one %s); the first one "
                 "stands, send a change under a new id",
                 STR_ARG(item->event.id), STR_ARG(item->event.source),
                 STR_ARG(known_hash), hash);
    item_set_aside(batch, item, &err);
}

/* ---- records read again -------------------------------------------------- */

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
mark_seen(struct item_range range, int32_t stream_id, int64_t offset)
{
    for (size_t i = 0; i < range.count; i++)
        if (range.items[i].stream->id == stream_id &&
            range.items[i].record.offset == offset &&
            range.items[i].outcome != OUTCOME_PASSED)
            range.items[i].outcome = OUTCOME_SEEN;
}

/* Repeats, tombstones and dead letters of these offsets that are written
 * already. There are none unless a position was set back. */
static bool
find_seen(struct ledger *ledger, struct arena *arena, struct item_range range,
          struct err *err)
{
    struct span *spans = arena_array(arena, range.count, sizeof(*spans));
    size_t count = find_spans(range, spans);
    struct buf columns[3];
    struct pg_result *rows;

    for (int c = 0; c < 3; c++) {
        buf_init(&columns[c], arena);
        pg_array_open(&columns[c]);
    }
    for (size_t i = 0; i < count; i++) {
        pg_array_int(&columns[0], spans[i].stream->id);
        pg_array_int(&columns[1], spans[i].low);
        pg_array_int(&columns[2], spans[i].high);
    }
    for (int c = 0; c < 3; c++)
        pg_array_close(&columns[c]);
    if (!pg_query(ledger->pg,
                  "SELECT s.id, r.\"offset\" FROM unnest($1::int[], "
                  "$2::bigint[], $3::bigint[]) AS s(id, low, high), "
                  "LATERAL (SELECT o.\"offset\" FROM other_records o "
                  "WHERE o.stream_id = s.id "
                  "AND o.\"offset\" BETWEEN s.low AND s.high "
                  "UNION ALL SELECT d.\"offset\" FROM dead_records d "
                  "WHERE d.stream_id = s.id "
                  "AND d.\"offset\" BETWEEN s.low AND s.high) r",
                  (struct str[]){buf_str(&columns[0]), buf_str(&columns[1]),
                                 buf_str(&columns[2])},
                  3, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        mark_seen(range, (int32_t)pg_int(rows, i, 0), pg_int(rows, i, 1));
    pg_result_free(rows);
    return true;
}

/* ---- the claim ------------------------------------------------------------
 */

static void
judge_known(struct batch *batch, struct item *item,
            const struct pg_result *rows, size_t row)
{
    if (pg_int(rows, row, 3) == item->stream->id &&
        pg_int(rows, row, 4) == item->record.offset)
        item->outcome = OUTCOME_SEEN;
    else
        item_repeat(batch, item, pg_int(rows, row, 1), pg_text(rows, row, 2));
}

bool
ledger_claim(struct ledger *ledger, struct batch *batch,
             struct item_range range, struct err *err)
{
    struct arena arena = {0};
    struct claim claim;
    struct pg_result *rows;
    bool ok;

    if (!find_seen(ledger, &arena, range, err)) {
        arena_free(&arena);
        return false;
    }
    claim_make(&claim, &arena, ledger, range);
    ok = pg_query(
        ledger->pg,
        "SELECT k.ord, e.id, e.payload_hash, e.stream_id, e.\"offset\" "
        "FROM unnest($1::int[], $2::text[]) WITH ORDINALITY "
        "AS k(source_id, event_id, ord) "
        "JOIN events e ON e.event_id = k.event_id "
        "AND e.source_id = k.source_id",
        (struct str[]){buf_str(&claim.source_ids), buf_str(&claim.event_ids)},
        2, &rows, err);
    if (ok) {
        for (size_t i = 0; i < pg_rows(rows); i++)
            judge_known(batch, claim.items[pg_int(rows, i, 0) - 1], rows, i);
        pg_result_free(rows);
    }
    arena_free(&arena);
    FAULT_POINT("worker.claim");
    return ok;
}
