/* position.h - how far a relay has come, in a compacted topic of its own: one
 * record `{"batch":N,...}` a transaction, under the relay's name, committed
 * together with the messages it speaks of. */
#ifndef IO_POSITION_H
#define IO_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "str.h"

/* All positions are in this partition, whatever the topic has besides. */
enum { POSITION_PARTITION = 0 };

struct relay_position {
    bool found;         /* false: the relay never committed anything */
    int64_t batch_id;   /* everything up to it is published */
    int64_t posted_us;  /* when that batch was posted, to know it again */
    bool has_posted_us; /* not in a record written by hand */
};

/* The last committed record of `name`; *position says so when there is none.
 * Must come after sink_open, which ends what an earlier producer left open.
 * ERR_RETRY when the broker is away or somebody else's transaction is open in
 * the topic, ERR_FATAL when the record is none of ours. */
MUST_CHECK bool position_read(const struct kafka_options *kafka,
                              const char *topic, struct str name,
                              struct relay_position *position, struct err *err);

/* Append the record's value. */
void position_write(struct buf *json, int64_t batch_id, int64_t posted_us);

/* Read a record's value; ERR_FATAL. */
MUST_CHECK bool position_parse(struct arena *arena, struct str json,
                               struct relay_position *position,
                               struct err *err);

#endif
