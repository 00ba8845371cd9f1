/* message.h - a record to be written to a topic. */
#ifndef CORE_MESSAGE_H
#define CORE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"
#include "str.h"

/* Bytes are borrowed; whoever fills the message says for how long. */
struct message {
    struct str key;   /* at is NULL for a null key */
    struct str value; /* at is NULL for a null value */
    const struct record_header *headers;
    size_t header_count;
    int64_t timestamp_ms; /* since 1970 */
};

#endif
