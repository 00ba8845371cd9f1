/* charge.h - `charge`, `guard` and `short`: rules that sell things. A charge
 * is paid in full or the request is refused. */
#ifndef CORE_CHARGE_H
#define CORE_CHARGE_H

#include "compiler.h"
#include "err.h"
#include "rule_read.h"
#include "turn.h"

struct charge;

/* Of `charge`, and of `short`. */
extern const struct shape charge_shape;
extern const struct shape reject_shape;

/* Compile the keys of a rule that charges, in the reader's scope. NULL after
 * adding errors. */
const struct charge *charge_compile(struct reader *reader,
                                    const struct node *rule_node);

/* The price at `index`, as TRACE_ROW counts them; false behind the last. */
bool charge_row(const struct charge *charge, size_t index,
                struct row_view *row);

/* What it is posted under. */
const struct ledger_line *charge_ledger(const struct charge *charge);

/* NULL when there is none; *place is that of its key. */
const struct expr *charge_guard(const struct charge *charge,
                                struct place *place);

/* turn->account is the rule's. */
void charge_want(const struct charge *charge, struct turn *turn,
                 struct err *ignored);
MUST_CHECK bool charge_decide(const struct charge *charge, struct turn *turn,
                              struct err *err);

#endif
