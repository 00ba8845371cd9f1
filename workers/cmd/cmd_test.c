/* cmd_test.c - `reward test`: runs the tests that rule files carry. */
#include <stdio.h>

#include "command.h"
#include "junit.h"
#include "load.h"
#include "regex.h"
#include "rule_test.h"

struct test_session {
    struct command_line *line;
    struct schema_set *schemas;
    const struct regex *only; /* of --run, or NULL */
    struct junit junit;
    size_t passed;
    size_t failed;
    bool broken; /* a rule file did not compile */
};

static void
print_result(const char *file, const struct rule_test_result *result)
{
    printf("%s %s:%d %.*s\n", result->passed ? "PASS" : "FAIL", file,
           result->line, STR_ARG(result->name));
    if (!result->passed)
        printf("     %s\n", result->message);
}

static void
test_file(struct test_session *session, const char *file)
{
    struct arena *arena = session->line->arena;
    struct rule_test_report report = {0};
    struct diag_list diags;
    const struct ruleset *ruleset;

    diag_init(&diags, arena);
    ruleset = load_ruleset(arena, file, session->schemas, &diags);
    diag_print(&diags, stderr);
    if (ruleset)
        (void)rule_tests_run(ruleset, session->schemas, session->only, arena,
                             &report);
    for (size_t i = 0; i < report.count; i++)
        if (!session->line->quiet || !report.results[i].passed)
            print_result(file, &report.results[i]);
    junit_add(&session->junit, file, &report, &diags);
    session->broken |= !ruleset;
    session->passed += report.passed;
    session->failed += report.count - report.passed;
}

static bool
test_path(struct test_session *session, const char *path, struct err *err)
{
    const char *const *files;
    size_t count;

    if (!load_list_rules(session->line->arena, path, &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        test_file(session, files[i]);
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

/* What --run asks for. */
static bool
choose(struct test_session *session, const char *pattern, struct err *err)
{
    return !pattern ||
           regex_compile(session->line->arena, str_from_cstr(pattern),
                         &session->only, err) ||
           err_add(err, "--run");
}

static int
conclude(const struct test_session *session)
{
    printf("%zu passed, %zu failed\n", session->passed, session->failed);
    if (session->passed + session->failed == 0)
        fprintf(stderr, "reward: there is no test%s\n",
                session->only ? " whose name matches --run" : "");
    return session->broken || session->failed || session->passed == 0
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

    junit_init(&session.junit, line->arena);
    if (!choose(&session, command_option(line, "run"), &err))
        return command_misused(line, "%s", err.text);
    if (!command_schemas(line, &session.schemas, &err) ||
        !test_all(&session, &err))
        return command_failed(&err);
    status = conclude(&session);
    if (junit_path && !junit_write(&session.junit, junit_path, &err))
        return command_failed(&err);
    return status;
}
