/* guard.h - the conditions that rules and lines share: mode, valid_from and
 * valid_until, when, cohort, once, limit. */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "compiler.h"
#include "err.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

/* The keys of a guard, for the key tables of rules and lines. */
#define GUARD_KEYS                                                             \
    {"mode", false}, {"valid_from", false}, {"valid_until", false},            \
        {"when", false}, {"cohort", false}, {"once", false},                   \
    {                                                                          \
        "limit", false                                                         \
    }

/* Compile the guard keys of a rule or line. What `when` shows to be there
 * holds for the rest of the reader's scope. False after adding errors. */
MUST_CHECK bool guard_compile(struct reader *reader, const struct node *node,
                              struct guard *guard);

/* Compile valid_from and valid_until of the object. */
void span_compile(struct reader *reader, const struct node *node,
                  struct span *span);

bool span_holds(const struct span *span, int64_t at_us);

/* Whether mode, time and `when` let the event pass; if not, *reason says
 * which does not. Fails when `when` cannot be evaluated. */
MUST_CHECK bool guard_check(const struct guard *guard, const struct turn *turn,
                            const struct ledger_line *ledger, bool *passes,
                            enum skip_reason *reason, struct err *err);

#endif
