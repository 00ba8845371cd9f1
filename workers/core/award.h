/* award.h - the rules that an event triggers: what they pay, charge and count.
 * Part of decide(). */
#ifndef CORE_AWARD_H
#define CORE_AWARD_H

#include "compiler.h"
#include "err.h"
#include "turn.h"

/* Ask for the facts that the rules may need, and note in `open` which of them
 * may let the event pass, see struct verdict. Failures are left for
 * award_decide to report. */
void award_want(struct turn *turn, uint64_t *open, struct err *ignored);

/* Leave what one rule offers, or charges, and its changes in the turn. */
MUST_CHECK bool award_offer(const struct rule_form *form, struct turn *turn,
                            struct err *err);

/* Post what the rules pay, and leave their changes in the turn. Only rules that
 * are open are asked; all of them when it is NULL, and for who is told of all
 * skips, see facts->tells_skips. */
MUST_CHECK bool award_decide(struct turn *turn, const uint64_t *open,
                             struct err *err);

/* The place, `from` or behind it, of the form that is asked next; form_count:
 * none is. */
size_t award_next(const struct turn *turn, const uint64_t *open, size_t from);

/* Take the once-keys of what was paid: the decision stands. */
void award_take_keys(const struct turn *turn);

#endif
