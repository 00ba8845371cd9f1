/* topic_reader.h - all that a topic holds, from its first record to where it
 * ended when reading began; without a group, so that it asks for no rights but
 * to read the topic, and disturbs nobody. */
#ifndef IO_TOPIC_READER_H
#define IO_TOPIC_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "record.h"

struct topic_reader;

/* ERR_RETRY when the brokers are away, ERR_CONFIG when there is no such topic
 * or it may not be read. *reader is owned by the caller. */
MUST_CHECK bool topic_reader_open(const struct kafka_options *kafka,
                                  const char *topic,
                                  struct topic_reader **reader,
                                  struct err *err);

/* As topic_reader_open, from the first record of each partition that Kafka
 * stamped with `since_ms` (milliseconds since 1970) or later on; records of all
 * partitions come in the order of their stamps. */
MUST_CHECK bool topic_reader_open_since(const struct kafka_options *kafka,
                                        const char *topic, int64_t since_ms,
                                        struct topic_reader **reader,
                                        struct err *err);

/* NULL is allowed. */
void topic_reader_close(struct topic_reader *reader);

int32_t topic_reader_partitions(const struct topic_reader *reader);

/* The offset of the first record the partition still has. */
int64_t topic_reader_first(const struct topic_reader *reader,
                           int32_t partition);

/* The next committed record of any partition; those of one partition come in
 * order. *more is false after the last one. The record is borrowed until the
 * next call; its headers are made in the arena. ERR_RETRY when the brokers are
 * away, or an open transaction hides the end of the topic for long. */
MUST_CHECK bool topic_reader_next(struct topic_reader *reader,
                                  struct arena *arena, struct record *record,
                                  bool *more, struct err *err);

#endif
