/* account_pages.c - what a page of accounts is, and when it is worth it. */
#include "account_pages.h"

enum { WORTH_A_PAGE = 100 }; /* take some 1 ms */

static const struct page_source accounts = {
    .sql = "SELECT id, address FROM accounts WHERE id < $1::bigint "
           "ORDER BY id DESC LIMIT $2",
    .page = 20000, /* takes some 10 ms */
    .most = 750000,
};

bool
account_pages_next(struct pages *pages, struct pg *pg, size_t looked_for,
                   struct pg_result **rows, struct err *err)
{
    *rows = NULL;
    return looked_for < WORTH_A_PAGE ||
           pages_next(pages, &accounts, pg, rows, err);
}
