/* test_state.h - the past that a rule test starts from: its `state:`. */
#ifndef CORE_TEST_STATE_H
#define CORE_TEST_STATE_H

#include "facts.h"
#include "rule.h"
#include "rule_read.h"

extern const struct shape test_state_shape;

/* Write the state into the facts. Faults become the reader's diagnostics. */
void test_state_apply(struct reader *reader, const struct node *state,
                      struct facts *facts);

#endif
