/* pg_together.h - several statements that are sent together, since nobody has
 * to know what one has found before the next begins. They run one after the
 * other, each under the time-outs of pg.h. Only for reading, or in a
 * transaction that is rolled back after any failure: statements behind the one
 * that failed may have run. Errors are those of pg.h.
 *
 * Not for COPY: between two that are sent together the server waits for rows,
 * not for a statement. Neither of its time-outs runs then, and what a client
 * that is frozen has locked stays locked. */
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

/* Run statements for one round trip: libpq's pipeline mode. After a failure
 * there is no result of any. ERR_FATAL when one has not changed the rows that
 * it must, since somebody else has written what we hold a lock on. */
MUST_CHECK bool pg_run_all(struct pg *pg, const struct pg_statement *statements,
                           size_t count, struct err *err);

#endif
