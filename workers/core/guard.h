/* guard.h - the conditions that rules and lines share: mode, valid_from and
 * valid_until, when, cohort, once, limit. */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "cohort.h"
#include "compiler.h"
#include "err.h"
#include "limit.h"
#include "once.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

extern const struct shape mode_shape;

/* The keys of a guard, for the key tables of rules and lines. */
#define GUARD_KEYS                                                             \
    {"mode", false, &mode_shape,                                               \
     "Whether it counts; shadow, of a rule: only what it would have paid is "  \
     "told.",                                                                  \
     "live"},                                                                  \
        {"valid_from", false, &shape_time, "The first time of an event.",      \
         "2026-12-01T00:00:00Z"},                                              \
        {"valid_until", false, &shape_time,                                    \
         "The time from which on it no longer counts.",                        \
         "2027-01-01T00:00:00Z"},                                              \
        {"when", false, &shape_expr, "A condition, true or false.",            \
         "event.data.delivered_on_time"},                                      \
        {"cohort", false, &cohort_shape,                                       \
         "A part of all accounts, the same for every event.", NULL},           \
        {"once", false, &once_shape,                                           \
         "Paid one time, ever, for each combination of account, day, row and " \
         "fields.",                                                            \
         "[\"account\"]"},                                                     \
    {                                                                          \
        "limit", false, &limit_shape,                                          \
            "How much, or how often, is paid in a window of the calendar.",    \
            NULL                                                               \
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
