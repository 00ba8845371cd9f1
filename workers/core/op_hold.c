/* op_hold.c - the end of what a rule holds back: the clock sends an event when
 * what it waits for has come, or when it is too late. */
#include "detail.h"
#include "op.h"

static struct fact_record *
wanted_hold(const struct turn *turn)
{
    return op_record(turn, RECORD_HOLD, op_id(turn, STR("hold_id")));
}

/* The account that it waits for is locked as well: a confirmation that is being
 * posted is waited for. */
static void
hold_want(struct turn *turn)
{
    op_user(turn);
    turn_account(turn, STR("waits_for"));
    wanted_hold(turn);
}

static void
answer_end(struct turn *turn, const struct record_row *row, bool confirmed)
{
    struct detail detail;

    detail_open(&detail, turn, "pending");
    detail_text(&detail, "hold_id", op_id(turn, STR("hold_id")));
    detail_minor(&detail, "amount", record_int(row, HOLD_AMOUNT));
    turn_answer(turn, op_user(turn),
                confirmed ? "token.released" : "token.voided",
                detail_close(&detail))
        ->notify = confirmed ? row->values[HOLD_RULE] : STR("");
}

static bool
end_hold(struct turn *turn, const struct record_row *row, struct err *err)
{
    struct account_state *user = op_user(turn);
    bool confirmed = record_flag(row, HOLD_CONFIRMED);
    int64_t minor = record_int(row, HOLD_AMOUNT);
    struct effect *effect;

    if (!turn_post(turn, turn_house(turn, HOUSE_PENDING_RELEASED), user, minor,
                   err) ||
        (!confirmed && !turn_post(turn, turn_house(turn, HOUSE_PENDING_VOIDED),
                                  user, -minor, err)))
        return false;
    effect = turn_effect(turn, EFFECT_HOLD_END, user);
    effect->values[0] = op_id(turn, STR("hold_id"));
    effect->values[1] = confirmed ? STR("released") : STR("voided");
    answer_end(turn, row, confirmed);
    turn_change_row(turn, wanted_hold(turn), 0)->values[HOLD_ENDED] = STR("t");
    return true;
}

/* An event of this type from anybody else does nothing that would not happen
 * anyway. */
static bool
hold_decide(struct turn *turn, struct err *err)
{
    const struct fact_record *hold = wanted_hold(turn);
    const struct record_row *row = hold->rows;

    if (!hold->row_count ||
        !str_eq(row->values[HOLD_ADDRESS], op_user(turn)->address) ||
        !str_eq(row->values[HOLD_WAITS_FOR],
                turn_account(turn, STR("waits_for"))->address) ||
        record_flag(row, HOLD_ENDED) ||
        (!record_flag(row, HOLD_CONFIRMED) &&
         turn->facts->now_us < record_int(row, HOLD_EXPIRES)))
        return true;
    return end_hold(turn, row, err);
}

const struct op op_hold = {
    .type = "io.gigchain.token.hold.due.v1",
    .want = hold_want,
    .decide = hold_decide,
};
