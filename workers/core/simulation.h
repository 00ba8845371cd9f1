/* simulation.h - what one rule set, or two side by side, make of recorded
 * events: decided as by a worker, with all state from the first event on, and
 * added up. */
#ifndef CORE_SIMULATION_H
#define CORE_SIMULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "hash_table.h"
#include "memory_ledger.h"
#include "rule.h"
#include "schema.h"
#include "simulation_hold.h"

enum { SIMULATION_SIDES = 2 };

/* What was posted under one name. */
struct simulation_line {
    const struct ledger_line *line;
    int64_t entries;
    int64_t clipped; /* of the entries, by a limit */
    int64_t minor;   /* their sum */
};

/* One rule set, and what it came to. */
struct simulation_side {
    struct ruleset *ruleset;
    struct memory_ledger ledger;
    struct simulation_holds holds;
    struct simulation_line *lines; /* of each of the rule set's lines */
    int64_t outcomes[OUTCOME_COUNT];
    int64_t rejections[REJECTION_COUNT];
    int64_t reasons[REASON_COUNT]; /* of dead letters */
    int64_t notifications;
    int64_t earned_minor; /* less what was reversed or is held */
    int64_t spent_minor;
    struct str first_error;      /* of the rules, for people; empty: none */
    struct hash_table set_aside; /* ids whose event was, which do not count */
};

/* What was earned on one day of the first side's calendar. */
struct simulation_day {
    int32_t day; /* since 1970-01-01 */
    int64_t earned_minor[SIMULATION_SIDES];
};

/* Fill in what was true of the facts before the first event. */
typedef bool simulation_look(void *context, struct facts *facts,
                             struct err *err);

struct simulation {
    simulation_look *look; /* NULL: nothing was there before */
    void *look_context;
    struct arena arena; /* of the totals */
    const struct schema_set *schemas;
    int64_t notify_max_age_us;
    struct simulation_side sides[SIMULATION_SIDES];
    size_t side_count;
    struct hash_table ids;     /* of all events: the digest of what they say */
    struct hash_table started; /* by account: what it had before, net */
    struct hash_table day_places;
    struct simulation_day *days; /* sorted by simulation_finish() */
    size_t day_count;
    size_t day_room;
    int64_t now_us;   /* the time of the latest record */
    int64_t first_us; /* of the events; INT64_MAX: there was none */
    int64_t last_us;
    int64_t records;
};

/* The schemas are borrowed. An event older than notify_max_age_us when it is
 * recorded notifies nobody. */
void simulation_init(struct simulation *simulation,
                     const struct schema_set *schemas,
                     int64_t notify_max_age_us);

void simulation_free(struct simulation *simulation);

/* Another rule set, at most SIMULATION_SIDES; borrowed. */
void simulation_add_side(struct simulation *simulation,
                         struct ruleset *ruleset);

/* Decide about all records of a batch, which intake has judged. ERR_INPUT when
 * a sum leaves 64 bits; else what `look` fails with. */
MUST_CHECK bool simulation_take(struct simulation *simulation,
                                struct batch *batch, struct err *err);

/* Bring the totals in order, after the last batch. */
void simulation_finish(struct simulation *simulation);

/* What an account has had of the rules in the simulation: earned less spent; 0
 * when it is not known. */
int64_t simulation_net_minor(const struct simulation *simulation,
                             const struct simulation_side *side,
                             struct str address);

#endif
