/* test_rule_test.c - the tests inside rule files: what they can say, and that
 * they fail when they should, with words that help. */
#include "rule_test.h"

#include "rule_fixture.h"

#define DATA                                                                   \
    "{user: u1, friend: u2, value: 12.50, count: 7, from: 0, done: true, "     \
    "label: abc, day: 2026-01-05, at: \"2026-01-05T12:00:00Z\", "              \
    "inner: {a: 3}}"
#define EVENT "{type: test.done.v1, data: " DATA "}"
#define RULES                                                                  \
    HEAD LINES "  - {id: a, flat: 5}\n"                                        \
               "  - {id: b, flat: 2, once: [account]}\n"

/* The message of the only test; empty when it passes. */
static const char *
message_of(const char *rules, const char *test)
{
    struct ruleset *ruleset =
        compile(arena_printf(&arena, "%stests:\n%s", rules, test));
    struct rule_test_report report;
    bool passed = rule_tests_run(ruleset, schemas, NULL, &arena, &report);

    ck_assert_uint_eq(report.count, 1);
    ck_assert(passed == report.results[0].passed);
    ck_assert_uint_eq(report.passed, passed ? 1 : 0);
    ck_assert(passed == (report.results[0].message[0] == '\0'));
    return report.results[0].message;
}

#define ASSERT_TEST(rules, test, message)                                      \
    ck_assert_str_eq(message_of(rules, test), message)

START_TEST(no_tests_pass)
{
    struct rule_test_report report;

    ck_assert(rule_tests_run(compile(RULES), schemas, NULL, &arena, &report));
    ck_assert_uint_eq(report.count, 0);
}
END_TEST

START_TEST(results_have_names_and_places)
{
    struct ruleset *ruleset = compile(
        RULES "tests:\n- {name: one, event: " EVENT ", expect: {total: 7}}\n"
              "- {name: two, event: " EVENT ", expect: {total: 8}}\n");
    struct rule_test_report report;

    ck_assert(!rule_tests_run(ruleset, schemas, NULL, &arena, &report));
    ck_assert_uint_eq(report.count, 2);
    ck_assert_uint_eq(report.passed, 1);
    ck_assert(str_eq(report.results[1].name, STR("two")));
    ck_assert_int_eq(report.results[1].line, 13);
    ck_assert_int_eq(report.results[1].column, 3);
}
END_TEST

START_TEST(lines_are_named_short_or_in_full)
{
    ASSERT_TEST(RULES, "- {name: t, event: " EVENT ", expect: {a: 5, b: 2}}\n",
                "");
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT
                ", expect: {r.a: \"5.00\", b: 2.0, total: 7}}\n",
                "");
}
END_TEST

START_TEST(differences_are_told)
{
    ASSERT_TEST(RULES, "- {name: t, event: " EVENT ", expect: {a: 6, b: 2}}\n",
                "r.a: expected 6.00, got 5.00");
    ASSERT_TEST(RULES, "- {name: t, event: " EVENT ", expect: {a: 5}}\n",
                "r.b: expected nothing, got 2.00");
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT ", expect: {a: 5.001, total: 1}}\n",
                "r.a: expected 5.001, got 5.00; total: expected 1.00, got "
                "7.00; r.b: expected nothing, got 2.00");
    ASSERT_TEST(RULES, "- {name: t, event: " EVENT ", expect: {total: 7}}\n",
                "");
}
END_TEST

#define ASSERT_FAULT(rules, test, part)                                        \
    ck_assert_contains(message_of(rules, test), part)

START_TEST(unknown_and_ambiguous_names_are_told)
{
    ASSERT_FAULT(RULES, "- {name: t, event: " EVENT ", expect: {r.c: 5}}\n",
                 "no line pays under the name \"r.c\"; did you mean \"r.a\"");
    ASSERT_FAULT(HEAD LINES "  - {id: a, flat: 5}\n"
                            "- id: s\n  trigger: test.other.v1\n"
                            "  account: event.data.user\n"
                            "  award: [{id: a, flat: 1}]\n",
                 "- {name: t, event: " EVENT ", expect: {a: 5}}\n",
                 "\"a\" is a line of more than one rule; write RULE.LINE");
}
END_TEST

START_TEST(faults_of_a_test_fail_it)
{
    ASSERT_FAULT(RULES, "- {name: t, event: " EVENT "}\n",
                 "12:3: a test needs the key \"expect\"");
    ASSERT_FAULT(RULES, "- {name: t, expect: {total: 1}}\n",
                 "a test needs an event or a list of events");
    ASSERT_FAULT(RULES, "- {name: t, event: {tpye: x}, expect: {total: 1}}\n",
                 "an event has no key \"tpye\"; did you mean \"type\"");
    ASSERT_FAULT(RULES, "- {name: t, event: " EVENT ", expect: 7}\n",
                 "expect must be a mapping of lines to amounts");
    ASSERT_FAULT(RULES, "- [1]\n", "a test must be a mapping, not a list");
}
END_TEST

START_TEST(events_at_fault_fail_the_test)
{
    ASSERT_FAULT(RULES,
                 "- {name: t, event: {type: test.done.v1, data: {user: u1}}, "
                 "expect: {total: 0}}\n",
                 "error: expected none, got schema_violation: event 1: ");
    ASSERT_TEST(RULES,
                "- {name: t, event: {type: test.done.v1, data: {user: u1}}, "
                "expect: {error: schema_violation}}\n",
                "");
    ASSERT_FAULT(RULES,
                 "- {name: t, event: {type: test.none.v1}, "
                 "expect: {total: 0}}\n",
                 "unknown_type: ");
}
END_TEST

START_TEST(errors_can_be_expected)
{
    const char *rules = HEAD LINES "  - {id: a, amount: 1 - event.data.count}"
                                   "\n";

    ASSERT_TEST(rules,
                "- {name: t, event: " EVENT ", expect: {error: rule_error}}\n",
                "");
    ASSERT_FAULT(rules, "- {name: t, event: " EVENT ", expect: {total: 0}}\n",
                 "error: expected none, got rule_error: event \"e1\": \"r.a\": "
                 "the amount is below zero");
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT
                ", expect: {error: rule_error, total: 7}}\n",
                "error: expected rule_error, got none");
    ASSERT_FAULT(rules,
                 "- {name: t, event: " EVENT
                 ", expect: {error: amount_overflow}}\n",
                 "error: expected amount_overflow, got rule_error: ");
}
END_TEST

START_TEST(events_add_up_and_repeats_pay_once)
{
    ASSERT_TEST(RULES,
                "- name: t\n  events:\n  - " EVENT "\n  - " EVENT
                "\n  expect: {a: 10, b: 2}\n",
                "");
    ASSERT_TEST(RULES,
                "- name: t\n  events:\n"
                "  - {id: x, type: test.done.v1, data: " DATA "}\n"
                "  - {id: x, type: test.done.v1, data: " DATA "}\n"
                "  expect: {a: 5, b: 2}\n",
                "");
    ASSERT_FAULT(RULES,
                 "- name: t\n  events:\n"
                 "  - {id: x, type: test.done.v1, data: " DATA "}\n"
                 "  - {id: x, type: test.done.v1, data: " DATA ", time: "
                 "\"2026-01-02T00:00:00Z\"}\n"
                 "  expect: {a: 5, b: 2}\n",
                 "two different events have the id \"x\"");
}
END_TEST

START_TEST(state_is_where_a_test_starts)
{
    ASSERT_TEST(RULES,
                "- {name: t, state: {once: [r.b/u1]}, event: " EVENT
                ", expect: {a: 5}}\n",
                "");
    ASSERT_TEST(HEAD LINES "  - {id: a, every: {step: 10, give: 1, of: 7, "
                           "leftover: carry}}\n",
                "- {name: t, state: {carry: {r.a/u1: 13}}, event: " EVENT
                ", expect: {a: 1}}\n",
                "");
    ASSERT_TEST(HEAD LINES
                "  - {id: a, flat: 7, limit: {per: account, window: month, "
                "amount: 10, over: clip}}\n",
                "- {name: t, state: {used: {r.a/u1/2026-01: 8.50}}, "
                "event: " EVENT ", expect: {a: 1.50}}\n",
                "");
    ASSERT_TEST(HEAD RULE
                "  limit: {per: all, window: ever, times: 3}\n  award:\n"
                "  - {id: a, flat: 7}\n",
                "- {name: t, state: {used: {r//ever: 3}}, event: " EVENT
                ", expect: {total: 0}}\n",
                "");
    ASSERT_TEST(HEAD LINES "  - {id: a, streak: {day: event.data.day, start: 1,"
                           " add: 1, max: 9, gap: reset}}\n",
                "- {name: t, state: {days: {r.a/u1: [2026-01-03, 2026-01-04]}},"
                " event: " EVENT ", expect: {a: 3}}\n",
                "");
    ASSERT_TEST(RULES,
                "- {name: t, state: {balance: {u1: \"90000000000000000\"}}, "
                "event: " EVENT ", expect: {error: amount_overflow}}\n",
                "");
}
END_TEST

START_TEST(faults_of_a_state_are_told)
{
    static const struct {
        const char *state;
        const char *message;
    } rows[] = {
        {"once: [r.c/u1]", "there is no rule or line \"r.c\""},
        {"once: [r.a/u1]", "\"r.a\" has no once"},
        {"once: [r.b]", "\"r.b\" counts for each account; name one"},
        {"once: [r.b/@x]", "\"@x\" is no account id"},
        {"once: r.b", "once must be a list of NAME/ACCOUNT/KEY"},
        {"carry: {r.a/u1: 1}", "\"r.a\" has no every"},
        {"carry: [1]", "must be a mapping"},
        {"used: {r.a/u1/ever: 1}", "\"r.a\" has no limit"},
        {"days: {r.a/u1: [2026-01-01]}", "\"r.a\" has no streak"},
        {"balance: {u1: x}", "a balance must be a decimal number"},
        {"blance: {u1: 1}", "a state has no key \"blance\"; did you mean"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ASSERT_FAULT(RULES,
                     arena_printf(&arena,
                                  "- {name: t, state: {%s}, event: " EVENT
                                  ", expect: {total: 7}}\n",
                                  rows[i].state),
                     rows[i].message);
}
END_TEST

/* DATA says label: abc. */
#define SHOP                                                                   \
    HEAD RULE "  charge: [{id: a, price: {by: event.data.label, rows: {abc: "  \
              "{cost: 5}}, missing: reject}}]\n  short: reject\n"

START_TEST(refusals_can_be_expected)
{
    ASSERT_TEST(SHOP,
                "- {name: t, event: " EVENT
                ", expect: {rejected: insufficient_funds}}\n",
                "");
    ASSERT_TEST(SHOP,
                "- {name: t, event: " EVENT
                ", expect: {rejected: insufficient_funds, total: 0}}\n",
                "");
    ASSERT_TEST(SHOP,
                "- {name: t, event: " EVENT
                ", expect: {rejected: unknown_item}}\n",
                "rejected: expected unknown_item, got insufficient_funds");
    ASSERT_TEST(SHOP, "- {name: t, event: " EVENT ", expect: {total: 0}}\n",
                "rejected: expected none, got insufficient_funds");
    ASSERT_TEST(SHOP,
                "- {name: t, state: {balance: {u1: 5}}, event: " EVENT
                ", expect: {rejected: insufficient_funds, total: -5}}\n",
                "rejected: expected insufficient_funds, got none");
    ASSERT_FAULT(SHOP,
                 "- {name: t, event: " EVENT
                 ", expect: {rejected: insuficient_funds}}\n",
                 "nothing is refused for the reason \"insuficient_funds\"; did "
                 "you mean \"insufficient_funds\"");
    ASSERT_FAULT(SHOP,
                 "- {name: t, event: " EVENT ", expect: {rejected: [a]}}\n",
                 "rejected must be a reason, not a list");
}
END_TEST

START_TEST(amounts_below_zero_can_be_expected)
{
    ASSERT_TEST(SHOP,
                "- {name: t, state: {balance: {u1: \"5.01\"}}, event: " EVENT
                ", expect: {a: \"-5.00\", total: -5}}\n",
                "");
    ASSERT_TEST(SHOP,
                "- {name: t, state: {balance: {u1: 5}}, event: " EVENT
                ", expect: {a: 5}}\n",
                "r.a: expected 5.00, got -5.00");
    ASSERT_TEST(SHOP,
                "- {name: t, state: {balance: {u1: 9}}, events: [" EVENT
                ", {type: test.done.v1, data: " DATA
                "}], expect: {rejected: insufficient_funds, r.a: -5}}\n",
                "");
}
END_TEST

#define SHADOWED                                                               \
    RULES "- id: s\n  trigger: test.done.v1\n  account: event.data.user\n"     \
          "  mode: shadow\n  award:\n"                                         \
          "  - {id: a, flat: 9, once: [account]}\n"                            \
          "  - {id: c, amount: 1 / (event.data.count - 8)}\n"
#define EIGHT                                                                  \
    "{type: test.done.v1, data: {user: u1, friend: u2, value: 1, "             \
    "count: 8, from: 0, done: true, label: abc, day: 2026-01-05, "             \
    "at: \"2026-01-05T12:00:00Z\", inner: {a: 3}}}"
#define NINE                                                                   \
    "{type: test.done.v1, data: {user: u1, friend: u2, value: 1, "             \
    "count: 9, from: 0, done: true, label: abc, day: 2026-01-05, "             \
    "at: \"2026-01-05T12:00:00Z\", inner: {a: 3}}}"

START_TEST(shadows_can_be_expected)
{
    static const struct {
        const char *test;
        const char *message;
    } rows[] = {
        {"- {name: t, event: " NINE ", expect: {a: 5, b: 2}}\n", ""},
        {"- {name: t, event: " NINE
         ", expect: {a: 5, b: 2, shadow: {a: 9, s.c: 1, total: 10}}}\n",
         ""},
        {"- {name: t, state: {once: [\"shadow:s.a/u1\"]}, event: " NINE
         ", expect: {total: 7, shadow: {c: 1}}}\n",
         ""},
        {"- {name: t, event: " NINE
         ", expect: {total: 7, shadow: {total: 9}}}\n",
         "shadow.total: expected 9.00, got 10.00"},
        {"- {name: t, event: " NINE ", expect: {total: 7, shadow: {a: 8}}}\n",
         "shadow:s.a: expected 8.00, got 9.00; shadow:s.c: expected nothing, "
         "got 1.00"},
        {"- {name: t, event: " NINE ", expect: {shadow: {a: 9, c: 1}}}\n",
         "r.a: expected nothing, got 5.00; r.b: expected nothing, got 2.00"},
        {"- {name: t, event: " NINE ", expect: {total: 7, shadow: {b: 2}}}\n",
         "19:216: no line of a rule in shadow pays under the name \"b\" "
         "[R019]"},
        {"- {name: t, event: " NINE ", expect: {s.a: 9}}\n",
         "19:199: no line pays under the name \"s.a\"; did you mean \"r.a\"? "
         "[R019]"},
        {"- {name: t, event: " NINE ", expect: {total: 7, shadow: 1}}\n",
         "19:212: shadow must be a mapping of lines to amounts [R057]"},
        {"- {name: t, event: " EIGHT ", expect: {total: 7}}\n",
         "shadow.error: expected none, got rule_error: \"shadow:s.c\": in `1 / "
         "(event.data.count - 8)`: cannot "
         "divide 1 by zero"},
        {"- {name: t, event: " EIGHT
         ", expect: {total: 7, shadow: {error: rule_error}}}\n",
         ""},
        {"- {name: t, event: " NINE
         ", expect: {total: 7, shadow: {total: 10, error: rule_error}}}\n",
         "shadow.error: expected rule_error, got none"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        ASSERT_TEST(SHADOWED, rows[i].test, rows[i].message);
}
END_TEST

START_TEST(outcomes_can_be_expected)
{
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT ", expect: {outcome: posted}}\n",
                "");
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT ", expect: {outcome: duplicate}}\n",
                "outcome: expected duplicate, got posted");
    ASSERT_TEST(
        RULES,
        "- name: t\n  events:\n"
        "  - {type: test.other.v1, data: {user: u1, contract_id: c, count: "
        "1}}\n"
        "  - {type: test.done.v1, data: {user: u1}}\n"
        "  - {id: x, type: test.done.v1, data: " DATA "}\n"
        "  - {id: x, type: test.done.v1, data: " DATA "}\n"
        "  expect: {outcome: [no_reward, dead_letter, posted, duplicate]}\n",
        "");
    ASSERT_TEST(RULES,
                "- {name: t, events: [" EVENT ", " EVENT
                "], expect: {outcome: [posted, no_reward]}}\n",
                "outcome[2]: expected no_reward, got posted");
    ASSERT_TEST(RULES,
                "- {name: t, event: " EVENT ", expect: {outcome: [posted, "
                "posted]}}\n",
                "12:207: outcome lists 2, but there are 1 events [R057]");
    ASSERT_FAULT(RULES,
                 "- {name: t, event: " EVENT ", expect: {outcome: paid}}\n",
                 "outcome must be posted, no_reward, rejected, duplicate or "
                 "dead_letter, not \"paid\"");
}
END_TEST

/* An outcome that is expected needs no reason; another one still does. */
START_TEST(outcomes_say_what_may_be_refused)
{
    ASSERT_TEST(SHOP,
                "- {name: t, event: " EVENT ", expect: {outcome: rejected}}\n",
                "");
    ASSERT_TEST(SHOP,
                "- {name: t, event: " EVENT ", expect: {outcome: posted}}\n",
                "outcome: expected posted, got rejected; "
                "rejected: expected none, got insufficient_funds");
    ASSERT_TEST(RULES,
                "- {name: t, event: {type: test.none.v1}, "
                "expect: {outcome: dead_letter}}\n",
                "");
}
END_TEST

#define BALANCED(balance)                                                      \
    "- {name: t, state: {balance: {u1: \"1.50\"}}, event: " EVENT              \
    ", expect: {balance: {" balance ", u2: 0}}}\n"

START_TEST(balances_can_be_expected)
{
    ASSERT_TEST(RULES, BALANCED("u1: 8.5"), "");
    ASSERT_TEST(RULES, BALANCED("u1: 8"),
                "balance.u1: expected 8.00, got 8.50");
    ASSERT_FAULT(RULES, BALANCED("\"@x\": 1"), "\"@x\" is no account id");
}
END_TEST

#define TOLD                                                                   \
    HEAD LINES "  - {id: a, flat: 5000, when: event.data.done}\n"              \
               "  notify: {title: \"Well done\", body: \"{amount} for "        \
               "{event.data.label}\", ttl: 1h, data: {screen: home}}\n"
#define NOTIFIED(fields)                                                       \
    "- {name: t, event: " EVENT ", expect: {notification: " fields "}}\n"

START_TEST(notifications_can_be_expected)
{
    ASSERT_TEST(TOLD,
                NOTIFIED("{title: \"Well done\", body: \"5,000 for abc\", "
                         "collapse_id: null, ttl_seconds: 3600, data: "
                         "{screen: home, none: null, label: abc}}"),
                "");
    ASSERT_TEST(
        TOLD,
        NOTIFIED("{body: \"5,000 for abd\", collapse_id: c, "
                 "ttl_seconds: 60, data: {screen: null}}"),
        "notification.body: expected \"5,000 for abd\", got \"5,000 for "
        "abc\"; notification.collapse_id: expected \"c\", got null; "
        "notification.ttl_seconds: expected 60, got 3600; "
        "notification.data.screen: expected null, got \"home\"");
    ASSERT_TEST(TOLD, NOTIFIED("[{title: Well}]"),
                "notification[1].title: expected \"Well\", got \"Well done\"");
    ASSERT_FAULT(TOLD, NOTIFIED("[]"),
                 "notification lists 0, but there are 1 token events");
    ASSERT_FAULT(TOLD, NOTIFIED("{boddy: x}"),
                 "a notification has no key \"boddy\"; did you mean \"body\"");
    ASSERT_FAULT(TOLD, NOTIFIED("{body: [x]}"),
                 "notification.body must be a text, not a list");
    ASSERT_FAULT(TOLD, NOTIFIED("null"), "notification: expected null, got {");
}
END_TEST

START_TEST(no_notification_can_be_expected)
{
    ASSERT_TEST(HEAD LINES "  - {id: a, flat: 5}\n  notify: false\n",
                NOTIFIED("null"), "");
    ASSERT_TEST(HEAD LINES "  - {id: a, flat: 5}\n  notify: false\n",
                NOTIFIED("{title: x}"), "notification: expected one, got null");
    ASSERT_TEST(HEAD LINES "  - {id: a, flat: 5, when: event.data.count > 9}\n",
                NOTIFIED("null"), "");
}
END_TEST

START_TEST(differences_stand_below_each_other)
{
    struct ruleset *ruleset = compile(
        TOLD "tests:\n- name: t\n  event: " EVENT "\n  expect:\n"
             "    r.a: 1\n    notification: {title: \"Well\", body: x}\n"
             "    outcome: no_reward\n");
    struct rule_test_report report;
    struct buf buf;

    ck_assert(!rule_tests_run(ruleset, schemas, NULL, &arena, &report));
    buf_init(&buf, &arena);
    test_diff_print(&report.results[0].diffs, &buf);
    ck_assert_str_eq(
        unit_text(&arena, buf_str(&buf)),
        "     15:10  r.a                 expected 1.00       got 5000.00\n"
        "     16:27  notification.title  expected \"Well\"     got "
        "\"Well done\"\n"
        "     16:41  notification.body   expected \"x\"        got \"5,000 for "
        "abc\"\n"
        "     17:14  outcome             expected no_reward  got posted\n");
}
END_TEST

/* Files beside a test are for tests in a file of their own. */
START_TEST(rule_files_stand_alone)
{
    ASSERT_FAULT(RULES, "- {name: t, events_file: x, expect: {total: 0}}\n",
                 "12:26: events_file is for files of tests (*_test.yaml)");
    ASSERT_FAULT(RULES, "- {name: t, event: " EVENT ", expect_file: x}\n",
                 "expect_file is for files of tests (*_test.yaml)");
}
END_TEST

START_TEST(times_of_events_count)
{
    const char *rules = HEAD RULE "  late: {accept: 1d}\n"
                                  "  award: [{id: a, flat: 1}]\n";

    ASSERT_TEST(rules, "- {name: t, event: " EVENT ", expect: {a: 1}}\n", "");
    ASSERT_TEST(rules,
                "- {name: t, event: {type: test.done.v1, data: " DATA ", time: "
                "\"2026-01-01T00:00:00Z\", received: \"2026-01-02T00:00:01Z\"}"
                ", expect: {total: 0}}\n",
                "");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "rule_test", set_up, tear_down, no_tests_pass,
        results_have_names_and_places, lines_are_named_short_or_in_full,
        differences_are_told, unknown_and_ambiguous_names_are_told,
        faults_of_a_test_fail_it, events_at_fault_fail_the_test,
        errors_can_be_expected, events_add_up_and_repeats_pay_once,
        state_is_where_a_test_starts, faults_of_a_state_are_told,
        refusals_can_be_expected, amounts_below_zero_can_be_expected,
        shadows_can_be_expected, outcomes_can_be_expected,
        outcomes_say_what_may_be_refused, balances_can_be_expected,
        notifications_can_be_expected, no_notification_can_be_expected,
        differences_stand_below_each_other, rule_files_stand_alone,
        times_of_events_count);
}
