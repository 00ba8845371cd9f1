/* test_event.h - the events of a rule test, from the test itself or from a file
 * beside it, and what became of each. */
#ifndef CORE_TEST_EVENT_H
#define CORE_TEST_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "err.h"
#include "event.h"
#include "node.h"
#include "record.h"
#include "told.h"

struct reader; /* see rule_read.h */

/* A record of a file of events, as its reader found it. */
struct test_input {
    struct record record;
    struct node *document; /* NULL: it is no JSON object, see err */
    struct err err;
};

struct test_event {
    struct str name;      /* for messages: "1", then its id */
    struct event event;   /* of a dead letter only as far as it could be read */
    enum outcome outcome; /* OUTCOME_OPEN until it is decided */
    enum rejection rejection;
    struct err err; /* of a dead letter */
    struct told told;
};

struct test_event_list {
    struct test_event *items;
    size_t count;
};

/* Of an event of a test. */
extern const struct shape test_event_shape;

/* Read what `event` or `events` of the test says, or else the inputs. What
 * cannot be taken is a dead letter, a repeat a duplicate, as in a worker.
 * Faults of the test become the reader's diagnostics. */
void test_events_read(struct reader *reader, const struct node *test,
                      const struct test_input *inputs, size_t input_count,
                      struct test_event_list *list);

#endif
