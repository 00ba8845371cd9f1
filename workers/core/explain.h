/* explain.h - what the rules on a trigger made of an event, rule by rule and
 * line by line, from the trace of the decision. What the lines paid is for the
 * caller: the ledger says it. */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "event.h"
#include "facts.h"
#include "rule.h"
#include "trace.h"

/* A line, a row of it or, first of a rule's, the rule itself. */
struct explain_line {
    struct str name; /* "contract.base" */
    struct str kind; /* "rate"; empty for a rule and a row */
    struct str sum;  /* "100 x 500"; empty: nothing to say */
    struct str once; /* words of `once` as written: "account, day"; or empty */
    const struct trace_step **steps; /* in order */
    size_t step_count;
    size_t step_room;
    bool has_offer;
    bool skipped;
    enum skip_reason reason;
};

struct explain_rule {
    const struct rule *rule;
    const struct rule_form *form;
    bool skipped; /* as a whole */
    enum skip_reason reason;
    struct explain_line *lines; /* its own first */
    size_t line_count;
    size_t line_room;
};

struct explanation {
    struct explain_rule *rules; /* on the trigger, in file order */
    size_t rule_count;
    size_t shadows; /* rules in shadow on the trigger: not told of */
    size_t others;  /* rules on other triggers */
};

/* Sort the steps by rule and line. Everything lives in the arena; the rule set
 * and the trace are borrowed. */
void explain(const struct ruleset *ruleset, const struct event_type *type,
             const struct trace *trace, struct arena *arena,
             struct explanation *explanation);

/* Append the expression of the step, a TRACE_EVAL, with values in the place of
 * the names: "5.0 >= 4.5". What stands in has() stays. */
void explain_values(struct buf *buf, const struct trace_step *step,
                    const struct event *event, struct arena *arena);

/* What the expression is to the line: "when", "account", "guard", "value". */
const char *explain_role(const struct explain_rule *rule,
                         const struct trace_step *step);

/* "its condition is false", "outside valid_from and valid_until", ... */
const char *explain_reason(enum skip_reason reason);

/* Place of the rule in its file. */
int explain_row(const struct explain_rule *rule);

#endif
