/* told.h - the token events that a decision becomes. The relay makes the same
 * ones of the ledger's rows; this is for decisions that no ledger sees. */
#ifndef CORE_TOLD_H
#define CORE_TOLD_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "decide.h"
#include "token.h"

struct told {
    struct token_source *tokens; /* in the order they are published */
    size_t count;
};

/* What is told of the event, posted at that time. Made in the arena; borrows
 * from the rule set, the event, the decision and the facts behind it. */
void told_of(const struct ruleset *ruleset, const struct event *event,
             const struct decision *decision, int64_t posted_us,
             struct arena *arena, struct told *told);

#endif
