/* once.h - keys that let a line or a rule pay one time only. */
#ifndef CORE_ONCE_H
#define CORE_ONCE_H

#include "compiler.h"
#include "err.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

extern const struct shape once_shape;

/* Compile the list of words; false after adding errors. */
MUST_CHECK bool once_compile(struct reader *reader, const struct node *node,
                             struct once *once);

/* The key for this event: `day` is what the word day means, `row` the table
 * row, 0 when the key has none. Adds it to the facts when it is not there. */
MUST_CHECK bool once_find(const struct once *once, const struct turn *turn,
                          const struct ledger_line *ledger, int32_t day,
                          int64_t row, struct once_key **key, struct err *err);

/* Append the text with `/` and `%` written as %2F and %25. */
void once_add_escaped(struct buf *buf, struct str text);

#endif
