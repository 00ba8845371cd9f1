/* registry.h - rule sets in the database: every text ever used, which one is
 * in force, and the ids under which its lines are kept. */
#ifndef IO_REGISTRY_H
#define IO_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "rule.h"
#include "str.h"

/* Key of the advisory lock that posting transactions hold shared and an
 * activation holds alone. */
#define REGISTRY_LOCK "7237100"

enum registry_verdict {
    REGISTRY_ACTIVATED,  /* it was new: now it is in force */
    REGISTRY_IN_FORCE,   /* it was in force already */
    REGISTRY_SUPERSEDED, /* it was in force once, another one is now */
    REGISTRY_RESTORED,   /* the same, and now it is in force again */
};

/* Offer a compiled rule set as the one to be in force: a text never seen
 * before is registered and activated; one that was replaced before does not
 * come back by itself. On the first two verdicts the ids of *ruleset and its
 * lines are set. */
MUST_CHECK bool registry_offer(struct pg *pg, struct ruleset *ruleset,
                               enum registry_verdict *verdict, struct err *err);

/* Make a compiled rule set the one in force by somebody's express wish: as
 * registry_offer(), but one that was replaced before is restored. `replaced` is
 * the stamp of the one that was in force until now; empty: there was none. */
MUST_CHECK bool registry_activate(struct pg *pg, struct ruleset *ruleset,
                                  enum registry_verdict *verdict,
                                  char replaced[STAMP_ROOM], struct err *err);

/* Columns of ruleset_texts r for the rule set in force: one row, or none. */
#define REGISTRY_ACTIVE(columns)                                               \
    "SELECT " columns " FROM ruleset_activations a "                           \
    "JOIN ruleset_texts r ON r.id = a.ruleset_id "                             \
    "ORDER BY a.id DESC LIMIT 1"

/* The rule set in force; id 0 when there is none. The text is made in the
 * arena. */
MUST_CHECK bool registry_active(struct pg *pg, struct arena *arena, int32_t *id,
                                struct str *text, struct err *err);

/* Set the ids of a rule set that is registered, and of its lines. */
MUST_CHECK bool registry_bind(struct pg *pg, struct ruleset *ruleset,
                              struct err *err);

/* Set the ids of those lines that the ledger knows by now; the others, which
 * have no rows, keep 0. */
MUST_CHECK bool registry_bind_known(struct pg *pg, struct ruleset *ruleset,
                                    struct err *err);

#endif
