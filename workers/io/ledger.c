/* ledger.c - positions, and the beginning and end of a batch's transaction. */
#include "ledger.h"

#include <string.h>

#include "digest.h"
#include "fault.h"
#include "hex.h"
#include "ledger_parts.h"
#include "pg_array.h"
#include "registry.h"

/* Statements here only look rows up by key, in the order in which their joins
 * are written. The planner must not take a hash join, a scan over a whole table
 * or all entries of an account because an array is long or the table was small
 * when the plan was made: plans are kept as long as the connection. */
#define PLANNER                                                                \
    "SET plan_cache_mode = force_generic_plan; SET enable_hashjoin = off; "    \
    "SET enable_mergejoin = off; SET enable_seqscan = off; "                   \
    "SET join_collapse_limit = 1; SET jit = off"

bool
ledger_open(struct pg *pg, struct ledger **opened, struct err *err)
{
    struct arena arena = {0};
    struct ledger *ledger = ARENA_NEW(&arena, struct ledger);

    ledger->pg = pg;
    met_init(&ledger->met, &arena);
    account_guesses_init(&ledger->account_guesses);
    ledger->arena = arena;
    name_cache_init(&ledger->sources,
                    "SELECT id, name FROM sources WHERE name = "
                    "ANY ($1::text[])",
                    "INSERT INTO sources (name) SELECT n FROM "
                    "unnest($1::text[]) n ORDER BY n ON CONFLICT DO NOTHING");
    name_cache_init(&ledger->types,
                    "SELECT id, name FROM types WHERE name = ANY ($1::text[])",
                    "INSERT INTO types (name) SELECT n FROM "
                    "unnest($1::text[]) n ORDER BY n ON CONFLICT DO NOTHING");
    if (!pg_exec(pg, PLANNER, err)) {
        ledger_close(ledger);
        return false;
    }
    *opened = ledger;
    return true;
}

void
ledger_close(struct ledger *ledger)
{
    struct arena arena;

    if (!ledger)
        return;
    name_cache_free(&ledger->sources);
    name_cache_free(&ledger->types);
    account_ids_free(&ledger->account_ids);
    odds_free(&ledger->once_guesses.odds);
    odds_free(&ledger->account_guesses.odds);
    arena_free(&ledger->scratch);
    arena = ledger->arena;
    arena_free(&arena);
}

struct pg *
ledger_pg(const struct ledger *ledger)
{
    return ledger->pg;
}

/* ---- positions
 * --------------------------------------------------------------- */

/* bytea in hex format, "\x0a1b...". */
static bool
read_digest(struct str text, uint8_t digest[LAST_RECORD_BYTES])
{
    if (text.len != 2 + 2 * LAST_RECORD_BYTES)
        return false;
    hex_read(digest, text.at + 2, LAST_RECORD_BYTES);
    return true;
}

bool
ledger_position(struct ledger *ledger, struct str topic, int32_t partition,
                struct position *position, struct err *err)
{
    struct arena arena = {0};
    struct pg_result *rows;
    bool ok = pg_query(ledger->pg,
                       "SELECT id, next_offset, last_record FROM streams "
                       "WHERE topic = $1 AND partition = $2",
                       (struct str[]){topic, int_text(&arena, partition)}, 2,
                       &rows, err);

    arena_free(&arena);
    if (!ok)
        return false;
    memset(position, 0, sizeof(*position));
    if (pg_rows(rows)) {
        position->known = true;
        position->stream_id = (int32_t)pg_int(rows, 0, 0);
        position->next_offset = pg_int(rows, 0, 1);
        position->has_last_record =
            read_digest(pg_text(rows, 0, 2), position->last_record);
    }
    pg_result_free(rows);
    return true;
}

bool
ledger_start_stream(struct ledger *ledger, struct str topic, int32_t partition,
                    int64_t next_offset, struct err *err)
{
    struct arena arena = {0};
    bool ok = pg_run(ledger->pg,
                     "INSERT INTO streams (topic, partition, next_offset) "
                     "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                     (struct str[]){topic, int_text(&arena, partition),
                                    int_text(&arena, next_offset)},
                     3, err);

    arena_free(&arena);
    return ok;
}

void
ledger_look_back(struct ledger *ledger)
{
    met_look_back(&ledger->met);
    ledger->account_pages = (struct pages){0};
}

void
record_digest(const struct record *record, uint8_t digest[LAST_RECORD_BYTES])
{
    struct arena arena = {0};
    uint8_t sha256[SHA256_BYTES];
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_int(&buf, record->timestamp_ms);
    buf_add_char(&buf, ' ');
    buf_add_int(&buf, (int64_t)record->key.len);
    buf_add_char(&buf, ' ');
    buf_add_str(&buf, record->key);
    buf_add_str(&buf, record->value);
    digest_sha256(buf_str(&buf), sha256);
    memcpy(digest, sha256, LAST_RECORD_BYTES);
    arena_free(&arena);
}

/* ---- begin
 * -------------------------------------------------------------------- */

static bool
learn_names(struct ledger *ledger, struct arena *arena, struct item_range range,
            struct err *err)
{
    struct str *sources = arena_array(arena, range.count, sizeof(*sources));
    struct str *types = arena_array(arena, range.count, sizeof(*types));
    size_t count = 0;

    for (size_t i = 0; i < range.count; i++) {
        if (!range.items[i].is_event)
            continue;
        sources[count] = range.items[i].event.source;
        types[count++] = range.items[i].event.type->name;
    }
    return name_cache_learn(&ledger->sources, ledger->pg, sources, count,
                            err) &&
           name_cache_learn(&ledger->types, ledger->pg, types, count, err);
}

static struct str
stream_ids(struct arena *arena, struct item_range range)
{
    struct buf array;
    const struct stream *last = NULL;

    pg_array_open(&array, arena, PG_INT4);
    for (size_t i = 0; i < range.count; i++) {
        if (range.items[i].stream != last)
            pg_array_int(&array, range.items[i].stream->id);
        last = range.items[i].stream;
    }
    return buf_str(&array);
}

/* Compare one locked position with what this process knows of the stream. */
static bool
fence_stream(struct item_range range, int32_t stream_id, int64_t position,
             struct err *err)
{
    for (size_t i = 0; i < range.count; i++) {
        struct item *item = &range.items[i];

        if (item->stream->id != stream_id)
            continue;
        if (position < item->stream->next_offset)
            return err_set_code(
                err, ERR_RETRY, "gap",
                "position of topic %.*s partition %d went back from %lld to "
                "%lld",
                STR_ARG(item->stream->topic), item->stream->partition,
                (long long)item->stream->next_offset, (long long)position);
        if (item->record.offset < position)
            item->outcome = OUTCOME_PASSED;
    }
    return true;
}

static bool
has_row(const struct pg_result *rows, int32_t stream_id)
{
    for (size_t i = 0; i < pg_rows(rows); i++)
        if (pg_int(rows, i, 0) == stream_id)
            return true;
    return false;
}

/* A stream without a row, as after a restore, would post and not move. */
static bool
fence_holds_all(struct item_range range, const struct pg_result *rows,
                struct err *err)
{
    const struct stream *last = NULL;

    for (size_t i = 0; i < range.count; i++) {
        const struct stream *stream = range.items[i].stream;

        if (stream != last && !has_row(rows, stream->id))
            return err_set_code(err, ERR_RETRY, "gap",
                                "position of topic %.*s partition %d is gone "
                                "from the database",
                                STR_ARG(stream->topic), stream->partition);
        last = stream;
    }
    return true;
}

static bool
fence(struct item_range range, const struct pg_result *positions,
      struct err *err)
{
    bool ok = fence_holds_all(range, positions, err);

    for (size_t i = 0; i < pg_rows(positions) && ok; i++)
        ok = fence_stream(range, (int32_t)pg_int(positions, i, 0),
                          pg_int(positions, i, 1), err);
    return ok;
}

static void
read_turn(struct ledger_turn *turn, const struct pg_result *row)
{
    turn->now_us = pg_int(row, 0, 0);
    turn->first_id = pg_int(row, 0, 1);
    turn->ruleset_id = (int32_t)pg_int(row, 0, 2);
}

/* In this order: the rule set is read when none can be activated any more, and
 * the clock when nothing is left to be waited for. */
static bool
begin_turn(struct ledger *ledger, struct arena *arena, struct item_range range,
           struct ledger_turn *turn, struct err *err)
{
    const struct str streams = stream_ids(arena, range);
    struct pg_result *positions;
    struct pg_result *now;
    struct pg_result *seen;
    const struct pg_statement statements[] = {
        {.sql = "BEGIN"},
        {.sql = "SET LOCAL synchronous_commit = on"},
        {.sql = "SELECT pg_advisory_xact_lock_shared(" REGISTRY_LOCK ")"},
        {.sql = "SELECT id, next_offset FROM streams "
                "WHERE id = ANY ($1::int[]) ORDER BY id FOR UPDATE",
         .params = &streams,
         .param_count = 1,
         .result = &positions},
        {.sql = "SELECT (extract(epoch FROM clock_timestamp()) * "
                "1000000)::bigint, nextval('block_seq') * 8192, "
                "coalesce((SELECT ruleset_id FROM ruleset_activations "
                "ORDER BY id DESC LIMIT 1), 0)",
         .result = &now},
        seen_statement(range, arena, &seen),
    };
    bool ok;

    if (!pg_run_all(ledger->pg, statements,
                    sizeof(statements) / sizeof(*statements), err))
        return false;
    read_turn(turn, now);
    ok = fence(range, positions, err);
    if (ok)
        mark_seen(range, seen);
    pg_result_free(positions);
    pg_result_free(now);
    pg_result_free(seen);
    return ok;
}

static void
guess_nothing(struct ledger *ledger)
{
    ledger->event_guesses.count = 0;
    ledger->event_guesses.wrong = false;
    ledger->once_guesses.count = 0;
    ledger->once_guesses.wrong = false;
    ledger->once_guesses.unsure = false;
    ledger->account_guesses.wrong = false;
}

bool
ledger_begin(struct ledger *ledger, struct item_range range,
             struct ledger_turn *turn, struct err *err)
{
    struct arena arena = {0};
    bool ok;

    guess_nothing(ledger);
    ok = learn_names(ledger, &arena, range, err) &&
         begin_turn(ledger, &arena, range, turn, err);
    FAULT_POINT("worker.fence");
    arena_free(&arena);
    return ok;
}

bool
ledger_guessed_wrong(struct ledger *ledger, const struct err *err)
{
    /* All of them: each learns from it for the next try. */
    bool accounts = account_guesses_failed(&ledger->account_guesses);
    bool events = event_guesses_failed(ledger, err);
    bool keys = once_guesses_failed(&ledger->once_guesses, err);

    return accounts || events || keys;
}

/* ---- end
 * ------------------------------------------------------------------------ */

bool
ledger_commit(struct ledger *ledger, struct err *err)
{
    FAULT_POINT("worker.commit_before");
    if (!pg_commit_send(ledger->pg, err))
        return false;
    FAULT_POINT("worker.commit_sent");
    if (!pg_commit_wait(ledger->pg, err))
        return false;
    FAULT_POINT("worker.commit_after");
    return true;
}

void
ledger_rollback(struct ledger *ledger)
{
    pg_rollback(ledger->pg);
}
