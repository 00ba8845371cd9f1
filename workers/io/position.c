/* position.c - reads the position topic without a group, by librdkafka's
 * simple consumer, which asks for no rights but to read the topic. */
#include "position.h"

#include "clock.h"
#include "json.h"
#include "json_text.h"
#include "kafka_parts.h"
#include "timestamp.h"

enum {
    PATIENCE_MS = 5000, /* without any progress */
    TAIL_OFFSETS = 1000,
};

/* At the end of the topic the broker would wait for more. */
static const struct kafka_property own_properties[] = {
    {"enable.partition.eof", "true"},
    {"fetch.wait.max.ms", "10"},
};

struct reading {
    struct kafka_watch watch; /* first: the opaque of the callbacks */
    const char *topic_name;
    struct str name; /* the key looked for */
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    int64_t end;   /* offset to be reached; below 0 while unknown */
    bool finished; /* it is reached */
    bool found;
    struct buf value; /* of the last record of ours */
};

static bool
reading_open(struct reading *reading, const struct kafka_options *kafka,
             struct err *err)
{
    rd_kafka_conf_t *conf;

    if (!kafka_conf(RD_KAFKA_CONSUMER, kafka, own_properties,
                    sizeof(own_properties) / sizeof(*own_properties),
                    &reading->watch, &conf, err) ||
        !kafka_client_take(RD_KAFKA_CONSUMER, conf, &reading->client, err))
        return false;
    reading->topic =
        rd_kafka_topic_new(reading->client, reading->topic_name, NULL);
    if (!reading->topic)
        return kafka_err(err, NULL, rd_kafka_last_error(),
                         "cannot use topic \"%s\"", reading->topic_name);
    return true;
}

static void
reading_close(struct reading *reading)
{
    if (reading->topic)
        rd_kafka_topic_destroy(reading->topic);
    if (reading->client)
        rd_kafka_destroy(reading->client);
}

/* A reader of committed records stops before the first open transaction, also
 * one of another relay; a record of ours may lie behind it. So the end is where
 * the topic ended, open transactions and all, at the first look. */
static void
note_end(struct reading *reading, int64_t offset)
{
    int64_t low = 0;
    int64_t high = offset;

    if (reading->end < 0) {
        rd_kafka_get_watermark_offsets(reading->client, reading->topic_name,
                                       POSITION_PARTITION, &low, &high);
        reading->end = high > offset ? high : offset;
    }
    reading->finished = offset >= reading->end;
}

static bool
take_message(struct reading *reading, const rd_kafka_message_t *message,
             struct err *err)
{
    struct str key = str_make(message->key, message->key_len);

    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        note_end(reading, message->offset);
        return true;
    }
    if (message->err)
        return kafka_err(err, &reading->watch, message->err,
                         "could not read topic \"%s\"", reading->topic_name);
    if (!str_eq(key, reading->name))
        return true;
    reading->found = true;
    buf_clear(&reading->value);
    buf_add(&reading->value, message->payload, message->len);
    return true;
}

static bool
read_to_end(struct reading *reading, struct err *err)
{
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;

    reading->end = -1;
    reading->finished = false;
    while (!reading->finished) {
        rd_kafka_message_t *message =
            rd_kafka_consume(reading->topic, POSITION_PARTITION, 200);
        bool taken = !message || take_message(reading, message, err);

        rd_kafka_poll(reading->client, 0);
        if (message && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
            deadline = clock_monotonic_ms() + PATIENCE_MS;
        if (message)
            rd_kafka_message_destroy(message);
        if (!taken)
            return false;
        if (!reading->finished && clock_monotonic_ms() > deadline)
            return kafka_err(
                err, &reading->watch, RD_KAFKA_RESP_ERR__TIMED_OUT,
                "could not read topic \"%s\" to its end%s", reading->topic_name,
                reading->end < 0 ? "" : ", a transaction is open in it");
    }
    return true;
}

static bool
read_from(struct reading *reading, int64_t offset, struct err *err)
{
    bool ok;

    if (rd_kafka_consume_start(reading->topic, POSITION_PARTITION, offset))
        return kafka_err(err, &reading->watch, rd_kafka_last_error(),
                         "could not read topic \"%s\"", reading->topic_name);
    ok = read_to_end(reading, err);
    rd_kafka_consume_stop(reading->topic, POSITION_PARTITION);
    return ok;
}

/* The record is nearly always among the last ones; a topic that waits for its
 * compaction may have millions before. A tail that begins before the topic
 * does is an error to librdkafka, and says just as little. */
static bool
read_last(struct reading *reading, struct err *err)
{
    struct err ignored = {0};

    if (read_from(reading, RD_KAFKA_OFFSET_TAIL(TAIL_OFFSETS), &ignored) &&
        reading->found)
        return true;
    if (ignored.kind == ERR_RETRY || ignored.kind == ERR_CONFIG) {
        *err = ignored;
        return false;
    }
    reading->found = false;
    return read_from(reading, RD_KAFKA_OFFSET_BEGINNING, err);
}

bool
position_parse(struct arena *arena, struct str json,
               struct relay_position *position, struct err *err)
{
    struct err ignored = {0};
    struct node *document;
    const struct node *batch;
    const struct node *posted;

    if (!json_read(arena, json, &document, &ignored))
        return err_set(err, ERR_FATAL, "it is not JSON");
    batch = node_get(document, STR("batch"));
    if (!batch || batch->kind != NODE_INT || batch->integer < 0)
        return err_set(err, ERR_FATAL, "it has no number \"batch\"");
    posted = node_get(document, STR("posted_at"));
    position->has_posted_us = posted != NULL;
    if (posted && (!node_is_string(posted) ||
                   !timestamp_parse(posted->text, &position->posted_us)))
        return err_set(err, ERR_FATAL, "its \"posted_at\" is not a time");
    position->found = true;
    position->batch_id = batch->integer;
    return true;
}

bool
position_read(const struct kafka_options *kafka, const char *topic,
              struct str name, struct relay_position *position, struct err *err)
{
    struct arena arena = {0};
    struct reading reading = {.topic_name = topic, .name = name};
    bool ok;

    *position = (struct relay_position){0};
    buf_init(&reading.value, &arena);
    ok = reading_open(&reading, kafka, err) && read_last(&reading, err);
    if (ok && reading.found &&
        !position_parse(&arena, buf_str(&reading.value), position, err))
        ok = err_add(err,
                     "cannot read the position of relay \"%.*s\" in topic "
                     "\"%s\"",
                     STR_ARG(name), topic);
    reading_close(&reading);
    arena_free(&arena);
    return ok;
}

void
position_write(struct buf *json, int64_t batch_id, int64_t posted_us)
{
    buf_add_char(json, '{');
    json_add_key(json, "batch");
    buf_add_int(json, batch_id);
    json_add_key(json, "posted_at");
    buf_add_char(json, '"');
    timestamp_print(json, posted_us);
    buf_add_cstr(json, "\"}");
}
