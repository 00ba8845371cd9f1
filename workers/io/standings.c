/* standings.c - calls the function of the database that does it. */
#include "standings.h"

#include <inttypes.h>
#include <stdio.h>

bool
standings_refresh(struct pg *pg, int64_t most_entries, bool *current,
                  struct err *err)
{
    struct pg_result *result;
    char number[24];
    struct str param;

    snprintf(number, sizeof(number), "%" PRId64, most_entries);
    param = str_from_cstr(number);
    if (!pg_query(pg, "SELECT reward.refresh_standings($1)", &param, 1, &result,
                  err))
        return false;
    *current = pg_bool(result, 0, 0);
    pg_result_free(result);
    return true;
}

/* Not even one batch, when that is a large one. */
void
standings_help(struct pg *pg)
{
    struct err ignored = {0};

    (void)!pg_run(pg,
                  "SELECT reward.refresh_standings(500) FROM reward.totals t "
                  "WHERE (SELECT b.entries FROM reward.batches b "
                  "WHERE b.id > t.batch_id ORDER BY b.id LIMIT 1) <= 500",
                  NULL, 0, &ignored);
}
