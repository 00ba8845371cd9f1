/* test_diff.h - what a test expected and what came instead, field by field. */
#ifndef CORE_TEST_DIFF_H
#define CORE_TEST_DIFF_H

#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "str.h"

struct test_diff {
    struct str field; /* "contract.base", "notification.body" */
    int line;         /* place of the expectation; 0: in no file of YAML */
    int column;
    struct str expected;
    struct str got;
};

struct test_diff_list {
    struct arena *arena; /* borrowed; owns the texts, too */
    struct test_diff *items;
    size_t count;
    size_t room;
};

void test_diff_init(struct test_diff_list *diffs, struct arena *arena);

/* Texts are copied. */
void test_diff_add(struct test_diff_list *diffs, struct test_diff diff);

/* Append one a line, in columns: place, field, both values. */
void test_diff_print(const struct test_diff_list *diffs, struct buf *buf);

/* Append them as one line of text, joined by `; `. */
void test_diff_join(const struct test_diff_list *diffs, struct buf *buf);

#endif
