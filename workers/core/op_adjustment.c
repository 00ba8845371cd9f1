/* op_adjustment.c - a correction by hand, up or down, which somebody else than
 * the account's owner has approved. */
#include "detail.h"
#include "op.h"

static void
adjustment_want(struct turn *turn)
{
    op_user(turn);
}

static bool
adjustment_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    struct str approved_by = turn_text(turn, STR("approved_by"));
    struct str approver;
    struct detail detail;
    bool ok;
    int64_t minor = op_signed_amount(turn, &ok);

    if (!ok)
        return true;
    if (account_canonical(turn->arena, approved_by, &approver) &&
        str_eq(approver, user->address))
        return turn_reject(turn, user, REJECT_SELF_APPROVED,
                           "nobody approves an adjustment of their own "
                           "account");
    if (minor < 0 && op_short_of(turn, -minor))
        return true;
    detail_open(&detail, turn, "adjustment");
    detail_text(&detail, "reason", turn_text(turn, STR("reason")));
    detail_text(&detail, "approved_by", approved_by);
    turn_answer(turn, user, "token.adjusted", detail_close(&detail));
    return turn_post(turn, turn_house(turn, HOUSE_ADJUSTMENT_BOOKED), user,
                     minor, err);
}

const struct op op_adjustment = {
    .type = "io.gigchain.token.adjustment.requested.v1",
    .want = adjustment_want,
    .decide = adjustment_decide,
};
