/* cmd_check.c - `reward check`: faults in settings, rules and schemas, found
 * without a broker or a database; and what is questionable about rules. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "diag_report.h"
#include "file.h"
#include "lint.h"
#include "load.h"
#include "mistake_page.h"
#include "rule_report.h"
#include "rule_schema.h"
#include "suggest.h"
#include "test_files.h"

/* One check: its faults are told at its end, all at once. */
struct check {
    struct command_line *line;
    struct diag_list diags;
    bool excerpts;              /* lines can be shown, see diag_report() */
    int status;                 /* unless it is that there are faults */
    struct rule_report *report; /* NULL: none was asked for */
};

/* What has no place in a file, such as a folder that is not there. */
static void
note(struct check *check, const char *path, struct err *err)
{
    diag_add(&check->diags, DIAG_ERROR, path, 0, 0, "%s", err->text);
    if (err->kind == ERR_CONFIG)
        check->status = EXIT_BAD_CONFIG;
    err_reset(err);
}

/* Faults weigh more than warnings. */
static int
exit_status(const struct check *check)
{
    bool warned = check->diags.count > check->diags.errors;

    if (check->status)
        return check->status;
    if (check->diags.errors)
        return EXIT_ERRORS;
    return warned && command_option(check->line, "lint-fatal") ? EXIT_LINT
                                                               : EXIT_OK;
}

/* A report takes stdout for itself. */
static int
conclude(struct check *check)
{
    diag_report(&check->diags, check->report ? NULL : check->line->format,
                check->excerpts, check->line->arena);
    if (check->report)
        rule_report_print(check->report, check->line->format);
    return exit_status(check);
}

/* Whether to say what is good, too. */
static bool
says_ok(const struct check *check)
{
    return !check->line->quiet && !check->report &&
           diag_report_spares_stdout(check->line->format);
}

/* What needs the settings cannot go on without them. */
static bool
read_settings(struct check *check)
{
    if (command_settings_noting(check->line, NULL, &check->diags))
        return true;
    check->status = EXIT_BAD_CONFIG;
    return false;
}

/* ---- settings
 * ---------------------------------------------------------------- */

/* In a file that is not there no fault was found. */
static bool
is_readable(struct check *check, const char *path)
{
    struct err err = {0};
    struct str text;

    if (!path || file_read(check->line->arena, path, &text, &err))
        return true;
    note(check, path, &err);
    return false;
}

static int
check_config(struct check *check)
{
    struct command_line *line = check->line;
    const char *path =
        settings_path(line->argc > 1 ? line->argv[1] : line->config_path);
    bool print = command_option(line, "print");

    if (line->argc > 2)
        return command_misused(line, "one file at a time");
    if (print && !diag_report_spares_stdout(line->format))
        return command_misused(line, "--print cannot print format \"%s\"",
                               line->format);
    if (is_readable(check, path) &&
        command_settings_noting(line, path, &check->diags)) {
        if (print)
            settings_print(line->settings, stdout);
        else if (says_ok(check))
            printf("%s: ok\n", path ? path : "settings");
    }
    return conclude(check);
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
say_checked(const struct check *check, const char *path,
            const struct ruleset *ruleset, size_t warnings)
{
    if (!says_ok(check))
        return;
    printf("%s: %zu rules, %zu lines, %zu tests: ", path, ruleset->rule_count,
           count_paying(ruleset),
           ruleset->tests ? ruleset->tests->item_count : 0);
    if (warnings)
        printf("%zu warning%s\n", warnings, warnings == 1 ? "" : "s");
    else
        puts("ok");
}

static void
check_rule_file(struct check *check, const struct schema_set *schemas,
                const char *path)
{
    const struct ruleset *ruleset =
        load_ruleset(check->line->arena, path, schemas, &check->diags);
    size_t before = check->diags.count;

    if (!ruleset)
        return;
    lint_rules(ruleset, test_files_beside(check->line->arena, ruleset->file),
               clock_now_us(), &check->diags);
    if (check->report)
        rule_report_add(check->report, ruleset);
    say_checked(check, path, ruleset, check->diags.count - before);
}

static void
check_rule_path(struct check *check, const struct schema_set *schemas,
                const char *path)
{
    struct err err = {0};
    const char *const *files;
    size_t count;

    if (!load_list_rules(check->line->arena, path, &files, &count, &err)) {
        note(check, path, &err);
        return;
    }
    for (size_t i = 0; i < count; i++)
        check_rule_file(check, schemas, files[i]);
}

/* What is to be printed besides what is wrong; false after saying that it
 * cannot be, in that format. */
static bool
open_report(struct check *check)
{
    struct command_line *line = check->line;

    if (!command_option(line, "report"))
        return true;
    if (!rule_report_has(line->format)) {
        command_misused(line, "--report cannot print format \"%s\"",
                        line->format);
        return false;
    }
    check->report = ARENA_NEW(line->arena, struct rule_report);
    check->report->arena = line->arena;
    return true;
}

static int
check_rules(struct check *check)
{
    struct command_line *line = check->line;
    struct err err = {0};
    struct schema_set *schemas;
    struct paths paths;

    if (!open_report(check))
        return EXIT_USAGE;
    if (!read_settings(check))
        return conclude(check);
    if (!load_schemas(line->arena, line->settings->schemas.dir, &schemas,
                      &check->diags, &err)) {
        note(check, line->settings->schemas.dir, &err);
        return conclude(check);
    }
    check->excerpts = true;
    choose_paths(line, line->settings->rules.dir, &paths);
    for (int i = 0; i < paths.count; i++)
        check_rule_path(check, schemas, paths.at[i]);
    return conclude(check);
}

/* All paths make one set, so that a type described twice is found. */
static void
check_schema_path(struct check *check, struct schema_set *schemas,
                  const char *path)
{
    size_t known = schema_count(schemas);
    size_t errors = check->diags.errors;
    struct err err = {0};
    const char *const *files;
    size_t count;

    if (!file_list(check->line->arena, path, ".json", &files, &count, &err)) {
        note(check, path, &err);
        return;
    }
    for (size_t i = 0; i < count; i++)
        load_schema_file(check->line->arena, files[i], schemas, &check->diags);
    if (check->diags.errors == errors && says_ok(check))
        printf("%s: %zu event types: ok\n", path,
               schema_count(schemas) - known);
}

static int
check_schemas(struct check *check)
{
    struct schema_set *schemas = schema_set_new(check->line->arena);
    struct paths paths;

    if (!read_settings(check))
        return conclude(check);
    choose_paths(check->line, check->line->settings->schemas.dir, &paths);
    for (int i = 0; i < paths.count; i++)
        check_schema_path(check, schemas, paths.at[i]);
    return conclude(check);
}

/* ---- codes
 * --------------------------------------------------------------------- */

/* One code, or `all`. */
static bool
add_pages(struct buf *buf, struct str code)
{
    bool all = str_eq_cstr(code, "all");
    const struct mistake_row *one = mistake_find(code);

    for (size_t i = 0; i < mistake_count(); i++) {
        if (!all && mistake_at(i) != one)
            continue;
        if (buf->len)
            buf_add_char(buf, '\n');
        mistake_page_add(buf, mistake_at(i));
    }
    return buf->len > 0;
}

static int
explain(const struct command_line *line, const char *code)
{
    struct suggest suggest = suggest_for(str_from_cstr(code));
    struct buf buf;

    buf_init(&buf, line->arena);
    if (line->argc)
        return command_misused(line, "--explain takes a code and nothing else");
    if (add_pages(&buf, suggest.word)) {
        printf("%.*s", STR_ARG(buf_str(&buf)));
        return EXIT_OK;
    }
    for (size_t i = 0; i < mistake_count(); i++) {
        char known[MISTAKE_CODE_BYTES];

        suggest_offer(
            &suggest,
            str_from_cstr(arena_strdup(
                line->arena, mistake_code(mistake_at(i)->mistake, known))));
    }
    return command_misused(line,
                           "there is no code \"%s\"" SUGGEST_FORMAT
                           "; --explain all prints those that there are",
                           code, SUGGEST_ARG(suggest));
}

/* ---- what is made from tables
 * ---------------------------------------------------- */

static void
print_rule_schema(FILE *out)
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    rule_schema_print(&buf);
    fwrite(buf.at, 1, buf.len, out);
    arena_free(&arena);
}

static const struct {
    const char *subject;
    const char *flag;
    void (*print)(FILE *out);
} prints[] = {
    {"config", "print-example", settings_print_example},
    {"config", "print-schema", settings_print_schema},
    {"rules", "print-schema", print_rule_schema},
};

/* Whether that is all that was asked for. */
static bool
print_table(struct command_line *line)
{
    for (size_t i = 0; i < sizeof(prints) / sizeof(*prints); i++) {
        if (strcmp(line->argv[0], prints[i].subject) != 0 ||
            !command_option(line, prints[i].flag))
            continue;
        prints[i].print(stdout);
        return true;
    }
    return false;
}

static const struct {
    const char *name;
    int (*run)(struct check *check);
} subjects[] = {
    {"config", check_config},
    {"rules", check_rules},
    {"schemas", check_schemas},
};

int
cmd_check(struct command_line *line)
{
    struct check check = {.line = line};
    const char *code = command_option(line, "explain");

    if (code)
        return explain(line, code);
    diag_init(&check.diags, line->arena);
    if (line->argc && print_table(line))
        return EXIT_OK;
    for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
        if (line->argc && strcmp(line->argv[0], subjects[i].name) == 0)
            return subjects[i].run(&check);
    return command_misused(line, "say what to check");
}
