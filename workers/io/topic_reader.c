/* topic_reader.c - librdkafka's simple consumer on all partitions of a topic,
 * through one queue or, to have records in order of time, through one each. */
#include "topic_reader.h"

#include "clock.h"
#include "kafka_parts.h"

enum {
    ANSWER_MS = 10000,   /* for one answer of a broker */
    PATIENCE_MS = 15000, /* without any progress */
    LOOK_MS = 200,       /* for one message */
};

/* At the end of the topic the broker would wait for more. */
static const struct kafka_property own_properties[] = {
    {"enable.partition.eof", "true"},
    {"fetch.wait.max.ms", "10"},
};

struct partition {
    int64_t first;
    int64_t end; /* offset to be reached; below 0 while unknown */
    bool started;
    bool finished;
    rd_kafka_message_t *pending; /* the next one, by time */
};

struct topic_reader {
    struct kafka_watch watch; /* first: the opaque of the callbacks */
    struct arena arena;       /* holds this struct */
    const char *topic_name;
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    struct partition *partitions;
    int32_t partition_count;
    int32_t finished_count;
    rd_kafka_message_t *message; /* lent out */
    int64_t deadline_ms;
    bool by_time;
    int64_t since_ms;
};

/* ---- opening ----------------------------------------------------------------
 */

static bool
make_client(struct topic_reader *reader, const struct kafka_options *kafka,
            struct err *err)
{
    rd_kafka_conf_t *conf;

    if (!kafka_conf(RD_KAFKA_CONSUMER, kafka, own_properties,
                    sizeof(own_properties) / sizeof(*own_properties),
                    &reader->watch, &conf, err) ||
        !kafka_client_take(RD_KAFKA_CONSUMER, conf, &reader->client, err))
        return false;
    reader->topic =
        rd_kafka_topic_new(reader->client, reader->topic_name, NULL);
    if (!reader->topic)
        return kafka_err(err, NULL, rd_kafka_last_error(),
                         "cannot use topic \"%s\"", reader->topic_name);
    reader->queue = rd_kafka_queue_new(reader->client);
    return true;
}

static bool
count_partitions(struct topic_reader *reader, struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(
        reader->client, 0, reader->topic, &metadata, ANSWER_MS);

    /* Runs the callbacks, which hear why a broker does not answer. */
    rd_kafka_poll(reader->client, 0);
    if (!code) {
        code = metadata->topics[0].err;
        reader->partition_count = metadata->topics[0].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
    }
    if (code)
        return kafka_err(err, &reader->watch, code,
                         "could not look up topic \"%s\"", reader->topic_name);
    reader->partitions =
        arena_array(&reader->arena, (size_t)reader->partition_count,
                    sizeof(*reader->partitions));
    return true;
}

/* The offset of the first record since then, or of the end. */
static rd_kafka_resp_err_t
find_since(const struct topic_reader *reader, int32_t number, int64_t end,
           int64_t *offset)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t code;

    rd_kafka_topic_partition_list_add(list, reader->topic_name, number)
        ->offset = reader->since_ms;
    code = rd_kafka_offsets_for_times(reader->client, list, ANSWER_MS);
    if (!code)
        code = list->elems[0].err;
    *offset = list->elems[0].offset >= 0 ? list->elems[0].offset : end;
    rd_kafka_topic_partition_list_destroy(list);
    return code;
}

static int
start_at(const struct topic_reader *reader, int32_t number, int64_t offset)
{
    return reader->by_time
               ? rd_kafka_consume_start(reader->topic, number, offset)
               : rd_kafka_consume_start_queue(reader->topic, number, offset,
                                              reader->queue);
}

static bool
start_partition(struct topic_reader *reader, int32_t number, struct err *err)
{
    struct partition *partition = &reader->partitions[number];
    int64_t end;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        reader->client, reader->topic_name, number, &partition->first, &end,
        ANSWER_MS);

    if (!code && reader->by_time)
        code = find_since(reader, number, end, &partition->first);
    if (code)
        return kafka_err(err, &reader->watch, code,
                         "could not read topic \"%s\"", reader->topic_name);
    partition->end = -1;
    if (start_at(reader, number, partition->first))
        return kafka_err(err, &reader->watch, rd_kafka_last_error(),
                         "could not read topic \"%s\"", reader->topic_name);
    partition->started = true;
    return true;
}

static bool
start_all(struct topic_reader *reader, struct err *err)
{
    for (int32_t i = 0; i < reader->partition_count; i++)
        if (!start_partition(reader, i, err))
            return false;
    reader->deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
    return true;
}

static struct topic_reader *
reader_new(const char *topic)
{
    struct arena arena = {0};
    struct topic_reader *reader = ARENA_NEW(&arena, struct topic_reader);

    reader->topic_name = arena_strdup(&arena, topic);
    reader->arena = arena;
    return reader;
}

static bool
open_reader(const struct kafka_options *kafka, struct topic_reader *reader,
            struct topic_reader **opened, struct err *err)
{
    if (!make_client(reader, kafka, err) || !count_partitions(reader, err) ||
        !start_all(reader, err)) {
        topic_reader_close(reader);
        return false;
    }
    *opened = reader;
    return true;
}

bool
topic_reader_open(const struct kafka_options *kafka, const char *topic,
                  struct topic_reader **opened, struct err *err)
{
    return open_reader(kafka, reader_new(topic), opened, err);
}

bool
topic_reader_open_since(const struct kafka_options *kafka, const char *topic,
                        int64_t since_ms, struct topic_reader **opened,
                        struct err *err)
{
    struct topic_reader *reader = reader_new(topic);

    reader->by_time = true;
    reader->since_ms = since_ms;
    return open_reader(kafka, reader, opened, err);
}

static void
give_back(struct topic_reader *reader)
{
    if (reader->message)
        rd_kafka_message_destroy(reader->message);
    reader->message = NULL;
}

void
topic_reader_close(struct topic_reader *reader)
{
    struct arena arena;

    if (!reader)
        return;
    give_back(reader);
    for (int32_t i = 0; i < reader->partition_count && reader->partitions;
         i++) {
        if (reader->partitions[i].pending)
            rd_kafka_message_destroy(reader->partitions[i].pending);
        if (reader->partitions[i].started)
            rd_kafka_consume_stop(reader->topic, i);
    }
    if (reader->queue)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->topic)
        rd_kafka_topic_destroy(reader->topic);
    if (reader->client)
        rd_kafka_destroy(reader->client);
    arena = reader->arena;
    arena_free(&arena);
}

int32_t
topic_reader_partitions(const struct topic_reader *reader)
{
    return reader->partition_count;
}

int64_t
topic_reader_first(const struct topic_reader *reader, int32_t partition)
{
    return reader->partitions[partition].first;
}

/* ---- reading
 * ------------------------------------------------------------------ */

static void
make_progress(struct topic_reader *reader)
{
    reader->deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
}

/* A reader of committed records stops before the first open transaction. What
 * is behind it may be committed by now, with the word of it still on its way
 * to this partition; so the end is where the partition ended, open
 * transactions and all, at the first look. */
static void
note_end(struct topic_reader *reader, int32_t number, int64_t offset)
{
    struct partition *partition = &reader->partitions[number];
    int64_t low = 0;
    int64_t high = offset;

    if (partition->finished)
        return;
    if (partition->end < 0) {
        rd_kafka_get_watermark_offsets(reader->client, reader->topic_name,
                                       number, &low, &high);
        partition->end = high > offset ? high : offset;
        make_progress(reader);
    }
    partition->finished = offset >= partition->end;
    reader->finished_count += partition->finished;
}

static bool
check_patience(const struct topic_reader *reader, struct err *err)
{
    if (clock_monotonic_ms() < reader->deadline_ms)
        return true;
    return kafka_err(err, &reader->watch, RD_KAFKA_RESP_ERR__TIMED_OUT,
                     "could not read topic \"%s\" to its end; is a "
                     "transaction open in it",
                     reader->topic_name);
}

/* What came from the queue, if it is a record that was asked for. */
static bool
take_message(struct topic_reader *reader, bool *is_record, struct err *err)
{
    const rd_kafka_message_t *message = reader->message;

    *is_record = false;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        note_end(reader, message->partition, message->offset);
        return true;
    }
    if (message->err)
        return kafka_err(err, &reader->watch, message->err,
                         "could not read topic \"%s\"", reader->topic_name);
    *is_record = !reader->partitions[message->partition].finished;
    if (*is_record)
        make_progress(reader);
    return true;
}

/* Nothing has come: it may be that fetching stopped when the queue was full. */
static void
fetch_on(const struct topic_reader *reader)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(reader->partition_count);

    for (int32_t i = 0; i < reader->partition_count; i++)
        if (!reader->partitions[i].finished)
            rd_kafka_topic_partition_list_add(list, reader->topic_name, i);
    kafka_fetch_on(reader->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static rd_kafka_message_t *
consume(const struct topic_reader *reader, int32_t number, int wait_ms)
{
    return reader->by_time ? rd_kafka_consume(reader->topic, number, wait_ms)
                           : rd_kafka_consume_queue(reader->queue, wait_ms);
}

/* The next message of the partition, or of any where records need not come by
 * time; none for LOOK_MS: NULL. */
static void
look(struct topic_reader *reader, int32_t number)
{
    rd_kafka_poll(reader->client, 0);
    reader->message = consume(reader, number, 0);
    if (reader->message)
        return;
    fetch_on(reader);
    reader->message = consume(reader, number, LOOK_MS);
}

/* Whatever partition has something. */
static bool
next_of_any(struct topic_reader *reader, bool *is_record, struct err *err)
{
    *is_record = false;
    while (!*is_record && reader->finished_count < reader->partition_count) {
        give_back(reader);
        look(reader, 0);
        if (reader->message && !take_message(reader, is_record, err))
            return false;
        if (!*is_record && !check_patience(reader, err))
            return false;
    }
    return true;
}

/* Look until the partition's next record is there, or its end. */
static bool
fill_pending(struct topic_reader *reader, int32_t number, struct err *err)
{
    struct partition *partition = &reader->partitions[number];
    bool is_record;

    while (!partition->pending && !partition->finished) {
        look(reader, number);
        is_record = false;
        if (reader->message && !take_message(reader, &is_record, err))
            return false;
        if (is_record) {
            partition->pending = reader->message;
            reader->message = NULL;
        } else if (!check_patience(reader, err)) {
            return false;
        }
        give_back(reader);
    }
    return true;
}

/* The oldest of what the partitions have next; of the same age, the first
 * partition's. */
static bool
next_by_time(struct topic_reader *reader, bool *is_record, struct err *err)
{
    struct partition *oldest = NULL;

    for (int32_t i = 0; i < reader->partition_count; i++) {
        struct partition *partition = &reader->partitions[i];

        if (!fill_pending(reader, i, err))
            return false;
        if (partition->pending &&
            (!oldest || rd_kafka_message_timestamp(partition->pending, NULL) <
                            rd_kafka_message_timestamp(oldest->pending, NULL)))
            oldest = partition;
    }
    *is_record = oldest != NULL;
    if (!oldest)
        return true;
    reader->message = oldest->pending;
    oldest->pending = NULL;
    return true;
}

bool
topic_reader_next(struct topic_reader *reader, struct arena *arena,
                  struct record *record, bool *more, struct err *err)
{
    give_back(reader);
    if (!(reader->by_time ? next_by_time(reader, more, err)
                          : next_of_any(reader, more, err)))
        return false;
    if (*more)
        kafka_record(reader->message, str_from_cstr(reader->topic_name), arena,
                     record);
    return true;
}
