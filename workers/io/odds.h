/* odds.h - whether what is to be written down is hardly ever there already: a
 * line's once-key, the name of a new account. Then it can be taken for free
 * without looking, as long as somebody looks before it counts. */
#ifndef IO_ODDS_H
#define IO_ODDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* How many in a row must have been free at first; four times as many after each
 * wrong guess, for which a whole batch is decided again. */
enum { ODDS_FIRST_RUN = 1024 };

struct odds_run;

/* Of several kinds, which have small numbers. All zero: nothing is known. */
struct odds {
    struct arena arena;
    struct odds_run *runs; /* by kind */
    size_t room;
};

void odds_free(struct odds *odds);

/* Take those of the kind for free until one is not, and ask for the first run
 * then. Nothing may have been noted of it. */
void odds_trust(struct odds *odds, int32_t kind);

/* One of the kind was looked for, or written down; taken: it was there. */
void odds_note(struct odds *odds, int32_t kind, bool taken);

/* Whether the next one of the kind is free, most likely. */
bool odds_are_good(const struct odds *odds, int32_t kind);

#endif
