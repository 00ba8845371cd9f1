/* outbox_parts.h - shared by outbox.c and outbox_page.c only. */
#ifndef IO_OUTBOX_PARTS_H
#define IO_OUTBOX_PARTS_H

#include <inttypes.h>

#include "address_cache.h"
#include "outbox.h"
#include "outbox_names.h"

struct batch_row {
    int64_t id;
    int64_t first_id;
    int64_t last_id;
    int64_t posted_us;
    int64_t ruleset_id;
    int64_t posted;
    int64_t letters; /* dead letters and conflicts */
};

struct batch_list {
    struct batch_row *items;
    size_t count;
    int64_t letters;
};

struct outbox {
    struct arena arena; /* holds this struct */
    struct pg *pg;      /* borrowed */
    struct outbox_names names;
    struct address_cache *accounts;
    /* Rows of the page at hand, in order of batch and id; see the queries for
     * their columns. letters is NULL when there are none. */
    struct pg_result *events;
    struct pg_result *entries;
    struct pg_result *letters;
};

/* Turn the rows into the items of the page. All names are known; `addresses`
 * are those of the entries' accounts, row by row. ERR_FATAL when rows that
 * belong together are not together. */
MUST_CHECK bool page_build(const struct outbox *outbox,
                           const struct batch_list *batches,
                           const struct str *addresses, struct arena *arena,
                           struct outbox_page *page, struct err *err);

/* A timestamptz as PostgreSQL prints it in UTC, in style ISO. ERR_FATAL. */
MUST_CHECK bool row_time(struct str text, int64_t *at_us, struct err *err);

#endif
