/* source.c - the consumer side of librdkafka 2.0.2, within its known limits:
 * eager assignment, single-record polls, explicit start offsets. */
#include "source.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "kafka_parts.h"
#include "log.h"

enum {
    WATERMARK_TIMEOUT_MS = 5000,
    /* A quarter of what librdkafka queues (kafka.c): it can have stopped
     * fetching only when so much was taken since it was last woken. */
    FETCH_ON_RECORDS = 1250,
    FETCH_ON_BYTES = 512 * 1024,
    MISSING_TOPIC_MS = 30000, /* brokers that just started know no topics */
};

/* A partition being read. */
struct reading {
    struct stream stream;
    bool check_last; /* the record before next_offset is to be compared */
    uint8_t last_record[LAST_RECORD_BYTES];
};

struct source {
    struct kafka_watch watch; /* first: the callbacks' opaque pointer */
    struct arena arena;       /* holds this struct */
    rd_kafka_t *client;
    bool start_latest;
    rd_kafka_topic_partition_list_t *waiting; /* for source_resolve */
    struct arena assignment;                  /* readings, by assignment */
    struct reading *readings;
    size_t reading_count;
    bool revoked;
    rd_kafka_message_t **held; /* until source_release */
    size_t held_count;
    size_t taken_count; /* since librdkafka was last woken */
    size_t taken_bytes;
    bool away;                /* brokers: said so once */
    int64_t missing_since_ms; /* a topic; 0: none */
    char missing[256];
};

/* ---- assignment -------------------------------------------------------------
 */

static void
forget_waiting(struct source *source)
{
    if (source->waiting)
        rd_kafka_topic_partition_list_destroy(source->waiting);
    source->waiting = NULL;
}

static void
forget_readings(struct source *source)
{
    arena_reset(&source->assignment);
    source->readings = NULL;
    source->reading_count = 0;
}

static void
on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t event,
             rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
    struct source *source = opaque;

    forget_waiting(source);
    forget_readings(source);
    source->revoked = true;
    if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        /* rd_kafka_assign follows in source_resolve. */
        source->waiting = rd_kafka_topic_partition_list_copy(partitions);
        log_info("partitions assigned count=%d", partitions->cnt);
        return;
    }
    log_info("partitions revoked count=%d", partitions->cnt);
    rd_kafka_assign(client, NULL);
}

static struct reading *
find_reading(struct source *source, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < source->reading_count; i++) {
        struct reading *reading = &source->readings[i];

        if (reading->stream.partition == partition &&
            str_eq_cstr(reading->stream.topic, topic))
            return reading;
    }
    return NULL;
}

static bool
halt(struct err *err, const rd_kafka_topic_partition_t *partition,
     int64_t next_offset, int64_t low, int64_t high)
{
    return err_set(
        err, ERR_FATAL,
        "topic \"%s\" partition %d does not fit the ledger's position: the "
        "next offset to read is %lld, but the partition holds %lld to %lld; "
        "records were deleted before they were read, or the topic was created "
        "anew; nothing is skipped by itself, see ops/RUNBOOK.md",
        partition->topic, partition->partition, (long long)next_offset,
        (long long)low, (long long)high);
}

/* Fill in one reading from the ledger's position and the partition's ends. */
static bool
resolve_partition(struct source *source, struct ledger *ledger,
                  const rd_kafka_topic_partition_t *partition,
                  struct reading *reading, struct err *err)
{
    struct str topic = str_from_cstr(partition->topic);
    struct position position;
    int64_t low;
    int64_t high;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        source->client, partition->topic, partition->partition, &low, &high,
        WATERMARK_TIMEOUT_MS);

    if (code)
        return kafka_err(err, &source->watch, code,
                         "could not ask for the offsets of topic \"%s\"",
                         partition->topic);
    if (!ledger_position(ledger, topic, partition->partition, &position, err))
        return false;
    if (!position.known &&
        (!ledger_start_stream(ledger, topic, partition->partition,
                              source->start_latest ? high : low, err) ||
         !ledger_position(ledger, topic, partition->partition, &position, err)))
        return false;
    if (position.next_offset < low || position.next_offset > high)
        return halt(err, partition, position.next_offset, low, high);
    reading->stream = (struct stream){
        .topic = str_dup(&source->assignment, topic),
        .partition = partition->partition,
        .id = position.stream_id,
        .next_offset = position.next_offset,
    };
    reading->check_last =
        position.has_last_record && position.next_offset > low;
    memcpy(reading->last_record, position.last_record, LAST_RECORD_BYTES);
    return true;
}

static bool
resolve_all(struct source *source, struct ledger *ledger, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = source->waiting;

    forget_readings(source);
    source->readings = arena_array(&source->assignment, (size_t)list->cnt + 1,
                                   sizeof(*source->readings));
    for (int i = 0; i < list->cnt; i++) {
        struct reading *reading = &source->readings[i];

        if (!resolve_partition(source, ledger, &list->elems[i], reading, err))
            return false;
        list->elems[i].offset =
            reading->stream.next_offset - reading->check_last;
        source->reading_count++;
    }
    ledger_look_back(ledger);
    return true;
}

bool
source_needs_positions(const struct source *source)
{
    return source->waiting != NULL;
}

bool
source_resolve(struct source *source, struct ledger *ledger, struct err *err)
{
    rd_kafka_resp_err_t code;

    if (!resolve_all(source, ledger, err)) {
        forget_readings(source);
        return false;
    }
    code = rd_kafka_assign(source->client, source->waiting);
    if (code) {
        forget_readings(source);
        return kafka_err(err, &source->watch, code, "could not start reading");
    }
    forget_waiting(source);
    source->missing_since_ms = 0;
    source->away = false;
    return true;
}

void
source_rewind(struct source *source)
{
    rd_kafka_topic_partition_list_t *current = NULL;

    source_release(source);
    forget_readings(source);
    if (source->waiting)
        return;
    if (rd_kafka_assignment(source->client, &current) || !current)
        return;
    rd_kafka_assign(source->client, NULL);
    if (current->cnt)
        source->waiting = current;
    else
        rd_kafka_topic_partition_list_destroy(current);
}

/* ---- reading
 * ------------------------------------------------------------------ */

/* Whether the record before our position may be missing: only when it was
 * removed since the partition was taken over. */
static bool
was_removed(struct source *source, const struct record *record,
            int64_t next_offset)
{
    int64_t low = 0;
    int64_t high;

    return rd_kafka_query_watermark_offsets(
               source->client, record->topic.at, record->partition, &low, &high,
               WATERMARK_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           low >= next_offset;
}

/* The record before our position was read again: it must be the same. */
static bool
check_last_record(struct source *source, struct reading *reading,
                  const struct record *record, struct err *err)
{
    int64_t next_offset = reading->stream.next_offset;
    uint8_t digest[LAST_RECORD_BYTES];

    if (!reading->check_last)
        return true;
    reading->check_last = false;
    record_digest(record, digest);
    if (record->offset >= next_offset
            ? was_removed(source, record, next_offset)
            : memcmp(digest, reading->last_record, sizeof(digest)) == 0)
        return true;
    return err_set(err, ERR_FATAL,
                   "topic \"%.*s\" partition %d was created anew: its record "
                   "at offset %lld is not the one that was read before; "
                   "nothing is skipped by itself, see ops/RUNBOOK.md",
                   STR_ARG(record->topic), record->partition,
                   (long long)record->offset);
}

/* Whether the message is a record to be posted; it is then held. */
static bool
take_message(struct source *source, rd_kafka_message_t *message,
             struct arena *arena, enum source_got *got, struct record *record,
             struct stream **stream, struct err *err)
{
    struct reading *reading = find_reading(
        source, rd_kafka_topic_name(message->rkt), message->partition);
    bool ok = true;

    if (reading) {
        kafka_record(message, reading->stream.topic, arena, record);
        ok = check_last_record(source, reading, record, err);
    }
    if (!ok || !reading || record->offset < reading->stream.next_offset) {
        rd_kafka_message_destroy(message);
        return ok;
    }
    source->held[source->held_count++] = message;
    source->taken_count++;
    source->taken_bytes += message->len + message->key_len;
    *stream = &reading->stream;
    *got = SOURCE_RECORD;
    return true;
}

static void
note_missing(struct source *source, const rd_kafka_message_t *message)
{
    if (source->missing_since_ms)
        return;
    source->missing_since_ms = clock_monotonic_ms();
    snprintf(source->missing, sizeof(source->missing), "%s",
             rd_kafka_message_errstr(message));
    log_warn("waiting for a topic: %s", source->missing);
}

/* This client is lost for good, as when another took its group.instance.id:
 * a new process starts afresh, waiting would be for ever. */
static bool
take_fatal(struct source *source, struct err *err)
{
    char reason[300];
    rd_kafka_resp_err_t code =
        rd_kafka_fatal_error(source->client, reason, sizeof(reason));

    return err_set_code(err, ERR_FATAL, rd_kafka_err2name(code),
                        "could not read: %s", code ? reason : "fatal error");
}

static bool
take_error(struct source *source, const rd_kafka_message_t *message,
           struct err *err)
{
    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return true;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        note_missing(source, message);
        return true;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return err_set_code(
            err, ERR_FATAL, rd_kafka_err2name(message->err),
            "a topic lost records that were not read yet, or was created "
            "anew: %s; nothing is skipped by itself, see ops/RUNBOOK.md",
            rd_kafka_message_errstr(message));
    case RD_KAFKA_RESP_ERR__FATAL:
        return take_fatal(source, err);
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
        log_warn("left the group after max.poll.interval.ms, joining again");
        return true;
    default:
        return kafka_err(err, &source->watch, message->err,
                         "could not read: %s",
                         rd_kafka_message_errstr(message));
    }
}

static bool
check_missing(const struct source *source, struct err *err)
{
    if (!source->missing_since_ms ||
        clock_monotonic_ms() - source->missing_since_ms < MISSING_TOPIC_MS)
        return true;
    return err_set(err, ERR_CONFIG, "%s; create the topic or mend kafka.inputs",
                   source->missing);
}

/* What the callbacks heard while nothing came. A refusal ends the worker. */
static bool
check_watch(struct source *source, struct err *err)
{
    rd_kafka_resp_err_t code = source->watch.code;

    if (code == RD_KAFKA_RESP_ERR__FATAL)
        return take_fatal(source, err);
    if (!code || (source->away && kafka_err_kind(code) == ERR_RETRY))
        return true;
    return kafka_err(err, &source->watch, code, "could not reach Kafka");
}

/* Lost brokers are librdkafka's to find again; we say so once. */
static bool
absorb_absence(struct source *source, struct err *err)
{
    if (err->kind != ERR_RETRY)
        return false;
    if (!source->away)
        log_failure(LOG_WARN, err);
    source->away = true;
    err_reset(err);
    return true;
}

bool
source_poll(struct source *source, int64_t wait_ms, struct arena *arena,
            enum source_got *got, struct record *record, struct stream **stream,
            struct err *err)
{
    rd_kafka_message_t *message =
        rd_kafka_consumer_poll(source->client, (int)wait_ms);
    bool ok;

    *got = SOURCE_NOTHING;
    if (!message) {
        ok = check_missing(source, err) &&
             (check_watch(source, err) || absorb_absence(source, err));
    } else if (message->err) {
        ok = take_error(source, message, err) || absorb_absence(source, err);
        rd_kafka_message_destroy(message);
    } else {
        if (source->away)
            log_info("Kafka is back");
        source->away = false;
        kafka_watch_clear(&source->watch);
        ok = take_message(source, message, arena, got, record, stream, err);
    }
    if (source->revoked) {
        source->revoked = false;
        *got = SOURCE_REVOKED;
    }
    return ok;
}

/* The partitions being read, each with our position; owned by the caller. */
static rd_kafka_topic_partition_list_t *
partition_list(const struct source *source)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)source->reading_count + 1);

    for (size_t i = 0; i < source->reading_count; i++) {
        const struct stream *stream = &source->readings[i].stream;

        rd_kafka_topic_partition_list_add(list, stream->topic.at,
                                          stream->partition)
            ->offset = stream->next_offset;
    }
    return list;
}

void
source_fetch_on(struct source *source)
{
    rd_kafka_topic_partition_list_t *list;

    if (source->taken_count < FETCH_ON_RECORDS &&
        source->taken_bytes < FETCH_ON_BYTES)
        return;
    source->taken_count = source->taken_bytes = 0;
    list = partition_list(source);
    kafka_fetch_on(source->client, list);
    rd_kafka_topic_partition_list_destroy(list);
}

void
source_release(struct source *source)
{
    for (size_t i = 0; i < source->held_count; i++)
        rd_kafka_message_destroy(source->held[i]);
    source->held_count = 0;
}

void
source_commit(struct source *source)
{
    rd_kafka_topic_partition_list_t *list = partition_list(source);

    if (list->cnt)
        rd_kafka_commit(source->client, list, 1);
    rd_kafka_topic_partition_list_destroy(list);
}

size_t
source_stream_count(const struct source *source)
{
    return source->reading_count;
}

/* ---- opening and closing
 * --------------------------------------------------------- */

static bool
make_client(const struct source_options *options, struct source *source,
            struct err *err)
{
    /* The broker collects 64 KiB, or what comes within 20 ms: an answer for
     * each of the publishers' batches would cost it, and us, more than the
     * events. */
    const struct kafka_property own[] = {{"group.id", options->group_id},
                                         {"fetch.min.bytes", "65536"},
                                         {"fetch.wait.max.ms", "20"}};
    rd_kafka_conf_t *conf;

    if (!kafka_conf(RD_KAFKA_CONSUMER, &options->kafka, own,
                    sizeof(own) / sizeof(*own), &source->watch, &conf, err))
        return false;
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    if (!kafka_client_take(RD_KAFKA_CONSUMER, conf, &source->client, err))
        return false;
    rd_kafka_poll_set_consumer(source->client);
    return true;
}

static bool
subscribe(const struct source_options *options, struct source *source,
          struct err *err)
{
    rd_kafka_topic_partition_list_t *topics =
        rd_kafka_topic_partition_list_new((int)options->topic_count);
    rd_kafka_resp_err_t code;

    for (size_t i = 0; i < options->topic_count; i++)
        rd_kafka_topic_partition_list_add(topics, options->topics[i],
                                          RD_KAFKA_PARTITION_UA);
    code = rd_kafka_subscribe(source->client, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return code ? kafka_err(err, &source->watch, code, "could not subscribe")
                : true;
}

bool
source_open(const struct source_options *options, struct source **opened,
            struct err *err)
{
    struct arena arena = {0};
    struct source *source = ARENA_NEW(&arena, struct source);

    source->start_latest = options->start_latest;
    source->held =
        arena_array(&arena, BATCH_MAX_RECORDS, sizeof(rd_kafka_message_t *));
    source->arena = arena;
    if (!make_client(options, source, err) ||
        !subscribe(options, source, err)) {
        source_close(source);
        return false;
    }
    *opened = source;
    return true;
}

void
source_close(struct source *source)
{
    struct arena arena;

    if (!source)
        return;
    source_release(source);
    if (source->client) {
        rd_kafka_consumer_close(source->client);
        forget_waiting(source);
        rd_kafka_destroy(source->client);
    }
    arena_free(&source->assignment);
    arena = source->arena;
    arena_free(&arena);
}
