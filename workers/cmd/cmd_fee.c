/* cmd_fee.c - `reward fee`: what an account pays, by the tiers of the rule set
 * in force and what it has now. */
#include "account_query.h"
#include "command.h"

/* Percents as people write them: 1.5, not 1.5000. */
static const char fee_sql[] =
    "SELECT user_address, tier, trim_scale(fee_percent) AS fee_percent, "
    "trim_scale(discount_percent) AS discount_percent, balance, staked_amount "
    "FROM reward.fee WHERE user_address = $1";

static bool
read_fee(struct pg *pg, struct str account, struct pg_result **result,
         struct err *err)
{
    if (!account_require(pg, account, err) ||
        !pg_query(pg, fee_sql, &account, 1, result, err))
        return false;
    if (pg_rows(*result) == 1)
        return true;
    pg_result_free(*result);
    return err_set(err, ERR_INPUT, "the rule set in force has no fee tiers");
}

int
cmd_fee(struct command_line *line)
{
    return account_record(line, read_fee, " fee_percent discount_percent ");
}
