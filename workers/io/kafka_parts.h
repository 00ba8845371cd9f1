/* kafka_parts.h - shared by the files that talk to librdkafka only: source.c,
 * sink.c, position.c, topic_reader.c. How a client is configured, logs and
 * fails. */
#ifndef IO_KAFKA_PARTS_H
#define IO_KAFKA_PARTS_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "record.h"

/* What a client heard of its brokers last. librdkafka tells a wrong password
 * or certificate here only: the call that waits for the broker just times
 * out. Filled by the callbacks that rd_kafka_poll and its like run. */
struct kafka_watch {
    rd_kafka_resp_err_t code; /* 0: nothing, or forgotten after a success */
    char reason[300];
};

/* Settings of a client: ours, then `own` (what this client needs besides),
 * then those of the options. The opaque pointer of the callbacks is `watch`; a
 * client that needs more there makes its struct start with a kafka_watch.
 * ERR_CONFIG names the property at fault, never its value if that may be a
 * secret. *conf is owned by the caller until kafka_client_take. */
MUST_CHECK bool kafka_conf(rd_kafka_type_t type,
                           const struct kafka_options *options,
                           const struct kafka_property *own, size_t own_count,
                           struct kafka_watch *watch, rd_kafka_conf_t **conf,
                           struct err *err);

/* Make the client; takes conf over, also on failure. ERR_CONFIG when settings
 * do not go together, or a certificate or key cannot be read. */
MUST_CHECK bool kafka_client_take(rd_kafka_type_t type, rd_kafka_conf_t *conf,
                                  rd_kafka_t **client, struct err *err);

/* After a consumer's queue was full, have it fetch again: librdkafka 2.0.2
 * stops then, and looks at the queue only when a broker's thread wakes by
 * itself, up to a second later. A request to the leaders of the partitions
 * wakes them; the answer does not matter. Waits up to 5 ms. The list's offsets
 * are changed. */
void kafka_fetch_on(rd_kafka_t *client,
                    rd_kafka_topic_partition_list_t *partitions);

/* A message as a record that borrows from it, and the topic's name; its headers
 * are made in the arena. */
void kafka_record(const rd_kafka_message_t *message, struct str topic,
                  struct arena *arena, struct record *record);

/* What to do about an error of librdkafka or of a broker. */
enum err_kind kafka_err_kind(rd_kafka_resp_err_t code);

/* Fill *err from an error code, with what was attempted as text ("could not
 * read topic \"x\"") and the code's name as code; returns false. After a
 * time-out, what the watch (or NULL) heard is the better reason, and decides
 * the kind when it is a refusal. */
bool kafka_err(struct err *err, const struct kafka_watch *watch,
               rd_kafka_resp_err_t code, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* As kafka_err for an error object of `client`, which is destroyed. A fatal
 * one is taken by its cause: the client is lost, the work may not be. */
bool kafka_err_take(struct err *err, const struct kafka_watch *watch,
                    rd_kafka_t *client, rd_kafka_error_t *error,
                    const char *format, ...) PRINTF_LIKE(5, 6);

/* Forget what was heard: the brokers answered. */
void kafka_watch_clear(struct kafka_watch *watch);

#endif
