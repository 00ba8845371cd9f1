/* debt.h - what an account owes after a reversal of what it had already spent.
 * Balances never go below zero: the house lends the rest, and is paid back from
 * what the account earns next. */
#ifndef CORE_DEBT_H
#define CORE_DEBT_H

#include "compiler.h"
#include "err.h"
#include "turn.h"

/* Lend the account what it lacks to pay `minor`. */
MUST_CHECK bool debt_lend(struct turn *turn, struct account_state *account,
                          int64_t minor, struct err *err);

/* Have the accounts that earned by this event pay back what they owe. */
MUST_CHECK bool debt_repay(struct turn *turn, struct err *err);

#endif
