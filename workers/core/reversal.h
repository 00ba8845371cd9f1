/* reversal.h - `reversed_by: {trigger, match, once_keys, limits}`: an event of
 * another type takes back exactly what a rule paid for the same contract and
 * account, once, whether it was paid before or is paid after. Once-keys and
 * limits stay used. */
#ifndef CORE_REVERSAL_H
#define CORE_REVERSAL_H

#include "closer.h"
#include "compiler.h"
#include "err.h"
#include "rule_read.h"
#include "turn.h"

/* A compiled `reversed_by`. */
struct reversed_by {
    const struct event_type *type;
    const struct expr *account; /* the rule's, in events of that type */
};

extern const struct shape reversal_shape;

/* Compile the mapping; NULL after adding errors. */
const struct reversed_by *reversal_compile(struct reader *reader,
                                           const struct node *node,
                                           const struct node *rule_node,
                                           const struct rule *rule);

/* Give each line of the rule the name that its reversals are posted under. */
void reversal_name_lines(struct reader *reader, struct rule *rule);

/* The rule's own event: its account is turn->account. */
void reversal_want(const struct rule_form *form, struct turn *turn);
/* Reverse at once what the rule has just paid, if a reversal waits for it. */
MUST_CHECK bool reversal_follow(struct turn *turn, const struct part *part,
                                struct err *err);

/* The event that reverses. */
void reversal_want_origin(const struct closer *closer, struct turn *turn,
                          struct err *ignored);
MUST_CHECK bool reversal_decide(const struct closer *closer, struct turn *turn,
                                struct err *err);

#endif
