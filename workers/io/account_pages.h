/* account_pages.h - ids and addresses of accounts, newest first, a page at a
 * time. Where many turn out not to be remembered, as after a start on a large
 * ledger, pages bring those that will be asked for next: in order, an account
 * costs the database a twentieth of one that is looked for by itself. */
#ifndef IO_ACCOUNT_PAGES_H
#define IO_ACCOUNT_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "pg.h"

/* All zero starts at the newest. */
struct account_pages {
    int64_t before; /* ids from here on were read; 0: none */
    size_t count;   /* accounts that were read */
    bool at_end;
};

/* The next page, as columns id and address, after so many accounts had to be
 * looked for; the caller frees it. *rows is NULL when those are too few, when
 * all accounts were read, or as many as are worth remembering. */
MUST_CHECK bool account_pages_next(struct account_pages *pages, struct pg *pg,
                                   size_t looked_for, struct pg_result **rows,
                                   struct err *err);

#endif
