/* entry_type.c - the table of entry types; see 0005_economy.sql for its twin.
 */
#include "entry_type.h"

#include <stddef.h>

#define TYPE(type, side, ...)                                                  \
    const struct entry_type entry_##type = {                                   \
        .name = #type, .counterparty = side, .moves = {__VA_ARGS__}}

TYPE(earn, "@rewards", [FUND_EARNED] = 1);
TYPE(hold, "@pending", [FUND_EARNED] = 1, [FUND_PENDING] = -1);
TYPE(release, "@pending", [FUND_EARNED] = 1, [FUND_PENDING] = -1);
TYPE(void, "@rewards", [FUND_EARNED] = 1);
TYPE(reversal, "@rewards", [FUND_EARNED] = 1);
TYPE(debt, "@debt", [FUND_DEBT] = 1);
TYPE(repay, "@debt", [FUND_DEBT] = 1);
TYPE(spend, "@shop", [FUND_SPENT] = -1);
TYPE(transfer, "", [FUND_EARNED] = 0);
TYPE(stake, "@staking", [FUND_STAKED] = -1);
TYPE(unstake, "@staking", [FUND_STAKED] = -1);
TYPE(reserve, "@conversion", [FUND_RESERVED] = -1);
TYPE(unreserve, "@conversion", [FUND_RESERVED] = -1);
TYPE(convert, "@blockchain", [FUND_EARNED] = 0);
TYPE(adjust, "@adjustments", [FUND_EARNED] = 0);
TYPE(shadow, "@nobody", [FUND_EARNED] = 0);

const struct entry_type *const entry_types[] = {
    &entry_earn,      &entry_hold,    &entry_release, &entry_void,
    &entry_reversal,  &entry_debt,    &entry_repay,   &entry_spend,
    &entry_transfer,  &entry_stake,   &entry_unstake, &entry_reserve,
    &entry_unreserve, &entry_convert, &entry_adjust,  NULL,
};
