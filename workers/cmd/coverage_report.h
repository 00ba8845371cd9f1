/* coverage_report.h - what tests have seen of a rule file, for people. */
#ifndef CMD_COVERAGE_REPORT_H
#define CMD_COVERAGE_REPORT_H

#include <stdio.h>

#include "coverage.h"

/* Print a table of the rules, and below it what was never seen, each with its
 * place in `file`. */
void coverage_print(const struct coverage *coverage, const char *file,
                    FILE *out);

/* The points in order of place. Made in the arena of the coverage. */
const struct cover_point **coverage_in_order(const struct coverage *coverage);

#endif
