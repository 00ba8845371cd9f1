/* openloop.c - the two ends of a latency measurement, each a process of its
 * own, in C so that they take as little as they can of the machine measured.
 *
 * usage: openloop send BOOTSTRAP TOPIC RATE RECORDS
 *        openloop listen BOOTSTRAP TOPIC RATE
 *
 * send    publishes the records of a file by a fixed timetable, whether or not
 *         the ones before have come through: when the system under test stands
 *         still, events are late by as much, and none is left out. Prints how
 *         late each was sent.
 * listen  takes token events as a committed reader until SIGTERM says that
 *         there will be no more, then prints of each its id, that of its cause,
 *         and how long after its cause was due it was there.
 *
 * Both print "ready" and wait for a line with the time of the first event, in
 * ns of the clock that all processes of a machine share. Event number 1, 2, 3
 * is due 1/RATE s after the one before; its number ends its id, so latencies
 * count from when it was to be sent, not from when it was sent at last. Times
 * are printed in microseconds. */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    NAP_NS = 1000000, /* what is due meanwhile is sent after it, and is late */
    QUIET_MS = 500,   /* no message for so long after the end: no more come */
    POLL_MS = 100,
    FLUSH_MS = 60000,
    REPLY_MS = 30000,
    PARTITIONS_MAX = 64,
    NUMBER_DIGITS = 8,
};

#define NS INT64_C(1000000000)

struct timetable {
    int64_t start_ns;
    int64_t rate;
};

static volatile sig_atomic_t told;

/* ---- help
 * ------------------------------------------------------------------------ */

static void
die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("openloop: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *
must(void *memory)
{
    if (!memory)
        die("no memory");
    return memory;
}

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS + now.tv_nsec;
}

static int64_t
due_ns(const struct timetable *table, int64_t number)
{
    return table->start_ns + (number - 1) * NS / table->rate;
}

static int64_t
late_us(const struct timetable *table, int64_t number)
{
    return (now_ns() - due_ns(table, number)) / 1000;
}

static void
wait_for_start(struct timetable *table)
{
    char line[32];

    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        exit(1);
    table->start_ns = strtoll(line, NULL, 10);
}

/* pairs: name, value, name, value ..., NULL. */
static rd_kafka_t *
open_client(rd_kafka_type_t type, const char *const *pairs,
            void (*report)(rd_kafka_t *, const rd_kafka_message_t *, void *))
{
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *client;

    for (; *pairs; pairs += 2)
        if (rd_kafka_conf_set(conf, pairs[0], pairs[1], text, sizeof(text)) !=
            RD_KAFKA_CONF_OK)
            die("%s", text);
    if (report)
        rd_kafka_conf_set_dr_msg_cb(conf, report);
    client = rd_kafka_new(type, conf, text, sizeof(text));
    if (!client)
        die("%s", text);
    return client;
}

/* ---- send
 * ------------------------------------------------------------------------ */

/* A record of the file: lengths of 4 bytes each, this machine's way round, in
 * front of key, value, and each header's name and value. */
struct reader {
    const char *at;
    const char *end;
};

static uint32_t
read_number(struct reader *reader)
{
    uint32_t number;

    if (reader->end - reader->at < (ptrdiff_t)sizeof(number))
        die("the file of records ends too early");
    memcpy(&number, reader->at, sizeof(number));
    reader->at += sizeof(number);
    return number;
}

static const char *
read_bytes(struct reader *reader, size_t *len)
{
    const char *bytes;

    *len = read_number(reader);
    bytes = reader->at;
    if (*len > (size_t)(reader->end - reader->at))
        die("the file of records ends too early");
    reader->at += *len;
    return bytes;
}

static struct reader
read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0)
        die("could not read %s", path);
    rewind(file);
    text = must(malloc((size_t)size + 1));
    if (fread(text, 1, (size_t)size, file) != (size_t)size)
        die("could not read %s", path);
    fclose(file);
    return (struct reader){text, text + size};
}

static rd_kafka_headers_t *
read_headers(struct reader *reader)
{
    uint32_t count = read_number(reader);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(count);

    while (count--) {
        size_t name_len;
        size_t value_len;
        const char *name = read_bytes(reader, &name_len);
        const char *value = read_bytes(reader, &value_len);

        rd_kafka_header_add(headers, name, (ssize_t)name_len, value,
                            (ssize_t)value_len);
    }
    return headers;
}

static void
on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    (void)opaque;
    if (message->err)
        die("a record was not delivered: %s", rd_kafka_err2str(message->err));
}

static void
send_one(rd_kafka_t *client, const char *topic, struct reader *reader)
{
    size_t key_len;
    size_t value_len;
    const char *key = read_bytes(reader, &key_len);
    const char *value = read_bytes(reader, &value_len);
    rd_kafka_headers_t *headers = read_headers(reader);
    rd_kafka_resp_err_t code;

    while ((code = rd_kafka_producev(
                client, RD_KAFKA_V_TOPIC(topic),
                RD_KAFKA_V_KEY((void *)(uintptr_t)key, key_len),
                RD_KAFKA_V_VALUE((void *)(uintptr_t)value, value_len),
                RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END)) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(client, 1);
    if (code)
        die("could not send: %s", rd_kafka_err2str(code));
}

static void
wait_until_due(rd_kafka_t *client, const struct timetable *table,
               int64_t number)
{
    int64_t early_ns;

    while ((early_ns = due_ns(table, number) - now_ns()) > 0) {
        if (early_ns < NAP_NS)
            early_ns = NAP_NS;
        rd_kafka_poll(client, 0);
        nanosleep(&(struct timespec){early_ns / NS, early_ns % NS}, NULL);
    }
}

/* As services do that leave the client's settings alone: it collects for 5 ms,
 * which is part of the latency. */
static void
send_all(const char *bootstrap, const char *topic, struct timetable table,
         const char *path)
{
    const char *const settings[] = {
        "bootstrap.servers",  bootstrap, "partitioner", "murmur2_random",
        "enable.idempotence", "true",    NULL};
    rd_kafka_t *client = open_client(RD_KAFKA_PRODUCER, settings, on_delivery);
    struct reader reader = read_file(path);
    const struct rd_kafka_metadata *metadata;
    int64_t *late = must(malloc((size_t)(reader.end - reader.at) + 1));
    int64_t count = 0;

    if (rd_kafka_metadata(client, 1, NULL, &metadata, REPLY_MS))
        die("the broker does not answer");
    rd_kafka_metadata_destroy(metadata);
    wait_for_start(&table);
    while (reader.at < reader.end) {
        wait_until_due(client, &table, count + 1);
        send_one(client, topic, &reader);
        late[count] = late_us(&table, count + 1);
        count++;
    }
    if (rd_kafka_flush(client, FLUSH_MS))
        die("not all records were delivered");
    for (int64_t i = 0; i < count; i++)
        printf("%lld\n", (long long)late[i]);
    free(late);
    rd_kafka_destroy(client);
}

/* ---- listen
 * ---------------------------------------------------------------------- */

static void
on_signal(int number)
{
    (void)number;
    told = 1;
}

/* At the end of all partitions. */
static void
assign_ends(rd_kafka_t *client, const char *topic)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(PARTITIONS_MAX);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
    const struct rd_kafka_metadata *metadata;

    if (!handle || rd_kafka_metadata(client, 0, handle, &metadata, REPLY_MS))
        die("the broker does not answer");
    for (int i = 0; i < metadata->topics[0].partition_cnt; i++) {
        int64_t low;
        int64_t high;

        if (rd_kafka_query_watermark_offsets(client, topic, i, &low, &high,
                                             REPLY_MS))
            die("partition %d does not answer", i);
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = high;
    }
    if (rd_kafka_assign(client, list))
        die("could not assign the partitions");
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(handle);
    rd_kafka_topic_partition_list_destroy(list);
}

struct heard {
    char *own;
    char *cause;
    int64_t late_us;
};

/* A header as a text of its own. */
static char *
header_text(const rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers;
    const void *value;
    size_t len;

    if (rd_kafka_message_headers(message, &headers) ||
        rd_kafka_header_get_last(headers, name, &value, &len))
        die("a token event has no header %s", name);
    return must(strndup(value, len));
}

static struct heard
hear(const rd_kafka_message_t *message, const struct timetable *table)
{
    struct heard heard = {.own = header_text(message, "ce_id"),
                          .cause = header_text(message, "ce_causationid")};
    size_t len = strlen(heard.cause);

    if (len < NUMBER_DIGITS)
        die("no number ends the id %s", heard.cause);
    heard.late_us =
        late_us(table, strtoll(heard.cause + len - NUMBER_DIGITS, NULL, 16));
    return heard;
}

static void
listen_all(const char *bootstrap, const char *topic, struct timetable table)
{
    const char *const settings[] = {"bootstrap.servers",
                                    bootstrap,
                                    "group.id",
                                    "bench-listener",
                                    "enable.auto.commit",
                                    "false",
                                    "isolation.level",
                                    "read_committed",
                                    "fetch.wait.max.ms",
                                    "10",
                                    "fetch.error.backoff.ms",
                                    "1",
                                    NULL};
    rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, settings, NULL);
    struct heard *heard = NULL;
    size_t count = 0;
    int64_t quiet_ns;

    signal(SIGTERM, on_signal);
    rd_kafka_poll_set_consumer(client);
    assign_ends(client, topic);
    wait_for_start(&table);
    quiet_ns = now_ns();
    while (!told || now_ns() - quiet_ns < QUIET_MS * (NS / 1000)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, POLL_MS);

        if (!message)
            continue;
        if (message->err)
            die("%s", rd_kafka_message_errstr(message));
        if (!(count & (count - 1)))
            heard =
                must(realloc(heard, (count ? count * 2 : 1) * sizeof(*heard)));
        heard[count++] = hear(message, &table);
        rd_kafka_message_destroy(message);
        quiet_ns = now_ns();
    }
    for (size_t i = 0; i < count; i++)
        printf("%s %s %lld\n", heard[i].own, heard[i].cause,
               (long long)heard[i].late_us);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
}

int
main(int argc, char **argv)
{
    struct timetable table = {0};

    if (argc > 4)
        table.rate = atoll(argv[4]);
    if (argc == 6 && table.rate > 0 && strcmp(argv[1], "send") == 0)
        send_all(argv[2], argv[3], table, argv[5]);
    else if (argc == 5 && table.rate > 0 && strcmp(argv[1], "listen") == 0)
        listen_all(argv[2], argv[3], table);
    else {
        fputs("usage: openloop send BOOTSTRAP TOPIC RATE RECORDS\n"
              "       openloop listen BOOTSTRAP TOPIC RATE\n",
              stderr);
        return 2;
    }
    return 0;
}
