/* cmd_leaderboard.c - `reward leaderboard`: who earned most, a page at a time.
 * The cursor is a row's rank, total_earned and user_address: the next page
 * begins behind that place in the order, whoever has come or gone meanwhile,
 * and ranks count on. */
#include <string.h>

#include "account_query.h"
#include "command.h"
#include "num.h"
#include "standings.h"

enum { LEADERBOARD_LIMIT = 100 };

static const char page_sql[] =
    "SELECT rank, user_address, total_earned, balance "
    "FROM reward.leaderboard_page($1, $2, $3, $4)";

/* Parameters of page_sql. */
enum { LIMIT, RANK, EARNED, ADDRESS, PARAMS };

/* What is before the next colon; *rest is what is behind it. */
static bool
cut_field(struct str *rest, struct str *field)
{
    const char *colon = memchr(rest->at, ':', rest->len);

    if (!colon)
        return false;
    *field = str_make(rest->at, (size_t)(colon - rest->at));
    *rest = str_make(colon + 1, rest->len - field->len - 1);
    return true;
}

static bool
parse_cursor(struct str text, struct str *params)
{
    struct ratio earned;
    int64_t number;

    params[ADDRESS] = text;
    return cut_field(&params[ADDRESS], &params[RANK]) &&
           cut_field(&params[ADDRESS], &params[EARNED]) &&
           num_parse_int(params[RANK], &number) && number >= 0 &&
           ratio_parse(params[EARNED], &earned) && earned.num >= 0 &&
           ratio_to_minor(earned, 2, ROUND_FLOOR, &number) &&
           params[ADDRESS].len > 0;
}

static bool
choose_page(const struct command_line *line, struct str *params)
{
    const char *cursor = command_option(line, "after");

    if (!page_limit(line, LEADERBOARD_LIMIT, &params[LIMIT]))
        return false;
    params[RANK] = STR("0");
    if (!cursor || parse_cursor(str_from_cstr(cursor), params))
        return true;
    command_misused(line,
                    "--after must be RANK:EARNED:ADDRESS of a row, not \"%s\"",
                    cursor);
    return false;
}

static void
print_page(struct command_line *line, const struct pg_result *result,
           struct str limit)
{
    size_t rows = pg_rows(result);
    int64_t asked;

    print_rows(line, result,
               line->format ? " rank " : " rank total_earned balance ");
    if (!num_parse_int(limit, &asked) || rows < (size_t)asked)
        return;
    print_next_page(
        line, "after",
        str_from_cstr(arena_printf(line->arena, "%.*s:%.*s:%.*s",
                                   STR_ARG(pg_text(result, rows - 1, 0)),
                                   STR_ARG(pg_text(result, rows - 1, 2)),
                                   STR_ARG(pg_text(result, rows - 1, 1)))));
}

int
cmd_leaderboard(struct command_line *line)
{
    struct str params[PARAMS] = {{0}};
    struct err err = {0};
    struct pg_result *result;
    struct pg *pg;

    if (!choose_page(line, params))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    standings_help(pg);
    if (!pg_query(pg, page_sql, params, PARAMS, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_page(line, result, params[LIMIT]);
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}
