/* rules_watch.h - when a worker is to read its rule file again: on SIGHUP, or
 * when the file has changed. Looks at the file's metadata now and then and
 * reads nothing itself. */
#ifndef CMD_RULES_WATCH_H
#define CMD_RULES_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"

/* Plain values; see rules_watch_start(). */
struct rules_watch {
    enum rules_reload reload;
    const char *path; /* borrowed: the file, or the folder it is in */
    bool due;         /* until rules_watch_done() */
    uint64_t read;    /* what the file looked like when it was last read ... */
    uint64_t seen;    /* ... and when it was last looked at */
    int64_t next_look_ms;
};

/* Begin before the file is read for the first time. */
void rules_watch_start(struct rules_watch *watch, enum rules_reload reload,
                       const char *path);

/* Whether the file is to be read now; stays so until it was, as while the
 * database is away. A changed file counts once it has been left alone between
 * two looks: half of a rule file may be a good one, too. */
bool rules_watch_is_due(struct rules_watch *watch);

void rules_watch_done(struct rules_watch *watch);

#endif
