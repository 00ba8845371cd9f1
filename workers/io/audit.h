/* audit.h - a statement about the database that can be proved wrong: a query
 * that returns the offending rows, and none when all is well. */
#ifndef IO_AUDIT_H
#define IO_AUDIT_H

#include <stddef.h>

#include "compiler.h"
#include "err.h"
#include "pg.h"

struct audit {
    const char *name; /* "chain" */
    const char *what; /* what it proves, in one sentence */
    const char *sql;  /* columns of any type; the names say what they are */
};

enum { AUDIT_ROWS = 20 }; /* an audit gives no more */

/* The first AUDIT_ROWS rows of a query, which is planned as if all were wanted:
 * a limit inside would have the planner hope for an early end, and an audit
 * that finds nothing has none. */
#define AUDIT_SQL(query)                                                       \
    "WITH offence AS MATERIALIZED (" query ") SELECT * FROM offence LIMIT 20"

/* Run the query. *offences is owned by the caller. */
MUST_CHECK bool audit_run(struct pg *pg, const struct audit *audit,
                          struct pg_result **offences, struct err *err);

#endif
