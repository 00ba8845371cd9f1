/* test_golden.h - the whole result of a test as a text to be kept in a file
 * (`expect_file`) and compared byte by byte. */
#ifndef CORE_TEST_GOLDEN_H
#define CORE_TEST_GOLDEN_H

#include "test_expect.h"

/* JSON, a field a line: the outcome of each event, the amounts by line, their
 * total, and the token events as published; of the rule set's stamp it has the
 * name alone, so that not every change of the file is one of all results. Made
 * in the reader's arena. */
struct str test_golden_text(struct reader *reader,
                            const struct test_paid *paid);

/* Add the lines that differ, those of the file after `expected`. `file` is the
 * node that names it; its text's `at` is NULL when it is not there. */
void test_golden_compare(const struct node *file, struct str expected,
                         struct str got, struct test_diff_list *diffs);

#endif
