/* rules_in_force.h - the compiled rule set that the database says is in force,
 * in this process. The file is only offered; the database decides. */
#ifndef CMD_RULES_IN_FORCE_H
#define CMD_RULES_IN_FORCE_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "rule.h"
#include "schema.h"

struct rules_in_force {
    const struct schema_set *schemas; /* borrowed */
    struct arena arena;               /* of the rule set; replaced with it */
    struct ruleset *ruleset;          /* NULL until rules_read */
};

/* Read, compile and test the file (or the one file of the folder) at path.
 * ERR_CONFIG after printing its faults or failing tests to stderr. */
MUST_CHECK bool rules_read(struct rules_in_force *rules, const char *path,
                           struct err *err);

/* Offer the rule set read from the file to the database. If another one has
 * replaced it there, that one is taken instead. */
MUST_CHECK bool rules_offer(struct rules_in_force *rules, struct pg *pg,
                            struct err *err);

/* Read the file again, and offer it as rules_offer() does: for a worker at
 * work. What is wrong with it is logged, and then the rule set stays as it was:
 * *refused. One that was replaced in the database stays replaced, which is no
 * fault. False for failures of the database only. */
MUST_CHECK bool rules_read_again(struct rules_in_force *rules, struct pg *pg,
                                 const char *path, bool *refused,
                                 struct err *err);

/* Take the rule set in force from the database: after it was changed. */
MUST_CHECK bool rules_reload(struct rules_in_force *rules, struct pg *pg,
                             struct err *err);

void rules_free(struct rules_in_force *rules);

#endif
