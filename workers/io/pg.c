/* pg.c - libpq with deadlines. Statements are sent and then waited for with
 * poll(), so that a dead network cannot hold the process for minutes. Rows
 * are read by pg_rows.c, arrays made by pg_array.c, rows for COPY by pg_text.c.
 */
#include "pg.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"

enum { MAX_STATEMENTS = 128, MAX_PARAMS = 24 };

struct pg {
    struct arena arena;   /* holds this struct */
    struct arena scratch; /* parameters of the statement under way */
    PGconn *conn;
    int64_t timeout_ms;
    bool broken;
    const char *statements[MAX_STATEMENTS]; /* prepared, by index */
    size_t statement_count;
};

/* ---- what a failure asks for ------------------------------------------- */

static const struct {
    const char *prefix; /* of the SQLSTATE; the first match counts */
    enum err_kind kind;
} sqlstate_kinds[] = {
    {"08", ERR_RETRY},                /* connection */
    {PG_UNIQUE_VIOLATION, ERR_RETRY}, /* somebody was first */
    {"2200H", ERR_FATAL},             /* a sequence is at its end */
    {"22", ERR_INPUT},                /* data exception */
    {"23", ERR_INPUT},                /* other integrity violations */
    {"25006", ERR_RETRY},             /* read-only: a failover is under way */
    {"25P03", ERR_RETRY},             /* idle in transaction for too long */
    {"28", ERR_CONFIG},               /* authorization */
    {"3D", ERR_CONFIG},               /* no such database */
    {"3F", ERR_CONFIG},               /* no such schema */
    {"40", ERR_RETRY},                /* deadlock, serialization */
    {"42", ERR_CONFIG},               /* rights, missing objects */
    {"53", ERR_RETRY},                /* out of disk, memory, connections */
    {"54", ERR_INPUT},                /* too large for an index or a row */
    {"55", ERR_RETRY},                /* lock not available */
    {"57", ERR_RETRY},                /* cancelled, shutting down */
    {"58", ERR_RETRY},                /* input or output error */
};

static enum err_kind
kind_of_sqlstate(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof(sqlstate_kinds) / sizeof(*sqlstate_kinds);
         i++)
        if (strncmp(sqlstate, sqlstate_kinds[i].prefix,
                    strlen(sqlstate_kinds[i].prefix)) == 0)
            return sqlstate_kinds[i].kind;
    return ERR_FATAL;
}

/* libpq ends its messages with newlines. */
static int
message_length(const char *message)
{
    size_t len = strlen(message);

    while (len && (message[len - 1] == '\n' || message[len - 1] == ' '))
        len--;
    return (int)len;
}

static bool
lost(struct pg *pg, struct err *err)
{
    const char *message = PQerrorMessage(pg->conn);

    pg->broken = true;
    return err_set_code(err, ERR_RETRY, "08006",
                        "lost the connection to PostgreSQL: %.*s",
                        message_length(message), message);
}

static bool
timed_out(struct pg *pg, struct err *err)
{
    pg->broken = true;
    return err_set_code(err, ERR_RETRY, "08006",
                        "PostgreSQL did not answer within %lld ms",
                        (long long)pg->timeout_ms);
}

static bool
failed(struct pg *pg, const PGresult *result, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);

    if (PQstatus(pg->conn) == CONNECTION_BAD)
        pg->broken = true;
    if (!sqlstate || !primary)
        return lost(pg, err);
    return err_set_code(err, kind_of_sqlstate(sqlstate), sqlstate,
                        "PostgreSQL: %s%s%s", primary, detail ? ": " : "",
                        detail ? detail : "");
}

/* ---- connecting ------------------------------------------------------------
 */

/* A server that answered has a FATAL in its message. Of those, only the ones
 * that pass by themselves are worth another try. */
static bool
passes_by_itself(const char *message)
{
    static const char *const passing[] = {"starting up", "shutting down",
                                          "recovery", "too many",
                                          "slots are reserved"};

    if (!strstr(message, "FATAL"))
        return true;
    for (size_t i = 0; i < sizeof(passing) / sizeof(*passing); i++)
        if (strstr(message, passing[i]))
            return true;
    return false;
}

static bool
refused(const PGconn *conn, struct err *err)
{
    const char *message = PQerrorMessage(conn);
    int len = message_length(message);

    if (passes_by_itself(message))
        return err_set_code(err, ERR_RETRY, "08001",
                            "could not connect to PostgreSQL: %.*s", len,
                            message);
    return err_set_code(err, ERR_CONFIG, "28000",
                        "PostgreSQL refuses the connection: %.*s; check "
                        "postgres.dsn and postgres.password",
                        len, message);
}

static PGconn *
connect_with(const struct pg_options *options)
{
    char user_timeout[24];
    const char *const names[] = {"keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "connect_timeout",
                                 "client_encoding",
                                 "fallback_application_name",
                                 "dbname",
                                 options->password ? "password" : NULL,
                                 NULL};
    const char *const values[] = {"10",
                                  "5",
                                  "3",
                                  user_timeout,
                                  "5",
                                  "UTF8",
                                  options->name,
                                  options->dsn ? options->dsn : "",
                                  options->password,
                                  NULL};

    snprintf(user_timeout, sizeof(user_timeout), "%lld",
             (long long)options->statement_timeout_ms);
    return PQconnectdbParams(names, values, 1);
}

static void
drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* A server that may forget a commit makes every promise void. */
static bool
require_durable(struct pg *pg, struct err *err)
{
    struct pg_result *result;
    bool durable;

    if (!pg_query(pg,
                  "SELECT current_setting('fsync') = 'on' AND "
                  "current_setting('full_page_writes') = 'on'",
                  NULL, 0, &result, err))
        return false;
    durable = pg_bool(result, 0, 0);
    pg_result_free(result);
    if (!durable)
        return err_set(err, ERR_CONFIG,
                       "PostgreSQL runs with fsync or full_page_writes off: "
                       "a crash could lose posted rewards; turn both on");
    return true;
}

static bool
prepare_session(struct pg *pg, struct err *err)
{
    char sql[400];

    snprintf(sql, sizeof(sql),
             "SET search_path = reward, pg_catalog; SET timezone = 'UTC'; "
             "SET datestyle = 'ISO'; SET bytea_output = 'hex'; "
             "SET statement_timeout = %lld; SET lock_timeout = %lld; "
             "SET idle_in_transaction_session_timeout = %lld",
             (long long)pg->timeout_ms, (long long)pg->timeout_ms * 3 / 4,
             (long long)pg->timeout_ms);
    return pg_exec(pg, sql, err) && require_durable(pg, err);
}

bool
pg_open(const struct pg_options *options, struct pg **opened, struct err *err)
{
    struct arena arena = {0};
    struct pg *pg = ARENA_NEW(&arena, struct pg);

    pg->timeout_ms = options->statement_timeout_ms;
    pg->conn = connect_with(options);
    pg->arena = arena;
    if (PQstatus(pg->conn) != CONNECTION_OK) {
        bool result = refused(pg->conn, err);

        pg_close(pg);
        return result;
    }
    PQsetNoticeReceiver(pg->conn, drop_notice, NULL);
    if (!prepare_session(pg, err)) {
        pg_close(pg);
        return false;
    }
    *opened = pg;
    return true;
}

void
pg_close(struct pg *pg)
{
    struct arena arena;

    if (!pg)
        return;
    PQfinish(pg->conn);
    arena_free(&pg->scratch);
    arena = pg->arena;
    arena_free(&arena);
}

bool
pg_is_broken(const struct pg *pg)
{
    return pg->broken;
}

/* ---- sending and waiting
 * ------------------------------------------------------ */

/* The server gives up at timeout_ms; we wait a little longer to hear of it. */
static int64_t
deadline_of(const struct pg *pg)
{
    return clock_monotonic_ms() + pg->timeout_ms + 2000;
}

static bool
wait_readable(struct pg *pg, int64_t deadline, struct err *err)
{
    struct pollfd socket = {.fd = PQsocket(pg->conn), .events = POLLIN};
    int64_t left = deadline - clock_monotonic_ms();
    int ready = left > 0 ? poll(&socket, 1, (int)left) : 0;

    if (ready == 0)
        return timed_out(pg, err);
    if (ready < 0 && errno != EINTR)
        return lost(pg, err);
    if (ready > 0 && !PQconsumeInput(pg->conn))
        return lost(pg, err);
    return true;
}

/* The next result of the statement under way; NULL in *result at its end. */
static bool
next_result(struct pg *pg, int64_t deadline, PGresult **result, struct err *err)
{
    while (PQisBusy(pg->conn))
        if (!wait_readable(pg, deadline, err))
            return false;
    *result = PQgetResult(pg->conn);
    return true;
}

static bool
is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Read all results up to the end of the statement and give the last good one to
 * *kept; the first error wins. */
static bool
finish(struct pg *pg, PGresult **kept, struct err *err)
{
    int64_t deadline = deadline_of(pg);
    PGresult *last = NULL;
    PGresult *result;
    bool ok = true;

    for (;;) {
        if (!next_result(pg, deadline, &result, err)) {
            ok = false;
            break;
        }
        if (!result)
            break;
        if (!is_good(result))
            ok = failed(pg, result, err);
        PQclear(last);
        last = result;
    }
    if (ok && kept)
        *kept = last;
    else
        PQclear(last);
    return ok;
}

bool
pg_exec(struct pg *pg, const char *sql, struct err *err)
{
    if (!PQsendQuery(pg->conn, sql))
        return lost(pg, err);
    return finish(pg, NULL, err);
}

static bool
statement_index(struct pg *pg, const char *sql, size_t *index, struct err *err)
{
    char name[16];

    for (*index = 0; *index < pg->statement_count; (*index)++)
        if (pg->statements[*index] == sql)
            return true;
    if (pg->statement_count == MAX_STATEMENTS)
        return err_set(err, ERR_FATAL, "more than %d prepared statements",
                       MAX_STATEMENTS);
    snprintf(name, sizeof(name), "s%zu", *index);
    if (!PQsendPrepare(pg->conn, name, sql, 0, NULL))
        return lost(pg, err);
    if (!finish(pg, NULL, err))
        return false;
    pg->statements[pg->statement_count++] = sql;
    return true;
}

enum format { FORMAT_TEXT, FORMAT_BINARY }; /* libpq's numbers */

/* No text has a NUL, and all arrays of pg_array_open begin with one. */
static bool
is_array(struct str param)
{
    return param.len && param.at[0] == '\0';
}

/* Of a statement that is prepared. */
static bool
send_prepared(struct pg *pg, size_t index, const struct str *params,
              size_t param_count, enum format format, struct err *err)
{
    const char *values[MAX_PARAMS] = {0};
    int lengths[MAX_PARAMS] = {0};
    int formats[MAX_PARAMS] = {0};
    char name[16];

    if (param_count > MAX_PARAMS)
        return err_set(err, ERR_FATAL, "too many parameters: %zu", param_count);
    arena_reset(&pg->scratch);
    for (size_t i = 0; i < param_count; i++) {
        formats[i] = is_array(params[i]) ? FORMAT_BINARY : FORMAT_TEXT;
        lengths[i] = (int)params[i].len;
        values[i] =
            params[i].at && formats[i] == FORMAT_TEXT
                ? arena_strndup(&pg->scratch, params[i].at, params[i].len)
                : params[i].at;
    }
    snprintf(name, sizeof(name), "s%zu", index);
    if (!PQsendQueryPrepared(pg->conn, name, (int)param_count, values, lengths,
                             formats, format))
        return lost(pg, err);
    return true;
}

static bool
query(struct pg *pg, const char *sql, const struct str *params,
      size_t param_count, enum format format, struct pg_result **result,
      struct err *err)
{
    size_t index;
    PGresult *kept;

    if (!statement_index(pg, sql, &index, err) ||
        !send_prepared(pg, index, params, param_count, format, err) ||
        !finish(pg, &kept, err))
        return false;
    *result = (struct pg_result *)kept;
    return true;
}

bool
pg_query(struct pg *pg, const char *sql, const struct str *params,
         size_t param_count, struct pg_result **result, struct err *err)
{
    return query(pg, sql, params, param_count, FORMAT_TEXT, result, err);
}

bool
pg_query_binary(struct pg *pg, const char *sql, const struct str *params,
                size_t param_count, struct pg_result **result, struct err *err)
{
    return query(pg, sql, params, param_count, FORMAT_BINARY, result, err);
}

bool
pg_run(struct pg *pg, const char *sql, const struct str *params,
       size_t param_count, struct err *err)
{
    struct pg_result *result = NULL;

    if (!pg_query(pg, sql, params, param_count, &result, err))
        return false;
    pg_result_free(result);
    return true;
}

/* ---- several at once
 * ---------------------------------------------------------
 */

/* None can be prepared while others are under way. */
static bool
prepare_all(struct pg *pg, const struct pg_statement *statements, size_t count,
            struct err *err)
{
    size_t index;

    for (size_t i = 0; i < count; i++)
        if (!statement_index(pg, statements[i].sql, &index, err))
            return false;
    return true;
}

static bool
send_all(struct pg *pg, const struct pg_statement *statements, size_t count,
         struct err *err)
{
    size_t index;

    for (size_t i = 0; i < count; i++)
        if (!statement_index(pg, statements[i].sql, &index, err) ||
            !send_prepared(pg, index, statements[i].params,
                           statements[i].param_count, FORMAT_TEXT, err))
            return false;
    return PQpipelineSync(pg->conn) ? true : lost(pg, err);
}

/* Of an INSERT, UPDATE or DELETE. */
static bool
changed_as_told(const struct pg_statement *statement, PGresult *result,
                struct err *err)
{
    size_t changed = strtoull(PQcmdTuples(result), NULL, 10);

    if (!statement->row_count || changed == statement->row_count)
        return true;
    return err_set(err, ERR_FATAL,
                   "%zu rows were to be changed and %zu were, by: %s",
                   statement->row_count, changed, statement->sql);
}

static bool
read_answer(struct pg *pg, const struct pg_statement *statement,
            struct err *err)
{
    PGresult *result;
    bool ok;

    if (!finish(pg, &result, err))
        return false;
    ok = changed_as_told(statement, result, err);
    if (ok && statement->result)
        *statement->result = (struct pg_result *)result;
    else
        PQclear(result);
    return ok;
}

static bool
read_answers(struct pg *pg, const struct pg_statement *statements, size_t count,
             struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!read_answer(pg, &statements[i], err))
            return false;
    return true;
}

/* To the end of what was sent together, whatever has become of it. */
static bool
read_to_sync(struct pg *pg, struct err *err)
{
    int64_t deadline = deadline_of(pg);
    ExecStatusType status = PGRES_EMPTY_QUERY;

    while (status != PGRES_PIPELINE_SYNC) {
        PGresult *result;

        if (!next_result(pg, deadline, &result, err))
            return false;
        status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        PQclear(result);
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            return lost(pg, err);
    }
    return PQexitPipelineMode(pg->conn) ? true : lost(pg, err);
}

static void
drop_results(const struct pg_statement *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!statements[i].result)
            continue;
        pg_result_free(*statements[i].result);
        *statements[i].result = NULL;
    }
}

bool
pg_run_all(struct pg *pg, const struct pg_statement *statements, size_t count,
           struct err *err)
{
    struct err late = {0};
    bool ok;

    for (size_t i = 0; i < count; i++)
        if (statements[i].result)
            *statements[i].result = NULL;
    if (!prepare_all(pg, statements, count, err))
        return false;
    if (!PQenterPipelineMode(pg->conn))
        return lost(pg, err);
    ok = send_all(pg, statements, count, err) &&
         read_answers(pg, statements, count, err);
    if (!pg->broken && !read_to_sync(pg, ok ? err : &late))
        ok = false;
    if (!ok)
        drop_results(statements, count);
    return ok;
}

/* ---- COPY
 * -------------------------------------------------------------------
 */

static size_t
next_copy(const struct pg_copy *copies, size_t count, size_t at)
{
    while (at < count && !copies[at].rows.len)
        at++;
    return at;
}

static bool
send_copies(struct pg *pg, const struct pg_copy *copies, size_t count,
            struct err *err)
{
    struct buf sql;
    size_t at = next_copy(copies, count, 0);

    arena_reset(&pg->scratch);
    buf_init(&sql, &pg->scratch);
    for (; at < count; at = next_copy(copies, count, at + 1)) {
        buf_add_cstr(&sql, copies[at].sql);
        buf_add_char(&sql, ';');
    }
    buf_add_char(&sql, '\0');
    return PQsendQuery(pg->conn, sql.at) ? true : lost(pg, err);
}

static bool
send_rows(struct pg *pg, struct str rows, struct err *err)
{
    enum { PIECE = 1 << 20 };

    while (rows.len) {
        size_t len = rows.len < PIECE ? rows.len : PIECE;

        if (PQputCopyData(pg->conn, rows.at, (int)len) != 1)
            return lost(pg, err);
        rows.at += len;
        rows.len -= len;
    }
    return PQputCopyEnd(pg->conn, NULL) == 1 ? true : lost(pg, err);
}

/* Do as the server says of a COPY: it asks for the rows, has taken them, or
 * will not. */
static bool
go_on_with(struct pg *pg, const struct pg_copy *copy, const PGresult *result,
           bool *taken, struct err *err)
{
    *taken = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (PQresultStatus(result) == PGRES_COPY_IN)
        return send_rows(pg, copy->rows, err);
    return *taken || failed(pg, result, err);
}

bool
pg_copy_all(struct pg *pg, const struct pg_copy *copies, size_t count,
            size_t *refused, struct err *err)
{
    size_t at = next_copy(copies, count, 0);
    bool at_end = at == count;
    bool ok = at_end || send_copies(pg, copies, count, err);

    while (!at_end && !pg->broken) {
        PGresult *result;
        bool taken = false;

        *refused = at;
        if (!next_result(pg, deadline_of(pg), &result, err))
            return false;
        at_end = !result;
        if (!at_end && !go_on_with(pg, &copies[at], result, &taken, err))
            ok = false;
        if (taken)
            at = next_copy(copies, count, at + 1);
        PQclear(result);
    }
    return ok;
}

bool
pg_copy(struct pg *pg, const char *sql, struct str rows, struct err *err)
{
    const struct pg_copy copy = {sql, rows};
    size_t refused;

    return pg_copy_all(pg, &copy, 1, &refused, err);
}

/* ---- transactions
 * -----------------------------------------------------------
 */

bool
pg_begin(struct pg *pg, struct err *err)
{
    return pg_exec(pg, "BEGIN; SET LOCAL synchronous_commit = on", err);
}

bool
pg_commit_send(struct pg *pg, struct err *err)
{
    return PQsendQuery(pg->conn, "COMMIT") ? true : lost(pg, err);
}

bool
pg_commit_wait(struct pg *pg, struct err *err)
{
    PGresult *result = NULL;
    bool committed;

    if (!finish(pg, &result, err)) {
        if (pg->broken)
            snprintf(err->code, sizeof(err->code), "commit_unknown");
        return false;
    }
    /* A failed transaction answers COMMIT with success and this tag. */
    committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;
    PQclear(result);
    if (!committed)
        return err_set_code(err, ERR_RETRY, "rolled_back",
                            "PostgreSQL rolled back instead of committing");
    return true;
}

bool
pg_commit(struct pg *pg, struct err *err)
{
    return pg_commit_send(pg, err) && pg_commit_wait(pg, err);
}

void
pg_rollback(struct pg *pg)
{
    struct err ignored = {0};

    if (pg->broken)
        return;
    if (!pg_exec(pg, "ROLLBACK", &ignored))
        pg->broken = true;
}

bool
pg_wait_notify(struct pg *pg, int64_t wait_ms, struct err *err)
{
    struct pollfd socket = {.fd = PQsocket(pg->conn), .events = POLLIN};
    PGnotify *notify = PQnotifies(pg->conn);
    int ready = notify ? 0 : poll(&socket, 1, (int)wait_ms);

    if (ready > 0 && !PQconsumeInput(pg->conn))
        return lost(pg, err);
    if (!notify)
        notify = PQnotifies(pg->conn);
    for (; notify; notify = PQnotifies(pg->conn))
        PQfreemem(notify);
    if (PQstatus(pg->conn) == CONNECTION_BAD)
        return lost(pg, err);
    return true;
}
