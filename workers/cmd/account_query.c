/* account_query.c - reads the contract's views only, so that the reader's role
 * is enough. */
#include "account_query.h"

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

bool
account_balance(struct pg *pg, struct str account, struct pg_result **result,
                struct err *err)
{
    if (!pg_query(
            pg,
            "SELECT user_address, balance, total_earned, total_spent, "
            "staked_amount, last_seq, " SQL_RFC3339(
                "created_at") ", " SQL_RFC3339("updated_at") " FROM "
                                                             "reward.user_"
                                                             "token_balances "
                                                             "WHERE "
                                                             "user_address = "
                                                             "$1",
            &account, 1, result, err))
        return false;
    if (pg_rows(*result) == 1)
        return true;
    pg_result_free(*result);
    return err_set(err, ERR_INPUT, "the ledger has no account \"%.*s\"",
                   STR_ARG(account));
}
