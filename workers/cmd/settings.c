/* settings.c - reads the settings from their four places, each over the one
 * before: built-in values, the file, the environment, flags. Faults are
 * collected, so that all of them can be mended at once. */
#include "settings.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "setting.h"
#include "suggest.h"
#include "yaml.h"

#define PROPERTIES "kafka.properties"

static const struct setting *
find_setting(struct str name)
{
    for (size_t i = 0; i < settings_table_count; i++)
        if (str_eq_cstr(name, settings_table[i].name))
            return &settings_table[i];
    return NULL;
}

/* Whether it is a property with a name: kafka.properties.NAME. */
static bool
is_property(struct str name)
{
    return str_starts_with(name, STR(PROPERTIES ".")) &&
           name.len > sizeof(PROPERTIES);
}

bool
settings_know(struct str name)
{
    return find_setting(name) || is_property(name);
}

void
settings_suggest(struct suggest *suggest)
{
    for (size_t i = 0; i < settings_table_count; i++)
        suggest_offer(suggest, str_from_cstr(settings_table[i].name));
}

static bool
unknown_setting(const struct setting_source *source, struct str name)
{
    struct suggest suggest = suggest_for(name);

    settings_suggest(&suggest);
    (void)setting_fault(source, "there is no setting \"%.*s\"", STR_ARG(name));
    suggest_help(&suggest, source->diags);
    return false;
}

/* ---- built-in values --------------------------------------------------------
 */

static void
read_builtins(struct setting_source *source)
{
    source->file = "built-in";
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *setting = &settings_table[i];
        bool ok = setting->type->from_text(source, setting,
                                           str_from_cstr(setting->builtin));

        assert(ok);
        (void)ok;
    }
}

/* ---- the file
 * -----------------------------------------------------------------
 */

/* Whether settings have names that start with `name.`. */
static bool
is_section(struct str name)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        struct str candidate = str_from_cstr(settings_table[i].name);

        if (str_starts_with(candidate, name) && candidate.len > name.len &&
            candidate.at[name.len] == '.')
            return true;
    }
    return false;
}

static void read_section(struct setting_source *source, struct str name,
                         const struct node *node);

static void
read_member(struct setting_source *source, struct str section,
            const struct node_member *member)
{
    struct str name = str_from_cstr(
        arena_printf(source->arena, "%.*s%s%.*s", STR_ARG(section),
                     section.len ? "." : "", STR_ARG(member->key)));
    const struct setting *setting = find_setting(name);

    source->line = member->line;
    source->column = member->column;
    if (setting)
        setting->type->from_node(source, setting, member->value);
    else if (is_section(name))
        read_section(source, name, member->value);
    else
        unknown_setting(source, name);
}

/* A section without anything in it, as when all of it is commented out, is no
 * fault. */
static void
read_section(struct setting_source *source, struct str name,
             const struct node *node)
{
    if (node->kind == NODE_NULL)
        return;
    if (node->kind != NODE_OBJECT) {
        setting_fault(source, "\"%.*s\" must be an object with settings",
                      STR_ARG(name));
        return;
    }
    for (size_t i = 0; i < node->member_count; i++)
        read_member(source, name, &node->members[i]);
}

/* A file in which everything is commented out is no fault. */
static bool
has_content(struct str text)
{
    bool in_comment = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        in_comment = c != '\n' && (in_comment || c == '#');
        if (!in_comment && !strchr(" \t\r\n", c))
            return true;
    }
    return false;
}

static void
read_file(struct setting_source *source, const char *path)
{
    struct err err = {0};
    struct str text;
    const struct node *document;

    source->file = path;
    if (!file_read(source->arena, path, &text, &err)) {
        setting_fault(source, "%s", err.text);
        return;
    }
    if (!has_content(text))
        return;
    document = yaml_read(source->arena, path, text, source->diags);
    if (document)
        read_section(source, (struct str){0}, document);
}

/* ---- the environment
 * ----------------------------------------------------------
 */

static const char env_prefix[] = "REWARD_";
static const char env_properties[] = "REWARD_KAFKA__PROPERTIES__";
static const char env_file_suffix[] = "__FILE";

/* kafka.output.topic becomes REWARD_KAFKA__OUTPUT__TOPIC. */
static struct str
env_name(struct arena *arena, const struct setting *setting)
{
    struct buf buf;

    buf_init(&buf, arena);
    buf_add_cstr(&buf, env_prefix);
    for (const char *at = setting->name; *at; at++) {
        if (*at == '.')
            buf_add_cstr(&buf, "__");
        else
            buf_add_char(&buf, (char)toupper((unsigned char)*at));
    }
    return buf_str(&buf);
}

/* SASL_PASSWORD becomes sasl.password. */
static struct str
property_name(struct arena *arena, struct str variable)
{
    struct str prefix = str_from_cstr(env_properties);
    char *name = arena_strndup(arena, variable.at + prefix.len,
                               variable.len - prefix.len);

    for (char *at = name; *at; at++)
        *at = *at == '_' ? '.' : (char)tolower((unsigned char)*at);
    return str_from_cstr(name);
}

static void
unknown_variable(struct setting_source *source, struct str name)
{
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < settings_table_count; i++)
        suggest_offer(&suggest, env_name(source->arena, &settings_table[i]));
    setting_fault(source, "no setting belongs to this environment variable");
    suggest_help(&suggest, source->diags);
}

static bool
find_variable(struct setting_source *source, struct str name,
              const struct setting **setting)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        *setting = &settings_table[i];
        if (str_eq(name, env_name(source->arena, *setting)))
            return true;
    }
    *setting = NULL;
    return str_starts_with(name, str_from_cstr(env_properties)) &&
           name.len > sizeof(env_properties) - 1;
}

/* The value of NAME__FILE is the path of a file that holds the value. */
static bool
read_env_file(struct setting_source *source, const struct setting *setting,
              struct str name, const char *path, struct str *value)
{
    const char *plain_name = arena_strndup(source->arena, name.at, name.len);
    bool secret =
        setting
            ? setting->type->secret
            : setting_property_is_secret(property_name(source->arena, name));

    if (getenv(plain_name))
        return setting_fault(source, "\"%s\" is set as well; unset one of them",
                             plain_name);
    return setting_read_file(source, path, secret, value);
}

static void
read_variable(struct setting_source *source, struct str name, const char *text)
{
    struct str suffix = str_from_cstr(env_file_suffix);
    struct str value = str_from_cstr(text);
    const struct setting *setting;
    bool from_file = str_ends_with(name, suffix);

    source->file = arena_strndup(source->arena, name.at, name.len);
    if (from_file)
        name.len -= suffix.len;
    if (!find_variable(source, name, &setting)) {
        unknown_variable(source, name);
        return;
    }
    if (from_file && !read_env_file(source, setting, name, text, &value))
        return;
    if (setting)
        setting->type->from_text(source, setting, value);
    else if (!setting_set_property(source, property_name(source->arena, name),
                                   value))
        return;
}

/* Variables with our prefix that are not settings: where the file is, and the
 * places where a test build fails. */
static bool
is_no_setting(struct str name)
{
    return str_eq(name, STR("REWARD_CONFIG")) ||
           str_starts_with(name, STR("REWARD_FAULT"));
}

static void
read_environment(struct setting_source *source)
{
    source->line = 0;
    source->column = 0;
    for (char **at = environ; at && *at; at++) {
        const char *equals = strchr(*at, '=');
        struct str name = {*at, equals ? (size_t)(equals - *at) : 0};

        if (str_starts_with(name, str_from_cstr(env_prefix)) &&
            !is_no_setting(name))
            read_variable(source, name, equals + 1);
    }
}

/* ---- flags
 * ----------------------------------------------------------------------
 */

static void
read_flag(struct setting_source *source, const struct setting_flag *flag)
{
    struct str name = str_from_cstr(flag->name);
    struct str value = str_from_cstr(flag->value);
    const struct setting *setting = find_setting(name);
    bool ok;

    source->file = arena_printf(source->arena, "--%s", flag->name);
    if (setting)
        setting->type->from_text(source, setting, value);
    else if (is_property(name)) {
        name.at += sizeof(PROPERTIES);
        name.len -= sizeof(PROPERTIES);
        ok = setting_set_property(source, name, value);
        (void)ok; /* the fault is in the list */
    } else
        unknown_setting(source, name);
}

/* ---- all of it
 * ------------------------------------------------------------------
 */

/* A topic that is both read and written would feed on itself. */
static void
check_topics(const struct setting_source *source)
{
    const struct settings *settings = source->settings;
    const char *const written[] = {
        settings->kafka.output_topic, settings->kafka.shadow_topic,
        settings->kafka.dlq_topic, settings->kafka.position_topic};
    enum { WRITTEN = sizeof(written) / sizeof(*written) };

    for (size_t i = 0; i < WRITTEN; i++) {
        for (size_t k = 0; k < settings->kafka.input_count; k++)
            if (strcmp(written[i], settings->kafka.inputs[k].topic) == 0)
                setting_fault(source, "topic \"%s\" is both read and written",
                              written[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(written[i], written[k]) == 0)
                setting_fault(source,
                              "topic \"%s\" is written for two purposes",
                              written[i]);
    }
}

static void
check_together(struct setting_source *source, const char *path)
{
    const struct settings *settings = source->settings;

    source->file = path ? path : "settings";
    source->line = 0;
    source->column = 0;
    check_topics(source);
    if (settings->worker.retry_base_ms > settings->worker.retry_max_ms)
        setting_fault(source, "\"worker.retry.base\" must not be above "
                              "\"worker.retry.max\"");
}

/* What follows from other settings. */
static void
derive(struct settings *settings, struct arena *arena)
{
    const char *url = getenv("DATABASE_URL");

    if (!*settings->postgres.dsn && url)
        settings->postgres.dsn = arena_strdup(arena, url);
    settings->kafka.shadow_topic =
        arena_printf(arena, "%s.shadow", settings->kafka.output_topic);
}

void
settings_builtin(struct arena *arena, struct settings *settings)
{
    struct diag_list diags;
    struct setting_source source = {
        .arena = arena, .settings = settings, .diags = &diags};

    diag_init(&diags, arena);
    *settings = (struct settings){0};
    read_builtins(&source);
}

const char *
settings_path(const char *named)
{
    const char *path = named ? named : getenv("REWARD_CONFIG");

    return path && *path ? path : NULL;
}

bool
settings_load(struct arena *arena, const char *path,
              const struct setting_flag *flags, size_t flag_count,
              struct settings *settings, struct diag_list *diags)
{
    struct setting_source source = {
        .arena = arena, .settings = settings, .diags = diags};
    size_t errors_before = diags->errors;

    settings_builtin(arena, settings);
    path = settings_path(path);
    if (path)
        read_file(&source, path);
    read_environment(&source);
    source.in_argv = true;
    for (size_t i = 0; i < flag_count; i++)
        read_flag(&source, &flags[i]);
    derive(settings, arena);
    if (diags->errors == errors_before)
        check_together(&source, path);
    return diags->errors == errors_before;
}

struct kafka_options
settings_kafka(const struct settings *settings)
{
    return (struct kafka_options){
        .brokers = settings->kafka.bootstrap_servers,
        .client_id = settings->kafka.client_id,
        .properties = settings->kafka.properties,
        .property_count = settings->kafka.property_count,
    };
}
