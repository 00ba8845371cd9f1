/* settings.h - everything that can be set, read once at start: built-in values,
 * then the file, then the environment, then flags. One table says what there
 * is; config.example.yaml is printed from it. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "event.h"
#include "kafka.h"
#include "log.h"
#include "str.h"
#include "suggest.h"

struct setting_input {
    const char *topic;
    struct envelope envelope;
};

enum unknown_type { UNKNOWN_DEAD_LETTER, UNKNOWN_SKIP };
enum rules_reload { RELOAD_SIGHUP, RELOAD_WATCH, RELOAD_NEVER };
enum start_from { START_EARLIEST, START_LATEST };

/* All texts live in the arena given to settings_load. */
struct settings {
    struct {
        const char *bootstrap_servers;
        const char *group_id;
        const char *client_id;
        enum start_from start; /* for a partition never read before */
        struct setting_input *inputs;
        size_t input_count;
        const char *output_topic;
        const char *shadow_topic; /* output_topic with .shadow behind it */
        const char *dlq_topic;
        const char *position_topic;
        struct kafka_property *properties;
        size_t property_count;
    } kafka;
    struct {
        const char *dsn;
        const char *password; /* NULL: not set */
        int64_t statement_timeout_ms;
    } postgres;
    struct {
        const char *dir;          /* a folder with one rule file, or the file */
        enum rules_reload reload; /* when a worker reads it again */
    } rules;
    struct {
        const char *dir;
        enum unknown_type unknown_type;
    } schemas;
    struct {
        int64_t batch_max_events; /* 1 to 8192 */
        int64_t batch_max_bytes;
        int64_t batch_max_wait_ms;
        int64_t retry_base_ms;
        int64_t retry_max_ms;
        int64_t timer_interval_ms; /* looks at what the clock has to send */
    } worker;
    struct {
        const char *name; /* key of its position; its transactional.id */
        int64_t batch_max_events;
        int64_t batch_max_wait_ms;
        int64_t poll_ms; /* looks for new batches at least so often */
    } relay;
    struct {
        int64_t max_age_ms; /* older events notify nobody */
    } notify;
    struct {
        const char *file;    /* for Prometheus; empty: none */
        int64_t interval_ms; /* between two writings */
    } metrics;
    struct {
        enum log_level level;
        enum log_format format;
    } log;
};

struct setting_flag { /* `--section.key=value` of a command line */
    const char *name;
    const char *value;
};

/* All settings at their built-in values. */
void settings_builtin(struct arena *arena, struct settings *settings);

/* The file of settings: the named one, or for NULL that of REWARD_CONFIG; NULL:
 * there is none. */
const char *settings_path(const char *named);

/* Read the settings of the file at settings_path(path), of the environment and
 * of flags, over the built-in ones. Faults go to diags as file:line:column, or
 * with the name of the variable or flag for a file; false when there is any. */
MUST_CHECK bool settings_load(struct arena *arena, const char *path,
                              const struct setting_flag *flags,
                              size_t flag_count, struct settings *settings,
                              struct diag_list *diags);

/* Whether `--name=value` is a setting or a librdkafka property. */
bool settings_know(struct str name);

/* Offer the names of all settings. */
void settings_suggest(struct suggest *suggest);

/* What every Kafka client of this process is told; borrows from settings. */
struct kafka_options settings_kafka(const struct settings *settings);

/* Print a commented config.yaml with all settings at their built-in values:
 * config.example.yaml. */
void settings_print_example(FILE *out);

/* Print the settings in force as YAML, secrets as "***". */
void settings_print(const struct settings *settings, FILE *out);

/* Print the JSON Schema (draft 7) of config.yaml for editors:
 * schemas/config.schema.json. */
void settings_print_schema(FILE *out);

#endif
