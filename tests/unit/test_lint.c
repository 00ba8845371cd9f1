/* test_lint.c - warnings about rules: each row of the table by its own
 * examples, and where the lines are drawn. */
#include "lint.h"
#include "load.h"
#include "mistake.h"
#include "random_event.h"

#define HEAD_TEXT                                                              \
    "ruleset: test\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"

static int64_t now_us;

static void
set_up_shipped(void)
{
    struct err err = {0};

    set_up();
    ck_assert_msg(
        load_schemas(&arena, "schemas/events", &schemas, &diags, &err), "%s",
        err.text);
    ck_assert(timestamp_parse(STR("2026-12-01T00:00:00Z"), &now_us));
}

/* All warnings, as they are printed. */
static const char *
lint(const char *text)
{
    struct ruleset *ruleset = compile(text);
    struct buf buf;

    diag_init(&diags, &arena);
    lint_rules(ruleset, NULL, now_us, &diags);
    diag_sort(&diags);
    buf_init(&buf, &arena);
    for (size_t i = 0; i < diags.count; i++)
        diag_add_text(&diags.items[i], &buf);
    return arena_strndup(&arena, buf.at, buf.len);
}

#define AT(place) "rules.yaml:" place ": warning: "

/* ---- places and words ---- */

#define RULES HEAD_TEXT "rules:\n"
#define REVIEW                                                                 \
    "- id: review\n  trigger: io.gigchain.review.written.v1\n"                 \
    "  account: event.data.user_address\n"
#define LEVEL                                                                  \
    "- id: level\n  trigger: io.gigchain.level.reached.v1\n"                   \
    "  account: event.data.user_address\n"
#define CONTRACT                                                               \
    "- id: contract\n  trigger: io.gigchain.contract.completed.v1\n"           \
    "  account: event.data.user_address\n  once: [account]\n"
#define TESTS                                                                  \
    "tests:\n- name: all\n  events:\n"                                         \
    "  - {type: io.gigchain.review.written.v1, data: {}}\n"                    \
    "  - {type: io.gigchain.level.reached.v1, data: {}}\n"                     \
    "  - {type: io.gigchain.contract.completed.v1, data: {}}\n"                \
    "  - {type: io.gigchain.community.contributed.v1, data: {}}\n"             \
    "  expect: {}\n"

static void
assert_lint(const char *rules, const char *expected)
{
    ck_assert_str_eq(lint(arena_printf(&arena, "%s%s%s", RULES, rules, TESTS)),
                     expected);
}

START_TEST(what_is_unbounded_is_told_at_the_rule)
{
    assert_lint(
        REVIEW "  award: [{id: a, flat: 5}]\n",
        AT("5:7") "rule \"review\" can pay an account any amount in a month: "
                  "at most 5.00 an event, but nothing bounds how often line "
                  "\"a\" pays; add a limit or once, or write unbounded: "
                  "accepted [R101]\n");
    assert_lint(
        "- id: contract\n"
        "  trigger: io.gigchain.contract.completed.v1\n"
        "  account: event.data.user_address\n  award:\n"
        "  - {id: a, flat: 5, once: [account]}\n"
        "  - {id: b, amount: event.data.contract_value_usd}\n",
        AT("5:7") "rule \"contract\" can pay any amount for one event: "
                  "nothing bounds line \"b\"; add a limit, a condition or a "
                  "maximum in the schema, or write unbounded: accepted "
                  "[R101]\n");
    assert_lint(REVIEW "  unbounded: accepted\n"
                       "  award: [{id: a, flat: 5}]\n",
                "");
    assert_lint(
        REVIEW "  unbounded: accepted\n"
               "  award: [{id: a, flat: 5, once: [account, day]}]\n",
        AT("5:7") "rule \"review\" pays at most 5.00 an event and 155.00 a "
                  "month; take out unbounded: accepted, so that you are told "
                  "when that changes [R102]\n");
}
END_TEST

START_TEST(unbounded_takes_one_word)
{
    ck_assert_ptr_null(try_compile(
        RULES REVIEW "  unbounded: yes please\n  award: [{id: a, flat: 5}]\n"));
    ck_assert_uint_eq(diags.count, 1);
    ck_assert_int_eq(diags.items[0].line, 8);
    ck_assert_int_eq(diags.items[0].column, 14);
    ck_assert_contains(diags.items[0].text, "unbounded must be accepted");
}
END_TEST

START_TEST(conditions_are_told_where_they_stand)
{
    assert_lint(
        CONTRACT "  when: event.data.delivered_on_time\n  award:\n"
                 "  - {id: a, flat: 5, when: "
                 "event.data.delivered_on_time}\n"
                 "  - id: b\n    flat: 5\n"
                 "    when: \"!event.data.delivered_on_time\"\n",
        AT("11:28") "every event that gets here meets the condition of line "
                    "\"a\"; leave it out, or say what was meant [R103]\n" AT(
                        "14:12") "no event meets this condition, so that line "
                                 "\"b\" never "
                                 "pays; of what is not to pay, write mode: "
                                 "\"off\" [R104]\n");
    /* One that never pays says nothing of its lines. */
    assert_lint(
        CONTRACT "  when: event.data.contract_value_usd < 0\n  award:\n"
                 "  - {id: a, flat: 5, when: "
                 "event.data.contract_value_usd >= 0}\n",
        AT("9:9") "no event meets this condition, so that rule \"contract\" "
                  "never pays; of what is not to pay, write mode: \"off\" "
                  "[R104]\n");
}
END_TEST

/* True for one trigger and not for the other is what a condition is for. */
START_TEST(a_condition_is_looked_at_for_all_triggers)
{
    assert_lint("- id: r\n"
                "  trigger: [io.gigchain.review.written.v1, "
                "io.gigchain.contract.completed.v1]\n"
                "  account: event.data.user_address\n  once: [account]\n"
                "  when: has(event.data.contract_id)\n"
                "  award: [{id: a, flat: 5}]\n",
                "");
}
END_TEST

START_TEST(rows_can_lack_on_the_way)
{
    assert_lint(
        LEVEL "  when: event.data.new_level <= 5\n  award:\n"
              "  - id: a\n"
              "    table: {crossed: {from: event.data.old_level, to: "
              "event.data.new_level}, rows: {1: 1, 2: 2, 3: 3, 5: 5}, "
              "missing: error}\n    once: [account, row]\n",
        AT("10:9") "the table of line \"a\" has no row for 4: missing: error "
                   "sets such an event aside [R105]\n");
    assert_lint(LEVEL "  when: event.data.new_level <= 5\n  award:\n"
                      "  - id: a\n    table: {of: event.data.new_level, rows: "
                      "{1: 1}, missing: none}\n    once: [account]\n",
                "");
    /* Where there is no end, no table has all rows. */
    assert_lint(LEVEL "  award:\n  - id: a\n"
                      "    table: {of: event.data.new_level, rows: {1: 1}, "
                      "missing: error}\n    once: [account]\n",
                "");
}
END_TEST

START_TEST(an_enum_needs_a_row_for_each_that_is_left)
{
    static const char rule[] =
        "- id: r\n  trigger: t\n  account: event.data.user\n"
        "  once: [account]\n  when: event.data.grade < 5\n  award:\n"
        "  - id: a\n    table: {of: event.data.%s, rows: {%s}, missing: "
        "error}\n";
    static const char *const rows[][3] = {
        {"grade", "1: 5, 3: 5", ""},
        {"grade", "1: 5, 2: 5", "3"},
        {"kind", "a: 5, b: 5", ""},
        {"kind", "a: 5, c: 5", "b"},
    };

    schema_add(schemas,
               json("{\"$id\":\"t\",\"type\":\"object\",\"properties\":{"
                    "\"user\":{\"type\":\"string\",\"format\":\"account\"},"
                    "\"grade\":{\"type\":\"integer\",\"enum\":[1,3,5]},"
                    "\"kind\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}},"
                    "\"required\":[\"user\",\"grade\",\"kind\"]}"),
               "t.json", &diags);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *text = arena_printf(&arena, rule, rows[i][0], rows[i][1]);
        const char *found = lint(arena_printf(
            &arena, "%s%stests: [{name: x, event: {type: t}}]\n", RULES, text));
        const char *expected =
            arena_printf(&arena,
                         AT("11:9") "the table of line \"a\" has no row for "
                                    "%s: missing: error "
                                    "sets such an event aside [R105]\n",
                         rows[i][2]);

        ck_assert_str_eq(found, *rows[i][2] ? expected : "");
    }
}
END_TEST

START_TEST(percents_that_exclude_each_other_do_not_add_up)
{
    assert_lint(CONTRACT "  award:\n  - {id: a, flat: 5}\n"
                         "  - {id: b, percent: {is: 60, of: a}}\n"
                         "  - {id: c, percent: {is: 40, of: a}}\n"
                         "  - {id: d, percent: {is: 100, of: b}}\n",
                "");
    assert_lint(
        CONTRACT "  award:\n  - {id: a, flat: 5}\n"
                 "  - {id: b, percent: {is: 60, of: a}}\n"
                 "  - {id: c, percent: {is: \"40.5\", of: a}}\n"
                 "  - {id: d, percent: {is: 1, of: a}}\n",
        AT("12:10") "with line \"c\", the percents of line \"a\" come to "
                    "100.5: more than the line itself [R106]\n");
    assert_lint(CONTRACT "  award:\n  - {id: a, flat: 5}\n"
                         "  - {id: b, percent: {is: 101, of: a}, mode: "
                         "\"off\"}\n",
                "");
}
END_TEST

START_TEST(an_end_is_past_at_its_time)
{
    assert_lint(CONTRACT "  valid_until: \"2026-12-01T00:00:00.000001Z\"\n"
                         "  award:\n  - {id: a, flat: 5}\n",
                "");
    assert_lint(
        CONTRACT "  valid_until: \"2026-12-01T00:00:00Z\"\n"
                 "  award:\n  - {id: a, flat: 5}\n",
        AT("5:7") "rule \"contract\" ended at 2026-12-01T00:00:00.000Z and "
                  "pays "
                  "for older events only; take it out, or give it a later "
                  "valid_until [R107]\n");
    assert_lint(
        CONTRACT "  award:\n  - {id: a, flat: 5, valid_until: "
                 "\"2026-01-01T00:00:00Z\"}\n",
        AT("10:10") "line \"a\" ended at 2026-01-01T00:00:00.000Z and pays for "
                    "older events only; take it out, or give it a later "
                    "valid_until [R107]\n");
    assert_lint(CONTRACT "  award:\n  - {id: a, flat: 5}\n"
                         "  - {id: b, flat: 5, mode: \"off\", valid_until: "
                         "\"2026-01-01T00:00:00Z\"}\n",
                "");
    ck_assert_str_eq(
        lint("valid_until: \"2026-12-01T00:00:00Z\"\n" RULES CONTRACT
             "  award:\n  - {id: a, flat: 5}\n" TESTS),
        AT("1:1") "rule set \"test\" ended at 2026-12-01T00:00:00.000Z and "
                  "pays for "
                  "older events only; take it out, or give it a later "
                  "valid_until "
                  "[R107]\n");
}
END_TEST

START_TEST(a_rule_that_is_off_is_passed_over)
{
    ck_assert_str_eq(lint(RULES REVIEW "  mode: \"off\"\n  when: false\n"
                                       "  award: [{id: a, flat: 5}]\n"),
                     "");
}
END_TEST

START_TEST(the_size_of_a_notification_is_that_of_all_its_texts)
{
    const char *found = lint(arena_printf(&arena, "%s%s", HEAD_TEXT,
                                          mistake_find(STR("R109"))->bad));

    /* The body is cut at 1,000 bytes by itself; two texts of 500 characters
     * and their field take 2,000 each. */
    ck_assert_contains(found, "can take 7138 bytes, and push services take "
                              "4096");
    /* A text of a field's name stands in for it. */
    assert_lint("- id: gift\n"
                "  trigger: io.gigchain.community.contributed.v1\n"
                "  account: event.data.user_address\n"
                "  award: [{id: a, flat: 5, once: [account]}]\n"
                "  notify:\n    body: \"{event.data.note}\"\n"
                "    data: {note: \"{event.data.note}\", en: "
                "\"{event.data.contribution_id}\"}\n",
                "");
}
END_TEST

/* ---- the rules in use ---- */

START_TEST(the_rules_of_this_repository_are_clean)
{
    struct ruleset *ruleset =
        load_ruleset(&arena, "rules/gigs.yaml", schemas, &diags);

    ck_assert_ptr_nonnull(ruleset);
    lint_rules(ruleset, NULL, now_us, &diags);
    if (diags.count)
        diag_print(&diags, stderr);
    ck_assert_uint_eq(diags.count, 0);
}
END_TEST

START_TEST(no_event_is_paid_more_than_its_rule_can_pay)
{
    struct ruleset *ruleset =
        load_ruleset(&arena, "rules/gigs.yaml", schemas, &diags);

    ck_assert_ptr_nonnull(ruleset);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = ruleset->rules[i];
        int64_t most = assert_within_cost(ruleset, rule, 400);

        ck_assert_msg(most > 0 || rule->forms[0].charge, "%.*s pays nothing",
                      STR_ARG(rule->id));
    }
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "lint", set_up_shipped, tear_down,

        what_is_unbounded_is_told_at_the_rule, unbounded_takes_one_word,
        conditions_are_told_where_they_stand,
        a_condition_is_looked_at_for_all_triggers, rows_can_lack_on_the_way,
        an_enum_needs_a_row_for_each_that_is_left,
        percents_that_exclude_each_other_do_not_add_up,
        an_end_is_past_at_its_time, a_rule_that_is_off_is_passed_over,
        the_size_of_a_notification_is_that_of_all_its_texts,
        the_rules_of_this_repository_are_clean,
        no_event_is_paid_more_than_its_rule_can_pay);
}
