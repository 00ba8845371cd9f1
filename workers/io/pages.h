/* pages.h - rows of a table by their id, latest first, a page at a time: what a
 * process that has just come learns of those before it. In order, a row costs
 * the database a twentieth of one that is looked for by itself. */
#ifndef IO_PAGES_H
#define IO_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "pg.h"

struct page_source {
    const char *sql; /* at most $2 rows of ids below $1::bigint, descending;
                        the first column is the id */
    size_t page;     /* rows */
    size_t most;     /* no more are read than are worth remembering */
};

/* All zero starts at the latest. */
struct pages {
    int64_t before; /* rows from this id on were read; 0: none */
    size_t count;   /* rows that were read */
    bool at_end;    /* of the table, or of what is worth it */
};

/* The next page, in binary; the caller frees it. *rows is NULL at the end. */
MUST_CHECK bool pages_next(struct pages *pages,
                           const struct page_source *source, struct pg *pg,
                           struct pg_result **rows, struct err *err);

#endif
