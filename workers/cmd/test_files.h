/* test_files.h - what tests say in files beside theirs: events (`events_file`)
 * and whole results (`expect_file`). */
#ifndef CMD_TEST_FILES_H
#define CMD_TEST_FILES_H

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "lint.h"
#include "rule_test.h"

/* A file of tests, `*_test.yaml`. */
struct test_file {
    const char *rules; /* path of the rule file they are of */
    int line;          /* where it is named */
    int column;
    const struct node *tests; /* a list */
};

/* Read it, into the arena of diags; false after adding its faults there. */
MUST_CHECK bool test_file_open(const char *path, struct diag_list *diags,
                               struct test_file *file);

/* The path of a file that is named in the file `from`. Made in the arena. */
const char *test_files_path(struct arena *arena, const char *from,
                            struct str name);

/* Read them for each test of the list, which stands in `from`. Faults go to
 * diags. With `accepts` every result is one to be kept. */
const struct rule_test_files *
test_files_read(struct arena *arena, const char *from, const struct node *tests,
                bool accepts, struct diag_list *diags);

/* The tests of the rule file that stand in files beside it, `*_test.yaml`;
 * NULL: none. Faults of such files are for those who run them. */
const struct lint_tests *test_files_beside(struct arena *arena,
                                           const char *rules);

/* Make the expect_file of a test that passed say what came of it; *changed is
 * its path, or NULL when it says so already. */
MUST_CHECK bool test_files_keep(struct arena *arena, const char *from,
                                const struct node *test,
                                const struct rule_test_files *files,
                                const struct rule_test_result *result,
                                const char **changed, struct err *err);

#endif
