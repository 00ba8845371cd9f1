/* pending.h - `pending: {until, match, void_after}`: what a rule pays is held
 * until an event of another type confirms it, or until too late. The entries
 * are posted at once, with one that takes their sum out of the balance again;
 * the hold ends by an event that the clock sends, see op_hold.c. */
#ifndef CORE_PENDING_H
#define CORE_PENDING_H

#include "closer.h"
#include "compiler.h"
#include "err.h"
#include "rule_read.h"
#include "turn.h"

/* A compiled `pending`. */
struct pending {
    const struct event_type *until;
    struct str closing_field; /* of the account, in the data of `until` */
    struct str origin_field;  /* the same account, in the rule's own event */
    int64_t void_after_us;
};

extern const struct shape pending_shape;

/* Compile the mapping; NULL after adding errors. */
const struct pending *pending_compile(struct reader *reader,
                                      const struct node *node,
                                      const struct rule *rule);

/* The rule's own event: its account is turn->account. */
void pending_want(const struct rule_form *form, struct turn *turn);
MUST_CHECK bool pending_hold(struct turn *turn, const struct part *part,
                             struct err *err);

/* The event it waits for. */
void pending_want_closing(const struct closer *closer, struct turn *turn);
void pending_close(const struct closer *closer, struct turn *turn);

#endif
