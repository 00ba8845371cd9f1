/* simulation_limit.h - how much of each limit a simulation has used. */
#ifndef CORE_SIMULATION_LIMIT_H
#define CORE_SIMULATION_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "rule_parts.h"
#include "simulation.h"

struct simulation_limit {
    struct str name; /* of the line, or of the rule for its own limit */
    const struct limit *limit;
    int64_t windows;   /* in which something was paid, of all accounts */
    int64_t full;      /* of those, with nothing left */
    int64_t most_used; /* in one of them: minor units, or payments */
};

/* A row for each limit of the side's rule set, in file order, made in the
 * arena. */
struct simulation_limit *simulation_limits(const struct simulation_side *side,
                                           struct arena *arena, size_t *count);

#endif
