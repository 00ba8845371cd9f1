/* diag_report.h - a list of diagnostics for people, scripts, code review and
 * editors. */
#ifndef CMD_DIAG_REPORT_H
#define CMD_DIAG_REPORT_H

#include "arena.h"
#include "diag.h"

/* Print all, in order of place. `format` is a word of --format:
 *   human     (and NULL) on stderr, with `excerpts` each with its line and a
 *             caret below, and at the end how many there are
 *   parsable  on stderr, a line each, as diag_print
 *   github    on stdout, a workflow command each, which marks the line
 *   json      on stdout, one list of objects, also when there is none
 *   sarif     on stdout, one log (SARIF 2.1.0, OASIS 2020)
 * There must be no excerpts of files that may hold secrets, or that are known
 * without places. The arena is for texts of files. */
void diag_report(struct diag_list *diags, const char *format, bool excerpts,
                 struct arena *arena);

/* Whether the format leaves stdout to what else is to be said. */
bool diag_report_spares_stdout(const char *format);

#endif
