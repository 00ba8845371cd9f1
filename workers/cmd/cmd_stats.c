/* cmd_stats.c - `reward stats`: the whole economy in one row. What each number
 * is, the view reward.stats says. */
#include "account_query.h"
#include "command.h"
#include "standings.h"

static const char stats_sql[] = "SELECT * FROM reward.stats";

int
cmd_stats(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *result;
    struct pg *pg;

    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    standings_help(pg);
    if (!pg_query(pg, stats_sql, NULL, 0, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_record(line, result, " accounts velocity staking_rate ");
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}
