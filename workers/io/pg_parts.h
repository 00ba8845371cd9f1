/* pg_parts.h - shared by pg.c and pg_together.c only. */
#ifndef IO_PG_PARTS_H
#define IO_PG_PARTS_H

#include <libpq-fe.h>

#include "pg.h"

enum { PG_MAX_STATEMENTS = 128, PG_MAX_PARAMS = 24 };

struct pg {
    struct arena arena;   /* holds this struct */
    struct arena scratch; /* parameters of the statement under way */
    PGconn *conn;
    int64_t timeout_ms;
    bool broken;
    const char *statements[PG_MAX_STATEMENTS]; /* prepared, by index */
    size_t statement_count;
};

enum pg_format { PG_FORMAT_TEXT, PG_FORMAT_BINARY }; /* libpq's numbers */

/* Say that the connection is lost, and mark it so; always false. */
bool pg_lost(struct pg *pg, struct err *err);

/* Say what the server refused; always false. */
bool pg_failed(struct pg *pg, const PGresult *result, struct err *err);

/* Until when a statement that is under way from now on is waited for. */
int64_t pg_deadline(const struct pg *pg);

/* The next result of the statement under way; NULL in *result at its end. */
MUST_CHECK bool pg_next_result(struct pg *pg, int64_t deadline,
                               PGresult **result, struct err *err);

/* Read all results up to the end of the statement, or the start of a COPY, and
 * give the last good one to *kept, unless that is NULL; the first error wins.
 */
MUST_CHECK bool pg_finish(struct pg *pg, PGresult **kept, struct err *err);

/* The number of a statement, prepared if it was not. */
MUST_CHECK bool pg_prepare(struct pg *pg, const char *sql, size_t param_count,
                           size_t *index, struct err *err);

/* Send a statement that is prepared; false only when the connection is lost. */
MUST_CHECK bool pg_send(struct pg *pg, size_t index, const struct str *params,
                        size_t param_count, enum pg_format format,
                        struct err *err);

#endif
