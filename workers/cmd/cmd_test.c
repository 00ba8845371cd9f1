/* cmd_test.c - `reward test`: runs the tests that rule files carry. */
#include <stdio.h>

#include "command.h"
#include "load.h"
#include "rule_test.h"

struct tally {
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
test_file(struct command_line *line, const struct schema_set *schemas,
          const char *file, struct tally *tally)
{
    struct rule_test_report report = {0};
    struct diag_list diags;
    const struct ruleset *ruleset;

    diag_init(&diags, line->arena);
    ruleset = load_ruleset(line->arena, file, schemas, &diags);
    diag_print(&diags, stderr);
    if (!ruleset) {
        tally->broken = true;
        return;
    }
    (void)rule_tests_run(ruleset, schemas, line->arena, &report);
    for (size_t i = 0; i < report.count; i++)
        if (!line->quiet || !report.results[i].passed)
            print_result(file, &report.results[i]);
    tally->passed += report.passed;
    tally->failed += report.count - report.passed;
}

static bool
test_path(struct command_line *line, const struct schema_set *schemas,
          const char *path, struct tally *tally, struct err *err)
{
    const char *const *files;
    size_t count;

    if (!load_list_rules(line->arena, path, &files, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        test_file(line, schemas, files[i], tally);
    return true;
}

int
cmd_test(struct command_line *line)
{
    struct tally tally = {0};
    struct err err = {0};
    struct schema_set *schemas;

    if (!command_schemas(line, &schemas, &err))
        return command_failed(&err);
    if (line->argc == 0 &&
        !test_path(line, schemas, line->settings->rules.dir, &tally, &err))
        return command_failed(&err);
    for (int i = 0; i < line->argc; i++)
        if (!test_path(line, schemas, line->argv[i], &tally, &err))
            return command_failed(&err);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    if (tally.passed + tally.failed == 0)
        fputs("reward: there is no test\n", stderr);
    return tally.broken || tally.failed || tally.passed == 0 ? EXIT_ERRORS
                                                             : EXIT_OK;
}
