/* test_message.h - what a rule test expects to be shown on a phone; part of
 * test_expect.c. */
#ifndef CORE_TEST_MESSAGE_H
#define CORE_TEST_MESSAGE_H

#include "rule_read.h"
#include "test_diff.h"
#include "test_event.h"

/* Hold the notification of the last token event against `expected`: null for
 * none, or a mapping of those of its fields that matter; or a list of one for
 * each token event. */
void test_message_compare(struct reader *reader, const struct node *expected,
                          const struct test_event_list *events,
                          struct test_diff_list *diffs);

#endif
