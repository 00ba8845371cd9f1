/* decide.c - takes an event through the operation or the rules that its type
 * triggers. First everything is noted in a turn; only when nothing can fail any
 * more do the facts move. Records alone move at once, and back if they must. */
#include "decide.h"

#include <assert.h>

#include "award.h"
#include "basis.h"
#include "closer.h"
#include "debt.h"
#include "op.h"
#include "shadow.h"
#include "tier.h"
#include "turn.h"

const char *
skip_reason_name(enum skip_reason reason)
{
    static const char *const names[] = {
        [SKIP_WHEN] = "when",   [SKIP_NOT_VALID] = "not_valid",
        [SKIP_OFF] = "off",     [SKIP_ONCE] = "once",
        [SKIP_LIMIT] = "limit", [SKIP_LATE] = "late",
        [SKIP_ZERO] = "zero",   [SKIP_COHORT] = "cohort",
    };

    static_assert(sizeof(names) / sizeof(*names) == SKIP_REASON_COUNT,
                  "each reason has its name");

    return names[reason];
}

const char *
rejection_name(enum rejection rejection)
{
    static const char *const names[] = {
        [REJECT_NONE] = "",
        [REJECT_INSUFFICIENT_FUNDS] = "insufficient_funds",
        [REJECT_INVALID_AMOUNT] = "invalid_amount",
        [REJECT_INVALID_MEMO] = "invalid_memo",
        [REJECT_INVALID_ADDRESS] = "invalid_address",
        [REJECT_SELF_TRANSFER] = "self_transfer",
        [REJECT_UNKNOWN_ITEM] = "unknown_item",
        [REJECT_PRICE_CHANGED] = "price_changed",
        [REJECT_PRICE_OUT_OF_RANGE] = "price_out_of_range",
        [REJECT_MISSING_CONTRACT] = "missing_contract",
        [REJECT_ALREADY_ENTITLED] = "already_entitled",
        [REJECT_NOT_OFFERED] = "not_offered",
        [REJECT_UNKNOWN_PERIOD] = "unknown_period",
        [REJECT_UNKNOWN_STAKE] = "unknown_stake",
        [REJECT_ALREADY_UNSTAKED] = "already_unstaked",
        [REJECT_NOT_YET_UNLOCKED] = "not_yet_unlocked",
        [REJECT_CONVERSION_IN_PROGRESS] = "conversion_in_progress",
        [REJECT_UNKNOWN_CONVERSION] = "unknown_conversion",
        [REJECT_ALREADY_SETTLED] = "already_settled",
        [REJECT_INVALID_SETTLEMENT] = "invalid_settlement",
        [REJECT_PROPOSAL_EXISTS] = "proposal_exists",
        [REJECT_UNKNOWN_PROPOSAL] = "unknown_proposal",
        [REJECT_VOTING_CLOSED] = "voting_closed",
        [REJECT_VOTING_OPEN] = "voting_open",
        [REJECT_ALREADY_VOTED] = "already_voted",
        [REJECT_NO_VOTING_POWER] = "no_voting_power",
        [REJECT_SELF_APPROVED] = "self_approved",
    };

    return names[rejection];
}

bool
decision_is_posted(const struct decision *decision)
{
    return !decision->rejection &&
           (decision->posting_count || decision->answer_count);
}

/* Purses are needed no longer than the turn; how many, it finds out. */
static void
keep_purses(const struct turn *turn)
{
    turn->facts->turn_room->purses = turn->purses;
    turn->facts->turn_room->purse_room = turn->purse_room;
}

/* ---- facts asked for -------------------------------------------------------
 */

void
ruleset_want(const struct ruleset *ruleset, const struct event *event,
             struct facts *facts)
{
    const struct trigger *trigger =
        rule_index_find(ruleset->index, event->type);
    struct err ignored = {0}; /* decide() meets the same failure */
    struct turn turn;

    if (!trigger)
        return;
    turn_start(&turn, ruleset, trigger, event, facts, facts->arena);
    if (trigger->op)
        trigger->op->want(&turn);
    award_want(&turn, facts_add_verdict(facts, event, trigger->form_count),
               &ignored);
    for (size_t i = 0; i < trigger->closer_count; i++)
        closer_want(&trigger->closers[i], &turn, &ignored);
    if (trigger->shadow)
        shadow_want(ruleset, trigger->shadow, event, facts);
}

/* ---- the decision ----------------------------------------------------------
 */

/* The only place where a decision changes the facts, records and rules in
 * shadow (shadow.c) aside; it cannot fail. */
static void
move_facts(const struct turn *turn)
{
    turn_move_counters(turn);
    award_take_keys(turn);
    for (size_t i = 0; i < turn->purse_count; i++) {
        const struct purse *purse = &turn->purses[i];
        bool moved = purse->now.last_seq != purse->account->last_seq;

        *purse->account = purse->now;
        purse->account->changed = purse->account->changed || moved;
    }
}

/* Answers say what their account has when all is done. */
static void
complete_answers(struct turn *turn)
{
    for (size_t i = 0; i < turn->answer_count; i++) {
        struct answer *answer = &turn->answers[i];

        answer->balance_after_minor = answer->account->balance_minor;
        answer->seq = answer->account->last_seq;
    }
}

static bool
decide_closers(struct turn *turn, struct err *err)
{
    for (size_t i = 0; i < turn->trigger->closer_count; i++)
        if (!closer_decide(&turn->trigger->closers[i], turn, err))
            return false;
    return true;
}

static bool
decide_turn(struct turn *turn, struct str *basis, struct err *err)
{
    const struct op *op = turn->trigger->op;
    const uint64_t *open = facts_find_verdict(turn->facts, turn->event);

    turn_take_room(turn, &turn->facts->turn_room);
    if (op && !op->by_rules && !op->decide(turn, err))
        return false;
    if (!turn->rejection && !award_decide(turn, open, err))
        return false;
    if (!turn->rejection && op && op->by_rules && !op->decide(turn, err))
        return false;
    if (!turn->rejection &&
        (!decide_closers(turn, err) || !debt_repay(turn, err)))
        return false;
    if (!turn->rejection)
        tier_answer(turn);
    *basis = basis_text(turn);
    move_facts(turn);
    complete_answers(turn);
    return true;
}

bool
decide(const struct ruleset *ruleset, const struct event *event,
       struct facts *facts, struct arena *arena, struct decision *decision,
       struct err *err)
{
    const struct trigger *trigger =
        rule_index_find(ruleset->index, event->type);
    size_t known = facts->account_count + facts->counter_count +
                   facts->once_count + facts->record_count;
    const struct shadow *shadow = NULL;
    struct turn turn;
    struct str basis;
    bool ok;

    *decision = (struct decision){0};
    if (!trigger)
        return true;
    turn_start(&turn, ruleset, trigger, event, facts, arena);
    turn.trace = facts->trace;
    ok = decide_turn(&turn, &basis, err);
    keep_purses(&turn);
    if (!ok) {
        turn_restore_rows(&turn);
        return false;
    }
    if (trigger->shadow && !turn.rejection)
        shadow = shadow_decide(ruleset, trigger->shadow, event, facts, arena);
    /* A fact that nobody asked for would be a zero that nobody looked up. */
    assert(known == facts->account_count + facts->counter_count +
                        facts->once_count + facts->record_count);
    (void)known;
    *decision = (struct decision){
        .postings = turn.postings,
        .posting_count = turn.posting_count,
        .skips = turn.skips,
        .skip_count = turn.skip_count,
        .answers = turn.answers,
        .answer_count = turn.answer_count,
        .effects = turn.effects,
        .effect_count = turn.effect_count,
        .rejection = turn.rejection,
        .shadow = shadow,
        .basis = basis,
    };
    return true;
}

bool
decide_rules(const struct ruleset *ruleset, const struct event *event,
             struct facts *facts, struct arena *arena,
             struct decision *decision, struct err *err)
{
    const struct trigger *trigger =
        rule_index_find(ruleset->index, event->type);
    struct turn turn;
    bool ok;

    *decision = (struct decision){0};
    if (!trigger)
        return true;
    turn_start(&turn, ruleset, trigger, event, facts, arena);
    turn.trace = facts->trace;
    turn_take_room(&turn, &facts->turn_room);
    ok = award_decide(&turn, NULL, err);
    keep_purses(&turn);
    turn_restore_rows(&turn);
    if (!ok)
        return false;
    *decision = (struct decision){
        .postings = turn.postings,
        .posting_count = turn.posting_count,
        .skips = turn.skips,
        .skip_count = turn.skip_count,
        .rejection = turn.rejection,
        .basis = basis_text(&turn),
    };
    return true;
}
