/* sink.h - where messages go: a Kafka producer with transactions. Messages of
 * one transaction are seen all or none by a read_committed reader. Which
 * messages, and in what order of steps, is for the relay. */
#ifndef IO_SINK_H
#define IO_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "message.h"

struct sink;

enum { SINK_TOPICS_MAX = 4, SINK_BY_KEY = -1 };

struct sink_options {
    const struct kafka_options *kafka;
    const char *transactional_id;
    const char *const *topics; /* at most SINK_TOPICS_MAX; all must exist */
    size_t topic_count;
};

/* Connect, check the topics, and fence every earlier producer of the same
 * transactional id, whose open transaction is thereby aborted and whose
 * half-finished commit is finished: what is read after this is the truth.
 * ERR_RETRY when the brokers are away, ERR_CONFIG when a topic is missing or
 * access is refused. *sink is owned by the caller. */
MUST_CHECK bool sink_open(const struct sink_options *options,
                          struct sink **sink, struct err *err);

/* Check another topic, which becomes topics[topic], the next one; nothing to do
 * when it is in use already. Between transactions; fails as sink_open, and then
 * the sink is good for sink_close alone. */
MUST_CHECK bool sink_use_topic(struct sink *sink, size_t topic,
                               const char *name, struct err *err);

/* NULL is allowed. An open transaction is left to the next sink_open, or to
 * its time-out. */
void sink_close(struct sink *sink);

/* Any failure of the functions below leaves the sink good for nothing but
 * sink_abort and sink_close; a fenced one fails with ERR_FATAL. */
MUST_CHECK bool sink_begin(struct sink *sink, struct err *err);

/* Queue a message for topics[topic], to the partition its key falls on as in
 * Java's clients, or to the one given. The bytes are copied. Waits while the
 * queue is full. ERR_CONFIG when the message is larger than the topic takes.
 */
MUST_CHECK bool sink_send(struct sink *sink, size_t topic, int32_t partition,
                          const struct message *message, struct err *err);

/* Wait up to wait_ms for deliveries; *left says how many are still out. Fails
 * as soon as any delivery has failed. */
MUST_CHECK bool sink_flush(struct sink *sink, int64_t wait_ms, size_t *left,
                           struct err *err);

/* Commit; everything must have been delivered. Takes 5 s at most. On failure
 * the outcome is unknown until the next sink_open. */
MUST_CHECK bool sink_commit(struct sink *sink, struct err *err);

/* Abort within wait_ms, best effort. */
void sink_abort(struct sink *sink, int64_t wait_ms);

/* Whether another sink_begin is safe. It is not after anything failed, nor
 * after a commit that was slow or saw a connection break, so that a request
 * may still be under way somewhere: in the protocol that librdkafka uses, a
 * late one ends a later transaction. Then: close, open another, and read the
 * position again. */
bool sink_is_clean(const struct sink *sink);

#endif
