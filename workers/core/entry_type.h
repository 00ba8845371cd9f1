/* entry_type.h - the kinds of ledger entry: who is on the other side, and what
 * besides the balance each of them moves. The same table is in the database,
 * reward.transaction_types, for whoever adds the entries up again. */
#ifndef CORE_ENTRY_TYPE_H
#define CORE_ENTRY_TYPE_H

#include <stdint.h>

/* Decimals of what the ledger counts: its columns hold hundredths. */
enum { LEDGER_SCALE = 2 };

/* What an account has besides its balance; all of them are sums of entries. */
enum fund {
    FUND_EARNED,   /* ever, less what was reversed */
    FUND_SPENT,    /* ever */
    FUND_STAKED,   /* locked in stakes */
    FUND_PENDING,  /* earned under a condition that is not met yet */
    FUND_RESERVED, /* waiting to be converted */
    FUND_DEBT,     /* lent by the house, to be paid back from earnings */
    FUND_COUNT,
};

struct entry_type {
    const char *name;         /* transaction_type: "earn" */
    const char *counterparty; /* "@rewards"; of a transfer, empty: a user */
    /* By how much, for each unit of the entry's signed amount. */
    int8_t moves[FUND_COUNT];
};

extern const struct entry_type entry_earn;
extern const struct entry_type entry_hold;
extern const struct entry_type entry_release;
extern const struct entry_type entry_void;
extern const struct entry_type entry_reversal;
extern const struct entry_type entry_debt;
extern const struct entry_type entry_repay;
extern const struct entry_type entry_spend;
extern const struct entry_type entry_transfer;
extern const struct entry_type entry_stake;
extern const struct entry_type entry_unstake;
extern const struct entry_type entry_reserve;
extern const struct entry_type entry_unreserve;
extern const struct entry_type entry_convert;
extern const struct entry_type entry_adjust;

/* Of the lines of rules in shadow: there are no entries of that type. */
extern const struct entry_type entry_shadow;

/* All of them; ends with a NULL. */
extern const struct entry_type *const entry_types[];

#endif
