/* op_spend.c - buying: what is sold, and for how much, rules with `charge` say.
 * Where none does, the request is refused like any other. */
#include "op.h"

static void
spend_want(struct turn *turn)
{
    op_user(turn);
}

/* What rules give for buying is nothing bought. */
static bool
is_sold(const struct turn *turn)
{
    for (size_t i = 0; i < turn->posting_count; i++)
        if (turn->postings[i].line->type == &entry_spend)
            return true;
    for (size_t i = 0; i < turn->effect_count; i++)
        if (turn->effects[i].kind == EFFECT_ENTITLEMENT)
            return true;
    return false;
}

static bool
spend_decide(struct turn *turn, struct err *err)
{
    (void)err;
    return is_sold(turn) || turn_reject(turn, op_user(turn), REJECT_NOT_OFFERED,
                                        "nothing is sold");
}

const struct op op_spend = {
    .type = "io.gigchain.token.spend.requested.v1",
    .by_rules = true,
    .want = spend_want,
    .decide = spend_decide,
};
