/* test_settings.c - where settings come from, which of them counts, and what
 * is said about wrong ones. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dsn.h"
#include "interpolate.h"
#include "settings.h"
#include "unit.h"

static struct arena arena;
static struct diag_list diags;
static struct settings settings;
static char path[64];

static void
write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* Each test runs in a process of its own, so variables need no tidying up. */
static void
set_up(void)
{
    int fd;

    arena_init(&arena);
    diag_init(&diags, &arena);
    snprintf(path, sizeof(path), "/tmp/test_settings_XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    clearenv();
}

static void
tear_down(void)
{
    unlink(path);
    arena_free(&arena);
}

static bool
load(const char *text)
{
    write_file(text, 0600);
    return settings_load(&arena, path, NULL, 0, &settings, &diags);
}

static bool
load_flag(const char *name, const char *value)
{
    struct setting_flag flag = {name, value};

    return settings_load(&arena, NULL, &flag, 1, &settings, &diags);
}

static bool
load_environment(void)
{
    return settings_load(&arena, NULL, NULL, 0, &settings, &diags);
}

/* The only fault so far is this one. */
static void
assert_fault(int line, int column, const char *text)
{
    ck_assert_uint_eq(diags.count, 1);
    ck_assert_contains(unit_words(&arena, &diags.items[0]), text);
    ck_assert_int_eq(diags.items[0].line, line);
    ck_assert_int_eq(diags.items[0].column, column);
}

static const char *
printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    const char *copy;

    print(out);
    fclose(out);
    copy = arena_strndup(&arena, text, len);
    free(text);
    return copy;
}

static void
print_settings(FILE *out)
{
    settings_print(&settings, out);
}

/* ---- where values come from ------------------------------------------------
 */

START_TEST(built_in_values)
{
    ck_assert(load_environment());
    ck_assert_str_eq(settings.kafka.bootstrap_servers, "localhost:9092");
    ck_assert_uint_eq(settings.kafka.input_count, 2);
    ck_assert_str_eq(settings.kafka.inputs[0].topic, "gigchain.domain-events");
    ck_assert_str_eq(settings.kafka.inputs[1].topic, "gigchain.token-commands");
    ck_assert_str_eq(settings.kafka.dlq_topic, "gigchain.domain-events.dlq");
    ck_assert_str_eq(settings.postgres.dsn, "");
    ck_assert_ptr_null(settings.postgres.password);
    ck_assert_int_eq(settings.worker.batch_max_events, 4000);
    ck_assert_int_eq(settings.worker.batch_max_bytes, 4 << 20);
    ck_assert_int_eq(settings.worker.batch_max_wait_ms, 0);
    ck_assert_int_eq(settings.worker.timer_interval_ms, 1000);
    ck_assert_int_eq(settings.relay.batch_max_wait_ms, 15);
    ck_assert_int_eq(settings.notify.max_age_ms, 86400000);
    ck_assert_int_eq(settings.log.level, LOG_INFO);
}
END_TEST

START_TEST(file_over_built_in)
{
    ck_assert(load("kafka:\n  output: {topic: out}\n  start: latest\n"
                   "worker: {batch_max_bytes: 512KiB, retry: {base: 3s}}\n"
                   "notify:\nlog: {level: debug}\n"));
    ck_assert_str_eq(settings.kafka.output_topic, "out");
    ck_assert_int_eq(settings.kafka.start, START_LATEST);
    ck_assert_int_eq(settings.worker.batch_max_bytes, 512 << 10);
    ck_assert_int_eq(settings.worker.retry_base_ms, 3000);
    ck_assert_int_eq(settings.log.level, LOG_DEBUG);
}
END_TEST

START_TEST(empty_file_changes_nothing)
{
    ck_assert(load("# nothing\n"));
    ck_assert_str_eq(settings.kafka.group_id, "reward");
}
END_TEST

START_TEST(environment_over_file)
{
    setenv("REWARD_KAFKA__GROUP_ID", "of-environment", 1);
    setenv("REWARD_KAFKA__OUTPUT__TOPIC", "out-of-environment", 1);
    ck_assert(load("kafka: {group_id: of-file, client_id: of-file}\n"));
    ck_assert_str_eq(settings.kafka.group_id, "of-environment");
    ck_assert_str_eq(settings.kafka.output_topic, "out-of-environment");
    ck_assert_str_eq(settings.kafka.client_id, "of-file");
}
END_TEST

START_TEST(flag_over_environment)
{
    setenv("REWARD_KAFKA__GROUP_ID", "of-environment", 1);
    ck_assert(load_flag("kafka.group_id", "of-flag"));
    ck_assert_str_eq(settings.kafka.group_id, "of-flag");
}
END_TEST

START_TEST(path_of_environment)
{
    write_file("kafka: {group_id: of-file}\n", 0600);
    setenv("REWARD_CONFIG", path, 1);
    ck_assert(load_environment());
    ck_assert_str_eq(settings.kafka.group_id, "of-file");
}
END_TEST

START_TEST(database_url_is_a_fallback)
{
    setenv("DATABASE_URL", "postgresql://url", 1);
    ck_assert(load_environment());
    ck_assert_str_eq(settings.postgres.dsn, "postgresql://url");
    setenv("REWARD_POSTGRES__DSN", "postgresql://dsn", 1);
    ck_assert(load_environment());
    ck_assert_str_eq(settings.postgres.dsn, "postgresql://dsn");
}
END_TEST

START_TEST(example_is_what_is_built_in)
{
    struct settings builtin;

    settings_builtin(&arena, &builtin);
    ck_assert(load(printed(settings_print_example)));
    ck_assert_str_eq(settings.kafka.position_topic,
                     builtin.kafka.position_topic);
    ck_assert_int_eq(settings.relay.poll_ms, builtin.relay.poll_ms);
    ck_assert_int_eq(settings.worker.retry_max_ms, builtin.worker.retry_max_ms);
}
END_TEST

START_TEST(print_reads_back)
{
    const char *first;

    ck_assert(load("kafka:\n  inputs:\n  - {topic: a, envelope: plain, "
                   "id: /i, type: '/a~1b', time: /t, source: /s}\n"
                   "  properties: {enable.ssl.certificate.verification: true}\n"
                   "  group_id: 'on'\n"));
    first = printed(print_settings);
    ck_assert(load(first));
    ck_assert_str_eq(printed(print_settings), first);
}
END_TEST

/* ---- inputs and properties
 * ---------------------------------------------------
 */

START_TEST(inputs_of_file)
{
    const struct setting_input *input;

    ck_assert(load("kafka:\n  inputs:\n"
                   "  - {topic: a, framing: confluent}\n"
                   "  - {topic: b, envelope: plain, id: /i, type: kind.v1, "
                   "time: /t, source: /s, data: /d}\n"));
    ck_assert_uint_eq(settings.kafka.input_count, 2);
    input = &settings.kafka.inputs[0];
    ck_assert_int_eq(input->envelope.kind, ENVELOPE_CLOUDEVENTS);
    ck_assert_int_eq(input->envelope.framing, FRAMING_CONFLUENT);
    input = &settings.kafka.inputs[1];
    ck_assert_int_eq(input->envelope.kind, ENVELOPE_PLAIN);
    ck_assert(str_eq_cstr(input->envelope.type, "kind.v1"));
    ck_assert(str_eq_cstr(input->envelope.data, "/d"));
}
END_TEST

START_TEST(inputs_of_environment)
{
    setenv("REWARD_KAFKA__INPUTS", "a,b.c,d", 1);
    ck_assert(load("kafka: {inputs: [{topic: x}]}\n"));
    ck_assert_uint_eq(settings.kafka.input_count, 3);
    ck_assert_str_eq(settings.kafka.inputs[1].topic, "b.c");
}
END_TEST

START_TEST(properties_of_all_places)
{
    struct setting_flag flag = {"kafka.properties.debug", "cgrp"};

    write_file("kafka: {properties: {linger.ms: 7, debug: all}}\n", 0600);
    setenv("REWARD_KAFKA__PROPERTIES__SASL_USERNAME", "me", 1);
    ck_assert(settings_load(&arena, path, &flag, 1, &settings, &diags));
    ck_assert_uint_eq(settings.kafka.property_count, 3);
    ck_assert_str_eq(settings.kafka.properties[0].name, "linger.ms");
    ck_assert_str_eq(settings.kafka.properties[0].value, "7");
    ck_assert_str_eq(settings.kafka.properties[1].value, "cgrp");
    ck_assert_str_eq(settings.kafka.properties[2].name, "sasl.username");
}
END_TEST

/* ---- secrets
 * ------------------------------------------------------------------ */

START_TEST(password_of_file)
{
    write_file("hunter2\n", 0640);
    setenv("REWARD_POSTGRES__PASSWORD__FILE", path, 1);
    ck_assert(load_environment());
    ck_assert_str_eq(settings.postgres.password, "hunter2");
}
END_TEST

START_TEST(password_of_named_file)
{
    char secret[sizeof(path)];

    write_file("hunter2", 0600);
    memcpy(secret, path, sizeof(path));
    snprintf(path, sizeof(path), "%.50s.yaml", secret);
    ck_assert(load(
        arena_printf(&arena, "postgres: {password: {file: %s}}\n", secret)));
    ck_assert_str_eq(settings.postgres.password, "hunter2");
    unlink(secret);
}
END_TEST

START_TEST(password_of_named_variable)
{
    setenv("DB_PASSWORD", "hunter2", 1);
    ck_assert(load("postgres: {password: {env: DB_PASSWORD}}\n"));
    ck_assert_str_eq(settings.postgres.password, "hunter2");
}
END_TEST

START_TEST(open_password_file_is_refused)
{
    write_file("hunter2\n", 0644);
    setenv("REWARD_POSTGRES__PASSWORD__FILE", path, 1);
    ck_assert(!load_environment());
    assert_fault(0, 0, "every user of this machine can read");
}
END_TEST

START_TEST(open_file_without_secret_is_fine)
{
    write_file("group\n", 0644);
    setenv("REWARD_KAFKA__GROUP_ID__FILE", path, 1);
    ck_assert(load_environment());
    ck_assert_str_eq(settings.kafka.group_id, "group");
}
END_TEST

START_TEST(value_and_file_are_too_much)
{
    write_file("group\n", 0600);
    setenv("REWARD_KAFKA__GROUP_ID__FILE", path, 1);
    setenv("REWARD_KAFKA__GROUP_ID", "group", 1);
    ck_assert(!load_environment());
    assert_fault(0, 0, "is set as well");
}
END_TEST

START_TEST(secrets_in_flags_are_refused)
{
    static const struct setting_flag flags[] = {
        {"postgres.password", "hunter2"},
        {"postgres.dsn", "postgresql://me:hunter2@db/gigchain"},
        {"postgres.dsn", "host=db password=hunter2"},
        {"kafka.properties.sasl.password", "hunter2"},
        {"kafka.properties.ssl.key.password", "hunter2"},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        diag_init(&diags, &arena);
        ck_assert(!load_flag(flags[i].name, flags[i].value));
        assert_fault(0, 0, "command line");
        ck_assert_ptr_null(
            strstr(unit_words(&arena, &diags.items[0]), "hunter2"));
    }
    diag_init(&diags, &arena);
    ck_assert(load_flag("postgres.dsn", "host=db user=me"));
}
END_TEST

START_TEST(secrets_are_not_printed)
{
    const char *text;

    ck_assert(load("postgres: {dsn: 'host=db password=hunter2 user=me', "
                   "password: hunter2}\n"
                   "kafka: {properties: {sasl.password: hunter2, "
                   "sasl.username: me}}\n"));
    text = printed(print_settings);
    ck_assert_ptr_null(strstr(text, "hunter2"));
    ck_assert_contains(text, "host=db password=*** user=me");
    ck_assert_contains(text, "sasl.username: me");
}
END_TEST

START_TEST(passwords_in_dsns)
{
    static const char *const rows[][2] = {
        {"host=db", "host=db"},
        {"", ""},
        {"password=x", "password=***"},
        {"host=db password = 'a b\\'c' user=me",
         "host=db password = *** user=me"},
        {"sslpassword=x y=z", "sslpassword=*** y=z"},
        {"user='password=x'", "user='password=x'"},
        {"postgresql://me@db/x", "postgresql://me@db/x"},
        {"postgresql://me:p?w@db/x", "postgresql://me:***@db/x"},
        {"postgres://db:5432/x?password=y&user=z",
         "postgres://db:5432/x?password=***&user=z"},
        {"postgresql://u:p@db/x?sslpassword=y",
         "postgresql://u:***@db/x?sslpassword=***"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct str dsn = str_from_cstr(rows[i][0]);
        struct buf buf;

        buf_init(&buf, &arena);
        dsn_redact(&buf, dsn);
        ck_assert_str_eq(unit_text(&arena, buf_str(&buf)), rows[i][1]);
        ck_assert_int_eq(dsn_has_password(dsn),
                         strcmp(rows[i][0], rows[i][1]) != 0);
    }
}
END_TEST

/* ---- ${VARIABLES}
 * --------------------------------------------------------------- */

START_TEST(variables_are_filled_in)
{
    static const char *const rows[][2] = {
        {"a${X}b", "avalueb"},
        {"${X}${X}", "valuevalue"},
        {"${U:-other}", "other"},
        {"${E:-other}", "other"},
        {"${E}", ""},
        {"${X:-other}", "value"},
        {"$${X}", "${X}"},
        {"$X {X}", "$X {X}"},
        {"${U:-}", ""},
    };

    setenv("X", "value", 1);
    setenv("E", "", 1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct err err = {0};
        struct str result;

        ck_assert_msg(
            interpolate(&arena, str_from_cstr(rows[i][0]), &result, &err),
            "%s: %s", rows[i][0], err.text);
        ck_assert_str_eq(unit_text(&arena, result), rows[i][1]);
    }
}
END_TEST

START_TEST(variables_that_cannot_be_filled_in)
{
    static const char *const rows[] = {"${U}", "${X", "${}", "${1a}", "${a b}"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct err err = {0};
        struct str result;

        ck_assert_msg(
            !interpolate(&arena, str_from_cstr(rows[i]), &result, &err), "%s",
            rows[i]);
        ck_assert_int_eq(err.kind, ERR_CONFIG);
    }
}
END_TEST

START_TEST(variables_work_in_numbers_and_add_no_settings)
{
    setenv("N", "70", 1);
    setenv("GROUP", "x\nstart: latest", 1);
    ck_assert(load("worker: {batch_max_events: \"${N}\"}\n"
                   "kafka:\n  group_id: ${GROUP}\n"));
    ck_assert_int_eq(settings.worker.batch_max_events, 70);
    ck_assert_int_eq(settings.kafka.start, START_EARLIEST);
}
END_TEST

/* ---- faults
 * ----------------------------------------------------------------------- */

struct fault_row {
    const char *text;
    int line;
    int column;
    const char *message;
};

START_TEST(faults_of_the_file)
{
    static const struct fault_row rows[] = {
        {"kafka:\n  grup_id: x\n", 2, 3, "did you mean \"kafka.group_id\""},
        {"kafak: {}\n", 1, 1, "no setting \"kafak\""},
        {"log: info\n", 1, 1, "must be an object"},
        {"log: {level: loud}\n", 1, 14, "one of error, warn, info, debug"},
        {"log: {level: inof}\n", 1, 14, "did you mean \"info\""},
        {"log:\n  level: [info]\n", 2, 10, "single value, not"},
        {"log:\n  level:\n", 2, 9, "has no value"},
        {"kafka: {group_id: ''}\n", 1, 19, "must not be empty"},
        {"worker: {batch_max_events: 0}\n", 1, 28, "between 1 and 8192"},
        {"worker: {batch_max_events: 8193}\n", 1, 28, "between 1 and 8192"},
        {"worker: {batch_max_events: 1.5}\n", 1, 28, "a whole number"},
        {"worker: {batch_max_bytes: 4MB}\n", 1, 27, "number of bytes"},
        {"worker: {batch_max_bytes: 9999999999GiB}\n", 1, 27, "number of"},
        {"relay: {poll: 5}\n", 1, 15, "a duration such as"},
        {"relay: {poll: -5s}\n", 1, 15, "a duration such as"},
        {"kafka: {dlq: {topic: 'a b'}}\n", 1, 22, "the name of a topic"},
        {"kafka: {inputs: []}\n", 1, 17, "at least one input"},
        {"kafka:\n  inputs:\n  - {topic: a, fraimng: none}\n", 3, 16,
         "did you mean \"framing\""},
        {"kafka:\n  inputs:\n  - {framing: none}\n", 3, 5, "needs a \"topic\""},
        {"kafka:\n  inputs: [{topic: a}, {topic: a}]\n", 2, 24, "twice"},
        {"kafka:\n  inputs: [{topic: a, id: /x}]\n", 2, 12,
         "only for \"envelope: plain\""},
        {"kafka:\n  inputs: [{topic: a, id: /a~2}]\n", 2, 27, "JSON Pointer"},
        {"kafka: {properties: {group.id: x}}\n", 1, 22,
         "set by \"kafka.group_id\""},
        {"kafka: {properties: {client.id: [x]}}\n", 1, 33, "single value"},
        {"postgres: {password: {fiel: x}}\n", 1, 22, "{file: PATH}"},
        {"postgres: {password: {env: NOWHERE}}\n", 1, 28, "is not set"},
        {"postgres: {password: {file: /nowhere}}\n", 1, 29, "/nowhere"},
        {"rules: {dir: \"${NOWHERE}\"}\n", 1, 14, "is not set"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        diag_init(&diags, &arena);
        ck_assert_msg(!load(rows[i].text), "%s loads", rows[i].text);
        ck_assert_str_eq(diags.items[0].file, path);
        assert_fault(rows[i].line, rows[i].column, rows[i].message);
    }
}
END_TEST

START_TEST(plain_input_needs_pointers)
{
    ck_assert(!load("kafka:\n  inputs: [{topic: a, envelope: plain}]\n"));
    ck_assert_uint_eq(diags.errors, 4);
}
END_TEST

START_TEST(all_faults_at_once)
{
    setenv("REWARD_NONSENSE", "1", 1);
    ck_assert(!load("log: {level: loud, fromat: text}\nrelay: {poll: 1}\n"));
    ck_assert_uint_eq(diags.errors, 4);
}
END_TEST

START_TEST(unknown_variables)
{
    setenv("REWARD_KAFKA__GRUP_ID", "x", 1);
    ck_assert(!load_environment());
    assert_fault(0, 0, "did you mean \"REWARD_KAFKA__GROUP_ID\"");
    ck_assert_str_eq(diags.items[0].file, "REWARD_KAFKA__GRUP_ID");
}
END_TEST

START_TEST(variables_of_others)
{
    setenv("REWARD_FAULT", "worker.batch:kill", 1);
    setenv("REWARDING", "x", 1);
    setenv("REWARD_CONFIG", "", 1);
    ck_assert(load_environment());
}
END_TEST

START_TEST(settings_that_do_not_fit_together)
{
    ck_assert(!load("kafka: {output: {topic: gigchain.domain-events}}\n"));
    assert_fault(0, 0, "both read and written");
    diag_init(&diags, &arena);
    ck_assert(!load("kafka: {output: {topic: x}, dlq: {topic: x}}\n"));
    assert_fault(0, 0, "two purposes");
    diag_init(&diags, &arena);
    ck_assert(!load("worker: {retry: {base: 2s, max: 1s}}\n"));
    assert_fault(0, 0, "worker.retry.base");
}
END_TEST

START_TEST(missing_file)
{
    ck_assert(
        !settings_load(&arena, "/nowhere.yaml", NULL, 0, &settings, &diags));
    assert_fault(0, 0, "/nowhere.yaml");
}
END_TEST

START_TEST(known_names)
{
    struct suggest suggest = suggest_for(STR("relay.pol"));

    ck_assert(settings_know(STR("relay.poll")));
    ck_assert(settings_know(STR("kafka.properties.debug")));
    ck_assert(!settings_know(STR("kafka.properties.")));
    ck_assert(!settings_know(STR("kafka")));
    settings_suggest(&suggest);
    ck_assert(str_eq(suggest.nearest, STR("relay.poll")));
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "settings", set_up, tear_down, built_in_values, file_over_built_in,
        empty_file_changes_nothing, environment_over_file,
        flag_over_environment, path_of_environment, database_url_is_a_fallback,
        example_is_what_is_built_in, print_reads_back, inputs_of_file,
        inputs_of_environment, properties_of_all_places, password_of_file,
        password_of_named_file, password_of_named_variable,
        open_password_file_is_refused, open_file_without_secret_is_fine,
        value_and_file_are_too_much, secrets_in_flags_are_refused,
        secrets_are_not_printed, passwords_in_dsns, variables_are_filled_in,
        variables_that_cannot_be_filled_in,
        variables_work_in_numbers_and_add_no_settings, faults_of_the_file,
        plain_input_needs_pointers, all_faults_at_once, unknown_variables,
        variables_of_others, settings_that_do_not_fit_together, missing_file,
        known_names);
}
