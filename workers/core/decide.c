/* decide.c - takes an event through the rules its type triggers. First all
 * rules leave their offers and changes in a turn; only when nothing can fail
 * any more do the facts move. */
#include "decide.h"

#include <assert.h>

#include "guard.h"
#include "limit.h"
#include "line.h"
#include "once.h"
#include "quote.h"
#include "turn.h"

const char *
skip_reason_name(enum skip_reason reason)
{
    static const char *const names[] = {
        [SKIP_WHEN] = "when",   [SKIP_NOT_VALID] = "not_valid",
        [SKIP_OFF] = "off",     [SKIP_ONCE] = "once",
        [SKIP_LIMIT] = "limit", [SKIP_LATE] = "late",
        [SKIP_ZERO] = "zero",
    };

    return names[reason];
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
    turn->account = NULL;
    turn->part_count = 0;
    turn->offer_count = 0;
    turn->change_count = 0;
    turn->skip_count = 0;
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
}

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

/* Whether the rule lets the event pass, as far as the event alone says. */
static bool
form_check(const struct rule_form *form, const struct turn *turn, bool *passes,
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
    return true;
}

/* The account that the rule pays for this event. */
static bool
find_account(const struct rule_form *form, const struct turn *turn,
             struct account_state **account, struct err *err)
{
    const struct ledger_line *ledger = form->rule->ledger;
    struct value value;
    struct str address;

    if (!turn_eval(turn, ledger, form->account, &value, err))
        return false;
    address = value.string;
    if (!form->account_is_canonical &&
        !account_canonical(turn->arena, value.string, &address))
        return turn_error(err, ledger, "%s is no account id",
                          quoted(turn->arena, value.string));
    *account = facts_account(turn->facts, address);
    return true;
}

static void
form_want(const struct rule_form *form, struct turn *turn, struct err *ignored)
{
    const struct ledger_line *ledger = form->rule->ledger;
    const struct guard *guard = &form->guard;
    enum skip_reason reason;
    struct once_key *key;
    bool passes;

    if (!form_check(form, turn, &passes, &reason, ignored) || !passes ||
        !find_account(form, turn, &turn->account, ignored))
        return;
    if (guard->once.present &&
        !once_find(&guard->once, turn, ledger, turn->day, 0, &key, ignored))
        return;
    if (guard->limit.present)
        (void)limit_counter(&guard->limit, turn, ledger);
    for (size_t i = 0; i < form->line_count; i++)
        line_want(&form->lines[i], turn, ignored);
}

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
    for (size_t i = 0; i < trigger->form_count; i++)
        form_want(trigger->forms[i], &turn, &ignored);
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

    for (size_t i = 0; i < form->line_count; i++)
        if (!line_decide(&form->lines[i], turn, err))
            return false;
    if (!limit_apply(&form->guard.limit, turn, form->rule->ledger, first,
                     err) ||
        !use_limits(form, turn, first, err))
        return false;
    turn->parts[turn->part_count++] = (struct part){
        .account = turn->account,
        .once = once,
        .first_offer = first,
        .end_offer = turn->offer_count,
    };
    return true;
}

static bool
decide_form(const struct rule_form *form, struct turn *turn, struct err *err)
{
    const struct ledger_line *ledger = form->rule->ledger;
    struct once_key *once = NULL;
    enum skip_reason reason;
    bool passes;

    if (!form_check(form, turn, &passes, &reason, err) ||
        (passes && !find_account(form, turn, &turn->account, err)))
        return false;
    if (passes && form->guard.once.present &&
        !once_find(&form->guard.once, turn, ledger, turn->day, 0, &once, err))
        return false;
    if (once && once->taken) {
        passes = false;
        reason = SKIP_ONCE;
    }
    if (passes)
        return decide_lines(form, turn, once, err);
    turn_skip(turn, ledger, reason);
    return true;
}

/* The account's state so far, from an earlier rule of this event or from the
 * facts. */
static struct payee *
find_payee(struct payee *payees, size_t *count, struct account_state *account)
{
    for (size_t i = 0; i < *count; i++)
        if (payees[i].account == account)
            return &payees[i];
    payees[*count] = (struct payee){
        .account = account,
        .balance_minor = account->balance_minor,
        .earned_minor = account->earned_minor,
        .last_seq = account->last_seq,
    };
    return &payees[(*count)++];
}

static bool
pay_offer(struct turn *turn, const struct offer *offer, struct payee *payee,
          struct decision *decision, struct err *err)
{
    if (offer->minor == 0) {
        turn_skip(turn, offer->ledger, SKIP_LIMIT);
        return true;
    }
    if (!num_add(payee->balance_minor, offer->minor, &payee->balance_minor) ||
        payee->balance_minor > BALANCE_MAX_MINOR ||
        !num_add(payee->earned_minor, offer->minor, &payee->earned_minor))
        return turn_overflow(err, offer->ledger);
    decision->postings[decision->posting_count++] = (struct posting){
        .line = offer->ledger,
        .account = payee->account,
        .amount_minor = offer->minor,
        .balance_after_minor = payee->balance_minor,
        .seq = ++payee->last_seq,
        .clipped = offer->clipped,
    };
    return true;
}

/* Turn the offers into postings, in order; fills `payees`. */
static bool
pay_offers(struct turn *turn, struct payee *payees, size_t *payee_count,
           struct decision *decision, struct err *err)
{
    decision->postings = arena_array(turn->arena, turn->offer_count,
                                     sizeof(*decision->postings));
    for (size_t i = 0; i < turn->part_count; i++) {
        const struct part *part = &turn->parts[i];
        struct payee *payee = find_payee(payees, payee_count, part->account);

        for (size_t j = part->first_offer; j < part->end_offer; j++)
            if (!pay_offer(turn, &turn->offers[j], payee, decision, err))
                return false;
    }
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

static void
move_payee(const struct payee *payee)
{
    struct account_state *account = payee->account;

    if (account->last_seq == payee->last_seq)
        return;
    account->balance_minor = payee->balance_minor;
    account->earned_minor = payee->earned_minor;
    account->last_seq = payee->last_seq;
    account->changed = true;
}

/* The only place where a decision changes the facts; it cannot fail. */
static void
move_facts(const struct turn *turn, const struct payee *payees,
           size_t payee_count)
{
    for (size_t i = 0; i < turn->change_count; i++) {
        turn->changes[i].counter->value = turn->changes[i].value;
        turn->changes[i].counter->changed = true;
    }
    for (size_t i = 0; i < turn->part_count; i++)
        take_keys(turn, &turn->parts[i]);
    for (size_t i = 0; i < payee_count; i++)
        move_payee(&payees[i]);
}

static bool
decide_turn(struct turn *turn, struct decision *decision, struct err *err)
{
    struct payee *payees;
    size_t payee_count = 0;

    turn_make_room(turn);
    for (size_t i = 0; i < turn->trigger->form_count; i++)
        if (!decide_form(turn->trigger->forms[i], turn, err))
            return false;
    payees = arena_array(turn->arena, turn->part_count, sizeof(*payees));
    if (!pay_offers(turn, payees, &payee_count, decision, err))
        return false;
    move_facts(turn, payees, payee_count);
    decision->skips = turn->skips;
    decision->skip_count = turn->skip_count;
    return true;
}

bool
decide(const struct ruleset *ruleset, const struct event *event,
       struct facts *facts, struct arena *arena, struct decision *decision,
       struct err *err)
{
    const struct trigger *trigger =
        rule_index_find(ruleset->index, event->type);
    size_t known =
        facts->account_count + facts->counter_count + facts->once_count;
    struct turn turn;

    *decision = (struct decision){0};
    if (!trigger)
        return true;
    turn_start(&turn, ruleset, trigger, event, facts, arena);
    if (!decide_turn(&turn, decision, err)) {
        *decision = (struct decision){0};
        return false;
    }
    /* A fact that nobody asked for would be a zero that nobody looked up. */
    assert(known ==
           facts->account_count + facts->counter_count + facts->once_count);
    (void)known;
    return true;
}
