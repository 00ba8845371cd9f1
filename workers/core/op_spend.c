/* op_spend.c - buying: what is sold, and for how much, rules with `charge` say.
 * Where none does, the request is refused like any other. */
#include "op.h"

static void
spend_want(struct turn *turn)
{
    op_user(turn);
}

static bool
spend_decide(struct turn *turn, struct err *err)
{
    (void)err;
    return turn->posting_count ||
           turn_reject(turn, op_user(turn), REJECT_NOT_OFFERED,
                       "nothing is sold");
}

const struct op op_spend = {
    .type = "io.gigchain.token.spend.requested.v1",
    .by_rules = true,
    .want = spend_want,
    .decide = spend_decide,
};
