/* pg.c - libpq with deadlines. Statements are sent and then waited for with
 * poll(), so that a dead network cannot hold the process for minutes. Several
 * at once are sent by pg_together.c; rows are read by pg_rows.c, arrays made by
 * pg_array.c, rows for COPY by pg_text.c. */
#include "pg.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "pg_parts.h"

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

bool
pg_lost(struct pg *pg, struct err *err)
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

bool
pg_failed(struct pg *pg, const PGresult *result, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);

    if (PQstatus(pg->conn) == CONNECTION_BAD)
        pg->broken = true;
    if (!sqlstate || !primary)
        return pg_lost(pg, err);
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

/* The last three are the server's: locks held by a process whose machine is
 * gone must not outlive it for hours. */
static bool
prepare_session(struct pg *pg, struct err *err)
{
    char sql[520];

    snprintf(sql, sizeof(sql),
             "SET search_path = reward, pg_catalog; SET timezone = 'UTC'; "
             "SET datestyle = 'ISO'; SET bytea_output = 'hex'; "
             "SET statement_timeout = %lld; SET lock_timeout = %lld; "
             "SET idle_in_transaction_session_timeout = %lld; "
             "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
             "SET tcp_keepalives_count = 3",
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
int64_t
pg_deadline(const struct pg *pg)
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
        return pg_lost(pg, err);
    if (ready > 0 && !PQconsumeInput(pg->conn))
        return pg_lost(pg, err);
    return true;
}

bool
pg_next_result(struct pg *pg, int64_t deadline, PGresult **result,
               struct err *err)
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

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
           status == PGRES_COPY_IN;
}

bool
pg_finish(struct pg *pg, PGresult **kept, struct err *err)
{
    int64_t deadline = pg_deadline(pg);
    PGresult *last = NULL;
    PGresult *result;
    bool ok = true;

    for (;;) {
        if (!pg_next_result(pg, deadline, &result, err)) {
            ok = false;
            break;
        }
        if (!result)
            break;
        if (!is_good(result))
            ok = pg_failed(pg, result, err);
        PQclear(last);
        last = result;
        if (PQresultStatus(result) == PGRES_COPY_IN)
            break;
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
        return pg_lost(pg, err);
    return pg_finish(pg, NULL, err);
}

bool
pg_prepare(struct pg *pg, const char *sql, size_t param_count, size_t *index,
           struct err *err)
{
    char name[16];

    if (param_count > PG_MAX_PARAMS)
        return err_set(err, ERR_FATAL, "too many parameters: %zu", param_count);
    for (*index = 0; *index < pg->statement_count; (*index)++)
        if (pg->statements[*index] == sql)
            return true;
    if (pg->statement_count == PG_MAX_STATEMENTS)
        return err_set(err, ERR_FATAL, "more than %d prepared statements",
                       PG_MAX_STATEMENTS);
    snprintf(name, sizeof(name), "s%zu", *index);
    if (!PQsendPrepare(pg->conn, name, sql, 0, NULL))
        return pg_lost(pg, err);
    if (!pg_finish(pg, NULL, err))
        return false;
    pg->statements[pg->statement_count++] = sql;
    return true;
}

/* No text has a NUL, and all arrays of pg_array_open begin with one. */
static bool
is_array(struct str param)
{
    return param.len && param.at[0] == '\0';
}

bool
pg_send(struct pg *pg, size_t index, const struct str *params,
        size_t param_count, enum pg_format format, struct err *err)
{
    const char *values[PG_MAX_PARAMS] = {0};
    int lengths[PG_MAX_PARAMS] = {0};
    int formats[PG_MAX_PARAMS] = {0};
    char name[16];

    arena_reset(&pg->scratch);
    for (size_t i = 0; i < param_count; i++) {
        formats[i] = is_array(params[i]) ? PG_FORMAT_BINARY : PG_FORMAT_TEXT;
        lengths[i] = (int)params[i].len;
        values[i] =
            params[i].at && formats[i] == PG_FORMAT_TEXT
                ? arena_strndup(&pg->scratch, params[i].at, params[i].len)
                : params[i].at;
    }
    snprintf(name, sizeof(name), "s%zu", index);
    if (!PQsendQueryPrepared(pg->conn, name, (int)param_count, values, lengths,
                             formats, format))
        return pg_lost(pg, err);
    return true;
}

static bool
query(struct pg *pg, const char *sql, const struct str *params,
      size_t param_count, enum pg_format format, struct pg_result **result,
      struct err *err)
{
    size_t index;
    PGresult *kept;

    if (!pg_prepare(pg, sql, param_count, &index, err) ||
        !pg_send(pg, index, params, param_count, format, err) ||
        !pg_finish(pg, &kept, err))
        return false;
    *result = (struct pg_result *)kept;
    return true;
}

bool
pg_query(struct pg *pg, const char *sql, const struct str *params,
         size_t param_count, struct pg_result **result, struct err *err)
{
    return query(pg, sql, params, param_count, PG_FORMAT_TEXT, result, err);
}

bool
pg_query_binary(struct pg *pg, const char *sql, const struct str *params,
                size_t param_count, struct pg_result **result, struct err *err)
{
    return query(pg, sql, params, param_count, PG_FORMAT_BINARY, result, err);
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

/* ---- COPY and transactions
 * -----------------------------------------------------------
 */

bool
pg_copy(struct pg *pg, const char *sql, struct str rows, struct err *err)
{
    enum { PIECE = 1 << 20 };

    if (!rows.len)
        return true;
    if (!PQsendQuery(pg->conn, sql))
        return pg_lost(pg, err);
    if (!pg_finish(pg, NULL, err))
        return false;
    while (rows.len) {
        size_t len = rows.len < PIECE ? rows.len : PIECE;

        if (PQputCopyData(pg->conn, rows.at, (int)len) != 1)
            return pg_lost(pg, err);
        rows.at += len;
        rows.len -= len;
    }
    if (PQputCopyEnd(pg->conn, NULL) != 1)
        return pg_lost(pg, err);
    return pg_finish(pg, NULL, err);
}

bool
pg_begin(struct pg *pg, struct err *err)
{
    return pg_exec(pg, "BEGIN; SET LOCAL synchronous_commit = on", err);
}

bool
pg_commit_send(struct pg *pg, struct err *err)
{
    return PQsendQuery(pg->conn, "COMMIT") ? true : pg_lost(pg, err);
}

bool
pg_commit_wait(struct pg *pg, struct err *err)
{
    PGresult *result = NULL;
    bool committed;

    if (!pg_finish(pg, &result, err)) {
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
        return pg_lost(pg, err);
    if (!notify)
        notify = PQnotifies(pg->conn);
    for (; notify; notify = PQnotifies(pg->conn))
        PQfreemem(notify);
    if (PQstatus(pg->conn) == CONNECTION_BAD)
        return pg_lost(pg, err);
    return true;
}
