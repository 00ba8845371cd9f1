/* debt.c - lending and repaying, each an entry. */
#include "debt.h"

static int64_t
least(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

bool
debt_lend(struct turn *turn, struct account_state *account, int64_t minor,
          struct err *err)
{
    int64_t balance = turn_purse(turn, account)->now.balance_minor;

    return balance >= minor ||
           turn_post(turn, turn_house(turn, HOUSE_DEBT_LENT), account,
                     minor - balance, err);
}

bool
debt_repay(struct turn *turn, struct err *err)
{
    for (size_t i = 0; i < turn->purse_count; i++) {
        const struct purse *purse = &turn->purses[i];
        int64_t due =
            least(purse->now.funds_minor[FUND_DEBT],
                  least(purse->earned_minor, purse->now.balance_minor));

        if (due > 0 && !turn_post(turn, turn_house(turn, HOUSE_DEBT_REPAID),
                                  purse->account, -due, err))
            return false;
    }
    return true;
}
