/* rule_test.h - runs the tests of a rule set, in memory, through the same code
 * that decides about real events. They stand in the rule file or in a file of
 * their own, `*_test.yaml`. */
#ifndef CORE_RULE_TEST_H
#define CORE_RULE_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "compiler.h"
#include "coverage.h"
#include "diag.h"
#include "regex.h"
#include "rule.h"
#include "rule_shape.h"
#include "schema.h"
#include "str.h"
#include "test_diff.h"
#include "test_event.h"

struct rule_test_result {
    struct str name; /* the test's, or "test 3" when it has none */
    size_t index;    /* among the tests of its file */
    int line;        /* place in that file */
    int column;
    bool passed;
    const char *message; /* what is wrong, as one line; empty when passed */
    struct test_diff_list diffs; /* the same by field; none where the test
                                    itself is at fault */
    struct str golden; /* what its expect_file should say; empty: has none */
};

struct rule_test_report {
    struct rule_test_result *results; /* in file order */
    size_t count;
    size_t passed;
};

/* Of one object of `tests`. */
extern const struct shape rule_test_shape;

/* What stands in files beside a test; for whoever can read them. */
struct rule_test_files {
    const struct test_input *events; /* of events_file */
    size_t event_count;
    struct str golden; /* of expect_file; at NULL: there is no such file */
    bool accepts;      /* whatever expect_file should say is fine */
};

/* Tests, and what to run them on. All borrowed. */
struct rule_test_suite {
    const struct ruleset *ruleset;
    const struct schema_set *schemas;
    const struct node *tests; /* a list; NULL: there are none */
    /* One for each test; NULL: they are in a rule file, with nothing beside. */
    const struct rule_test_files *files;
    const struct regex *only;  /* of names; NULL: all */
    struct coverage *coverage; /* to add to, or NULL */
};

/* Run them; true when they pass, also when there are none. Everything is made
 * in the arena. */
bool rule_suite_run(const struct rule_test_suite *suite, struct arena *arena,
                    struct rule_test_report *report);

/* Run the tests of the rule file itself whose names match `only`. */
bool rule_tests_run(const struct ruleset *ruleset,
                    const struct schema_set *schemas, const struct regex *only,
                    struct arena *arena, struct rule_test_report *report);

/* Read `rules:` and `tests:` of a file of tests; false after adding errors.
 * Both are made in the list's arena. */
MUST_CHECK bool rule_test_read(const char *file, const struct node *document,
                               struct diag_list *diags, struct str *rules,
                               const struct node **tests);

#endif
