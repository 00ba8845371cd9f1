/* settings_table.c - everything that can be set, one row each. What is read
 * from the file, the environment and flags, config.example.yaml and
 * schemas/config.schema.json all come from here. */
#include "setting.h"

#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)

static const char *const start_words[] = {
    [START_EARLIEST] = "earliest",
    [START_LATEST] = "latest",
    NULL,
};

static const char *const reload_words[] = {
    [RELOAD_SIGHUP] = "sighup",
    [RELOAD_WATCH] = "watch",
    [RELOAD_NEVER] = "never",
    NULL,
};

static const char *const unknown_words[] = {
    [UNKNOWN_DEAD_LETTER] = "dead_letter",
    [UNKNOWN_SKIP] = "skip",
    NULL,
};

static const char *const level_words[] = {
    [LOG_ERROR] = "error", [LOG_WARN] = "warn",    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug", [LOG_DEBUG + 1] = NULL,
};

static const char *const format_words[] = {
    [LOG_TEXT] = "text",
    [LOG_JSON] = "json",
    NULL,
};

#define PLACE(member) .offset = offsetof(struct settings, member)
#define RANGE(low, high) .min = (low), .max = (high)

const struct setting settings_table[] = {
    {"kafka.bootstrap_servers", &setting_text, "localhost:9092",
     "Brokers to ask first, with commas between them.",
     PLACE(kafka.bootstrap_servers), .min = 1},
    {"kafka.group_id", &setting_text, "reward",
     "Consumer group that the workers share the partitions of the inputs in.",
     PLACE(kafka.group_id), .min = 1},
    {"kafka.client_id", &setting_text, "reward",
     "Name of this process in the logs and quotas of the brokers.",
     PLACE(kafka.client_id), RANGE(1, 64)},
    {"kafka.start", &setting_word, "earliest",
     "Where to start in a partition that was never read before. After that, "
     "the position is in the database.",
     PLACE(kafka.start), .words = start_words},
    {"kafka.inputs", &setting_inputs,
     "gigchain.domain-events,gigchain.token-commands",
     "Topics with events. envelope: cloudevents or plain; framing: none or "
     "confluent (cuts off the 5 bytes of a schema registry). A plain envelope "
     "needs JSON Pointers for id, type, time and source (a type or source that "
     "does not start with / is taken as it is) and may have one for data, "
     "which else is all of the record: "
     "{topic: legacy, envelope: plain, id: /id, type: /kind, time: /at, "
     "source: /origin}. In the environment: topics with commas between "
     "them.",
     PLACE(kafka.inputs)},
    {"kafka.output.topic", &setting_topic, "gigchain.token-events",
     "Token events go here. What rules in shadow would have paid goes to the "
     "topic of that name with .shadow behind it, which must exist when a rule "
     "set has such a rule.",
     PLACE(kafka.output_topic)},
    {"kafka.dlq.topic", &setting_topic, "gigchain.domain-events.dlq",
     "Records that could not be used go here, byte for byte.",
     PLACE(kafka.dlq_topic)},
    {"kafka.position.topic", &setting_topic, "gigchain.token-events.position",
     "Where the relay keeps its position. Must be compacted and have one "
     "partition.",
     PLACE(kafka.position_topic)},
    {"kafka.properties", &setting_properties, "",
     "Any librdkafka property, such as security.protocol: SASL_SSL. In the "
     "environment _ stands for the points of the name: "
     "REWARD_KAFKA__PROPERTIES__SASL_PASSWORD__FILE names a file with "
     "sasl.password.",
     PLACE(kafka.properties)},

    {"postgres.dsn", &setting_dsn, "",
     "Connection string or URI of the ledger's database. Where it is empty, "
     "DATABASE_URL counts, then libpq's own PGHOST, PGUSER and so on.",
     PLACE(postgres.dsn),
     .example = "postgresql://reward_worker@localhost/gigchain"},
    {"postgres.password", &setting_secret, "",
     "{file: PATH} or {env: VARIABLE} or the password itself. The file must "
     "not be readable by every user.",
     PLACE(postgres.password),
     .example = "{file: /run/secrets/reward-postgres}"},
    {"postgres.statement_timeout", &setting_duration, "10s",
     "The longest that one statement may take before its batch is posted in "
     "halves; waiting for a lock may take three quarters of it.",
     PLACE(postgres.statement_timeout_ms), RANGE(100, HOUR)},

    {"rules.dir", &setting_text, "rules",
     "The rule file, or a folder with just one.", PLACE(rules.dir), .min = 1},
    {"rules.reload", &setting_word, "sighup",
     "When a worker at work reads its rule file again: on SIGHUP, also when "
     "the "
     "file has changed (watch), or never. A file with faults is refused and "
     "the "
     "rules in force stay.",
     PLACE(rules.reload), .words = reload_words},

    {"schemas.dir", &setting_text, "schemas/events",
     "Folder with one JSON Schema for each type of event.", PLACE(schemas.dir),
     .min = 1},
    {"schemas.unknown_type", &setting_word, "dead_letter",
     "What to do with an event of a type that has no schema.",
     PLACE(schemas.unknown_type), .words = unknown_words},

    {"worker.batch_max_events", &setting_count, "4000",
     "Most records in one transaction.", PLACE(worker.batch_max_events),
     RANGE(1, 8192)},
    {"worker.batch_max_bytes", &setting_bytes, "4MiB",
     "Most bytes of records in one transaction.", PLACE(worker.batch_max_bytes),
     RANGE(256 * KIB, 64 * MIB)},
    {"worker.batch_max_wait", &setting_duration, "0ms",
     "The longest that the first record of a batch waits for others, after "
     "brokers have collected 64 KiB or for 20 ms (fetch.wait.max.ms in "
     "kafka.properties).",
     PLACE(worker.batch_max_wait_ms), RANGE(0, 10 * SECOND)},
    {"worker.retry.base", &setting_duration, "100ms",
     "How long to wait after a first failure; doubled with each one more.",
     PLACE(worker.retry_base_ms), RANGE(1, 60 * SECOND)},
    {"worker.retry.max", &setting_duration, "30s",
     "The longest wait between two tries.", PLACE(worker.retry_max_ms),
     RANGE(1, HOUR)},

    {"worker.timer_interval", &setting_duration, "1s",
     "How often to look for what is due by the clock: holds to release or "
     "void.",
     PLACE(worker.timer_interval_ms), RANGE(10, HOUR)},

    {"relay.name", &setting_text, "reward-relay",
     "Key of the relay's position, and its transactional.id. Relays of the "
     "same name take turns.",
     PLACE(relay.name), .min = 1},
    {"relay.batch_max_events", &setting_count, "5000",
     "About how many messages go into one Kafka transaction.",
     PLACE(relay.batch_max_events), RANGE(1, 100000)},
    {"relay.batch_max_wait", &setting_duration, "15ms",
     "How long after a Kafka transaction to look for what goes into the next "
     "one, unless more is there already. Brokers finish a transaction some "
     "milliseconds after they acknowledge it.",
     PLACE(relay.batch_max_wait_ms), RANGE(0, SECOND)},
    {"relay.poll", &setting_duration, "100ms",
     "How often to look for new batches when no worker announces one.",
     PLACE(relay.poll_ms), RANGE(1, 60 * SECOND)},

    {"notify.max_age", &setting_duration, "24h",
     "Older events still pay, but notify nobody.", PLACE(notify.max_age_ms),
     RANGE(0, 10000 * HOUR)},

    {"metrics.file", &setting_text, "",
     "Where a worker writes its figures for Prometheus, such as a file "
     "NAME.prom in the folder of node_exporter's textfile collector; each "
     "worker needs one of its own. Empty: nowhere.",
     PLACE(metrics.file),
     .example = "/var/lib/prometheus/node-exporter/reward-1.prom"},
    {"metrics.interval", &setting_duration, "15s",
     "How often to write them; also when a rule file was read again.",
     PLACE(metrics.interval_ms), RANGE(SECOND, HOUR)},

    {"log.level", &setting_word, "info", "Least important lines to write.",
     PLACE(log.level), .words = level_words},
    {"log.format", &setting_word, "text", "For people or for machines.",
     PLACE(log.format), .words = format_words},
};

const size_t settings_table_count =
    sizeof(settings_table) / sizeof(*settings_table);
