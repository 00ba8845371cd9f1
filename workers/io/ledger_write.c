/* ledger_write.c - a decided range is written: one COPY or one statement a
 * table, two where rows are made and changed, whatever the number of events. */
#include "ledger.h"

#include <string.h>

#include "fault.h"
#include "hex.h"
#include "ledger_parts.h"
#include "pg_array.h"
#include "timestamp.h"

/* ---- positions and the batch row
 * ------------------------------------------------------ */

/* The last item of each stream in the range; returns how many. */
static size_t
last_items(struct item_range range, struct arena *arena,
           const struct item ***last)
{
    size_t count = 0;

    *last = arena_array(arena, range.count, sizeof(const struct item *));
    for (size_t i = 0; i < range.count; i++) {
        const struct item *item = &range.items[i];
        size_t at = count;

        while (at > 0 && (*last)[at - 1]->stream != item->stream)
            at--;
        if (at == 0)
            (*last)[count++] = item;
        else if (item->outcome != OUTCOME_PASSED)
            (*last)[at - 1] = item;
    }
    return count;
}

static bool
write_positions(struct writing *writing, struct item_range range,
                struct err *err)
{
    const struct item **last;
    size_t count = last_items(range, writing->arena, &last);
    struct buf ids;
    struct buf offsets;
    struct buf digests;

    pg_array_open(&ids, writing->arena, PG_INT4);
    pg_array_open(&offsets, writing->arena, PG_INT8);
    pg_array_open(&digests, writing->arena, PG_TEXT);
    for (size_t i = 0; i < count; i++) {
        uint8_t digest[LAST_RECORD_BYTES];
        char text[2 * LAST_RECORD_BYTES];

        if (last[i]->outcome == OUTCOME_PASSED)
            continue;
        record_digest(&last[i]->record, digest);
        hex_write(text, digest, LAST_RECORD_BYTES);
        pg_array_int(&ids, last[i]->stream->id);
        pg_array_int(&offsets, last[i]->record.offset + 1);
        pg_array_text(&digests, str_make(text, sizeof(text)));
    }
    return pg_run(
        writing->ledger->pg,
        "UPDATE streams s SET next_offset = v.next_offset, "
        "last_record = decode(v.digest, 'hex') "
        "FROM unnest($1::int[], $2::bigint[], $3::text[]) "
        "AS v(id, next_offset, digest) WHERE s.id = v.id",
        (struct str[]){buf_str(&ids), buf_str(&offsets), buf_str(&digests)}, 3,
        err);
}

static struct str
sum_param(const struct writing *writing, int128 sum)
{
    return ratio_text(writing->arena, (struct ratio){sum, 1});
}

/* Ids of batches are given and committed under one lock, so a visible id means
 * that all smaller ones are visible or rolled back: the relay can keep its
 * place in a single number. */
static bool
lock_batches(struct writing *writing, struct err *err)
{
    return pg_run(writing->ledger->pg,
                  "SELECT pg_notify('reward_batches', ''), "
                  "pg_advisory_xact_lock(" LEDGER_BATCH_LOCK ")",
                  NULL, 0, err);
}

static bool
write_batch_row(struct writing *writing, struct err *err)
{
    const struct rows *rows = &writing->rows;
    const int64_t *counts = rows->counts;
    int64_t records = counts[OUTCOME_POSTED] + counts[OUTCOME_NO_REWARD] +
                      counts[OUTCOME_DUPLICATE] + counts[OUTCOME_CONFLICT] +
                      counts[OUTCOME_DEAD_LETTER] + counts[OUTCOME_REJECTED];
    struct buf now;

    buf_init(&now, writing->arena);
    timestamp_print(&now, writing->turn->now_us);
    return pg_run(
        writing->ledger->pg,
        "INSERT INTO batches (first_id, last_id, posted_at, "
        "ruleset_id, records, posted, no_reward, duplicates, "
        "conflicts, dead_letters, entries, amount, rejected, "
        "opened, earned, spent, staked, pending, reserved, debt, "
        "shadow_entries, shadow_errors) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
        "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        (struct str[]){int_text(writing->arena, writing->turn->first_id),
                       int_text(writing->arena, rows->next_id - 1),
                       buf_str(&now),
                       int_text(writing->arena, writing->turn->ruleset_id),
                       int_text(writing->arena, records),
                       int_text(writing->arena, counts[OUTCOME_POSTED]),
                       int_text(writing->arena, counts[OUTCOME_NO_REWARD]),
                       int_text(writing->arena, counts[OUTCOME_DUPLICATE]),
                       int_text(writing->arena, counts[OUTCOME_CONFLICT]),
                       int_text(writing->arena, counts[OUTCOME_DEAD_LETTER]),
                       int_text(writing->arena, rows->entry_count),
                       sum_param(writing, rows->amount_minor),
                       int_text(writing->arena, counts[OUTCOME_REJECTED]),
                       int_text(writing->arena, rows->opened),
                       sum_param(writing, rows->funds_minor[FUND_EARNED]),
                       sum_param(writing, rows->funds_minor[FUND_SPENT]),
                       sum_param(writing, rows->funds_minor[FUND_STAKED]),
                       sum_param(writing, rows->funds_minor[FUND_PENDING]),
                       sum_param(writing, rows->funds_minor[FUND_RESERVED]),
                       sum_param(writing, rows->funds_minor[FUND_DEBT]),
                       int_text(writing->arena, rows->shadow_entry_count),
                       int_text(writing->arena, rows->shadow_error_count)},
        22, err);
}

/* Under the fence nobody else writes this offset: a record that is there
 * already stays there, however often we try. */
static bool
refuse_second_outcome(struct err *err)
{
    if (strcmp(err->code, PG_UNIQUE_VIOLATION) != 0)
        return false;
    err->kind = ERR_FATAL;
    return err_add(err, "a record would get a second outcome, since a "
                        "stream's position was set back by hand; see "
                        "ops/RUNBOOK.md");
}

static bool
write_records(struct writing *writing, struct err *err)
{
    struct ledger *ledger = writing->ledger;
    struct event_guesses *guesses = &ledger->event_guesses;
    struct rows *rows = &writing->rows;

    if (!pg_copy(ledger->pg,
                 "COPY events (id, \"offset\", occurred_at, payload_hash, "
                 "account_id, source_id, stream_id, type_id, outcome, "
                 "notify, event_id, contract_id, traceparent, kept, "
                 "basis) FROM STDIN",
                 buf_str(&rows->events), err)) {
        guesses->wrong =
            guesses->count && strcmp(err->code, PG_UNIQUE_VIOLATION) == 0;
        return false;
    }
    if (!pg_copy(ledger->pg,
                 "COPY other_records (\"offset\", event_id, stream_id, "
                 "outcome) FROM STDIN",
                 buf_str(&rows->others), err) ||
        !pg_copy(ledger->pg,
                 "COPY dead_records (id, \"offset\", record_time, "
                 "stream_id, reason, message, key, value, header_names, "
                 "header_values) FROM STDIN",
                 buf_str(&rows->dead), err))
        return refuse_second_outcome(err);
    FAULT_POINT("worker.events");
    if (!pg_copy(ledger->pg,
                 "COPY entries (event_id, amount, balance_after, "
                 "account_id, seq, line_id, ordinal, counterparty_id) "
                 "FROM STDIN",
                 buf_str(&rows->entries), err) ||
        !pg_copy(ledger->pg,
                 "COPY answers (event_id, balance_after, account_id, seq, "
                 "place, type, detail, notify) FROM STDIN",
                 buf_str(&rows->answers), err) ||
        !pg_copy(ledger->pg,
                 "COPY shadow_entries (event_id, amount, account_id, "
                 "line_id, ordinal) FROM STDIN",
                 buf_str(&rows->shadow_entries), err) ||
        !pg_copy(ledger->pg,
                 "COPY shadow_errors (event_id, line_id, reason, message) "
                 "FROM STDIN",
                 buf_str(&rows->shadow_errors), err))
        return false;
    FAULT_POINT("worker.entries");
    return true;
}

bool
ledger_write(struct ledger *ledger, struct arena *arena,
             struct item_range range, const struct facts *facts,
             const struct ledger_turn *turn,
             const struct ledger_options *options, struct err *err)
{
    struct writing writing = {
        .ledger = ledger, .arena = arena, .turn = turn, .options = options};

    writing_init(&writing, range.count);
    for (size_t i = 0; i < range.count; i++)
        writing_add_item(&writing, &range.items[i]);
    /* First: if one is another's by now, nothing else was written in vain. */
    if (!ledger_write_new_accounts(&writing, facts, err))
        return false;
    FAULT_POINT("worker.new_accounts");
    if (!write_records(&writing, err) ||
        !ledger_write_accounts(&writing, facts, err) ||
        !ledger_write_effects(ledger, arena, range, err))
        return false;
    FAULT_POINT("worker.accounts");
    if (!ledger_write_counters(&writing, facts, err) ||
        !ledger_write_once_keys(&writing, facts, err))
        return false;
    FAULT_POINT("worker.counters");
    if (!write_positions(&writing, range, err))
        return false;
    FAULT_POINT("worker.positions");
    if (!lock_batches(&writing, err) ||
        !ledger_confirm_once_keys(&writing, facts, err) ||
        !write_batch_row(&writing, err))
        return false;
    FAULT_POINT("worker.batch");
    return true;
}
