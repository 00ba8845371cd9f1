/* simulation_report.h - the answer of a simulation as tables, the same for
 * people, programs and the page. */
#ifndef CMD_SIMULATION_REPORT_H
#define CMD_SIMULATION_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "simulation.h"
#include "simulation_accounts.h"
#include "table.h"

enum { REPORT_TABLES = 8 };

struct report_table {
    const char *name; /* in JSON: "lines" */
    const char *title;
    struct table table;
};

/* All in the arena; borrows from the simulation. */
struct simulation_report {
    const struct simulation *simulation;
    struct arena *arena;
    struct simulation_accounts accounts;
    const char *heading;                       /* which rules, what events */
    struct report_table tables[REPORT_TABLES]; /* some without rows */
    size_t table_count;
};

/* The simulation is finished. `state` says what it started from. */
void simulation_report_make(struct arena *arena,
                            const struct simulation *simulation,
                            const char *state,
                            struct simulation_report *report);

/* For people, or as one JSON object of lists. */
void simulation_report_print(const struct simulation_report *report,
                             enum table_format format, FILE *out);

/* One page that needs nothing but itself: no script, no network. ERR_CONFIG
 * when the file cannot be written. */
MUST_CHECK bool simulation_page_write(const struct simulation_report *report,
                                      const char *path, struct err *err);

/* All accounts as CSV. ERR_CONFIG when the file cannot be written. */
MUST_CHECK bool simulation_accounts_write(const struct simulation *simulation,
                                          const char *path, struct err *err);

#endif
