/* cmd_stake.c - `reward stake list`: an account's stakes, newest first, a page
 * at a time. The cursor is the last stake of the page before. */
#include <string.h>

#include "account_query.h"
#include "command.h"

enum { STAKE_LIMIT = 100 };

static const char page_sql[] =
    "SELECT staking_id, amount, lock_period, " SQL_RFC3339(
        "start_date") ", " SQL_RFC3339("end_date") ", "
                                                   "is_active::text AS "
                                                   "is_active, benefits::text "
                                                   "AS benefits "
                                                   "FROM reward.stake_page($1, "
                                                   "$2, $3, $4)";

/* Parameters of page_sql. */
enum { ACCOUNT, ACTIVE, LIMIT, AFTER, PARAMS };

static bool
is_uuid(struct str text)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (text.len != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (shape[i] == '-' ? text.at[i] != '-'
                            : !memchr("0123456789abcdefABCDEF", text.at[i], 22))
            return false;
    return true;
}

static bool
choose_page(const struct command_line *line, struct str *params)
{
    const char *cursor = command_option(line, "after");

    if (!account_argument(line, 1, &params[ACCOUNT]) ||
        !page_limit(line, STAKE_LIMIT, &params[LIMIT]))
        return false;
    params[ACTIVE] = command_option(line, "active") ? STR("t") : STR("f");
    params[AFTER] = str_from_cstr(cursor);
    if (!cursor || is_uuid(params[AFTER]))
        return true;
    command_misused(line, "--after must be the staking_id of a row, not \"%s\"",
                    cursor);
    return false;
}

static void
print_page(struct command_line *line, const struct pg_result *result,
           struct str limit)
{
    size_t rows = pg_rows(result);

    print_rows(line, result,
               line->format ? " lock_period is_active benefits "
                            : " amount lock_period ");
    if (str_eq_cstr(limit, arena_printf(line->arena, "%zu", rows)))
        print_next_page(line, "after", pg_text(result, rows - 1, 0));
}

static int
stake_list(struct command_line *line)
{
    struct str params[PARAMS];
    struct err err = {0};
    struct pg_result *result;
    struct pg *pg;

    if (!choose_page(line, params))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!account_require(pg, params[ACCOUNT], &err) ||
        !pg_query(pg, page_sql, params, PARAMS, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_page(line, result, params[LIMIT]);
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}

int
cmd_stake(struct command_line *line)
{
    if (line->argc && strcmp(line->argv[0], "list") == 0)
        return stake_list(line);
    return command_misused(line, "say what to do");
}
