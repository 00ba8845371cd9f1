/* decide.c - takes an event through the operation or the rules that its type
 * triggers. First everything is noted in a turn; only when nothing can fail any
 * more do the facts move. Records alone move at once, and back if they must. */
#include "decide.h"

#include <assert.h>

#include "award.h"
#include "closer.h"
#include "debt.h"
#include "op.h"
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

static void
turn_start(struct turn *turn, const struct ruleset *ruleset,
           const struct trigger *trigger, const struct event *event,
           struct facts *facts, struct arena *arena)
{
    turn->ruleset = ruleset;
    turn->trigger = trigger;
    turn->event = event;
    turn->facts = facts;
    turn->arena = arena;
    turn->day = zone_day(&ruleset->index->zone, event->time_us);
    turn->view = *event;
    turn->view.extras = turn->extras;
    for (int i = 0; i < EXTRA_COUNT; i++)
        turn->extras[i] = ratio_from_int(0);
    turn->trace = NULL;
    turn->account = NULL;
    turn->part_count = 0;
    turn->offer_count = 0;
    turn->change_count = 0;
    turn->skip_count = 0;
    turn->purse_count = turn->purse_room = 0;
    turn->posting_count = turn->posting_room = 0;
    turn->answer_count = turn->answer_room = 0;
    turn->effect_count = turn->effect_room = 0;
    turn->backup_count = turn->backup_room = 0;
    turn->purses = NULL;
    turn->postings = NULL;
    turn->answers = NULL;
    turn->effects = NULL;
    turn->backups = NULL;
    turn->rejection = REJECT_NONE;
}

/* Room for `count` things in place of what was there, if that is too small. */
static void *
room_for(struct arena *arena, void *items, size_t *room, size_t count,
         size_t size)
{
    if (items && count <= *room)
        return items;
    *room = count;
    return arena_array(arena, count, size);
}

static void
turn_make_room(struct turn *turn)
{
    const struct trigger *trigger = turn->trigger;
    struct facts *facts = turn->facts;
    struct arena *arena = facts->arena;
    struct turn_room *room = facts->turn_room;

    if (!room)
        room = facts->turn_room = ARENA_NEW(arena, struct turn_room);
    turn->parts = room->parts =
        room_for(arena, room->parts, &room->part_room, trigger->form_count,
                 sizeof(*room->parts));
    turn->offers = room->offers =
        room_for(arena, room->offers, &room->offer_room, trigger->offer_room,
                 sizeof(*room->offers));
    turn->changes = room->changes =
        room_for(arena, room->changes, &room->change_room, trigger->change_room,
                 sizeof(*room->changes));
    turn->skips = room->skips =
        room_for(arena, room->skips, &room->skip_room, trigger->skip_room,
                 sizeof(*room->skips));
    turn->purses = room->purses;
    turn->purse_room = room->purse_room;
}

/* Purses are needed no longer than the turn; how many, it finds out. */
static void
turn_keep_room(const struct turn *turn)
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
    award_want(&turn, &ignored);
    for (size_t i = 0; i < trigger->closer_count; i++)
        closer_want(&trigger->closers[i], &turn, &ignored);
}

/* ---- the decision ----------------------------------------------------------
 */

/* The only place where a decision changes the facts, records aside; it cannot
 * fail. */
static void
move_facts(const struct turn *turn)
{
    for (size_t i = 0; i < turn->change_count; i++) {
        turn->changes[i].counter->value = turn->changes[i].value;
        turn->changes[i].counter->changed = true;
    }
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
decide_turn(struct turn *turn, struct err *err)
{
    const struct op *op = turn->trigger->op;

    turn_make_room(turn);
    if (op && !op->by_rules && !op->decide(turn, err))
        return false;
    if (!turn->rejection && !award_decide(turn, err))
        return false;
    if (!turn->rejection && op && op->by_rules && !op->decide(turn, err))
        return false;
    if (!turn->rejection &&
        (!decide_closers(turn, err) || !debt_repay(turn, err)))
        return false;
    if (!turn->rejection)
        tier_answer(turn);
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
    struct turn turn;
    bool ok;

    *decision = (struct decision){0};
    if (!trigger)
        return true;
    turn_start(&turn, ruleset, trigger, event, facts, arena);
    turn.trace = facts->trace;
    ok = decide_turn(&turn, err);
    turn_keep_room(&turn);
    if (!ok) {
        turn_restore_rows(&turn);
        return false;
    }
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
    };
    return true;
}
