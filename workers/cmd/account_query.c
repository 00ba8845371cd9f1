/* account_query.c - reads the contract's views only, so that the reader's role
 * is enough. */
#include "account_query.h"

#include "connect.h"
#include "schema.h"

bool
account_argument(const struct command_line *line, struct str *account)
{
    if (line->argc != 1) {
        command_misused(line, "name one account");
        return false;
    }
    if (!account_canonical(line->arena, str_from_cstr(line->argv[0]),
                           account)) {
        command_misused(line, "\"%s\" cannot be an account", line->argv[0]);
        return false;
    }
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
