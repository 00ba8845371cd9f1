/* account_query.c - reads the contract's views only, so that the reader's role
 * is enough. */
#include "account_query.h"

#include <stdio.h>

#include "connect.h"
#include "schema.h"
#include "table.h"

bool
account_argument(const struct command_line *line, int place,
                 struct str *account)
{
    if (line->argc != place + 1) {
        command_misused(line, "name one account");
        return false;
    }
    if (!account_canonical(line->arena, str_from_cstr(line->argv[place]),
                           account)) {
        command_misused(line, "\"%s\" cannot be an account", line->argv[place]);
        return false;
    }
    return true;
}

bool
page_limit(const struct command_line *line, int64_t otherwise,
           struct str *limit)
{
    enum { MOST = 10000 };
    int64_t number;

    if (!command_number(line, "limit", otherwise, &number))
        return false;
    if (number > MOST) {
        command_misused(line, "--limit must be at most %d; go on page by page",
                        MOST);
        return false;
    }
    *limit = str_from_cstr(arena_printf(line->arena, "%d", (int)number));
    return true;
}

/* An account has a handful of entries or a million, and before the first
 * ANALYZE the planner guesses alike for both; sooner or later it would read all
 * tables for one page. */
static const char few_rows_sql[] =
    "SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off";

bool
account_connect(const struct command_line *line, struct pg **pg,
                struct err *err)
{
    if (!connect_database(line, 0, pg, err))
        return false;
    if (pg_exec(*pg, few_rows_sql, err))
        return true;
    pg_close(*pg);
    return false;
}

#define FROM_BALANCES " FROM reward.user_token_balances WHERE user_address = $1"

static const char balance_sql[] =
    "SELECT user_address, balance, total_earned, total_spent, staked_amount, "
    "pending_amount, reserved_amount, debt_amount, "
    "last_seq, " SQL_RFC3339("created_at") ", " SQL_RFC3339("updated_at")
        FROM_BALANCES;

bool
account_balance(struct pg *pg, struct str account, struct pg_result **result,
                struct err *err)
{
    if (!pg_query(pg, balance_sql, &account, 1, result, err))
        return false;
    if (pg_rows(*result) == 1)
        return true;
    pg_result_free(*result);
    return err_set(err, ERR_INPUT, "the ledger has no account \"%.*s\"",
                   STR_ARG(account));
}

bool
account_require(struct pg *pg, struct str account, struct err *err)
{
    struct pg_result *balance;

    if (!account_balance(pg, account, &balance, err))
        return false;
    pg_result_free(balance);
    return true;
}

void
print_rows(struct command_line *line, const struct pg_result *result,
           const char *numbers)
{
    struct table table = table_from_result(line->arena, result, numbers);

    table_print(&table, table_format_from(line->format), stdout);
}

void
print_record(struct command_line *line, const struct pg_result *result,
             const char *numbers)
{
    struct table table = table_from_result(line->arena, result, numbers);

    table_print_record(&table, table_format_from(line->format), stdout);
}

int
account_record(struct command_line *line, account_lookup *lookup,
               const char *numbers)
{
    struct err err = {0};
    struct pg_result *result;
    struct str account;
    struct pg *pg;

    if (!account_argument(line, 0, &account))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!lookup(pg, account, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_record(line, result, numbers);
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}

void
print_next_page(const struct command_line *line, const char *flag,
                struct str cursor)
{
    if (!line->quiet)
        fprintf(stderr, "for more: --%s %.*s\n", flag, STR_ARG(cursor));
}
