/* op_vote.c - one vote an account, as heavy as what it had when the proposal
 * was put. Whether the vote is still open, the database's clock says. */
#include <assert.h>

#include "detail.h"
#include "op.h"
#include "proposal.h"

static void
vote_want(struct turn *turn)
{
    proposal_of(turn);
    op_record_of_user(turn, RECORD_VOTING_POWER, proposal_id(turn));
    op_record_of_user(turn, RECORD_VOTE, proposal_id(turn));
}

/* Without a ledger behind, as in tests of rules, the account's balance is all
 * there is. */
static int64_t
voting_power(const struct turn *turn)
{
    const struct fact_record *power =
        op_record_of_user(turn, RECORD_VOTING_POWER, proposal_id(turn));

    assert(power->row_count || turn->facts->is_whole);
    return power->row_count ? record_int(power->rows, VOTING_POWER_BALANCE)
                            : op_user(turn)->balance_minor;
}

static bool
count_vote(struct turn *turn, struct str choice, int64_t power)
{
    struct account_state *user = op_user(turn);
    struct effect *effect = turn_effect(turn, EFFECT_VOTE, user);
    struct str reason = turn_text(turn, STR("reason"));
    struct detail detail;

    effect->values[0] = proposal_id(turn);
    effect->values[1] = choice;
    effect->values[2] = int_text(turn->arena, power);
    if (reason.len)
        effect->values[3] = reason;
    detail_open(&detail, turn, "vote");
    detail_text(&detail, "proposal_id", proposal_id(turn));
    detail_json(&detail, "choice", choice);
    detail_minor(&detail, "voting_power", power);
    turn_answer(turn, user, "governance.vote.counted", detail_close(&detail));
    turn_add_row(turn, op_record_of_user(turn, RECORD_VOTE, proposal_id(turn)))
        ->values[VOTE_CHOICE] = choice;
    return true;
}

static bool
vote_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    const struct fact_record *proposal = proposal_of(turn);
    const struct record_row *row = proposal->rows;
    int64_t power;

    (void)err;
    if (!proposal->row_count)
        return turn_reject(turn, user, REJECT_UNKNOWN_PROPOSAL,
                           "there is no such proposal");
    if (turn->facts->now_us >= record_int(row, PROPOSAL_END) ||
        turn->event->time_us < record_int(row, PROPOSAL_START) ||
        record_flag(row, PROPOSAL_TALLIED))
        return turn_reject(turn, user, REJECT_VOTING_CLOSED,
                           "the vote is not open");
    if (op_record_of_user(turn, RECORD_VOTE, proposal_id(turn))->row_count)
        return turn_reject(turn, user, REJECT_ALREADY_VOTED,
                           "the account has voted on this proposal");
    power = voting_power(turn);
    if (power <= 0)
        return turn_reject(turn, user, REJECT_NO_VOTING_POWER,
                           "the account had nothing when the proposal was "
                           "put");
    return count_vote(turn, turn_text(turn, STR("choice")), power);
}

const struct op op_vote = {
    .type = "io.gigchain.governance.vote.cast.v1",
    .want = vote_want,
    .decide = vote_decide,
};
