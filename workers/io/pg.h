/* pg.h - one connection to PostgreSQL; pg*.c are the only users of libpq.
 * Knows deadlines and what a SQLSTATE asks for, nothing of rewards. */
#ifndef IO_PG_H
#define IO_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg_rows.h"
#include "str.h"

/* A code of struct err: somebody was first. */
#define PG_UNIQUE_VIOLATION "23505"

struct pg; /* a connection */

struct pg_options {
    const char *dsn;      /* libpq connection string or URI */
    const char *password; /* NULL: libpq's own ways (PGPASSFILE, ...) */
    const char *name;     /* application_name: "reward worker" */
    /* Also bounds our own waiting. Three quarters of it bound a wait for a
     * lock (55P03), so that 57014 means that the work itself took too long. */
    int64_t statement_timeout_ms;
};

/* Connect. ERR_RETRY when the server is away or starting, ERR_CONFIG when it
 * refuses us (password, database, role) or is not durable (fsync or
 * full_page_writes off). *pg is owned by the caller. */
MUST_CHECK bool pg_open(const struct pg_options *options, struct pg **pg,
                        struct err *err);

/* NULL is allowed. */
void pg_close(struct pg *pg);

/* Whether the connection is lost: close it, open another. */
bool pg_is_broken(const struct pg *pg);

/* Run one or more statements without parameters, dropping their rows. Any
 * failure of this and the functions below has the SQLSTATE as code and
 *   ERR_RETRY  for lost connections, deadlocks, timeouts, full disks and
 *              unique violations (another worker was first),
 *   ERR_INPUT  for data the database does not take (22xxx, other 23xxx, 54xxx),
 *   ERR_CONFIG for rights and missing objects (28, 3D, 3F, 42),
 *   ERR_FATAL  for anything else. */
MUST_CHECK bool pg_exec(struct pg *pg, const char *sql, struct err *err);

/* Run one statement with parameters $1 ..., texts or arrays of pg_array.h (at
 * NULL is a NULL); no text may hold a NUL. The statement is prepared once a
 * connection and kept under its own text, so `sql` must be a constant of the
 * program. *result is owned by the caller. */
MUST_CHECK bool pg_query(struct pg *pg, const char *sql,
                         const struct str *params, size_t param_count,
                         struct pg_result **result, struct err *err);

/* As pg_query, with rows in PostgreSQL's binary format, which is cheaper to
 * write and to read: of columns of integers, bool, text, bytea, tid and
 * timestamptz. To read one as what it is not ends the process. */
MUST_CHECK bool pg_query_binary(struct pg *pg, const char *sql,
                                const struct str *params, size_t param_count,
                                struct pg_result **result, struct err *err);

/* As pg_query, dropping the rows. */
MUST_CHECK bool pg_run(struct pg *pg, const char *sql, const struct str *params,
                       size_t param_count, struct err *err);

/* COPY ... FROM STDIN of rows in text format, already escaped; of none, the
 * server is not asked. */
MUST_CHECK bool pg_copy(struct pg *pg, const char *sql, struct str rows,
                        struct err *err);

MUST_CHECK bool pg_begin(struct pg *pg, struct err *err);

/* COMMIT, and check that the server says it did: ERR_RETRY with code
 * "commit_unknown" when the connection broke and the outcome is not known,
 * "rolled_back" when the server answered ROLLBACK. */
MUST_CHECK bool pg_commit(struct pg *pg, struct err *err);

/* The two halves of pg_commit: sent, and answered. */
MUST_CHECK bool pg_commit_send(struct pg *pg, struct err *err);
MUST_CHECK bool pg_commit_wait(struct pg *pg, struct err *err);

/* Roll back; on failure the connection is marked broken. */
void pg_rollback(struct pg *pg);

/* Wait until a NOTIFY arrives on a channel we LISTEN to, or wait_ms are over,
 * or a signal comes. ERR_RETRY when the connection is lost. */
MUST_CHECK bool pg_wait_notify(struct pg *pg, int64_t wait_ms, struct err *err);

#endif
