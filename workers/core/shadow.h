/* shadow.h - rules with `mode: shadow`: what they would have paid for an event.
 * They are decided after it, in a turn of their own, and under names of their
 * own (`shadow:rule.line`), so that nothing they do or fail at can touch what
 * is paid. Part of decide(). */
#ifndef CORE_SHADOW_H
#define CORE_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decide.h"
#include "turn.h"

/* What stands before the names under which the ledger keeps rows of rules in
 * shadow. No id can begin so. */
#define SHADOW_PREFIX "shadow:"

/* As many as an event may have entries: the ledger and a message have no room
 * for more. */
enum { SHADOW_PAYMENTS_MAX = 1024 };

struct shadow_payment {
    const struct ledger_line *line;
    struct account_state *account;
    int64_t amount_minor; /* above 0 */
    bool clipped;         /* a limit took some of it off */
};

/* A rule that failed: it pays nothing, and counts nothing. */
struct shadow_error {
    const struct ledger_line *line; /* the rule's own */
    enum reason reason;             /* as of a dead letter */
    struct str message;             /* for people */
};

struct shadow {
    struct shadow_payment *payments; /* in rule and line order */
    size_t payment_count;
    struct shadow_error *errors; /* in rule order */
    size_t error_count;
    struct skip *skips; /* as those of a decision */
    size_t skip_count;
};

/* Ask for the facts that the rules in shadow may need; `trigger` has no others.
 */
void shadow_want(const struct ruleset *ruleset, const struct trigger *trigger,
                 const struct event *event, struct facts *facts);

/* Decide, and advance the facts that are theirs alone. Cannot fail. */
const struct shadow *shadow_decide(const struct ruleset *ruleset,
                                   const struct trigger *trigger,
                                   const struct event *event,
                                   struct facts *facts, struct arena *arena);

#endif
