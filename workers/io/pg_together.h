/* pg_together.h - several statements, or COPYs, that are sent together, since
 * nobody has to know what one has found before the next begins. They run one
 * after the other, each under the time-outs of pg.h. Only for reading, or in
 * a transaction that is rolled back after any failure: statements behind the
 * one that failed may have run. Errors are those of pg.h. */
#ifndef IO_PG_TOGETHER_H
#define IO_PG_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "pg_rows.h"
#include "str.h"

struct pg_statement {
    const char *sql; /* as of pg_query */
    const struct str *params;
    size_t param_count;
    size_t row_count;          /* that it must change; 0: any number */
    bool is_binary;            /* rows as those of pg_query_binary */
    struct pg_result **result; /* owned by the caller; NULL: rows are dropped */
};

/* Run statements with one wait: libpq's pipeline mode. After a
 * failure there is no result of any. ERR_FATAL when one has not changed the
 * rows that it must, since somebody else has written what we hold a lock on. */
MUST_CHECK bool pg_run_all(struct pg *pg, const struct pg_statement *statements,
                           size_t count, struct err *err);

struct pg_addition {
    const char *copy; /* COPY ... FROM STDIN */
    struct str rows;  /* in text format, already escaped */
};

/* Add rows to tables: all COPYs are one query, and each is waited for once.
 * Where there are no rows, the server is not asked. *refused is the number of
 * the one that failed, or `count`. */
MUST_CHECK bool pg_copy_all(struct pg *pg, const struct pg_addition *additions,
                            size_t count, size_t *refused, struct err *err);

/* The same of one. */
MUST_CHECK bool pg_copy(struct pg *pg, const char *sql, struct str rows,
                        struct err *err);

#endif
