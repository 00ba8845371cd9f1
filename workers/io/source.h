/* source.h - where records come from: one Kafka consumer in a group. The group
 * only shares the work out; where a partition is read from is the ledger's
 * position, and a topic that does not fit that position stops the process. */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "ledger.h"
#include "record.h"

struct source;

struct source_options {
    struct kafka_options kafka;
    const char *group_id;
    const char *const *topics;
    size_t topic_count;
    bool start_latest; /* for a partition never read; else from its first */
};

/* Join the group. The brokers need not be up. ERR_CONFIG for settings that
 * librdkafka does not take. */
MUST_CHECK bool source_open(const struct source_options *options,
                            struct source **source, struct err *err);

/* Leave the group. NULL is allowed. */
void source_close(struct source *source);

enum source_got {
    SOURCE_NOTHING, /* within wait_ms */
    SOURCE_RECORD,
    SOURCE_REVOKED, /* streams are gone: drop every record not yet posted */
};

/* Wait for the next record. It and its stream are borrowed until
 * source_release (the stream: until SOURCE_REVOKED or source_rewind); its
 * headers are made in the arena. ERR_RETRY while brokers are away; ERR_FATAL
 * when a topic lost records we have not read or is not the one we read;
 * ERR_CONFIG when a topic stays missing. */
MUST_CHECK bool source_poll(struct source *source, int64_t wait_ms,
                            struct arena *arena, enum source_got *got,
                            struct record *record, struct stream **stream,
                            struct err *err);

/* Whether partitions wait for source_resolve; meanwhile nothing is read, but
 * source_poll must go on being called to stay in the group. */
bool source_needs_positions(const struct source *source);

/* Look up where the waiting partitions are to be read from and start reading.
 * Errors as source_poll; on ERR_RETRY call again later. */
MUST_CHECK bool source_resolve(struct source *source, struct ledger *ledger,
                               struct err *err);

/* Have the next records fetched while the batch at hand is posted, where a
 * large batch kept them from coming by themselves. */
void source_fetch_on(struct source *source);

/* Give back the records of the batch. */
void source_release(struct source *source);

/* Stop reading and ask for source_resolve again: after a batch that was not
 * posted for sure. All records and streams are gone. */
void source_rewind(struct source *source);

/* Tell Kafka how far we are, for lag tools; nothing depends on it. */
void source_commit(struct source *source);

size_t source_stream_count(const struct source *source);

#endif
