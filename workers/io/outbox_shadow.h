/* outbox_shadow.h - the part of a page that is of rules in shadow; for the
 * outbox's own files only. */
#ifndef IO_OUTBOX_SHADOW_H
#define IO_OUTBOX_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "outbox_parts.h"
#include "str.h"
#include "token.h"

/* A walk over the rows, batch by batch. */
struct shadow_list {
    const struct outbox *outbox;
    struct arena *arena;
    const struct batch_list *batches;
    const struct str *addresses; /* of the rows */
    struct row_list rows;
    size_t next;
    int64_t taken; /* of the batch at hand */
};

/* The statement for the rows of the batches after the id $1, up to $2. */
extern const char shadows_sql[];

bool shadow_names_known(const struct outbox *outbox);

/* Without rows, the list is empty. */
void shadow_open(struct shadow_list *list, const struct outbox *outbox,
                 const struct batch_list *batches, const struct str *addresses,
                 struct arena *arena);

/* The next message of the batch, made in the arena, or NULL after the last one;
 * batches are taken in order. ERR_FATAL when there are not as many rows as the
 * batch counts. */
MUST_CHECK bool shadow_next(struct shadow_list *list, size_t batch,
                            const struct token_source **token, struct err *err);

#endif
