/* limit.h - how much a line or a rule may pay within a calendar window. */
#ifndef CORE_LIMIT_H
#define CORE_LIMIT_H

#include "compiler.h"
#include "err.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

extern const struct shape limit_shape;

/* Compile {per, window, amount or times, over}; false after adding errors. */
MUST_CHECK bool limit_compile(struct reader *reader, const struct node *node,
                              struct limit *limit);

/* The counter of what is used, added to the facts when it is not there. The
 * limit must be present. */
struct counter *limit_counter(const struct limit *limit,
                              const struct turn *turn,
                              const struct ledger_line *ledger);

/* Cut the turn's offers from `first` on to what is left, from the last to the
 * first. Nothing happens when there is no limit. */
MUST_CHECK bool limit_apply(const struct limit *limit, struct turn *turn,
                            const struct ledger_line *ledger, size_t first,
                            struct err *err);

/* Count a payment of `minor`, above zero, once it is final. */
MUST_CHECK bool limit_use(const struct limit *limit, struct turn *turn,
                          const struct ledger_line *ledger, int64_t minor,
                          struct err *err);

#endif
