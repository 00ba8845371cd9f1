/* shadow.c - one rule at a time: what a rule leaves in the turn is taken out
 * again when it fails, and the others go on. */
#include "shadow.h"

#include <string.h>

#include "award.h"
#include "bits.h"
#include "sieve.h"

void
shadow_want(const struct ruleset *ruleset, const struct trigger *trigger,
            const struct event *event, struct facts *facts)
{
    struct err ignored = {0}; /* shadow_decide() meets the same failure */
    struct turn turn;

    turn_start(&turn, ruleset, trigger, event, facts, facts->arena);
    award_want(&turn, bits_new(facts->arena, trigger->form_count), &ignored);
}

static void
add_error(struct shadow *shadow, const struct turn *turn,
          const struct rule_form *form, const struct err *err)
{
    if (!shadow->errors)
        shadow->errors = arena_array(turn->arena, turn->trigger->form_count,
                                     sizeof(*shadow->errors));
    shadow->errors[shadow->error_count++] = (struct shadow_error){
        .line = form->rule->ledger,
        .reason = reason_of(err),
        .message = str_dup_utf8(turn->arena, str_from_cstr(err->text)),
    };
}

static bool
check_count(const struct turn *turn, const struct rule_form *form,
            struct err *err)
{
    return turn->offer_count <= SHADOW_PAYMENTS_MAX ||
           turn_error(err, form->rule->ledger,
                      "an event cannot have more than %d entries",
                      SHADOW_PAYMENTS_MAX);
}

/* Whether an account could hold what all rules up to the last one offer the
 * account of that one: it is told of the sum. */
static bool
check_sum(const struct turn *turn, const struct rule_form *form,
          struct err *err)
{
    const struct part *last = &turn->parts[turn->part_count - 1];
    int64_t sum = 0;

    for (size_t i = 0; i < turn->part_count; i++)
        for (size_t j = turn->parts[i].first_offer;
             turn->parts[i].account == last->account &&
             j < turn->parts[i].end_offer;
             j++)
            if (!num_add(sum, turn->offers[j].minor, &sum) ||
                sum > BALANCE_MAX_MINOR)
                return turn_overflow(err, form->rule->ledger);
    return true;
}

static void
decide_rule(struct shadow *shadow, struct turn *turn,
            const struct rule_form *form)
{
    size_t parts = turn->part_count;
    size_t offers = turn->offer_count;
    size_t changes = turn->change_count;
    size_t skips = turn->skip_count;
    struct err err = {0};

    if (award_offer(form, turn, &err) &&
        (turn->part_count == parts ||
         (check_count(turn, form, &err) && check_sum(turn, form, &err))))
        return;
    turn->part_count = parts;
    turn->offer_count = offers;
    turn->change_count = changes;
    turn->skip_count = skips;
    add_error(shadow, turn, form, &err);
}

static void
add_payments(struct shadow *shadow, struct turn *turn, const struct part *part)
{
    for (size_t i = part->first_offer; i < part->end_offer; i++) {
        const struct offer *offer = &turn->offers[i];

        if (offer->minor == 0) {
            turn_skip(turn, offer->ledger, SKIP_LIMIT);
            continue;
        }
        shadow->payments[shadow->payment_count++] = (struct shadow_payment){
            .line = offer->ledger,
            .account = part->account,
            .amount_minor = offer->minor,
            .clipped = offer->clipped,
        };
    }
}

const struct shadow *
shadow_decide(const struct ruleset *ruleset, const struct trigger *trigger,
              const struct event *event, struct facts *facts,
              struct arena *arena)
{
    struct shadow *shadow = ARENA_NEW(arena, struct shadow);
    uint64_t *open = bits_new(arena, trigger->form_count);
    struct turn turn;

    turn_start(&turn, ruleset, trigger, event, facts, arena);
    turn.trace = facts->trace;
    turn_take_room(&turn, &facts->shadow_room);
    sieve_pass(trigger->sieve, event, open);
    for (size_t i = award_next(&turn, open, 0); i < trigger->form_count;
         i = award_next(&turn, open, i + 1))
        decide_rule(shadow, &turn, trigger->forms[i]);
    shadow->payments =
        arena_array(arena, turn.offer_count, sizeof(*shadow->payments));
    for (size_t i = 0; i < turn.part_count; i++)
        add_payments(shadow, &turn, &turn.parts[i]);
    shadow->skips = turn.skips;
    shadow->skip_count = turn.skip_count;
    turn_move_counters(&turn);
    award_take_keys(&turn);
    return shadow;
}
