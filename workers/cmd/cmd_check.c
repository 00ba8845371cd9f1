/* cmd_check.c - `reward check`: faults in settings, rules and schemas, found
 * without a broker or a database. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "diag_report.h"
#include "file.h"
#include "load.h"

/* What goes wrong in a command of this kind is told at its end, all at once. */
static int
tell(struct command_line *line, struct diag_list *diags, bool secret)
{
    diag_report(diags, line->format, secret, line->arena);
    return diags->errors ? EXIT_ERRORS : EXIT_OK;
}

/* Whether to say what is good, too. */
static bool
says_ok(const struct command_line *line)
{
    return !line->quiet && diag_report_spares_stdout(line->format);
}

/* ---- settings
 * ---------------------------------------------------------------- */

static const struct {
    const char *flag;
    void (*print)(FILE *out);
} prints[] = {
    {"print-example", settings_print_example},
    {"print-schema", settings_print_schema},
};

static int
check_config(struct command_line *line)
{
    const char *path = line->argc > 1 ? line->argv[1] : line->config_path;
    struct diag_list diags;

    for (size_t i = 0; i < sizeof(prints) / sizeof(*prints); i++) {
        if (!command_option(line, prints[i].flag))
            continue;
        prints[i].print(stdout);
        return EXIT_OK;
    }
    if (line->argc > 2)
        return command_misused(line, "one file at a time");
    diag_init(&diags, line->arena);
    if (command_settings_noting(line, path, &diags)) {
        if (command_option(line, "print"))
            settings_print(line->settings, stdout);
        else if (says_ok(line))
            printf("%s: ok\n", path ? path : "settings");
    }
    return tell(line, &diags, true);
}

/* ---- rules and schemas
 * --------------------------------------------------------- */

/* The paths that were named, or the one of the settings. */
struct paths {
    char **at;
    int count;
    char *single[1];
};

static void
choose_paths(struct command_line *line, const char *otherwise,
             struct paths *paths)
{
    paths->at = line->argv + 1;
    paths->count = line->argc - 1;
    if (paths->count)
        return;
    paths->single[0] = arena_strdup(line->arena, otherwise);
    paths->at = paths->single;
    paths->count = 1;
}

static size_t
count_paying(const struct ruleset *ruleset)
{
    size_t count = 0;

    for (size_t i = 0; i < ruleset->line_count; i++)
        count += ruleset->lines[i]->pays &&
                 (ruleset->lines[i]->type == &entry_earn ||
                  ruleset->lines[i]->type == &entry_spend);
    return count;
}

static void
check_rule_file(struct command_line *line, const struct schema_set *schemas,
                const char *path, struct diag_list *diags)
{
    const struct ruleset *ruleset =
        load_ruleset(line->arena, path, schemas, diags);

    if (ruleset && says_ok(line))
        printf("%s: %zu rules, %zu lines, %zu tests: ok\n", path,
               ruleset->rule_count, count_paying(ruleset),
               ruleset->tests ? ruleset->tests->item_count : 0);
}

static int
check_rules(struct command_line *line)
{
    struct err err = {0};
    struct schema_set *schemas;
    struct paths paths;
    const char *const *files;
    struct diag_list diags;
    size_t count;

    if (!command_settings(line, NULL))
        return EXIT_BAD_CONFIG;
    if (!command_schemas(line, &schemas, &err))
        return command_failed(&err);
    diag_init(&diags, line->arena);
    choose_paths(line, line->settings->rules.dir, &paths);
    for (int i = 0; i < paths.count; i++) {
        if (!load_list_rules(line->arena, paths.at[i], &files, &count, &err)) {
            (void)tell(line, &diags, false);
            return command_failed(&err);
        }
        for (size_t k = 0; k < count; k++)
            check_rule_file(line, schemas, files[k], &diags);
    }
    return tell(line, &diags, false);
}

/* All paths make one set, so that a type described twice is found. */
static bool
check_schema_path(struct command_line *line, struct schema_set *schemas,
                  const char *path, struct diag_list *diags, struct err *err)
{
    size_t known = schema_count(schemas);
    size_t errors = diags->errors;
    const char *const *files;
    size_t count;

    if (!file_list(line->arena, path, ".json", &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        load_schema_file(line->arena, files[i], schemas, diags);
    if (diags->errors == errors && says_ok(line))
        printf("%s: %zu event types: ok\n", path,
               schema_count(schemas) - known);
    return true;
}

static int
check_schemas(struct command_line *line)
{
    struct schema_set *schemas = schema_set_new(line->arena);
    struct err err = {0};
    struct diag_list diags;
    struct paths paths;

    if (!command_settings(line, NULL))
        return EXIT_BAD_CONFIG;
    diag_init(&diags, line->arena);
    choose_paths(line, line->settings->schemas.dir, &paths);
    for (int i = 0; i < paths.count; i++)
        if (!check_schema_path(line, schemas, paths.at[i], &diags, &err)) {
            (void)tell(line, &diags, false);
            return command_failed(&err);
        }
    return tell(line, &diags, false);
}

static const struct {
    const char *name;
    int (*run)(struct command_line *line);
} subjects[] = {
    {"config", check_config},
    {"rules", check_rules},
    {"schemas", check_schemas},
};

int
cmd_check(struct command_line *line)
{
    for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
        if (line->argc && strcmp(line->argv[0], subjects[i].name) == 0)
            return subjects[i].run(line);
    return command_misused(line, "say what to check");
}
