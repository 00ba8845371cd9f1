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

enum { AUDIT_ROWS = 20 }; /* LIMIT of the queries */

/* Run the query. *offences is owned by the caller. */
MUST_CHECK bool audit_run(struct pg *pg, const struct audit *audit,
                          struct pg_result **offences, struct err *err);

#endif
