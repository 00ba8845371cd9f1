/* record.h - one record of an input topic as it came, before anyone looked
 * inside. All bytes are borrowed from the source until the batch ends. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

struct record_header {
    struct str name;
    struct str value; /* at is NULL for a null value */
};

struct record {
    struct str topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* Kafka's, since 1970; -1 when there is none */
    struct str key;       /* at is NULL for a null key */
    struct str value;     /* at is NULL for a null value (tombstone) */
    const struct record_header *headers;
    size_t header_count;
};

#endif
