/* lint.h - what is questionable about rules that compile: its rows of
 * mistake.h. */
#ifndef CORE_LINT_H
#define CORE_LINT_H

#include <stdint.h>

#include "diag.h"
#include "rule.h"
#include "rule_test.h"

/* Tests of the rules in a file of their own. */
struct lint_tests {
    const struct lint_tests *next;
    const struct node *tests;
    const struct rule_test_files *files; /* one for each test */
};

/* Add a warning for each finding, at its rule or line. `beside` are the tests
 * besides those of the rule file, or NULL; `now_us` is the time by which a rule
 * has ended. Rules that are off are passed over. */
void lint_rules(const struct ruleset *ruleset, const struct lint_tests *beside,
                int64_t now_us, struct diag_list *diags);

#endif
