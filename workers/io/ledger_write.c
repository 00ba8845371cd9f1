/* ledger_write.c - a decided range is written: one COPY or one statement a
 * table, two where rows are made and changed, whatever the number of events.
 * All is made ready first. */
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

static void
add_positions(struct writing *writing, struct item_range range)
{
    const struct item **last;
    size_t count = last_items(range, writing->arena, &last);
    struct buf ids;
    struct buf offsets;
    struct buf digests;
    size_t moved = 0;

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
        moved++;
    }
    writing_add_statement(
        writing,
        "UPDATE streams s SET next_offset = v.next_offset, "
        "last_record = decode(v.digest, 'hex') "
        "FROM unnest($1::int[], $2::bigint[], $3::text[]) "
        "AS v(id, next_offset, digest) WHERE s.id = v.id",
        (struct str[]){buf_str(&ids), buf_str(&offsets), buf_str(&digests)}, 3,
        moved);
}

static struct str
sum_param(const struct writing *writing, int128 sum)
{
    return ratio_text(writing->arena, (struct ratio){sum, 1});
}

/* Ids of batches are given and committed under one lock, so a visible id means
 * that all smaller ones are visible or rolled back: the relay can keep its
 * place in a single number. */
static void
add_batch_lock(struct writing *writing)
{
    writing_add_statement(writing,
                          "SELECT pg_notify('reward_batches', ''), "
                          "pg_advisory_xact_lock(" LEDGER_BATCH_LOCK ")",
                          NULL, 0, 0);
}

static void
add_batch_row(struct writing *writing)
{
    const struct rows *rows = &writing->rows;
    const int64_t *counts = rows->counts;
    int64_t records = counts[OUTCOME_POSTED] + counts[OUTCOME_NO_REWARD] +
                      counts[OUTCOME_DUPLICATE] + counts[OUTCOME_CONFLICT] +
                      counts[OUTCOME_DEAD_LETTER] + counts[OUTCOME_REJECTED];
    struct buf now;

    buf_init(&now, writing->arena);
    timestamp_print(&now, writing->turn->now_us);
    writing_add_statement(
        writing,
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
        22, 1);
}

/* ---- rows that are added
 * ------------------------------------------------------
 */

/* Under the fence nobody else writes this offset: a record that is there
 * already stays there, however often we try. */
static void
refuse_second_outcome(struct err *err)
{
    err->kind = ERR_FATAL;
    err_add(err, "a record would get a second outcome, since a stream's "
                 "position was set back by hand; see ops/RUNBOOK.md");
}

static const struct {
    const char *copy;
    void (*taken)(struct ledger *ledger); /* told that a row is there already */
    bool has_outcomes;                    /* of records that are no events */
} tables[TABLE_COUNT] = {
    [TABLE_ACCOUNTS] = {.copy =
                            "COPY accounts (id, address, updated_at, balance, "
                            "last_seq, side, total_earned, total_spent, "
                            "staked_amount, pending_amount, reserved_amount, "
                            "debt_amount) FROM STDIN",
                        .taken = new_account_taken},
    [TABLE_EVENTS] = {.copy =
                          "COPY events (id, \"offset\", occurred_at, "
                          "payload_hash, account_id, source_id, stream_id, "
                          "type_id, outcome, notify, event_id, contract_id, "
                          "traceparent, kept, basis) FROM STDIN",
                      .taken = event_taken},
    [TABLE_OTHER_RECORDS] = {.copy =
                                 "COPY other_records (\"offset\", event_id, "
                                 "stream_id, outcome) FROM STDIN",
                             .has_outcomes = true},
    [TABLE_DEAD_RECORDS] =
        {.copy = "COPY dead_records (id, \"offset\", record_time, "
                 "stream_id, reason, message, key, value, "
                 "header_names, header_values) FROM STDIN",
         .has_outcomes = true},
    [TABLE_ENTRIES] =
        {.copy = "COPY entries (event_id, amount, balance_after, "
                 "account_id, seq, line_id, ordinal, counterparty_id) "
                 "FROM STDIN"},
    [TABLE_ANSWERS] = {.copy =
                           "COPY answers (event_id, balance_after, account_id, "
                           "seq, place, type, detail, notify) FROM STDIN"},
    [TABLE_SHADOW_ENTRIES] = {.copy =
                                  "COPY shadow_entries (event_id, amount, "
                                  "account_id, line_id, ordinal) FROM STDIN"},
    [TABLE_SHADOW_ERRORS] =
        {.copy = "COPY shadow_errors (event_id, line_id, reason, "
                 "message) FROM STDIN"},
    [TABLE_HOLDS] =
        {.copy = "COPY holds (hold_id, event_id, account_id, matched_id, "
                 "line_id, amount, expires_at) FROM STDIN"},
    [TABLE_TIMERS] = {.copy = "COPY timers (hold_id, due_at) FROM STDIN"},
    [TABLE_COUNTERS] = {.copy =
                            "COPY counters (account_id, line_id, kind, bucket, "
                            "value) FROM STDIN"},
    [TABLE_ONCE_KEYS] =
        {.copy = "COPY once_keys (event_id, account_id, line_id, key) "
                 "FROM STDIN",
         .taken = once_key_taken},
};

static void
row_is_taken(struct writing *writing, size_t table, struct err *err)
{
    if (tables[table].taken)
        tables[table].taken(writing->ledger);
    if (tables[table].has_outcomes)
        refuse_second_outcome(err);
}

/* One after the other, since a worker may be stopped for long at any time: see
 * pg_together.h. */
static bool
add_rows(struct writing *writing, struct err *err)
{
    for (size_t table = 0; table < TABLE_COUNT; table++) {
        if (!pg_copy(writing->ledger->pg, tables[table].copy,
                     buf_str(&writing->rows.of[table]), err)) {
            if (strcmp(err->code, PG_UNIQUE_VIOLATION) == 0)
                row_is_taken(writing, table, err);
            return false;
        }
        FAULT_POINT("worker.copy");
    }
    new_accounts_made(writing);
    return true;
}

/* ---- statements
 * ---------------------------------------------------------------
 */

void
writing_add_statement(struct writing *writing, const char *sql,
                      const struct str *params, size_t param_count,
                      size_t row_count)
{
    struct str *kept = arena_array(writing->arena, param_count, sizeof(*kept));

    if (param_count)
        memcpy(kept, params, param_count * sizeof(*kept));
    writing->statements = arena_room(
        writing->arena, writing->statements, writing->statement_count,
        &writing->statement_room, 8, sizeof(*writing->statements));
    writing->statements[writing->statement_count++] =
        (struct pg_statement){.sql = sql,
                              .params = kept,
                              .param_count = param_count,
                              .row_count = row_count};
}

bool
writing_flush(struct writing *writing, struct err *err)
{
    size_t count = writing->statement_count;

    writing->statement_count = 0;
    return pg_run_all(writing->ledger->pg, writing->statements, count, err);
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
    writing_add_accounts(&writing, facts);
    writing_add_effects(&writing, range);
    writing_add_counters(&writing, facts);
    writing_add_once_keys(&writing, facts);
    add_positions(&writing, range);
    add_batch_lock(&writing);
    if (!add_rows(&writing, err))
        return false;
    if (once_keys_need_confirming(facts) &&
        (!writing_flush(&writing, err) ||
         !ledger_confirm_once_keys(&writing, facts, err)))
        return false;
    FAULT_POINT("worker.confirm");
    add_batch_row(&writing);
    if (!writing_flush(&writing, err))
        return false;
    FAULT_POINT("worker.batch");
    return true;
}
