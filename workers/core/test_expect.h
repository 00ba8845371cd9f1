/* test_expect.h - what a rule test expects, compared with what was paid. */
#ifndef CORE_TEST_EXPECT_H
#define CORE_TEST_EXPECT_H

#include "rule_read.h"
#include "test_diff.h"
#include "test_event.h"

/* What all events of a test came to. */
struct test_paid {
    int64_t *by_line; /* minor units, by place in ruleset->lines */
    int64_t total;
    int64_t shadow_total;  /* what rules in shadow would have paid */
    struct err shadow_err; /* why one of them failed first */
    const struct test_event_list *events;
    const struct facts *facts; /* after all of them */
};

extern const struct shape test_expect_shape;

/* Add what differs, in the order of `expect`. Faults of the expectation itself
 * become the reader's diagnostics. */
void test_expect_compare(struct reader *reader, const struct node *expect,
                         const struct test_paid *paid,
                         struct test_diff_list *diffs);

#endif
