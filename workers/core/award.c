/* award.c - what the rules of a type come to: first all of them leave their
 * offers and changes in the turn, then the offers become entries. */
#include "award.h"

#include <assert.h>

#include "basis.h"
#include "bits.h"
#include "charge.h"
#include "cohort.h"
#include "guard.h"
#include "limit.h"
#include "line.h"
#include "once.h"
#include "pending.h"
#include "reversal.h"
#include "sieve.h"
#include "staking.h"

/* How long after it happened the event reached Kafka. Kafka's own time is
 * used, not a clock, so that a replay decides the same. */
static bool
is_late(const struct rule *rule, const struct event *event)
{
    const struct record *record = event->record;

    if (rule->accepts_late || !record || record->timestamp_ms < 0)
        return false;
    return (int128)record->timestamp_ms * 1000 - event->time_us > rule->late_us;
}

/* The account that the rule pays for this event, and whether it is of those
 * that the rule is for. */
static bool
check_account(const struct rule_form *form, struct turn *turn, bool *passes,
              enum skip_reason *reason, struct err *err)
{
    if (!turn_eval_account(turn, form->rule->ledger, form->account,
                           form->account_is_canonical, &turn->account, err))
        return false;
    *passes = cohort_has(&form->guard.cohort, turn->account->address);
    *reason = SKIP_COHORT;
    return true;
}

/* Whether the rule lets the event pass, as far as the event alone says; if so,
 * the turn's account is the rule's. */
static bool
form_check(const struct rule_form *form, struct turn *turn, bool *passes,
           enum skip_reason *reason, struct err *err)
{
    const struct rule *rule = form->rule;

    *passes = false;
    *reason = SKIP_NOT_VALID;
    if (!span_holds(&turn->ruleset->index->valid, turn->event->time_us))
        return true;
    if (!guard_check(&form->guard, turn, rule->ledger, passes, reason, err))
        return false;
    if (*passes && is_late(rule, turn->event)) {
        *passes = false;
        *reason = SKIP_LATE;
    }
    return !*passes || check_account(form, turn, passes, reason, err);
}

/* False when nothing is left to decide, since the form does not let the event
 * pass; that one is late is yet to be noted. */
static bool
form_want(const struct rule_form *form, struct turn *turn, struct err *ignored)
{
    const struct ledger_line *ledger = form->rule->ledger;
    const struct guard *guard = &form->guard;
    enum skip_reason reason;
    struct once_key *key;
    bool passes;

    if (!form_check(form, turn, &passes, &reason, ignored))
        return true;
    if (!passes)
        return reason == SKIP_LATE;
    if (guard->once.present &&
        !once_find(&guard->once, turn, ledger, turn->day, 0, &key, ignored))
        return true;
    if (guard->limit.present)
        (void)limit_counter(&guard->limit, turn, ledger);
    if (form->uses_bonus)
        staking_want_bonus(turn);
    if (form->charge)
        charge_want(form->charge, turn, ignored);
    if (form->rule->pending)
        pending_want(form, turn);
    if (form->rule->reversed_by)
        reversal_want(form, turn);
    for (size_t i = 0; i < form->line_count; i++)
        line_want(&form->lines[i], turn, ignored);
    return true;
}

void
award_want(struct turn *turn, uint64_t *open, struct err *ignored)
{
    const struct trigger *trigger = turn->trigger;
    size_t count = trigger->form_count;

    if (trigger->sieve)
        sieve_pass(trigger->sieve, turn->event, open);
    for (size_t i = bits_next(open, count, 0); i < count;
         i = bits_next(open, count, i + 1))
        if (!form_want(trigger->forms[i], turn, ignored))
            bits_clear(open, i);
}

/* Count what the line finally pays against its own limit. The line's offers
 * are the run that starts at *at, which is moved behind them. */
static bool
use_line_limit(const struct line *line, struct turn *turn, size_t *at,
               size_t end, struct err *err)
{
    int64_t paid = 0;

    /* The sum was checked when the line was decided; clipping lowers it. */
    for (; *at < end && turn->offers[*at].line == line; ++*at)
        paid += turn->offers[*at].minor;
    if (!line->guard.limit.present || paid == 0)
        return true;
    return limit_use(&line->guard.limit, turn, line->ledger, paid, err);
}

static bool
use_limits(const struct rule_form *form, struct turn *turn, size_t first,
           struct err *err)
{
    const struct ledger_line *ledger = form->rule->ledger;
    int64_t paid;

    for (size_t i = 0, at = first; i < form->line_count; i++)
        if (!use_line_limit(&form->lines[i], turn, &at, turn->offer_count, err))
            return false;
    if (!turn_sum(turn, first, ledger, &paid, err))
        return false;
    if (!form->guard.limit.present || paid == 0)
        return true;
    return limit_use(&form->guard.limit, turn, ledger, paid, err);
}

static bool
decide_lines(const struct rule_form *form, struct turn *turn,
             struct once_key *once, struct err *err)
{
    size_t first = turn->offer_count;

    if (form->uses_bonus) {
        staking_read_bonus(turn);
        basis_bonus(turn, form->rule);
    }
    for (size_t i = 0; i < form->line_count; i++)
        if (!line_decide(&form->lines[i], turn, err))
            return false;
    if (!limit_apply(&form->guard.limit, turn, form->rule->ledger, first,
                     err) ||
        !use_limits(form, turn, first, err))
        return false;
    turn->parts[turn->part_count++] = (struct part){
        .form = form,
        .account = turn->account,
        .once = once,
        .first_offer = first,
        .end_offer = turn->offer_count,
    };
    return true;
}

static void
skip_rule(const struct ledger_line *ledger, struct turn *turn,
          enum skip_reason reason)
{
    if (reason == SKIP_LATE)
        basis_late(turn);
    turn_skip(turn, ledger, reason);
}

bool
award_offer(const struct rule_form *form, struct turn *turn, struct err *err)
{
    const struct ledger_line *ledger = form->rule->ledger;
    struct once_key *once = NULL;
    enum skip_reason reason;
    bool passes;

    if (!form_check(form, turn, &passes, &reason, err))
        return false;
    if (passes && form->guard.once.present &&
        !once_find(&form->guard.once, turn, ledger, turn->day, 0, &once, err))
        return false;
    if (once && once->taken) {
        passes = false;
        reason = SKIP_ONCE;
    }
    if (passes && form->charge)
        return charge_decide(form->charge, turn, err);
    if (passes)
        return decide_lines(form, turn, once, err);
    skip_rule(ledger, turn, reason);
    return true;
}

static bool
pay_offer(struct turn *turn, const struct offer *offer,
          struct account_state *account, struct err *err)
{
    if (offer->minor == 0) {
        turn_skip(turn, offer->ledger, SKIP_LIMIT);
        return true;
    }
    if (!turn_post(turn, offer->ledger, account, offer->minor, err))
        return false;
    turn->postings[turn->posting_count - 1].clipped = offer->clipped;
    return true;
}

/* Turn what a rule offers into entries, and what they wait for. */
static bool
pay_part(struct turn *turn, const struct part *part, struct err *err)
{
    const struct rule *rule = part->form->rule;

    for (size_t i = part->first_offer; i < part->end_offer; i++)
        if (!pay_offer(turn, &turn->offers[i], part->account, err))
            return false;
    return (!rule->pending || pending_hold(turn, part, err)) &&
           (!rule->reversed_by || reversal_follow(turn, part, err));
}

size_t
award_next(const struct turn *turn, const uint64_t *open, size_t from)
{
    if (!open || turn->trace || turn->facts->tells_skips)
        return from;
    return bits_next(open, turn->trigger->form_count, from);
}

/* Whether nothing but skips came since. */
static bool
left_nothing(const struct turn *turn, const struct turn *before)
{
    return turn->part_count == before->part_count &&
           turn->offer_count == before->offer_count &&
           turn->change_count == before->change_count &&
           turn->posting_count == before->posting_count && !turn->rejection;
}

/* As award_offer. Forms that are not open are asked to hear why not: they can
 * neither pay nor fail. */
static bool
offer_at(struct turn *turn, size_t at, const uint64_t *open, struct err *err)
{
    const struct rule_form *form = turn->trigger->forms[at];
    struct turn before;
    bool ok;

    if (!open || bits_has(open, at))
        return award_offer(form, turn, err);
    before = *turn;
    ok = award_offer(form, turn, err);
    assert(ok && left_nothing(turn, &before));
    return ok;
}

bool
award_decide(struct turn *turn, const uint64_t *open, struct err *err)
{
    for (size_t i = award_next(turn, open, 0); i < turn->trigger->form_count;
         i = award_next(turn, open, i + 1)) {
        if (!offer_at(turn, i, open, err))
            return false;
        if (turn->rejection)
            return true;
    }
    for (size_t i = 0; i < turn->part_count; i++)
        if (!pay_part(turn, &turn->parts[i], err))
            return false;
    return true;
}

static void
take_key(const struct turn *turn, struct once_key *key)
{
    key->taken = true;
    key->changed = true;
    key->taken_by = turn->event;
}

static void
take_keys(const struct turn *turn, const struct part *part)
{
    bool paid = false;

    for (size_t i = part->first_offer; i < part->end_offer; i++) {
        const struct offer *offer = &turn->offers[i];

        if (offer->minor > 0 && offer->once)
            take_key(turn, offer->once);
        paid = paid || offer->minor > 0;
    }
    if (paid && part->once)
        take_key(turn, part->once);
}

void
award_take_keys(const struct turn *turn)
{
    for (size_t i = 0; i < turn->part_count; i++)
        take_keys(turn, &turn->parts[i]);
}
