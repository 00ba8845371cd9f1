/* pages.c - pages by the primary key, from its end. */
#include "pages.h"

#include "buf.h"

static bool
read_page(const struct page_source *source, struct pg *pg, int64_t before,
          struct pg_result **rows, struct err *err)
{
    struct arena arena = {0};
    bool ok =
        pg_query_binary(pg, source->sql,
                        (struct str[]){int_text(&arena, before),
                                       int_text(&arena, (int64_t)source->page)},
                        2, rows, err);

    arena_free(&arena);
    return ok;
}

bool
pages_next(struct pages *pages, const struct page_source *source, struct pg *pg,
           struct pg_result **rows, struct err *err)
{
    size_t count;

    *rows = NULL;
    if (pages->at_end)
        return true;
    if (!read_page(source, pg, pages->before ? pages->before : INT64_MAX, rows,
                   err))
        return false;
    count = pg_rows(*rows);
    if (count)
        pages->before = pg_int(*rows, count - 1, 0);
    pages->count += count;
    pages->at_end = count < source->page || pages->count >= source->most;
    return true;
}
