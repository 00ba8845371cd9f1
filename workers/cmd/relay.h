/* relay.h - what a relay holds while it is at work; for relay*.c only. */
#ifndef CMD_RELAY_H
#define CMD_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "outbox.h"
#include "pg.h"
#include "relay_loop.h"
#include "sink.h"

/* Order of the sink's topics. The one of rules in shadow is opened when there
 * is something to go to it: most have no such rules, and no such topic. */
enum {
    RELAY_OUTPUT,
    RELAY_DLQ,
    RELAY_POSITION,
    RELAY_TOPICS,
    RELAY_SHADOW = RELAY_TOPICS,
};

struct relay_counts {
    int64_t batches;
    int64_t messages;
    int64_t letters;
    int64_t shadows;
    int64_t transactions;
};

struct relay {
    const struct relay_options *options;
    struct pg *pg; /* NULL while there is no connection */
    struct outbox *outbox;
    bool locked;       /* this connection holds the relay's lock */
    struct sink *sink; /* NULL while there is no producer, or it is in doubt */
    int64_t position;  /* everything up to this batch is published */
    struct arena page; /* of the transaction at hand */
    struct relay_counts counts;
    int failures; /* in a row */
    int64_t next_report_ms;
    int64_t published_ms;    /* when the last transaction was committed */
    size_t page_items;       /* messages of all topics in it */
    int64_t standings;       /* they were current when position was this */
    int64_t next_refresh_ms; /* of the standings */
};

/* Get whatever is missing, in the order that makes it safe: database, lock,
 * producer, and only then the position. Returns true early when a stop is
 * requested. */
MUST_CHECK bool relay_connect(struct relay *relay, struct err *err);

/* Let go of the producer, and of a connection that is lost. */
void relay_drop(struct relay *relay);

void relay_close(struct relay *relay);

#endif
