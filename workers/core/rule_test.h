/* rule_test.h - runs the `tests:` of a rule file, in memory, through the same
 * code that decides about real events. */
#ifndef CORE_RULE_TEST_H
#define CORE_RULE_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "regex.h"
#include "rule.h"
#include "schema.h"
#include "str.h"

struct rule_test_result {
    struct str name; /* the test's, or "test 3" when it has none */
    int line;        /* place in the rule file */
    int column;
    bool passed;
    const char *message; /* what differs; empty when passed */
};

struct rule_test_report {
    struct rule_test_result *results; /* in file order */
    size_t count;
    size_t passed;
};

/* Run the tests of the rule set whose names match `only` (NULL: all); true when
 * they pass, also when there are none. Everything is made in the arena. */
bool rule_tests_run(const struct ruleset *ruleset,
                    const struct schema_set *schemas, const struct regex *only,
                    struct arena *arena, struct rule_test_report *report);

#endif
