/* account_pages.c - pages by the primary key, from its end. */
#include "account_pages.h"

#include "buf.h"

enum {
    PAGE = 20000,       /* takes some 10 ms */
    WORTH_A_PAGE = 100, /* take some 1 ms */
    ACCOUNTS_MAX = 750000,
};

static bool
read_page(struct pg *pg, int64_t before, struct pg_result **rows,
          struct err *err)
{
    struct arena arena = {0};
    bool ok = pg_query_binary(
        pg,
        "SELECT id, address FROM accounts WHERE id < $1 "
        "ORDER BY id DESC LIMIT $2",
        (struct str[]){int_text(&arena, before), int_text(&arena, PAGE)}, 2,
        rows, err);

    arena_free(&arena);
    return ok;
}

bool
account_pages_next(struct account_pages *pages, struct pg *pg,
                   size_t looked_for, struct pg_result **rows, struct err *err)
{
    size_t count;

    *rows = NULL;
    if (pages->at_end || looked_for < WORTH_A_PAGE)
        return true;
    if (!read_page(pg, pages->before ? pages->before : INT32_MAX, rows, err))
        return false;
    count = pg_rows(*rows);
    if (count)
        pages->before = pg_int(*rows, count - 1, 0);
    pages->count += count;
    pages->at_end = count < PAGE || pages->count >= ACCOUNTS_MAX;
    return true;
}
