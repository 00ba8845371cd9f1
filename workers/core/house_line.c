/* house_line.c - the table of house lines. */
#include "house_line.h"

const struct house_line_spec house_line_specs[HOUSE_LINE_COUNT] = {
    [HOUSE_TRANSFER_SENT] = {"transfer.sent", "Sent", &entry_transfer},
    [HOUSE_TRANSFER_RECEIVED] = {"transfer.received", "Received",
                                 &entry_transfer},
    [HOUSE_STAKE_LOCKED] = {"stake.locked", "Staked", &entry_stake},
    [HOUSE_STAKE_RETURNED] = {"stake.returned", "Stake returned",
                              &entry_unstake},
    [HOUSE_PENDING_HELD] = {"pending.held", "Held until confirmed",
                            &entry_hold},
    [HOUSE_PENDING_RELEASED] = {"pending.released", "Confirmed",
                                &entry_release},
    [HOUSE_PENDING_VOIDED] = {"pending.voided", "Not confirmed in time",
                              &entry_void},
    [HOUSE_DEBT_LENT] = {"debt.lent", "Owed after a reversal", &entry_debt},
    [HOUSE_DEBT_REPAID] = {"debt.repaid", "Debt paid back", &entry_repay},
    [HOUSE_CONVERSION_RESERVED] = {"conversion.reserved",
                                   "Reserved for conversion", &entry_reserve},
    [HOUSE_CONVERSION_RETURNED] = {"conversion.returned", "Reserve released",
                                   &entry_unreserve},
    [HOUSE_CONVERSION_COMPLETED] = {"conversion.completed", "Converted",
                                    &entry_convert},
    [HOUSE_ADJUSTMENT_BOOKED] = {"adjustment.booked", "Adjustment",
                                 &entry_adjust},
};

bool
house_line_reserves(struct str rule_id)
{
    for (int i = 0; i < HOUSE_LINE_COUNT; i++) {
        struct str name = str_from_cstr(house_line_specs[i].name);

        if (name.len > rule_id.len && name.at[rule_id.len] == '.' &&
            str_starts_with(name, rule_id))
            return true;
    }
    return false;
}
