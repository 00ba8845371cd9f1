/* staking.h - `staking: {periods: {30: {trust_score: 5, bonus_xp: 10}}}`: for
 * how many days GIGS can be locked, and what that is good for. */
#ifndef CORE_STAKING_H
#define CORE_STAKING_H

#include "num.h"
#include "rule_read.h"
#include "turn.h"

struct staking_period {
    int64_t days;
    struct ratio bonus_xp; /* percent */
    struct str benefits;   /* all of them, as a JSON object */
};

struct staking {
    struct staking_period *periods;
    size_t period_count;
};

extern const struct shape staking_shape;

/* Compile the mapping; NULL after adding errors. */
const struct staking *staking_compile(struct reader *reader,
                                      const struct node *node);

/* NULL when it is not offered. */
const struct staking_period *staking_find(const struct staking *staking,
                                          int64_t days);

/* The stakes of turn->account, which account.bonus_xp comes from. */
void staking_want_bonus(struct turn *turn);

/* Set account.bonus_xp: the highest bonus of the account's stakes that are
 * locked at the event's time, 0 when there are none. */
void staking_read_bonus(struct turn *turn);

#endif
