/* worker.h - the loop of `reward run`: connect, read, post, commit; and what to
 * do when something outside is away. */
#ifndef CMD_WORKER_H
#define CMD_WORKER_H

#include "batch.h"
#include "err.h"
#include "intake.h"
#include "pipeline.h"
#include "rules_in_force.h"
#include "rules_watch.h"
#include "settings.h"
#include "source.h"

struct worker {
    const struct settings *settings;
    struct intake intake;
    struct rules_in_force rules;
    struct rules_watch watch;
    struct pg *pg; /* NULL while the database is away */
    struct ledger *ledger;
    struct source *source;
    struct batch batch;
    struct pipeline pipeline;
    int64_t rules_refused; /* files read again that were no good */
    bool last_refused;     /* the last one read was */
    int64_t rules_good_us; /* when the last good one was read */
    bool has_connected;    /* to the database, once at least */
    int failures;          /* in a row, for the back-off */
    bool has_offsets;      /* of the group, to be committed */
    int64_t next_offsets_ms;
    int64_t next_metrics_ms;
    int64_t next_report_ms;
    int64_t next_timers_ms; /* when to look at what the clock has to send */
};

/* Run until a stop is requested (true) or an error that waiting cannot mend
 * (false: ERR_CONFIG or ERR_FATAL). settings, intake, rules and watch are
 * filled in. */
MUST_CHECK bool worker_loop(struct worker *worker, struct err *err);

/* Leave the group and close everything the loop opened. */
void worker_close(struct worker *worker);

#endif
