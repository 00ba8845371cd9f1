/* ledger_claim.c - which events of a batch the ledger knows already. Ids are
 * looked up as one sorted set, and the unique key on (event_id, source) catches
 * whoever else posts one of them meanwhile.
 *
 * Nearly all ids are new, and repeats mostly reach the worker that posted the
 * event, since both have the same key. So only ids that this process may have
 * met are looked up. Should another one be known, the unique key refuses it,
 * and the batch is claimed again: by then all its ids have been met. After
 * that, whole batches are looked up until some had no such event: in a replay,
 * all have. Those that the rules refuse never reach the key, and are looked up
 * after all. */
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "hex.h"
#include "ledger_parts.h"
#include "pg_array.h"

enum { WHOLE_CLAIMS = 4 }; /* after one with a known event never met */

/* The claim as two arrays, and which item each element stands for. */
struct claim {
    struct buf source_ids;
    struct buf event_ids;
    struct item **items;
    size_t count;
};

bool
event_guesses_failed(struct ledger *ledger, const struct err *err)
{
    struct event_guesses *guesses = &ledger->event_guesses;

    /* Data that is refused may come of an event that is known. */
    if (!guesses->wrong && !(guesses->count && err->kind == ERR_INPUT))
        return false;
    guesses->whole_claims = 1 + WHOLE_CLAIMS; /* this one, to begin with */
    met_missed(&ledger->met);
    return true;
}

void
event_taken(struct ledger *ledger)
{
    ledger->event_guesses.wrong = ledger->event_guesses.count > 0;
}

/* The events to be looked up; the others are taken for new. */
static void
claim_choose(struct claim *claim, struct arena *arena, struct ledger *ledger,
             struct item_range range)
{
    claim->items = arena_array(arena, range.count, sizeof(*claim->items));
    claim->count = 0;
    for (size_t i = 0; i < range.count; i++) {
        struct item *item = &range.items[i];

        if (!item->is_event || item->outcome != OUTCOME_OPEN)
            continue;
        item->unmet =
            !met_add(&ledger->met, item->event.source, item->event.id);
        if (item->unmet && !ledger->event_guesses.whole_claims)
            ledger->event_guesses.count++;
        else
            claim->items[claim->count++] = item;
    }
    if (ledger->event_guesses.whole_claims)
        ledger->event_guesses.whole_claims--;
}

static int
id_order(const void *left, const void *right)
{
    const struct item *const *a = left;
    const struct item *const *b = right;

    return str_compare((*a)->event.id, (*b)->event.id);
}

/* Sorted, the ids are near one another in the index too. */
static void
claim_make(struct claim *claim, struct arena *arena,
           const struct ledger *ledger)
{
    qsort(claim->items, claim->count, sizeof(struct item *), id_order);
    pg_array_open(&claim->source_ids, arena, PG_INT4);
    pg_array_open(&claim->event_ids, arena, PG_TEXT);
    for (size_t i = 0; i < claim->count; i++) {
        const struct event *event = &claim->items[i]->event;

        pg_array_int(&claim->source_ids,
                     name_cache_id(&ledger->sources, event->source));
        pg_array_text(&claim->event_ids, event->id);
    }
}

void
event_hash_text(const struct event *event, char text[UUID_TEXT + 1])
{
    hex_uuid(text, event->hash);
}

void
item_repeat(struct batch *batch, struct item *item, int64_t known_id,
            struct str known_hash)
{
    char hash[UUID_TEXT + 1];
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

static bool
find_known(struct ledger *ledger, struct batch *batch, struct claim *claim,
           struct arena *arena, struct err *err)
{
    struct pg_result *rows;

    if (!claim->count)
        return true;
    claim_make(claim, arena, ledger);
    if (!pg_query(ledger->pg,
                  "SELECT k.ord, e.id, e.payload_hash, e.stream_id, "
                  "e.\"offset\" FROM unnest($1::int[], $2::text[]) "
                  "WITH ORDINALITY AS k(source_id, event_id, ord) "
                  "JOIN events e ON e.event_id = k.event_id "
                  "AND e.source_id = k.source_id",
                  (struct str[]){buf_str(&claim->source_ids),
                                 buf_str(&claim->event_ids)},
                  2, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct item *item = claim->items[pg_int(rows, i, 0) - 1];

        judge_known(batch, item, rows, i);
        if (item->unmet) {
            ledger->event_guesses.whole_claims = WHOLE_CLAIMS;
            met_missed(&ledger->met);
        }
    }
    pg_result_free(rows);
    return true;
}

bool
ledger_claim(struct ledger *ledger, struct batch *batch,
             struct item_range range, struct err *err)
{
    struct arena arena = {0};
    struct claim claim;
    bool ok = met_recall(&ledger->met, ledger->pg, err);

    if (ok) {
        claim_choose(&claim, &arena, ledger, range);
        ok = find_known(ledger, batch, &claim, &arena, err);
    }
    arena_free(&arena);
    FAULT_POINT("worker.claim");
    return ok;
}

bool
ledger_claim_refused(struct ledger *ledger, struct batch *batch,
                     struct item_range range, struct err *err)
{
    struct arena arena = {0};
    struct claim claim = {0};
    bool ok;

    if (!ledger->event_guesses.count)
        return true;
    claim.items = arena_array(&arena, range.count, sizeof(*claim.items));
    for (size_t i = 0; i < range.count; i++)
        if (range.items[i].unmet &&
            range.items[i].outcome == OUTCOME_DEAD_LETTER)
            claim.items[claim.count++] = &range.items[i];
    ok = find_known(ledger, batch, &claim, &arena, err);
    arena_free(&arena);
    return ok;
}

bool
ledger_look_known(struct pg *pg, struct batch *batch, struct err *err)
{
    struct item **items =
        arena_array(&batch->arena, batch->count, sizeof(*items));
    struct buf sources;
    struct buf ids;
    struct pg_result *rows;
    size_t count = 0;

    pg_array_open(&sources, &batch->arena, PG_TEXT);
    pg_array_open(&ids, &batch->arena, PG_TEXT);
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->items[i].is_event)
            continue;
        items[count++] = &batch->items[i];
        pg_array_text(&sources, batch->items[i].event.source);
        pg_array_text(&ids, batch->items[i].event.id);
    }
    if (!pg_query(pg,
                  "SELECT k.ord, e.payload_hash FROM unnest($1::text[], "
                  "$2::text[]) WITH ORDINALITY AS k(source, event_id, ord) "
                  "JOIN sources s ON s.name = k.source "
                  "JOIN events e ON e.event_id = k.event_id "
                  "AND e.source_id = s.id",
                  (struct str[]){buf_str(&sources), buf_str(&ids)}, 2, &rows,
                  err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        item_repeat(batch, items[pg_int(rows, i, 0) - 1], 0,
                    pg_text(rows, i, 1));
    pg_result_free(rows);
    return true;
}
