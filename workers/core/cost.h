/* cost.h - the most that a rule can pay: for one event, and to one account in
 * a month, by the schemas, its conditions, once-keys and limits. Nothing that
 * the machine alone stops is a bound: not the largest number it holds, nor
 * that an account is full. */
#ifndef CORE_COST_H
#define CORE_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "expr_range.h"
#include "rule.h"
#include "rule_parts.h"

#define COST_UNBOUNDED INT64_MAX

struct cost {
    int64_t event_minor; /* or COST_UNBOUNDED */
    int64_t month_minor;
    const struct line *culprit; /* the first line without a bound; or NULL */
};

/* What is known of the events of a form before its own condition. */
struct range_scope form_scope(const struct rule_form *form,
                              struct arena *arena);

/* That, narrowed by what the guard asks for. */
struct range_scope guard_scope(struct range_scope scope,
                               const struct guard *guard);

/* What each line of a form can pay for an event that it is paid for, in whole
 * units of the asset: rounded, and within its own limit. */
void form_ranges(const struct ruleset *ruleset, const struct rule_form *form,
                 struct arena *arena, struct range lines[RULE_LINES_MAX]);

/* A rule that is off, or that charges, pays nothing. */
struct cost rule_cost(const struct ruleset *ruleset, const struct rule *rule,
                      struct arena *arena);

#endif
