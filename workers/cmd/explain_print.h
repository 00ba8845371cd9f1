/* explain_print.h - why an event paid what it paid, as a tree for people and
 * as one JSON object for programs. */
#ifndef CMD_EXPLAIN_PRINT_H
#define CMD_EXPLAIN_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "explain.h"
#include "past.h"

/* All of it borrowed. */
struct explain_report {
    struct arena *arena;
    const struct past *past;
    const struct ruleset *ruleset;         /* NULL: the event is in no ledger */
    const struct event *event;             /* NULL: not known, like the rest */
    const struct facts *facts;             /* as they were before the event */
    const struct explanation *explanation; /* NULL: see `unknown` */
    const char *unknown;                   /* why there is none; or NULL */
    const char *differs;                   /* from the ledger, and how; NULL */
    const struct past_record *records;     /* repeats, and those set aside */
    size_t record_count;
    const struct token_source *messages;
    size_t message_count;
};

void explain_print_tree(const struct explain_report *report, FILE *out);
void explain_print_json(const struct explain_report *report, FILE *out);

/* Shared by the two: what the ledger has under the name. */
bool report_paid(const struct explain_report *report, struct str line,
                 int64_t *minor);
/* As report_paid for all lines of a rule. */
bool report_rule_paid(const struct explain_report *report, struct str rule,
                      int64_t *minor);
/* Whether the rule charges for a request, and the request was refused. */
bool report_is_refused(const struct explain_report *report,
                       const struct explain_rule *rule);
/* The once-key of a step, among the facts. */
const struct once_key *report_key(const struct explain_report *report,
                                  const struct trace_step *step);

#endif
