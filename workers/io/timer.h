/* timer.h - the clock's list of things to do: holds that are to be released or
 * voided by now. */
#ifndef IO_TIMER_H
#define IO_TIMER_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "str.h"

struct timer {
    struct str hold_id;
    struct str account;
    struct str waits_for; /* account */
    int64_t due_us;
};

/* Those that are due by the database's clock, the oldest first, `most` of them
 * at most. Made in the arena. Errors are those of pg_query: RETRY when the
 * database is away. */
MUST_CHECK bool timers_due(struct pg *pg, size_t most, struct arena *arena,
                           struct timer **timers, size_t *count,
                           struct err *err);

/* What of them is still there, and as due as it was, is due again in a minute,
 * which is logged. */
MUST_CHECK bool timers_put_off(struct pg *pg, const struct timer *timers,
                               size_t count, struct err *err);

#endif
