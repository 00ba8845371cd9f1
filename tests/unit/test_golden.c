/* test_golden.c - whole results in files beside a test. */
#include "rule_fixture.h"
#include "rule_test.h"
#include "token_name.h"

#define RULES                                                                  \
    HEAD LINES                                                                 \
        "  - {id: a, flat: 5}\n"                                               \
        "  notify: {title: \"A \\\"b\\\" {{c\", body: \"{amount}, [x]\"}\n"

static const char events[] =
    "tests:\n- name: t\n  events:\n"
    "  - {type: test.done.v1, data: {user: u1, friend: u2, value: 12.50, "
    "count: 7, from: 0, done: true, label: abc, day: 2026-01-05, at: "
    "\"2026-01-05T12:00:00Z\", inner: {a: 3}}}\n"
    "  - {type: test.none.v1}\n"
    "  expect_file: g.json\n";

static const char golden[] =
    "{\n"
    "  \"events\": [\n"
    "    {\n"
    "      \"id\": \"e1\",\n"
    "      \"outcome\": \"posted\"\n"
    "    },\n"
    "    {\n"
    "      \"id\": \"e2\",\n"
    "      \"outcome\": \"dead_letter\",\n"
    "      \"error\": \"unknown_type\"\n"
    "    }\n"
    "  ],\n"
    "  \"lines\": {\n"
    "    \"r.a\": \"5.00\"\n"
    "  },\n"
    "  \"total\": \"5.00\",\n"
    "  \"token_events\": [\n"
    "    {\n"
    "      \"specversion\": \"1.0\",\n"
    "      \"id\": \"%s\",\n"
    "      \"source\": \"/reward\",\n"
    "      \"type\": \"io.gigchain.token.earned.v1\",\n"
    "      \"subject\": \"u1\",\n"
    "      \"time\": \"2026-01-01T00:00:00.000Z\",\n"
    "      \"datacontenttype\": \"application/json\",\n"
    "      \"partitionkey\": \"u1\",\n"
    "      \"causationid\": \"e1\",\n"
    "      \"causationsource\": \"/test\",\n"
    "      \"data\": {\n"
    "        \"account\": \"u1\",\n"
    "        \"currency\": \"GIGS\",\n"
    "        \"amount\": \"5.00\",\n"
    "        \"balance_after\": \"5.00\",\n"
    "        \"account_seq\": 1,\n"
    "        \"entries\": [\n"
    "          {\n"
    "            \"line\": \"r.a\",\n"
    "            \"amount\": \"5.00\"\n"
    "          }\n"
    "        ],\n"
    "        \"ruleset\": \"test\",\n"
    "        \"occurred_at\": \"2026-01-01T00:00:00.000Z\",\n"
    "        \"posted_at\": \"2026-01-01T00:00:00.000Z\",\n"
    "        \"contract_id\": null,\n"
    "        \"notification\": {\n"
    "          \"category\": \"token_earned\",\n"
    "          \"title\": \"A \\\"b\\\" {c\",\n"
    "          \"body\": \"5, [x]\",\n"
    "          \"collapse_id\": null,\n"
    "          \"ttl_seconds\": 86400,\n"
    "          \"data\": {}\n"
    "        }\n"
    "      }\n"
    "    }\n"
    "  ]\n"
    "}\n";

static struct rule_test_result
run(const char *text, bool accepts)
{
    struct ruleset *ruleset =
        compile(arena_printf(&arena, "%s%s", RULES, events));
    const struct rule_test_files files = {.golden = str_from_cstr(text),
                                          .accepts = accepts};
    const struct rule_test_suite suite = {
        .ruleset = ruleset,
        .schemas = schemas,
        .tests = ruleset->tests,
        .files = &files,
    };
    struct rule_test_report report;

    ck_assert(rule_suite_run(&suite, &arena, &report) == (report.passed == 1));
    ck_assert_uint_eq(report.count, 1);
    return report.results[0];
}

/* The golden text with the id that the token event has. */
static const char *
wanted(void)
{
    char id[UUID_TEXT + 1];

    token_name(&arena, STR("/test"), STR("e1"), STR("u1"), STR(""), id);
    return arena_printf(&arena, golden, id);
}

START_TEST(a_result_is_laid_out)
{
    struct rule_test_result result = run(NULL, false);

    ck_assert_str_eq(unit_text(&arena, result.golden), wanted());
    ck_assert_str_eq(result.message,
                     "g.json:1: expected a file, got none; --update makes it");
    ck_assert(run(NULL, true).passed);
    ck_assert(run(wanted(), false).passed);
}
END_TEST

/* Whatever differs in the middle, line by line. */
START_TEST(lines_that_differ_are_told)
{
    char *text = arena_strdup(&arena, wanted());
    char *five = strstr(text, "5.00");

    *five = '6';
    ck_assert_str_eq(run(text, false).message,
                     "g.json:14: expected \"r.a\": \"6.00\", got \"r.a\": "
                     "\"5.00\"");
    *strstr(text, "posted") = 'b'; /* the lines between them are the same */
    ck_assert_str_eq(run(text, false).message,
                     "g.json:5: expected \"outcome\": \"bosted\", got "
                     "\"outcome\": \"posted\"; "
                     "g.json:14: expected \"r.a\": \"6.00\", got \"r.a\": "
                     "\"5.00\"");
    ck_assert_str_eq(
        run(arena_printf(&arena, "%sx\n", wanted()), false).message,
        "g.json:57: expected x, got nothing");
    ck_assert(!run("", false).passed);
    ck_assert(run("", true).passed);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("golden", set_up, tear_down, a_result_is_laid_out,
                    lines_that_differ_are_told);
}
