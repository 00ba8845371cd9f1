/* copy_loop.c - the bare limit of the ledger's database: writes the rows of a
 * finished run into a fresh database, in the worker's transaction shape, with
 * nothing else to do. All rows are in memory before the clock starts.
 *
 * usage: copy_loop SOURCE_DSN TARGET_DSN EVENTS_A_BATCH
 *
 * Prints "ready", waits for a line on its standard input, writes, and prints
 * "EVENTS SECONDS"; waits once more before it ends. Passwords come from
 * PGPASSFILE. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PARAMS_MAX = 13, COPY_CHUNK = 1 << 16 };

/* Where each event goes: its batch, and its id in a block of that batch. */
static const char place_sql[] =
    "SET search_path = reward, public; SET work_mem = '256MB';"
    "CREATE TEMP TABLE place AS "
    "SELECT id, n / %1$d AS batch, (n / %1$d + 1) * 8192 + n %% %1$d AS new_id "
    "FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM "
    "(SELECT id FROM events UNION ALL SELECT id FROM dead_records) i) r;"
    "CREATE UNIQUE INDEX ON place (id); ANALYZE place";

/* In which batch an account gets its row: the first that has an event of it, or
 * holds what waits for it. And what it has after each batch that pays it, or
 * holds something of it. */
static const char accounts_sql[] =
    "CREATE TEMP TABLE made AS "
    "SELECT m.account_id, min(p.batch) AS batch FROM "
    "(SELECT account_id, id FROM events "
    "UNION ALL SELECT matched_id, event_id FROM holds) m "
    "JOIN place p ON p.id = m.id WHERE m.account_id IS NOT NULL GROUP BY 1;"
    "CREATE TEMP TABLE paid AS "
    "SELECT DISTINCT ON (p.batch, n.account_id) p.batch, n.account_id, "
    "n.balance_after, n.seq FROM entries n JOIN place p ON p.id = n.event_id "
    "ORDER BY p.batch, n.account_id, n.seq DESC;"
    "CREATE TEMP TABLE held AS "
    "SELECT DISTINCT ON (p.batch, h.account_id) p.batch, h.account_id, "
    "sum(h.amount) OVER (PARTITION BY h.account_id ORDER BY p.new_id) AS "
    "pending FROM holds h JOIN place p ON p.id = h.event_id "
    "ORDER BY p.batch, h.account_id, pending DESC";

/* Which batches changed a counter is not written anywhere: taken are those with
 * an event of the account that is of a type the counter's rule has paid for.
 * The values are the last ones. */
static const char counters_sql[] =
    "CREATE TEMP TABLE counted AS "
    "WITH pays AS (SELECT DISTINCT e.type_id, split_part(l.name, '.', 1) AS "
    "rule FROM entries n JOIN events e ON e.id = n.event_id "
    "JOIN lines l ON l.id = n.line_id), "
    "last AS (SELECT DISTINCT ON (account_id, line_id, kind) c.*, "
    "split_part(l.name, '.', 1) AS rule FROM counters c JOIN lines l "
    "ON l.id = c.line_id ORDER BY account_id, line_id, kind, bucket DESC) "
    "SELECT p.batch, c.account_id, c.line_id, c.kind, c.bucket, "
    "trim_scale(c.value) AS value, p.batch = min(p.batch) OVER "
    "(PARTITION BY c.account_id, c.line_id, c.kind) AS is_new "
    "FROM last c JOIN pays y ON y.rule = c.rule "
    "JOIN events e ON e.account_id = c.account_id AND e.type_id = y.type_id "
    "JOIN place p ON p.id = e.id "
    "GROUP BY p.batch, c.account_id, c.line_id, c.kind, c.bucket, c.value";

/* As in a worker: rows are found by key, and nothing is planned anew. */
static const char session_sql[] =
    "SET search_path = reward; SET plan_cache_mode = force_generic_plan; "
    "SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET enable_seqscan = off; SET jit = off";

/* What is written in each batch: the COPYs in this order, then the statements.
 * `rows` gives the number of the batch and then the columns of a COPY; or, of a
 * statement, one row of parameters a batch. */
struct step {
    const char *rows;
    const char *write;
    bool is_copy;
    bool before; /* the names that the rows refer to: not measured */
};

static const struct step steps[] = {
    {"SELECT 0, id, name FROM sources", "COPY sources (id, name) FROM STDIN",
     true, true},
    {"SELECT 0, id, name FROM types", "COPY types (id, name) FROM STDIN", true,
     true},
    {"SELECT 0, id, name, transaction_type, counterparty, description "
     "FROM lines",
     "COPY lines (id, name, transaction_type, counterparty, description) "
     "FROM STDIN",
     true, true},
    {"SELECT 0, id, topic, partition, 0 FROM streams",
     "COPY streams (id, topic, partition, next_offset) FROM STDIN", true, true},
    {"SELECT 0, id, name, version, sha256, stamp, asset, text "
     "FROM ruleset_texts",
     "COPY ruleset_texts (id, name, version, sha256, stamp, asset, text) "
     "FROM STDIN",
     true, true},

    /* With what their first batch comes to. */
    {"SELECT m.batch, a.id, a.address, coalesce(n.balance_after, 0), "
     "coalesce(n.balance_after, 0), coalesce(n.seq, 0), "
     "coalesce(h.pending, 0), now() "
     "FROM made m JOIN accounts a ON a.id = m.account_id "
     "LEFT JOIN paid n USING (account_id, batch) "
     "LEFT JOIN held h USING (account_id, batch) "
     "ORDER BY m.batch, a.address",
     "COPY accounts (id, address, balance, total_earned, last_seq, "
     "pending_amount, updated_at) FROM STDIN",
     true, false},

    {"SELECT p.batch, p.new_id, e.\"offset\", e.occurred_at, e.payload_hash, "
     "e.account_id, e.source_id, e.stream_id, e.type_id, e.outcome, e.notify, "
     "e.event_id, e.contract_id, e.traceparent, e.kept, "
     "e.basis "
     "FROM events e JOIN place p ON p.id = e.id ORDER BY p.new_id",
     "COPY events (id, \"offset\", occurred_at, payload_hash, account_id, "
     "source_id, stream_id, type_id, outcome, notify, event_id, contract_id, "
     "traceparent, kept, basis) FROM STDIN",
     true, false},

    {"SELECT (row_number() OVER () - 1) * (SELECT max(batch) + 1 FROM place) "
     "/ count(*) OVER (), o.\"offset\", p.new_id, o.stream_id, o.outcome "
     "FROM other_records o LEFT JOIN place p ON p.id = o.event_id ORDER BY 1",
     "COPY other_records (\"offset\", event_id, stream_id, outcome) FROM STDIN",
     true, false},

    {"SELECT p.batch, p.new_id, d.\"offset\", d.record_time, d.stream_id, "
     "d.reason, d.message, d.key, d.value, d.header_names, d.header_values "
     "FROM dead_records d JOIN place p ON p.id = d.id ORDER BY p.new_id",
     "COPY dead_records (id, \"offset\", record_time, stream_id, reason, "
     "message, key, value, header_names, header_values) FROM STDIN",
     true, false},

    {"SELECT p.batch, p.new_id, n.amount, n.balance_after, n.account_id, "
     "n.seq, n.line_id, n.ordinal, n.counterparty_id "
     "FROM entries n JOIN place p ON p.id = n.event_id "
     "ORDER BY p.new_id, n.ordinal",
     "COPY entries (event_id, amount, balance_after, account_id, seq, line_id, "
     "ordinal, counterparty_id) FROM STDIN",
     true, false},

    {"SELECT p.batch, p.new_id, w.balance_after, w.account_id, w.seq, w.place, "
     "w.type, w.detail, w.notify "
     "FROM answers w JOIN place p ON p.id = w.event_id "
     "ORDER BY p.new_id, w.account_id, w.place",
     "COPY answers (event_id, balance_after, account_id, seq, place, type, "
     "detail, notify) FROM STDIN",
     true, false},

    {"SELECT batch, array_agg(account_id), array_agg(balance_after), "
     "array_agg(balance_after), array_agg(0), array_agg(seq), now() "
     "FROM (SELECT n.* FROM paid n JOIN made m USING (account_id) "
     "WHERE n.batch > m.batch ORDER BY n.account_id) later "
     "GROUP BY batch ORDER BY batch",
     "UPDATE accounts a SET balance = v.balance, total_earned = v.earned, "
     "total_spent = v.spent, last_seq = v.seq, updated_at = $6::timestamptz "
     "FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[], "
     "$5::int[]) AS v (id, balance, earned, spent, seq) WHERE a.id = v.id",
     false, false},

    {"SELECT batch, array_agg(account_id), array_agg(0), array_agg(0), "
     "array_agg(pending), array_agg(0), array_agg(0) "
     "FROM (SELECT h.* FROM held h JOIN made m USING (account_id) "
     "WHERE h.batch > m.batch ORDER BY h.account_id) later "
     "GROUP BY batch ORDER BY batch",
     "UPDATE accounts a SET side = v.side, staked_amount = v.staked, "
     "pending_amount = v.pending, reserved_amount = v.reserved, "
     "debt_amount = v.debt FROM unnest($1::int[], $2::smallint[], "
     "$3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) "
     "AS v (id, side, staked, pending, reserved, debt) WHERE a.id = v.id",
     false, false},

    {"SELECT p.batch, h.hold_id, p.new_id, h.account_id, h.matched_id, "
     "h.line_id, h.amount, h.expires_at "
     "FROM holds h JOIN place p ON p.id = h.event_id ORDER BY p.new_id",
     "COPY holds (hold_id, event_id, account_id, matched_id, line_id, amount, "
     "expires_at) FROM STDIN",
     true, false},

    {"SELECT p.batch, h.hold_id, h.expires_at "
     "FROM holds h JOIN place p ON p.id = h.event_id ORDER BY p.new_id",
     "COPY timers (hold_id, due_at) FROM STDIN", true, false},

    {"SELECT p.batch, c.account_id, c.line_id, c.contract_id, p.new_id "
     "FROM closings c JOIN place p ON p.id = c.event_id ORDER BY p.new_id",
     "COPY closings (account_id, line_id, contract_id, event_id) FROM STDIN",
     true, false},

    {"SELECT batch, account_id, line_id, kind, bucket, value FROM counted "
     "WHERE is_new ORDER BY batch, account_id, line_id, kind",
     "COPY counters (account_id, line_id, kind, bucket, value) FROM STDIN",
     true, false},

    {"SELECT batch, array_agg(account_id), array_agg(line_id), "
     "array_agg(kind), array_agg(bucket), array_agg(value) "
     "FROM (SELECT * FROM counted WHERE NOT is_new "
     "ORDER BY account_id, line_id, kind) later "
     "GROUP BY batch ORDER BY batch",
     "UPDATE counters c SET value = v.value FROM unnest($1::int[], $2::int[], "
     "$3::smallint[], $4::int[], $5::numeric[]) "
     "AS v (account_id, line_id, kind, bucket, value) "
     "WHERE c.account_id = v.account_id AND c.line_id = v.line_id "
     "AND c.kind = v.kind AND c.bucket = v.bucket",
     false, false},

    {"SELECT p.batch, p.new_id, o.account_id, o.line_id, o.key "
     "FROM once_keys o JOIN place p ON p.id = o.event_id "
     "ORDER BY p.batch, o.account_id, o.line_id, o.key",
     "COPY once_keys (event_id, account_id, line_id, key) FROM STDIN", true,
     false},

    {"SELECT batch, array_agg(stream_id), array_agg(next_offset), "
     "array_agg(digest) FROM (SELECT p.batch, e.stream_id, "
     "max(e.\"offset\") + 1 AS next_offset, md5(max(e.event_id)) AS digest "
     "FROM events e JOIN place p ON p.id = e.id GROUP BY 1, 2) s "
     "GROUP BY batch ORDER BY batch",
     "UPDATE streams s SET next_offset = v.next_offset, "
     "last_record = decode(v.digest, 'hex') FROM unnest($1::int[], "
     "$2::bigint[], $3::text[]) AS v (id, next_offset, digest) "
     "WHERE s.id = v.id",
     false, false},

    {"SELECT p.batch, min(p.new_id) & -8192, max(p.new_id), now(), "
     "(SELECT max(id) FROM ruleset_texts), count(*), "
     "count(*) FILTER (WHERE e.outcome = 'p'), "
     "count(*) FILTER (WHERE e.outcome = 'n'), 0, 0, "
     "count(*) FILTER (WHERE e.id IS NULL), count(*), 0 "
     "FROM place p LEFT JOIN events e ON e.id = p.id "
     "GROUP BY p.batch ORDER BY p.batch",
     "INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, "
     "posted, no_reward, duplicates, conflicts, dead_letters, entries, amount) "
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
     false, false},
};

enum { STEP_COUNT = sizeof(steps) / sizeof(*steps) };

/* The rows of a step: of batch b those from start[b] to start[b + 1]. A row of
 * parameters has NULs in place of the tabs. */
struct rows {
    char *text;
    size_t len;
    size_t room;
    size_t *start;
};

/* ---- help
 * ------------------------------------------------------------------------ */

static void
die(const char *what, PGconn *pg)
{
    fprintf(stderr, "copy_loop: %s: %s", what, pg ? PQerrorMessage(pg) : "\n");
    exit(1);
}

static void *
must(void *memory)
{
    if (!memory)
        die("no memory", NULL);
    return memory;
}

static PGconn *
open_session(const char *dsn)
{
    PGconn *pg = PQconnectdb(dsn);

    if (PQstatus(pg) != CONNECTION_OK)
        die("could not connect", pg);
    return pg;
}

static void
check(PGconn *pg, PGresult *result, const char *sql)
{
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        die(sql, pg);
    PQclear(result);
}

static void
run(PGconn *pg, const char *sql)
{
    check(pg, PQexec(pg, sql), sql);
}

static double
now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool
wait_for_line(void)
{
    char line[16];

    return fgets(line, sizeof(line), stdin) != NULL;
}

/* ---- reading
 * --------------------------------------------------------------------- */

static void
add_text(struct rows *rows, const char *text, size_t len)
{
    if (rows->len + len > rows->room) {
        rows->room = (rows->len + len) * 2;
        rows->text = must(realloc(rows->text, rows->room));
    }
    memcpy(rows->text + rows->len, text, len);
    rows->len += len;
}

static void
end_parameters(struct rows *rows, size_t from)
{
    for (size_t i = from; i < rows->len; i++)
        if (rows->text[i] == '\t' || rows->text[i] == '\n')
            rows->text[i] = '\0';
}

static void
add_row(struct rows *rows, const struct step *step, const char *row, size_t len,
        long *batch, long batches)
{
    char *rest;
    long number = strtol(row, &rest, 10);
    size_t from = rows->len;

    if (number < *batch || number >= batches || *rest != '\t')
        die("rows are out of order", NULL);
    while (*batch < number)
        rows->start[++*batch] = rows->len;
    rest++;
    add_text(rows, rest, len - (size_t)(rest - row));
    if (!step->is_copy)
        end_parameters(rows, from);
}

static void
read_step(PGconn *pg, const struct step *step, struct rows *rows, long batches)
{
    char sql[4096];
    char *row;
    int len;
    long batch = 0;
    PGresult *result;

    snprintf(sql, sizeof(sql), "COPY (%s) TO STDOUT", step->rows);
    result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_COPY_OUT)
        die(sql, pg);
    PQclear(result);
    rows->start = must(calloc((size_t)batches + 1, sizeof(*rows->start)));
    while ((len = PQgetCopyData(pg, &row, 0)) > 0) {
        add_row(rows, step, row, (size_t)len, &batch, batches);
        PQfreemem(row);
    }
    if (len != -1)
        die(sql, pg);
    while (batch < batches)
        rows->start[++batch] = rows->len;
    while ((result = PQgetResult(pg)))
        check(pg, result, sql);
}

/* ---- writing
 * --------------------------------------------------------------------- */

/* Those of a batch; of none, *len is 0. */
static const char *
rows_of(const struct rows *rows, long batch, size_t *len)
{
    *len = rows->start[batch + 1] - rows->start[batch];
    return rows->text + rows->start[batch];
}

static void
write_copy(PGconn *pg, const char *sql, const char *text, size_t len)
{
    PGresult *result = PQexec(pg, sql);

    if (PQresultStatus(result) != PGRES_COPY_IN)
        die(sql, pg);
    PQclear(result);
    while (len) {
        size_t part = len < COPY_CHUNK ? len : COPY_CHUNK;

        if (PQputCopyData(pg, text, (int)part) != 1)
            die(sql, pg);
        text += part;
        len -= part;
    }
    if (PQputCopyEnd(pg, NULL) != 1)
        die(sql, pg);
    while ((result = PQgetResult(pg)))
        check(pg, result, sql);
}

static void
write_copies(PGconn *pg, const struct rows *rows, bool before, long batch)
{
    for (int i = 0; i < STEP_COUNT; i++) {
        size_t len;
        const char *text = rows_of(&rows[i], batch, &len);

        if (steps[i].is_copy && steps[i].before == before && len)
            write_copy(pg, steps[i].write, text, len);
    }
}

static bool
send_statement(PGconn *pg, int number, const struct rows *rows, long batch)
{
    const char *params[PARAMS_MAX];
    size_t len;
    const char *text = rows_of(rows, batch, &len);
    const char *end = text + len;
    char name[16];
    int count = 0;

    for (; text < end && count < PARAMS_MAX; text += strlen(text) + 1)
        params[count++] = text;
    snprintf(name, sizeof(name), "step%d", number);
    if (count &&
        (!PQsendQueryPrepared(pg, name, count, params, NULL, NULL, 0) ||
         !PQsendFlushRequest(pg)))
        die(steps[number].write, pg);
    return count > 0;
}

static void
write_statements(PGconn *pg, const struct rows *rows, long batch)
{
    int sent[STEP_COUNT];
    int count = 0;
    PGresult *end;

    if (!PQenterPipelineMode(pg))
        die("no pipeline", pg);
    for (int i = 0; i < STEP_COUNT; i++)
        if (!steps[i].is_copy && send_statement(pg, i, &rows[i], batch))
            sent[count++] = i;
    if (!PQpipelineSync(pg))
        die("no pipeline", pg);
    for (int i = 0; i < count; i++) {
        check(pg, PQgetResult(pg), steps[sent[i]].write);
        PQclear(PQgetResult(pg)); /* its end */
    }
    end = PQgetResult(pg);
    if (PQresultStatus(end) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(pg))
        die("no end of a pipeline", pg);
    PQclear(end);
}

/* As a worker does: rows are added to tables, and then statements that are sent
 * together change what there is. */
static void
write_batch(PGconn *pg, const struct rows *rows, long batch)
{
    run(pg, "BEGIN; SET LOCAL synchronous_commit = on");
    write_copies(pg, rows, false, batch);
    write_statements(pg, rows, batch);
    run(pg, "COMMIT");
}

static void
prepare_statements(PGconn *pg)
{
    char name[16];

    run(pg, session_sql);
    for (int i = 0; i < STEP_COUNT; i++) {
        if (steps[i].is_copy)
            continue;
        snprintf(name, sizeof(name), "step%d", i);
        check(pg, PQprepare(pg, name, steps[i].write, 0, NULL), steps[i].write);
    }
}

/* ---- in all
 * ---------------------------------------------------------------------- */

static long
read_number(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    long number;

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        die(sql, pg);
    number = strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return number;
}

/* Returns how many batches there are; *events how many events. */
static long
read_run(const char *dsn, int batch_size, struct rows *rows, long *events)
{
    PGconn *pg = open_session(dsn);
    char sql[sizeof(place_sql) + 64];
    long batches;

    snprintf(sql, sizeof(sql), place_sql, batch_size);
    run(pg, sql);
    run(pg, accounts_sql);
    run(pg, counters_sql);
    *events = read_number(pg, "SELECT count(*) FROM place");
    batches = read_number(pg, "SELECT coalesce(max(batch), -1) + 1 FROM place");
    if (!batches)
        die("the source has no events", NULL);
    for (int i = 0; i < STEP_COUNT; i++)
        read_step(pg, &steps[i], &rows[i], batches);
    PQfinish(pg);
    return batches;
}

int
main(int argc, char **argv)
{
    static struct rows rows[STEP_COUNT];
    PGconn *pg;
    double started;
    long batches;
    long events;

    if (argc != 4 || atoi(argv[3]) < 1 || atoi(argv[3]) > 8192) {
        fputs("usage: copy_loop SOURCE_DSN TARGET_DSN EVENTS_A_BATCH\n",
              stderr);
        return 2;
    }
    batches = read_run(argv[1], atoi(argv[3]), rows, &events);
    pg = open_session(argv[2]);
    prepare_statements(pg);
    write_copies(pg, rows, true, 0);
    puts("ready");
    fflush(stdout);
    if (!wait_for_line())
        return 1;
    started = now_s();
    for (long batch = 0; batch < batches; batch++)
        write_batch(pg, rows, batch);
    printf("%ld %.3f\n", events, now_s() - started);
    fflush(stdout);
    wait_for_line(); /* the session stays until its cost was read */
    PQfinish(pg);
    return 0;
}
