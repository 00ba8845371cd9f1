/* pointer.h - the way from the root of a document to one of its parts, kept
 * on the stack while walking down, written only for a message. */
#ifndef CORE_POINTER_H
#define CORE_POINTER_H

#include "buf.h"
#include "str.h"

struct pointer {
    const struct pointer *up; /* NULL at the root */
    struct str key;           /* at is NULL for an item of a list */
    size_t index;
};

/* Append as a JSON Pointer (RFC 6901), cut to 150 bytes or so. */
void pointer_print(struct buf *buf, const struct pointer *pointer);

#endif
