/* outbox_parts.h - shared by the outbox's own files only. */
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
    int64_t posted;  /* and refused: events that something is said of */
    int64_t letters; /* dead letters and conflicts that are still there */
    int64_t shadows; /* entries of rules in shadow */
};

struct batch_list {
    struct batch_row *items;
    size_t count;
    int64_t letters;
    int64_t shadows;
    bool has_more; /* after these */
};

struct outbox {
    struct arena arena; /* holds this struct */
    struct pg *pg;      /* borrowed */
    struct outbox_names names;
    struct address_cache *accounts;
    /* Rows of the page at hand; see the queries for their columns. letters and
     * shadows are NULL when there are none. */
    struct pg_result *events;
    struct pg_result *entries;
    struct pg_result *answers;
    struct pg_result *letters;
    struct pg_result *shadows;
};

/* Where a row belongs: first by batch, then by id, then by ordinal. */
struct row_place {
    size_t batch; /* index in the list of batches */
    int64_t id;
    int64_t ordinal;
    size_t row;
};

struct row_list {
    const struct row_place *places; /* in order */
    size_t count;
};

/* The rows, whose column 0 is the id of an event or dead letter, in the order
 * of their batches. Rows without a column of ordinals have it below 0. NULL
 * rows are none. */
struct row_list rows_in_order(const struct pg_result *rows, int ordinal_column,
                              const struct batch_list *batches,
                              struct arena *arena);

/* Addresses of accounts, row by row. */
struct outbox_addresses {
    struct str *entries;
    struct str *answers;
    struct str *shadows;
};

/* Turn the rows into the items of the page. All names are known. ERR_FATAL when
 * rows that belong together are not together. */
MUST_CHECK bool page_build(const struct outbox *outbox,
                           const struct batch_list *batches,
                           const struct outbox_addresses *addresses,
                           struct arena *arena, struct outbox_page *page,
                           struct err *err);

#endif
