/* cmd_history.c - `reward history`: the entries of an account, newest first, a
 * page at a time. An account's entries are numbered without gaps, so a page is
 * a range of numbers and costs the same wherever it is. */
#include <inttypes.h>
#include <stdio.h>

#include "account_query.h"
#include "command.h"
#include "table.h"

enum { HISTORY_LIMIT = 50, HISTORY_MAX = 10000 };

#define FROM_PAGE                                                              \
    " FROM reward.token_transactions WHERE user_address = $1 "                 \
    "AND account_seq >= $2::bigint AND account_seq < $3::bigint "              \
    "ORDER BY account_seq DESC"

static const char people_sql[] = "SELECT account_seq AS seq, " SQL_RFC3339(
    "created_at") ", line, "
                  "amount, balance_after, event_id, contract_id" FROM_PAGE;

static const char programs_sql[] =
    "SELECT account_seq, id, user_address, transaction_type, line, amount, "
    "balance_after, counterparty, description, event_source, event_id, "
    "contract_id, ruleset, " SQL_RFC3339("occurred_at") ", " SQL_RFC3339(
        "created_at") ", metadata::text AS metadata" FROM_PAGE;

/* Account_seq from first to before, the latter not included. */
struct page {
    int64_t first;
    int64_t before;
};

static bool
choose_page(const struct command_line *line, struct page *page)
{
    int64_t limit;

    if (!command_number(line, "limit", HISTORY_LIMIT, &limit) ||
        !command_number(line, "before", INT64_MAX, &page->before))
        return false;
    if (limit > HISTORY_MAX) {
        command_misused(line,
                        "--limit must be at most %d; use --before to "
                        "page",
                        HISTORY_MAX);
        return false;
    }
    page->first = -limit; /* counted from the end, see read_page() */
    return true;
}

static bool
read_page(struct command_line *line, struct pg *pg, struct str account,
          struct page page, struct pg_result **result, struct err *err)
{
    bool people = table_format_from(line->format) == TABLE_TEXT;
    struct pg_result *balance;
    struct str params[3];
    int64_t last_seq;

    if (!account_balance(pg, account, &balance, err))
        return false;
    last_seq = pg_int(balance, 0, BALANCE_LAST_SEQ);
    pg_result_free(balance);
    if (page.before > last_seq)
        page.before = last_seq + 1;
    page.first += page.before;
    params[0] = account;
    params[1] =
        str_from_cstr(arena_printf(line->arena, "%" PRId64, page.first));
    params[2] =
        str_from_cstr(arena_printf(line->arena, "%" PRId64, page.before));
    return pg_query(pg, people ? people_sql : programs_sql, params, 3, result,
                    err);
}

int
cmd_history(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *result;
    struct table table;
    struct str account;
    struct page page;
    struct pg *pg;

    if (!account_argument(line, &account) || !choose_page(line, &page))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!read_page(line, pg, account, page, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    table = table_from_result(line->arena, result,
                              line->format ? " account_seq id metadata "
                                           : " seq amount balance_after ");
    table_print(&table, table_format_from(line->format), stdout);
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}
