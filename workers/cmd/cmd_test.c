/* cmd_test.c - `reward test`: runs the tests that stand in rule files and in
 * files of their own. */
#include <stdio.h>

#include "command.h"
#include "coverage_page.h"
#include "coverage_report.h"
#include "file.h"
#include "junit.h"
#include "load.h"
#include "num.h"
#include "regex.h"
#include "rule_test.h"
#include "test_files.h"

/* A rule file with tests, and what they have seen of it. */
struct tested {
    const char *path;
    struct diag_list diags;
    const struct ruleset *ruleset; /* NULL: it has faults, see diags */
    struct coverage coverage;
    struct tested *next;
};

struct test_session {
    struct command_line *line;
    struct schema_set *schemas;
    const struct regex *only; /* of --run, or NULL */
    bool covers;              /* coverage is asked for */
    struct ratio least;       /* of --coverage-min */
    struct tested *first;     /* in order of first use */
    struct tested **end;
    struct junit junit;
    size_t passed;
    size_t failed;
    bool broken; /* a file did not compile */
};

/* ---- one file
 * ------------------------------------------------------------------ */

static void
print_result(const struct test_session *session, const char *file,
             const struct rule_test_result *result)
{
    struct buf buf;

    if (session->line->quiet && result->passed)
        return;
    buf_init(&buf, session->line->arena);
    buf_add_cstr(&buf, result->passed ? "PASS " : "FAIL ");
    buf_add_visible(&buf, result->name);
    buf_printf(&buf, " (%s:%d:%d)\n", file, result->line, result->column);
    if (!result->passed && !result->diffs.count)
        buf_printf(&buf, "     %s\n", result->message);
    test_diff_print(&result->diffs, &buf);
    printf("%.*s", STR_ARG(buf_str(&buf)));
}

static void
count_results(struct test_session *session, const char *file,
              const struct rule_test_report *report,
              const struct diag_list *diags)
{
    for (size_t i = 0; i < report->count; i++)
        print_result(session, file, &report->results[i]);
    junit_add(&session->junit, file, report, diags);
    session->passed += report->passed;
    session->failed += report->count - report->passed;
}

/* The rule file at path, compiled at its first use. */
static struct tested *
find_tested(struct test_session *session, const char *path)
{
    struct arena *arena = session->line->arena;
    struct tested *tested = session->first;

    while (tested && !file_is_same(tested->path, path))
        tested = tested->next;
    if (tested)
        return tested;
    tested = ARENA_NEW(arena, struct tested);
    tested->path = path;
    diag_init(&tested->diags, arena);
    tested->ruleset =
        load_ruleset(arena, path, session->schemas, &tested->diags);
    diag_print(&tested->diags, stderr);
    if (tested->ruleset)
        coverage_init(&tested->coverage, tested->ruleset, arena);
    session->broken |= !tested->ruleset;
    *session->end = tested;
    session->end = &tested->next;
    return tested;
}

static void
run_suite(struct test_session *session, struct tested *tested,
          const struct node *tests, const struct rule_test_files *files,
          struct rule_test_report *report)
{
    const struct rule_test_suite suite = {
        .ruleset = tested->ruleset,
        .schemas = session->schemas,
        .tests = tests,
        .files = files,
        .only = session->only,
        .coverage = session->covers ? &tested->coverage : NULL,
    };

    (void)rule_suite_run(&suite, session->line->arena, report);
}

static void
test_rule_file(struct test_session *session, const char *file)
{
    struct rule_test_report report = {0};
    struct tested *tested = find_tested(session, file);

    if (tested->ruleset)
        run_suite(session, tested, tested->ruleset->tests, NULL, &report);
    count_results(session, file, &report, &tested->diags);
}

/* ---- a file of tests
 * ----------------------------------------------------------- */

static bool
read_tests(struct test_session *session, const char *path,
           struct diag_list *diags, struct tested **tested,
           const struct node **tests)
{
    struct test_file file;

    if (!test_file_open(path, diags, &file))
        return false;
    *tests = file.tests;
    *tested = find_tested(session, file.rules);
    if ((*tested)->ruleset)
        return true;
    diag_add(diags, DIAG_ERROR, path, file.line, file.column,
             "rule file \"%s\" has faults", (*tested)->path);
    return false;
}

/* With --update: keep what came of the tests that passed. */
static bool
keep_results(const struct test_session *session, const char *file,
             const struct node *tests, const struct rule_test_files *files,
             const struct rule_test_report *report, struct err *err)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct rule_test_result *result = &report->results[i];
        const char *changed;

        if (!test_files_keep(session->line->arena, file,
                             tests->items[result->index], &files[result->index],
                             result, &changed, err))
            return false;
        if (changed)
            printf("UPDATED %s\n", changed);
    }
    return true;
}

static bool
test_test_file(struct test_session *session, const char *file, struct err *err)
{
    struct arena *arena = session->line->arena;
    bool update = command_option(session->line, "update");
    const struct rule_test_files *files = NULL;
    const struct node *tests = NULL;
    struct rule_test_report report = {0};
    struct tested *tested;
    struct diag_list diags;
    bool ok;

    diag_init(&diags, arena);
    ok = read_tests(session, file, &diags, &tested, &tests);
    if (ok)
        files = test_files_read(arena, file, tests, update, &diags);
    if (diags.errors == 0 && ok)
        run_suite(session, tested, tests, files, &report);
    diag_print(&diags, stderr);
    count_results(session, file, &report, &diags);
    session->broken |= diags.errors > 0;
    return !update || keep_results(session, file, tests, files, &report, err);
}

/* ---- all files
 * ------------------------------------------------------------------- */

static bool
test_path(struct test_session *session, const char *path, struct err *err)
{
    const char *const *files;
    size_t count;

    if (!file_list(session->line->arena, path, ".yaml", &files, &count, err))
        return false;
    if (count == 0)
        return err_set(err, ERR_CONFIG,
                       "folder \"%s\" has no rule file (*.yaml)", path);
    for (size_t i = 0; i < count; i++) {
        if (!load_is_tests(files[i]))
            test_rule_file(session, files[i]);
        else if (!test_test_file(session, files[i], err))
            return false;
    }
    return true;
}

static bool
test_all(struct test_session *session, struct err *err)
{
    const struct command_line *line = session->line;

    if (line->argc == 0)
        return test_path(session, line->settings->rules.dir, err);
    for (int i = 0; i < line->argc; i++)
        if (!test_path(session, line->argv[i], err))
            return false;
    return true;
}

/* What --run and --coverage ask for. */
static bool
choose(struct test_session *session, struct err *err)
{
    const char *pattern = command_option(session->line, "run");
    const char *least = command_option(session->line, "coverage-min");

    session->covers = least || command_option(session->line, "coverage") ||
                      command_option(session->line, "coverage-html");
    session->least = ratio_from_int(0);
    if (least && (!ratio_parse(str_from_cstr(least), &session->least) ||
                  ratio_compare(session->least, ratio_from_int(0)) < 0 ||
                  ratio_compare(session->least, ratio_from_int(100)) > 0))
        return err_set(err, ERR_CONFIG,
                       "--coverage-min must be a number from 0 to 100, not "
                       "\"%s\"",
                       least);
    return !pattern ||
           regex_compile(session->line->arena, str_from_cstr(pattern),
                         &session->only, err) ||
           err_add(err, "--run");
}

/* ---- coverage
 * ------------------------------------------------------------------- */

static bool
write_page(const struct test_session *session, const char *path,
           struct err *err)
{
    struct buf page;

    buf_init(&page, session->line->arena);
    coverage_page_begin(&page);
    for (const struct tested *at = session->first; at; at = at->next)
        if (at->ruleset)
            coverage_page_add(&page, at->path, &at->coverage);
    coverage_page_end(&page);
    return file_replace(session->line->arena, path, buf_str(&page), err);
}

/* Whether no less was seen of each rule file than is asked for. */
static bool
check_least(const struct test_session *session)
{
    bool ok = true;

    for (const struct tested *at = session->first; at; at = at->next) {
        struct cover_count count = coverage_count(&at->coverage, NULL);
        struct ratio percent = {(int128)count.seen * 100,
                                count.all ? (int128)count.all : 1};

        if (!count.all || ratio_compare(percent, session->least) >= 0)
            continue;
        ok = false;
        fprintf(stderr, "reward: the tests see %.*s %% of %s, less than %s\n",
                STR_ARG(cover_percent(count, session->line->arena)), at->path,
                command_option(session->line, "coverage-min"));
    }
    return ok;
}

static bool
report_coverage(struct test_session *session, struct err *err)
{
    const char *page = command_option(session->line, "coverage-html");

    if (!session->covers)
        return true;
    for (const struct tested *at = session->first; at; at = at->next)
        if (at->ruleset)
            coverage_print(&at->coverage, at->path, stdout);
    return !page || write_page(session, page, err);
}

static int
conclude(const struct test_session *session)
{
    printf("%zu passed, %zu failed\n", session->passed, session->failed);
    if (session->passed + session->failed == 0)
        fprintf(stderr, "reward: there is no test%s\n",
                session->only ? " whose name matches --run" : "");
    return session->broken || session->failed || session->passed == 0 ||
                   !check_least(session)
               ? EXIT_ERRORS
               : EXIT_OK;
}

int
cmd_test(struct command_line *line)
{
    struct test_session session = {.line = line};
    const char *junit_path = command_option(line, "junit");
    struct err err = {0};
    int status;

    session.end = &session.first;
    junit_init(&session.junit, line->arena);
    if (!choose(&session, &err))
        return command_misused(line, "%s", err.text);
    if (!command_schemas(line, &session.schemas, &err) ||
        !test_all(&session, &err) || !report_coverage(&session, &err))
        return command_failed(&err);
    status = conclude(&session);
    if (junit_path && !junit_write(&session.junit, junit_path, &err))
        return command_failed(&err);
    return status;
}
