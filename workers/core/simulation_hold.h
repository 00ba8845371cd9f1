/* simulation_hold.h - what rules hold back in a simulation until an event
 * confirms it or its time is over, as the clock's list does for workers. */
#ifndef CORE_SIMULATION_HOLD_H
#define CORE_SIMULATION_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "decide.h"
#include "event.h"
#include "hash_table.h"
#include "schema.h"

struct simulation_hold {
    struct str id;
    struct str account;
    struct str waits_for; /* account */
    struct str rule;
    int64_t minor;
    int64_t expires_us;
    bool confirmed;
    bool ended;
    struct simulation_hold *next; /* of those that wait for the same */
};

/* All zero is valid and empty. */
struct simulation_holds {
    struct arena arena;
    struct simulation_hold **open; /* a heap: the first expires first */
    size_t open_count;
    size_t open_room;
    struct hash_table waiting;          /* lists, by rule and account */
    struct simulation_hold **confirmed; /* first come, first served */
    size_t confirmed_count;
    size_t confirmed_taken; /* of those, from the first on */
    size_t confirmed_room;
    int64_t held_minor; /* of all that have not ended */
    size_t held_count;
};

void simulation_holds_free(struct simulation_holds *holds);

/* One more, which is copied; those that have ended are not for here. */
void simulation_holds_add(struct simulation_holds *holds,
                          const struct simulation_hold *hold);

/* Note what a decision holds back, and what it confirms. */
void simulation_holds_note(struct simulation_holds *holds,
                           const struct decision *decision);

/* Whether one expires at that time or before. */
bool simulation_holds_expire(const struct simulation_holds *holds,
                             int64_t now_us);

/* The next hold to end by now: one that is confirmed, or else has expired; it
 * is then taken for ended. NULL: there is none. */
struct simulation_hold *simulation_holds_take(struct simulation_holds *holds,
                                              int64_t now_us);

/* It could not be ended: it is held, and will not be taken again. */
void simulation_holds_keep(struct simulation_holds *holds,
                           struct simulation_hold *hold);

/* The clock's event about the hold, made in the arena; false when there is no
 * schema for such events. */
MUST_CHECK bool simulation_hold_event(const struct simulation_hold *hold,
                                      const struct schema_set *schemas,
                                      int64_t now_us, struct arena *arena,
                                      struct event *event);

/* Fill in the record that a decision about that event asked for. */
void simulation_hold_fill(const struct simulation_hold *hold,
                          struct facts *facts);

#endif
