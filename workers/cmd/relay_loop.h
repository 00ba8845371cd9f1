/* relay_loop.h - from posted batches to committed messages, one Kafka
 * transaction after another. */
#ifndef CMD_RELAY_LOOP_H
#define CMD_RELAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "pg.h"

struct relay_options {
    struct pg_options pg;
    struct kafka_options kafka;
    const char *name; /* key of the position, and transactional id */
    const char *output_topic;
    const char *shadow_topic;
    const char *dlq_topic;
    const char *position_topic;
    int64_t batch_max_events;
    int64_t batch_max_wait_ms;
    int64_t poll_ms;
    int64_t retry_base_ms;
    int64_t retry_max_ms;
};

/* Publish until a stop is requested (true), or until going on makes no sense:
 * ERR_CONFIG, or ERR_FATAL when another relay took over or the database and
 * the position topic do not belong together. What is away is waited for. */
MUST_CHECK bool relay_loop(const struct relay_options *options,
                           struct err *err);

#endif
