/* outbox.c - reads posted batches in few queries and joins what they gave in
 * memory. Their order is outbox_order.c, what they become is outbox_page.c;
 * names that rows share are outbox_names.c. */
#include "outbox.h"

#include "outbox_shadow.h"
#include "pg_together.h"

/* The queries name ranges of ids whose size the planner cannot guess; it would
 * sooner or later read a whole ledger to join a few thousand rows of it. The
 * mark may lag behind after a crash, so it need not wait for the disk. */
static const char session_sql[] =
    "SET synchronous_commit = off; SET jit = off; "
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
    "SET enable_bitmapscan = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off; LISTEN reward_batches";

bool
outbox_open(struct pg *pg, struct outbox **opened, struct err *err)
{
    struct arena arena = {0};
    struct outbox *outbox = ARENA_NEW(&arena, struct outbox);

    outbox->arena = arena;
    outbox->pg = pg;
    outbox->accounts = address_cache_new();
    if (!pg_exec(pg, session_sql, err)) {
        outbox_close(outbox);
        return false;
    }
    *opened = outbox;
    return true;
}

static void
free_results(struct outbox *outbox)
{
    pg_result_free(outbox->events);
    pg_result_free(outbox->entries);
    pg_result_free(outbox->answers);
    pg_result_free(outbox->letters);
    pg_result_free(outbox->shadows);
    outbox->events = outbox->entries = NULL;
    outbox->answers = outbox->letters = outbox->shadows = NULL;
}

void
outbox_close(struct outbox *outbox)
{
    struct arena arena;

    if (!outbox)
        return;
    free_results(outbox);
    names_free(&outbox->names);
    address_cache_free(outbox->accounts);
    arena = outbox->arena;
    arena_free(&arena);
}

/* ---- which batches ----------------------------------------------------------
 */

static struct batch_row
batch_from_row(const struct pg_result *result, size_t row)
{
    return (struct batch_row){
        .id = pg_int(result, row, 0),
        .first_id = pg_int(result, row, 1),
        .last_id = pg_int(result, row, 2),
        .posted_us = pg_time(result, row, 3),
        .ruleset_id = pg_int(result, row, 4),
        .posted = pg_int(result, row, 5),
        .letters = pg_int(result, row, 6),
        .shadows = pg_int(result, row, 7),
    };
}

/* A dead letter can be a megabyte where a message is one kilobyte. */
static int64_t
cost_of(const struct batch_row *batch)
{
    enum { LETTER_COST = 64 };

    return batch->posted + batch->shadows + batch->letters * LETTER_COST;
}

static bool
choose_batches(struct outbox *outbox, int64_t after, int64_t max_events,
               struct arena *arena, struct batch_list *batches, struct err *err)
{
    enum { MOST = 256 }; /* one less than are asked for */
    struct str param = int_text(arena, after);
    struct pg_result *result;
    int64_t cost = 0;

    if (!pg_query_binary(
            outbox->pg,
            "SELECT id, first_id, last_id, posted_at, ruleset_id, "
            "posted + rejected, conflicts + dead_letters - coalesce((SELECT "
            "d.conflicts + d.dead_letters FROM dropped_letters d "
            "WHERE d.first_id = b.first_id), 0), shadow_entries FROM batches b "
            "WHERE id > $1 ORDER BY id LIMIT 257",
            &param, 1, &result, err))
        return false;
    batches->items =
        arena_array(arena, pg_rows(result), sizeof(*batches->items));
    batches->count = 0;
    for (size_t i = 0; i < pg_rows(result) && i < MOST; i++) {
        struct batch_row *batch = &batches->items[i];

        *batch = batch_from_row(result, i);
        cost += cost_of(batch);
        if (i && cost > max_events)
            break;
        batches->count++;
        batches->letters += batch->letters;
        batches->shadows += batch->shadows;
    }
    batches->has_more = batches->count < pg_rows(result);
    pg_result_free(result);
    return true;
}

/* ---- their rows
 * --------------------------------------------------------------
 */

static const char events_sql[] =
    "SELECT e.id, e.occurred_at, e.source_id, e.type_id, e.notify, e.event_id, "
    "e.contract_id, e.traceparent, e.kept FROM batches b "
    "JOIN events e ON e.id BETWEEN b.first_id AND b.last_id "
    "WHERE b.id > $1 AND b.id <= $2 AND e.outcome IN ('p', 'r')";

static const char entries_sql[] =
    "SELECT n.event_id, n.account_id, n.amount, n.balance_after, n.seq, "
    "n.line_id, n.ordinal FROM batches b "
    "JOIN entries n ON n.event_id BETWEEN b.first_id AND b.last_id "
    "WHERE b.id > $1 AND b.id <= $2";

/* The last column puts those of an event in order. */
static const char answers_sql[] =
    "SELECT w.event_id, w.account_id, w.place, w.balance_after, w.seq, w.type, "
    "w.detail, w.notify, w.account_id::bigint * 32768 + w.place "
    "FROM batches b "
    "JOIN answers w ON w.event_id BETWEEN b.first_id AND b.last_id "
    "WHERE b.id > $1 AND b.id <= $2";

/* Headers come as name:value,name:value in hexadecimal, a null value as `-`. */
static const char letters_sql[] =
    "SELECT d.id, d.\"offset\", d.record_time, p.topic, p.partition, d.reason, "
    "d.message, d.key, d.value, (SELECT string_agg(encode(h.name, 'hex') || "
    "':' || coalesce(encode(h.value, 'hex'), '-'), ',' ORDER BY h.place) "
    "FROM unnest(d.header_names, d.header_values) WITH ORDINALITY "
    "AS h (name, value, place)) FROM batches b "
    "JOIN dead_records d ON d.id BETWEEN b.first_id AND b.last_id "
    "JOIN streams p ON p.id = d.stream_id "
    "WHERE b.id > $1 AND b.id <= $2";

static bool
query_rows(struct outbox *outbox, int64_t after,
           const struct batch_list *batches, struct arena *arena,
           struct err *err)
{
    struct str range[] = {
        int_text(arena, after),
        int_text(arena, batches->items[batches->count - 1].id),
    };
    const struct {
        const char *sql;
        struct pg_result **rows;
        bool are_there;
    } tables[] = {
        {events_sql, &outbox->events, true},
        {entries_sql, &outbox->entries, true},
        {answers_sql, &outbox->answers, true},
        {shadows_sql, &outbox->shadows, batches->shadows > 0},
        {letters_sql, &outbox->letters, batches->letters > 0},
    };
    enum { TABLES = sizeof(tables) / sizeof(*tables) };
    struct pg_statement statements[TABLES];
    size_t count = 0;

    for (int i = 0; i < TABLES; i++)
        if (tables[i].are_there)
            statements[count++] =
                (struct pg_statement){.sql = tables[i].sql,
                                      .params = range,
                                      .param_count = 2,
                                      .is_binary = true,
                                      .result = tables[i].rows};
    return pg_run_all(outbox->pg, statements, count, err);
}

/* ---- names
 * ---------------------------------------------------------------------
 */

static bool
all_known(const struct name_list *list, const struct pg_result *rows,
          int column)
{
    for (size_t i = 0; i < pg_rows(rows); i++)
        if (!names_find(list, pg_int(rows, i, column)))
            return false;
    return true;
}

static bool
names_complete(const struct outbox *outbox, const struct batch_list *batches)
{
    const struct outbox_names *names = &outbox->names;

    for (size_t i = 0; i < batches->count; i++)
        if (!names_ruleset(names, batches->items[i].ruleset_id))
            return false;
    return all_known(&names->sources, outbox->events, 2) &&
           all_known(&names->types, outbox->events, 3) &&
           all_known(&names->lines, outbox->entries, 5) &&
           shadow_names_known(outbox);
}

static bool
complete_names(struct outbox *outbox, const struct batch_list *batches,
               struct err *err)
{
    int64_t oldest = INT64_MAX;

    if (names_complete(outbox, batches))
        return true;
    for (size_t i = 0; i < batches->count; i++)
        if (batches->items[i].ruleset_id < oldest)
            oldest = batches->items[i].ruleset_id;
    if (!names_load(&outbox->names, outbox->pg, oldest, err))
        return false;
    if (!names_complete(outbox, batches))
        return err_set(err, ERR_FATAL,
                       "the ledger is damaged: a row of batches %" PRId64
                       " to %" PRId64 " names a source, type, line or rule "
                       "set that does not exist",
                       batches->items[0].id,
                       batches->items[batches->count - 1].id);
    return true;
}

/* Those of the accounts in column 1, row by row. */
static bool
find_addresses(struct outbox *outbox, const struct pg_result *rows,
               struct arena *arena, struct str **addresses, struct err *err)
{
    size_t count = rows ? pg_rows(rows) : 0;
    int64_t *ids = arena_array(arena, count, sizeof(*ids));

    for (size_t i = 0; i < count; i++)
        ids[i] = pg_int(rows, i, 1);
    *addresses = arena_array(arena, count, sizeof(**addresses));
    return address_cache_find(outbox->accounts, outbox->pg, ids, count, arena,
                              *addresses, err);
}

bool
outbox_take(struct outbox *outbox, int64_t after, int64_t max_events,
            struct arena *arena, struct outbox_page *page, struct err *err)
{
    struct batch_list batches = {0};
    struct outbox_addresses addresses;

    *page = (struct outbox_page){.last_batch = after};
    free_results(outbox);
    if (!choose_batches(outbox, after, max_events, arena, &batches, err))
        return false;
    if (!batches.count)
        return true;
    return query_rows(outbox, after, &batches, arena, err) &&
           complete_names(outbox, &batches, err) &&
           find_addresses(outbox, outbox->entries, arena, &addresses.entries,
                          err) &&
           find_addresses(outbox, outbox->answers, arena, &addresses.answers,
                          err) &&
           find_addresses(outbox, outbox->shadows, arena, &addresses.shadows,
                          err) &&
           page_build(outbox, &batches, &addresses, arena, page, err);
}

/* ---- checks and the mark
 * -------------------------------------------------------
 */

bool
outbox_newest(struct outbox *outbox, int64_t *batch_id, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(outbox->pg, "SELECT coalesce(max(id), 0) FROM batches", NULL,
                  0, &result, err))
        return false;
    *batch_id = pg_int(result, 0, 0);
    pg_result_free(result);
    return true;
}

bool
outbox_posted_at(struct outbox *outbox, int64_t batch_id, bool *found,
                 int64_t *posted_us, struct err *err)
{
    struct arena arena = {0};
    struct str param = int_text(&arena, batch_id);
    struct pg_result *result;
    bool ok = pg_query_binary(outbox->pg,
                              "SELECT posted_at FROM batches WHERE id = $1",
                              &param, 1, &result, err);

    arena_free(&arena);
    if (!ok)
        return false;
    *found = pg_rows(result) > 0;
    if (*found)
        *posted_us = pg_time(result, 0, 0);
    pg_result_free(result);
    return true;
}

bool
outbox_mark(struct outbox *outbox, struct str name, int64_t *batch_id,
            struct err *err)
{
    struct pg_result *result;

    if (!pg_query(outbox->pg,
                  "SELECT batch_id FROM relay_positions WHERE name = $1", &name,
                  1, &result, err))
        return false;
    *batch_id = pg_rows(result) ? pg_int(result, 0, 0) : 0;
    pg_result_free(result);
    return true;
}

bool
outbox_set_mark(struct outbox *outbox, struct str name, int64_t batch_id,
                struct err *err)
{
    struct arena arena = {0};
    struct str params[] = {name, int_text(&arena, batch_id)};
    bool ok = pg_run(outbox->pg,
                     "INSERT INTO relay_positions AS r (name, batch_id) "
                     "VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET "
                     "batch_id = greatest(r.batch_id, excluded.batch_id), "
                     "updated_at = clock_timestamp()",
                     params, 2, err);

    arena_free(&arena);
    return ok;
}
