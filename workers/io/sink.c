/* sink.c - transactions of librdkafka's producer; see kafka.c for settings and
 * errors. Deliveries are counted one by one: a commit that lost one would be a
 * lie. */
#include "sink.h"

#include <assert.h>
#include <stdio.h>

#include "arena.h"
#include "clock.h"
#include "kafka_parts.h"

enum {
    WAIT_MS = 5000,        /* for an answer of the brokers */
    COMMIT_WAIT_MS = 5000, /* longer ones are in doubt */
    QUEUE_WAIT_MS = 20000, /* below transaction.timeout.ms */
};

struct sink {
    struct kafka_watch watch; /* first: the opaque of the callbacks */
    struct arena arena;       /* holds this struct */
    rd_kafka_t *client;
    rd_kafka_topic_t *topics[SINK_TOPICS_MAX];
    size_t topic_count;
    size_t sent; /* in this transaction */
    size_t delivered;
    rd_kafka_resp_err_t failure; /* of the first delivery that failed */
    char failed_topic[256];
    size_t failed_bytes;
    bool in_doubt;
};

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    struct sink *sink = opaque;

    (void)client;
    sink->delivered++;
    if (!message->err || sink->failure)
        return;
    sink->failure = message->err;
    sink->failed_bytes = message->len;
    snprintf(sink->failed_topic, sizeof(sink->failed_topic), "%s",
             rd_kafka_topic_name(message->rkt));
}

/* ---- opening ----------------------------------------------------------------
 */

static bool
make_client(struct sink *sink, const struct sink_options *options,
            struct err *err)
{
    /* An open transaction holds up all read_committed readers, so it must not
     * stay for long behind a relay that died. */
    const struct kafka_property own[] = {
        {"transactional.id", options->transactional_id},
        {"transaction.timeout.ms", "30000"},
        {"partitioner", "murmur2_random"},
        {"linger.ms", "5"},
    };
    rd_kafka_conf_t *conf;

    if (!kafka_conf(RD_KAFKA_PRODUCER, options->kafka, own,
                    sizeof(own) / sizeof(*own), &sink->watch, &conf, err))
        return false;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return kafka_client_take(RD_KAFKA_PRODUCER, conf, &sink->client, err);
}

static bool
check_topic(struct sink *sink, const char *name, struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(sink->client, name, NULL);
    rd_kafka_resp_err_t code;

    if (!topic)
        return kafka_err(err, NULL, rd_kafka_last_error(),
                         "cannot use topic \"%s\"", name);
    sink->topics[sink->topic_count++] = topic;
    code = rd_kafka_metadata(sink->client, 0, topic, &metadata, WAIT_MS);
    rd_kafka_poll(sink->client, 0);
    if (code)
        return kafka_err(err, &sink->watch, code, "could not reach Kafka");
    code = metadata->topic_cnt ? metadata->topics[0].err
                               : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    rd_kafka_metadata_destroy(metadata);
    if (kafka_err_kind(code) == ERR_CONFIG)
        return kafka_err(err, NULL, code,
                         "cannot write to topic \"%s\"; create it, or grant "
                         "access to it",
                         name);
    if (code)
        return kafka_err(err, NULL, code, "could not look at topic \"%s\"",
                         name);
    return true;
}

static bool
check_topics(struct sink *sink, const struct sink_options *options,
             struct err *err)
{
    assert(options->topic_count <= SINK_TOPICS_MAX);
    for (size_t i = 0; i < options->topic_count; i++)
        if (!check_topic(sink, options->topics[i], err))
            return false;
    return true;
}

bool
sink_use_topic(struct sink *sink, size_t topic, const char *name,
               struct err *err)
{
    assert(topic <= sink->topic_count && topic < SINK_TOPICS_MAX);
    return topic < sink->topic_count || check_topic(sink, name, err);
}

static bool
init_transactions(struct sink *sink, struct err *err)
{
    rd_kafka_error_t *error = rd_kafka_init_transactions(sink->client, WAIT_MS);

    rd_kafka_poll(sink->client, 0);
    if (error)
        return kafka_err_take(err, &sink->watch, sink->client, error,
                              "could not start transactions");
    kafka_watch_clear(&sink->watch);
    return true;
}

bool
sink_open(const struct sink_options *options, struct sink **opened,
          struct err *err)
{
    struct arena arena = {0};
    struct sink *sink = ARENA_NEW(&arena, struct sink);

    sink->arena = arena;
    if (!make_client(sink, options, err) || !check_topics(sink, options, err) ||
        !init_transactions(sink, err)) {
        sink_close(sink);
        return false;
    }
    *opened = sink;
    return true;
}

void
sink_close(struct sink *sink)
{
    struct arena arena;

    if (!sink)
        return;
    for (size_t i = 0; i < sink->topic_count; i++)
        rd_kafka_topic_destroy(sink->topics[i]);
    if (sink->client) {
        rd_kafka_purge(sink->client, RD_KAFKA_PURGE_F_QUEUE |
                                         RD_KAFKA_PURGE_F_INFLIGHT |
                                         RD_KAFKA_PURGE_F_NON_BLOCKING);
        rd_kafka_poll(sink->client, 0);
        rd_kafka_destroy(sink->client);
    }
    arena = sink->arena;
    arena_free(&arena);
}

/* ---- a transaction ----------------------------------------------------------
 */

/* All failures of a transaction end here, so that none is forgotten. */
static bool
doubt(struct sink *sink)
{
    sink->in_doubt = true;
    return false;
}

bool
sink_begin(struct sink *sink, struct err *err)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(sink->client);

    sink->sent = sink->delivered = 0;
    kafka_watch_clear(&sink->watch);
    if (!error)
        return true;
    kafka_err_take(err, &sink->watch, sink->client, error,
                   "could not begin a Kafka transaction");
    return doubt(sink);
}

static bool
refuse_size(struct sink *sink, const char *topic, size_t bytes, struct err *err)
{
    err_set_code(err, ERR_CONFIG, "MSG_SIZE_TOO_LARGE",
                 "topic \"%s\" does not take a message of %zu bytes; raise its "
                 "max.message.bytes",
                 topic, bytes);
    return doubt(sink);
}

/* Turns the first failed delivery into an error. */
static bool
check_deliveries(struct sink *sink, struct err *err)
{
    if (!sink->failure)
        return true;
    if (sink->failure == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return refuse_size(sink, sink->failed_topic, sink->failed_bytes, err);
    kafka_err(err, &sink->watch, sink->failure,
              "could not deliver a message to topic \"%s\"",
              sink->failed_topic);
    return doubt(sink);
}

static rd_kafka_headers_t *
make_headers(const struct message *message)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(message->header_count);

    for (size_t i = 0; i < message->header_count; i++) {
        const struct record_header *header = &message->headers[i];

        rd_kafka_header_add(headers, header->name.at, (ssize_t)header->name.len,
                            header->value.at, (ssize_t)header->value.len);
    }
    return headers;
}

/* The headers are librdkafka's once it takes the message. */
static rd_kafka_resp_err_t
produce(struct sink *sink, rd_kafka_topic_t *topic, int32_t partition,
        const struct message *message)
{
    rd_kafka_headers_t *headers = make_headers(message);
    rd_kafka_resp_err_t code = rd_kafka_producev(
        sink->client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(message->key.at, message->key.len),
        RD_KAFKA_V_VALUE((void *)message->value.at, message->value.len),
        RD_KAFKA_V_TIMESTAMP(message->timestamp_ms),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);

    if (code)
        rd_kafka_headers_destroy(headers);
    return code;
}

bool
sink_send(struct sink *sink, size_t topic, int32_t partition,
          const struct message *message, struct err *err)
{
    int64_t deadline = 0;
    rd_kafka_resp_err_t code;

    assert(topic < sink->topic_count);
    for (;;) {
        code = produce(sink, sink->topics[topic], partition, message);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            break;
        if (!deadline)
            deadline = clock_monotonic_ms() + QUEUE_WAIT_MS;
        rd_kafka_poll(sink->client, 50);
        if (!check_deliveries(sink, err))
            return false;
        if (clock_monotonic_ms() > deadline)
            break;
    }
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return refuse_size(sink, rd_kafka_topic_name(sink->topics[topic]),
                           message->value.len, err);
    if (code) {
        kafka_err(err, &sink->watch, code, "could not write to topic \"%s\"",
                  rd_kafka_topic_name(sink->topics[topic]));
        return doubt(sink);
    }
    sink->sent++;
    return true;
}

bool
sink_flush(struct sink *sink, int64_t wait_ms, size_t *left, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_flush(sink->client, (int)wait_ms);

    *left = sink->sent - sink->delivered;
    if (!check_deliveries(sink, err))
        return false;
    if (!code || code == RD_KAFKA_RESP_ERR__TIMED_OUT)
        return true;
    kafka_err(err, &sink->watch, code, "could not deliver messages");
    return doubt(sink);
}

bool
sink_commit(struct sink *sink, struct err *err)
{
    int64_t start_ms = clock_monotonic_ms();
    rd_kafka_error_t *error;

    assert(sink->sent == sink->delivered && !sink->failure);
    error = rd_kafka_commit_transaction(sink->client, COMMIT_WAIT_MS);
    rd_kafka_poll(sink->client, 0);
    if (error) {
        kafka_err_take(err, &sink->watch, sink->client, error,
                       "could not commit a Kafka transaction");
        return doubt(sink);
    }
    sink->in_doubt = clock_monotonic_ms() - start_ms > COMMIT_WAIT_MS ||
                     sink->watch.code != RD_KAFKA_RESP_ERR_NO_ERROR;
    return true;
}

void
sink_abort(struct sink *sink, int64_t wait_ms)
{
    rd_kafka_error_t *error =
        rd_kafka_abort_transaction(sink->client, (int)wait_ms);

    sink->in_doubt = true;
    if (error)
        rd_kafka_error_destroy(error);
}

bool
sink_is_clean(const struct sink *sink)
{
    return !sink->in_doubt;
}
