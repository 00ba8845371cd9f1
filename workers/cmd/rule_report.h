/* rule_report.h - what each rule can pay at most, and whether the order of
 * events matters to it, as a table. */
#ifndef CMD_RULE_REPORT_H
#define CMD_RULE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "rule.h"
#include "str.h"

struct rule_report {
    struct arena *arena; /* borrowed */
    struct str *cells;   /* row by row */
    size_t count;        /* of rules */
    size_t room;         /* for rules */
};

/* A row for each rule of the set. */
void rule_report_add(struct rule_report *report, const struct ruleset *ruleset);

/* Whether there is such a format: human (and NULL) or json. */
bool rule_report_has(const char *format);

/* On stdout. */
void rule_report_print(const struct rule_report *report, const char *format);

#endif
