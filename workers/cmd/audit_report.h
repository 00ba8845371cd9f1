/* audit_report.h - runs audits and prints what they find. */
#ifndef CMD_AUDIT_REPORT_H
#define CMD_AUDIT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "audit.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"

/* One run of several audits. */
struct audit_report {
    struct arena *arena; /* borrowed */
    FILE *out;
    bool json;
    bool failures_only;
    const char *only; /* name of the one to run; NULL: all */
    size_t done;
    size_t failed;
};

/* Run the audits in order, printing `ok NAME  what` or `FAIL NAME  what` and
 * the offending rows of each; with json set, an object of a list for each.
 * False when one could not be run. */
MUST_CHECK bool audit_report_run(struct audit_report *report, struct pg *pg,
                                 const struct audit *audits, size_t count,
                                 struct err *err);

#endif
