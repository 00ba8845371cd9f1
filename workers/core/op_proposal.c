/* op_proposal.c - putting a question to the vote. Its votes count what each
 * account had when it was put. */
#include "canonical.h"
#include "detail.h"
#include "op.h"
#include "proposal.h"
#include "voting.h"

struct str
proposal_id(const struct turn *turn)
{
    return turn_text(turn, STR("proposal_id"));
}

struct fact_record *
proposal_of(const struct turn *turn)
{
    return op_record(turn, RECORD_PROPOSAL, proposal_id(turn));
}

/* The votes are asked for since that holds the proposal alone: a vote that is
 * posted after it must have seen it. */
static void
proposal_want(struct turn *turn)
{
    op_user(turn);
    proposal_of(turn);
    op_record(turn, RECORD_VOTES_FOR, proposal_id(turn));
}

/* In minor units as text; empty when there is none. */
static struct str
quorum_of(const struct turn *turn, bool *ok)
{
    static const struct str name = {"quorum_required", 15};
    const struct node *node = event_field(turn->event, &name, 1);
    int64_t minor;

    *ok = true;
    if (!node)
        return STR("");
    *ok = node->kind == NODE_DECIMAL && node->decimal.num >= 0 &&
          ratio_to_minor_exactly(node->decimal, turn->ruleset->scale, &minor);
    return *ok ? int_text(turn->facts->arena, minor) : STR("");
}

/* As JSON; empty when there is none. */
static struct str
execution_data(const struct turn *turn)
{
    static const struct str name = {"execution_data", 14};
    const struct node *node = event_field(turn->event, &name, 1);
    struct buf json;

    buf_init(&json, turn->arena);
    if (node)
        canonical_add(&json, node);
    return buf_str(&json);
}

static void
note_proposal(struct turn *turn, int64_t end_us, struct str quorum)
{
    static const char *const fields[] = {"proposal_id", "title", "description",
                                         "category"};
    struct effect *effect = turn_effect(turn, EFFECT_PROPOSAL, op_user(turn));
    struct str data = execution_data(turn);

    for (int i = 0; i < 4; i++)
        effect->values[i] = turn_text(turn, str_from_cstr(fields[i]));
    effect->values[4] = int_text(turn->arena, turn->event->time_us);
    effect->values[5] = int_text(turn->arena, end_us);
    if (quorum.len)
        effect->values[6] = quorum;
    if (data.len)
        effect->values[7] = data;
}

static void
answer_proposal(struct turn *turn, int64_t end_us)
{
    struct detail detail;

    detail_open(&detail, turn, "proposal");
    detail_text(&detail, "proposal_id", proposal_id(turn));
    detail_text(&detail, "title", turn_text(turn, STR("title")));
    detail_text(&detail, "category", turn_text(turn, STR("category")));
    detail_time(&detail, "voting_start", turn->event->time_us);
    detail_time(&detail, "voting_end", end_us);
    turn_answer(turn, op_user(turn), "governance.proposal.opened",
                detail_close(&detail));
}

static void
remember_proposal(struct turn *turn, int64_t end_us, struct str quorum)
{
    struct arena *arena = turn->facts->arena;
    struct record_row *row = turn_add_row(turn, proposal_of(turn));

    row->values[PROPOSAL_PROPOSER] = op_user(turn)->address;
    row->values[PROPOSAL_START] = int_text(arena, turn->event->time_us);
    row->values[PROPOSAL_END] = int_text(arena, end_us);
    row->values[PROPOSAL_QUORUM] = quorum;
    row->values[PROPOSAL_TALLIED] = STR("f");
}

/* Votes of the same batch weigh what their accounts have now; of later ones the
 * ledger knows. */
static void
remember_powers(struct turn *turn)
{
    struct str id = proposal_id(turn);

    for (size_t i = 0; i < turn->facts->record_count; i++) {
        struct fact_record *record = turn->facts->records[i];

        if (record->kind == RECORD_VOTING_POWER && str_eq(record->keys[0], id))
            turn_add_row(turn, record)->values[VOTING_POWER_BALANCE] =
                int_text(turn->facts->arena, record->account->balance_minor);
    }
}

static bool
proposal_decide(struct turn *turn, struct err *err)
{
    const struct voting *voting = turn->ruleset->voting;
    struct account_state *user = op_user(turn);
    struct str quorum;
    int64_t end_us;
    bool ok;

    (void)err;
    if (!voting)
        return turn_reject(turn, user, REJECT_NOT_OFFERED,
                           "there is no voting");
    if (proposal_of(turn)->row_count)
        return turn_reject(turn, user, REJECT_PROPOSAL_EXISTS,
                           "there is a proposal of that id");
    quorum = quorum_of(turn, &ok);
    if (!ok)
        return turn_reject(turn, user, REJECT_INVALID_AMOUNT,
                           "quorum_required must not be below zero and have "
                           "at most %d decimals",
                           turn->ruleset->scale);
    end_us = turn->event->time_us + voting->period_us;
    note_proposal(turn, end_us, quorum);
    answer_proposal(turn, end_us);
    remember_proposal(turn, end_us, quorum);
    remember_powers(turn);
    return true;
}

const struct op op_proposal = {
    .type = "io.gigchain.governance.proposal.submitted.v1",
    .want = proposal_want,
    .decide = proposal_decide,
};
