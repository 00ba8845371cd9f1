/* tier.h - `tiers: {count_staked, levels}`: what fee an account pays, by what
 * it has. An account that an event takes across a threshold is told so. */
#ifndef CORE_TIER_H
#define CORE_TIER_H

#include "num.h"
#include "rule_read.h"
#include "turn.h"

struct tier {
    struct str name;
    int64_t from_minor;
    struct ratio fee; /* percent */
};

struct tiers {
    bool count_staked;   /* GIGS that are locked count as well */
    struct tier *levels; /* from the lowest, which starts at 0 */
    size_t level_count;
};

extern const struct shape tiers_shape;

/* Compile the mapping; NULL after adding errors. */
const struct tiers *tiers_compile(struct reader *reader,
                                  const struct node *node);

/* Answer each account that the event took to another tier. */
void tier_answer(struct turn *turn);

#endif
