/* award.h - the rules that an event triggers: what they pay, charge and count.
 * Part of decide(). */
#ifndef CORE_AWARD_H
#define CORE_AWARD_H

#include "compiler.h"
#include "err.h"
#include "turn.h"

/* Ask for the facts that the rules may need, and note in `skips` (NULL:
 * nowhere) which of them do not let the event pass, see struct verdicts.
 * Failures are left for award_decide to report. */
void award_want(struct turn *turn, uint8_t *skips, struct err *ignored);

/* Leave what one rule offers, or charges, and its changes in the turn. */
MUST_CHECK bool award_offer(const struct rule_form *form, struct turn *turn,
                            struct err *err);

/* Post what the rules pay, and leave their changes in the turn. Rules that were
 * found not to let the event pass are not asked again; NULL: all are. */
MUST_CHECK bool award_decide(struct turn *turn, const uint8_t *skips,
                             struct err *err);

/* Take the once-keys of what was paid: the decision stands. */
void award_take_keys(const struct turn *turn);

#endif
