/* account_pages.h - ids and addresses of accounts, newest first. Where many
 * turn out not to be remembered, as after a start on a large ledger, pages
 * bring those that will be asked for next. */
#ifndef IO_ACCOUNT_PAGES_H
#define IO_ACCOUNT_PAGES_H

#include "pages.h"

/* The next page, as columns id and address, after so many accounts had to be
 * looked for; the caller frees it. *rows is NULL when those are too few, when
 * all accounts were read, or as many as are worth remembering. */
MUST_CHECK bool account_pages_next(struct pages *pages, struct pg *pg,
                                   size_t looked_for, struct pg_result **rows,
                                   struct err *err);

#endif
