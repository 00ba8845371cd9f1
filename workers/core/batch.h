/* batch.h - the records of one turn, each with what became of it. The batch is
 * filled by the source, judged by the rules and written by the ledger as a
 * whole; everything in it lives in the batch arena, but for what a try decides,
 * which is gone with the try. */
#ifndef CORE_BATCH_H
#define CORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "decide.h"
#include "event.h"
#include "record.h"

enum { BATCH_MAX_RECORDS = 8192 }; /* ids come in blocks of that many */

enum outcome {
    OUTCOME_OPEN,        /* not decided yet */
    OUTCOME_PASSED,      /* posted before, below the stream's position */
    OUTCOME_SEEN,        /* read again after the position was set back: the
                            outcome it has stands */
    OUTCOME_POSTED,      /* an event that paid */
    OUTCOME_NO_REWARD,   /* an event that paid nothing, or a tombstone */
    OUTCOME_REJECTED,    /* a request that is refused for good */
    OUTCOME_DUPLICATE,   /* a repeat of a known event */
    OUTCOME_CONFLICT,    /* a known id with another payload */
    OUTCOME_DEAD_LETTER, /* set aside with a reason */
    OUTCOME_COUNT,
};

/* The partition a record came from, in the ledger's eyes. */
struct stream {
    struct str topic;
    int32_t partition;
    int32_t id;          /* in the database */
    int64_t next_offset; /* read from here on; posted below */
};

struct item {
    struct record record;
    struct stream *stream; /* borrowed: lives as long as the assignment */
    enum outcome outcome;
    bool is_event;      /* it could be read: `event` is valid */
    bool unmet;         /* its id is not among those met lately */
    enum reason reason; /* of a dead letter or conflict */
    struct str message; /* of a dead letter or conflict, for people */
    struct event event;
    struct account_state *account; /* the event's user; may be NULL */
    struct decision decision;
    int64_t known_id;         /* of the event that a duplicate repeats ... */
    const struct item *first; /* ... or, in the same batch, its item */
    int64_t id;               /* given when written: events and dead letters */
};

struct batch {
    struct arena arena;
    struct arena room;  /* of the items, for good */
    struct item *items; /* in order of arrival */
    size_t max_records;
    size_t count;
    size_t bytes; /* of keys and values */
};

/* A part of a batch: posted in one transaction. */
struct item_range {
    struct item *items;
    size_t count;
};

/* Room for max_records, BATCH_MAX_RECORDS at most. */
void batch_init(struct batch *batch, size_t max_records);

/* Forget all records, keep the memory. */
void batch_reset(struct batch *batch);

void batch_free(struct batch *batch);

/* The next item, zeroed; the caller fills record and stream. */
struct item *batch_add(struct batch *batch);

/* Set the item aside. `error` is ERR_INPUT with a reason name as code; an
 * unknown code counts as rule_error. */
void item_set_aside(struct batch *batch, struct item *item,
                    const struct err *error);

/* Whether what was decided of the item counts: it is neither refused nor set
 * aside. */
bool item_is_applied(const struct item *item);

/* What a decision makes of its event: posted, rejected or no_reward. */
enum outcome decision_outcome(const struct decision *decision);

/* "posted", "no_reward", ... as in the view record_outcomes. */
const char *outcome_name(enum outcome outcome);

#endif
