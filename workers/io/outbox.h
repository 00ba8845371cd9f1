/* outbox.h - what has been posted and not yet told to the world. There is no
 * table of that name: batches after the relay's position are the outbox, and
 * the rows of the ledger are what is said. */
#ifndef IO_OUTBOX_H
#define IO_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "dead_letter.h"
#include "err.h"
#include "pg.h"
#include "token.h"

struct outbox;

/* Use a connection, which stays the caller's: fixes how its queries are
 * planned, and listens for new batches (wait with pg_wait_notify). */
MUST_CHECK bool outbox_open(struct pg *pg, struct outbox **outbox,
                            struct err *err);

/* NULL is allowed. */
void outbox_close(struct outbox *outbox);

/* One of the two is not NULL. A token whose is_shadow is true is for the topic
 * of what was not paid. */
struct outbox_item {
    const struct token_source *token;
    const struct dead_letter *letter;
};

/* Whole batches, in order of id; within one, what has the smaller id first, and
 * what rules in shadow would have paid after all else. An event comes once for
 * each account it paid, in the order of their first entries. */
struct outbox_page {
    size_t batch_count;
    int64_t last_batch; /* id of the last one */
    int64_t last_posted_us;
    struct outbox_item *items;
    size_t item_count;
    size_t letter_count; /* of the items */
    size_t shadow_count; /* the same */
    bool has_more;       /* batches that were not taken */
};

/* The batches after `after`, as many as have no more than max_events between
 * them, but at least one. The page is made in the arena and borrows from the
 * outbox until the next outbox_take. */
MUST_CHECK bool outbox_take(struct outbox *outbox, int64_t after,
                            int64_t max_events, struct arena *arena,
                            struct outbox_page *page, struct err *err);

/* Id of the newest batch, 0 when there is none. */
MUST_CHECK bool outbox_newest(struct outbox *outbox, int64_t *batch_id,
                              struct err *err);

/* When a batch was posted; *found is false when there is no such batch. */
MUST_CHECK bool outbox_posted_at(struct outbox *outbox, int64_t batch_id,
                                 bool *found, int64_t *posted_us,
                                 struct err *err);

/* The mark is a lower bound of what the relay `name` has published, for people
 * and to notice that the position topic was lost; 0 when there is none. */
MUST_CHECK bool outbox_mark(struct outbox *outbox, struct str name,
                            int64_t *batch_id, struct err *err);

/* Set the mark, never back. A crash of the server may forget it. */
MUST_CHECK bool outbox_set_mark(struct outbox *outbox, struct str name,
                                int64_t batch_id, struct err *err);

#endif
