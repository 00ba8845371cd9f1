/* test_expect.h - what a rule test expects, compared with what was paid. */
#ifndef CORE_TEST_EXPECT_H
#define CORE_TEST_EXPECT_H

#include "buf.h"
#include "decide.h"
#include "err.h"
#include "rule_read.h"

/* What all events of a test came to. */
struct test_paid {
    int64_t *by_line; /* minor units, by place in ruleset->lines */
    int64_t total;
    int64_t shadow_total;     /* what rules in shadow would have paid */
    enum rejection rejection; /* why the first request that was, was refused */
    struct err err;           /* why the first event at fault was set aside */
    struct err shadow_err;    /* why a rule in shadow failed first */
};

/* Append to message what differs, in sentences joined by `; `. Faults of the
 * expectation itself become the reader's diagnostics. */
void test_expect_compare(struct reader *reader, const struct node *expect,
                         const struct test_paid *paid, struct buf *message);

#endif
