/* voting.h - `voting: {period: 7d}`: how long proposals are voted on. */
#ifndef CORE_VOTING_H
#define CORE_VOTING_H

#include "rule_read.h"

struct voting {
    int64_t period_us;
};

extern const struct shape voting_shape;

/* Compile the mapping; NULL after adding errors. */
const struct voting *voting_compile(struct reader *reader,
                                    const struct node *node);

#endif
