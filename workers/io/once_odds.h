/* once_odds.h - of which lines the once-keys are hardly ever taken: a key of
 * such a line can be taken for free without looking, as long as somebody looks
 * before it counts. */
#ifndef IO_ONCE_ODDS_H
#define IO_ONCE_ODDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* How many keys in a row must have been free at first; four times as many after
 * each one that was not, since a wrong guess costs as much as some ten thousand
 * look-ups. */
enum { ONCE_ODDS_FIRST_RUN = 1024 };

struct once_run;

/* All zero: nothing is known of any line. */
struct once_odds {
    struct arena arena;
    struct once_run *runs; /* by line id */
    size_t room;
};

void once_odds_free(struct once_odds *odds);

/* A key of the line was looked for. */
void once_odds_note(struct once_odds *odds, int32_t line_id, bool taken);

/* Whether the next key of the line is free, most likely. */
bool once_odds_are_good(const struct once_odds *odds, int32_t line_id);

#endif
