/* kafka.c - settings, logs and errors of librdkafka, the same for all clients.
 * Reading and writing are for source.c, sink.c and position.c. */
#include "kafka_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

/* ---- settings --------------------------------------------------------------
 */

/* The back-off of 100 ms that librdkafka has built in makes each transaction
 * wait that long for its coordinator. */
static const struct kafka_property for_all[] = {
    {"allow.auto.create.topics", "false"},
    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.max.ms", "2000"},
    {"retry.backoff.ms", "10"},
    /* Also bounds what a compressed batch may come to; beyond it a partition
     * cannot be read. */
    {"receive.message.max.bytes", "104857600"},
};

/* Built-in bounds would let a consumer hold 64 MiB and skip what it cannot
 * find; an offset out of range must be an error. */
static const struct kafka_property for_consumers[] = {
    {"check.crcs", "true"},
    {"queued.max.messages.kbytes", "2048"},
    {"queued.min.messages", "5000"},
    {"fetch.max.bytes", "1048576"},
    {"fetch.message.max.bytes", "262144"}, /* a larger record still comes */
    {"enable.auto.commit", "false"},
    {"auto.commit.enable", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"isolation.level", "read_committed"},
    {"partition.assignment.strategy", "range,roundrobin"},
    /* A member learns of a rebalance by its next heartbeat; until then a new
     * one has nothing to do. */
    {"heartbeat.interval.ms", "500"},
};

static const struct kafka_property for_producers[] = {
    {"queue.buffering.max.kbytes", "32768"}, /* 1 GiB is built in */
    {"message.max.bytes", "4194304"},
    {"compression.type", "lz4"},
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"retry.backoff.ms", "2"}, /* a transaction waits it out, often twice */
};

/* What the promises of the program hang on cannot be set from outside. */
static const struct {
    const char *name;
    const char *value; /* refused only when it contains this; NULL: always */
    const char *why;
} forbidden[] = {
    {"bootstrap.servers", NULL, "it has a setting of its own"},
    {"metadata.broker.list", NULL, "the brokers have a setting of their own"},
    {"client.id", NULL, "it has a setting of its own"},
    {"group.id", NULL, "it has a setting of its own"},
    {"transactional.id", NULL, "it fences one relay against another"},
    {"enable.idempotence", NULL, "messages would be lost or doubled"},
    {"acks", NULL, "messages would be lost"},
    {"request.required.acks", NULL, "messages would be lost"},
    {"partitioner", NULL, "messages of one account would change partition"},
    {"delivery.report.only.error", NULL, "every delivery is counted"},
    {"enabled_events", NULL, "callbacks would not be called"},
    {"log.queue", NULL, "callbacks would not be called"},
    {"enable.auto.commit", NULL, "the database keeps the position"},
    {"auto.commit.enable", NULL, "the database keeps the position"},
    {"enable.auto.offset.store", NULL, "the database keeps the position"},
    {"auto.offset.reset", NULL, "records would be skipped in silence"},
    {"isolation.level", NULL, "aborted records would be read"},
    {"partition.assignment.strategy", "cooperative",
     "librdkafka 2.0.2 can abort when such a consumer closes"},
};

/* Whether messages about the property must not show its value. */
static bool
is_secret(const char *name)
{
    static const char *const parts[] = {"password", "secret", ".pem",
                                        "oauthbearer.config"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (strstr(name, parts[i]))
            return true;
    return false;
}

static bool
check_allowed(const struct kafka_property *property, struct err *err)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
        if (strcmp(property->name, forbidden[i].name) != 0)
            continue;
        if (!forbidden[i].value || strstr(property->value, forbidden[i].value))
            return err_set(err, ERR_CONFIG,
                           "cannot set Kafka property \"%s\": %s",
                           property->name, forbidden[i].why);
    }
    return true;
}

static bool
set_property(rd_kafka_conf_t *conf, const char *name, const char *value,
             struct err *err)
{
    char reason[256];

    rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf, name, value, reason, sizeof(reason));

    if (result == RD_KAFKA_CONF_OK)
        return true;
    if (result == RD_KAFKA_CONF_UNKNOWN)
        snprintf(reason, sizeof(reason), "librdkafka %s has no such property",
                 rd_kafka_version_str());
    else if (is_secret(name))
        snprintf(reason, sizeof(reason), "its value is wrong");
    return err_set(err, ERR_CONFIG, "cannot set Kafka property \"%s\": %s",
                   name, reason);
}

static bool
set_properties(rd_kafka_conf_t *conf, const struct kafka_property *properties,
               size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!set_property(conf, properties[i].name, properties[i].value, err))
            return false;
    return true;
}

static bool
set_ours(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err)
{
    return set_properties(conf, for_all, sizeof(for_all) / sizeof(*for_all),
                          err) &&
           (type == RD_KAFKA_CONSUMER
                ? set_properties(conf, for_consumers,
                                 sizeof(for_consumers) / sizeof(*for_consumers),
                                 err)
                : set_properties(conf, for_producers,
                                 sizeof(for_producers) / sizeof(*for_producers),
                                 err));
}

static bool
set_options(rd_kafka_conf_t *conf, const struct kafka_options *options,
            struct err *err)
{
    if (strlen(options->client_id) > KAFKA_CLIENT_ID_MAX)
        return err_set(err, ERR_CONFIG,
                       "the Kafka client id \"%.20s...\" is longer than %d "
                       "bytes",
                       options->client_id, KAFKA_CLIENT_ID_MAX);
    for (size_t i = 0; i < options->property_count; i++)
        if (!check_allowed(&options->properties[i], err))
            return false;
    return set_property(conf, "bootstrap.servers", options->brokers, err) &&
           set_property(conf, "client.id", options->client_id, err) &&
           set_properties(conf, options->properties, options->property_count,
                          err);
}

/* ---- what librdkafka says ---------------------------------------------------
 */

/* What comes again and again while something is away, and reaches people in
 * the error of the call that waits; and what is no news, as that a property of
 * consumers means nothing to a producer, since both share the settings. */
static bool
is_quiet(const char *topic)
{
    static const char *const topics[] = {"FAIL", "GETPID", "CONFWARN", "TXNERR",
                                         "FATAL"};

    for (size_t i = 0; i < sizeof(topics) / sizeof(*topics); i++)
        if (strcmp(topic, topics[i]) == 0)
            return true;
    return false;
}

/* Runs in librdkafka's threads too. Its errors are our warnings: the loop that
 * waits for the broker decides what is an error. */
static void
on_log(const rd_kafka_t *client, int level, const char *topic,
       const char *message)
{
    enum log_level ours = is_quiet(topic) ? LOG_DEBUG
                          : level <= 2    ? LOG_ERROR
                          : level <= 4    ? LOG_WARN
                                          : LOG_DEBUG;

    if (log_wants(ours))
        log_write(ours, "librdkafka says: %s topic=%s client=%s", message,
                  topic, client ? rd_kafka_name(client) : "");
}

/* A refusal is worth more than the broken connection that follows it. */
static void
on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
    struct kafka_watch *watch = opaque;

    (void)client;
    if (watch->code && kafka_err_kind(watch->code) == ERR_CONFIG &&
        kafka_err_kind((rd_kafka_resp_err_t)code) != ERR_CONFIG)
        return;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && watch->code)
        return;
    watch->code = (rd_kafka_resp_err_t)code;
    snprintf(watch->reason, sizeof(watch->reason), "%s", reason);
}

void
kafka_watch_clear(struct kafka_watch *watch)
{
    watch->code = RD_KAFKA_RESP_ERR_NO_ERROR;
    watch->reason[0] = '\0';
}

bool
kafka_conf(rd_kafka_type_t type, const struct kafka_options *options,
           const struct kafka_property *own, size_t own_count,
           struct kafka_watch *watch, rd_kafka_conf_t **conf, struct err *err)
{
    rd_kafka_conf_t *made = rd_kafka_conf_new();

    if (!set_ours(type, made, err) ||
        !set_properties(made, own, own_count, err) ||
        !set_options(made, options, err)) {
        rd_kafka_conf_destroy(made);
        return false;
    }
    rd_kafka_conf_set_log_cb(made, on_log);
    rd_kafka_conf_set_error_cb(made, on_error);
    rd_kafka_conf_set_opaque(made, watch);
    *conf = made;
    return true;
}

bool
kafka_client_take(rd_kafka_type_t type, rd_kafka_conf_t *conf,
                  rd_kafka_t **client, struct err *err)
{
    char reason[300];

    *client = rd_kafka_new(type, conf, reason, sizeof(reason));
    if (*client)
        return true;
    rd_kafka_conf_destroy(conf);
    return err_set(err, ERR_CONFIG, "cannot make a Kafka client: %s", reason);
}

/* ---- consuming
 * ---------------------------------------------------------------
 */

enum { FETCH_ON_MS = 5 };

/* As a time, the end asks for no search. */
void
kafka_fetch_on(rd_kafka_t *client, rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    if (partitions->cnt)
        rd_kafka_offsets_for_times(client, partitions, FETCH_ON_MS);
}

static void
read_headers(const rd_kafka_message_t *message, struct arena *arena,
             struct record *record)
{
    rd_kafka_headers_t *headers;
    struct record_header *copies;
    size_t count;

    if (rd_kafka_message_headers(message, &headers) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    count = rd_kafka_header_cnt(headers);
    copies = arena_array(arena, count, sizeof(*copies));
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t size;

        if (rd_kafka_header_get_all(headers, i, &name, &value, &size))
            break;
        copies[i].name = str_from_cstr(name);
        copies[i].value = str_make(value, value ? size : 0);
    }
    record->headers = copies;
    record->header_count = count;
}

void
kafka_record(const rd_kafka_message_t *message, struct str topic,
             struct arena *arena, struct record *record)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);

    *record = (struct record){
        .topic = topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms =
            type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp_ms,
        .key = str_make(message->key, message->key ? message->key_len : 0),
        .value =
            str_make(message->payload, message->payload ? message->len : 0),
    };
    read_headers(message, arena, record);
}

/* ---- errors -----------------------------------------------------------------
 * What is not here passes by itself, or with a new client: ERR_RETRY. A failed
 * TLS handshake is not here either, since a broker that dies in the middle of
 * one looks the same. */

static const struct {
    rd_kafka_resp_err_t code;
    enum err_kind kind;
} kinds[] = {
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_SECURITY_DISABLED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__INVALID_ARG, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__NOT_CONFIGURED, ERR_CONFIG},
    {RD_KAFKA_RESP_ERR__FENCED, ERR_FATAL},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ERR_FATAL},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ERR_FATAL},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ERR_FATAL},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, ERR_FATAL},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, ERR_FATAL},
};

enum err_kind
kafka_err_kind(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (kinds[i].code == code)
            return kinds[i].kind;
    return ERR_RETRY;
}

/* Fill *err; `reason` may be empty. */
static bool
fill(struct err *err, const struct kafka_watch *watch, rd_kafka_resp_err_t code,
     const char *reason, const char *format, va_list args)
{
    char what[200];

    vsnprintf(what, sizeof(what), format, args);
    if (watch && watch->code && kafka_err_kind(code) == ERR_RETRY) {
        code = watch->code;
        reason = watch->reason;
    }
    return err_set_code(err, kafka_err_kind(code), rd_kafka_err2name(code),
                        "%s: %s", what,
                        reason && *reason ? reason : rd_kafka_err2str(code));
}

bool
kafka_err(struct err *err, const struct kafka_watch *watch,
          rd_kafka_resp_err_t code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, watch, code, "", format, args);
    va_end(args);
    return false;
}

bool
kafka_err_take(struct err *err, const struct kafka_watch *watch,
               rd_kafka_t *client, rd_kafka_error_t *error, const char *format,
               ...)
{
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    char reason[300];
    va_list args;

    snprintf(reason, sizeof(reason), "%s", rd_kafka_error_string(error));
    if (rd_kafka_error_is_fatal(error) || code == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_resp_err_t cause =
            rd_kafka_fatal_error(client, reason, sizeof(reason));

        code = cause ? cause : code;
    }
    rd_kafka_error_destroy(error);
    va_start(args, format);
    fill(err, watch, code, reason, format, args);
    va_end(args);
    return false;
}
