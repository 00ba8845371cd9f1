/* test_shadow.c - rules in shadow say what they would have paid, and leave what
 * is paid alone, whatever they do. */
#include "shadow.h"

#include "rule_fixture.h"

/* What rules in shadow come to, as summary() has it; errors as "!NAME:REASON".
 */
static const char *
shadow_summary(const struct ruleset *ruleset, const struct decision *decision)
{
    const struct shadow *shadow = decision->shadow;
    struct buf buf;

    if (!shadow)
        return "none";
    buf_init(&buf, &arena);
    for (size_t i = 0; i < shadow->payment_count; i++) {
        buf_printf(&buf, "%s%.*s ", buf.len ? " " : "",
                   STR_ARG(shadow->payments[i].line->name));
        num_print_minor(&buf, shadow->payments[i].amount_minor, ruleset->scale);
        if (shadow->payments[i].clipped)
            buf_add_char(&buf, '!');
    }
    for (size_t i = 0; i < shadow->skip_count; i++)
        buf_printf(&buf, "%s-%.*s:%s", buf.len ? " " : "",
                   STR_ARG(shadow->skips[i].line->name),
                   skip_reason_name(shadow->skips[i].reason));
    for (size_t i = 0; i < shadow->error_count; i++)
        buf_printf(&buf, "%s!%.*s:%s", buf.len ? " " : "",
                   STR_ARG(shadow->errors[i].line->name),
                   reason_name(shadow->errors[i].reason));
    return arena_strndup(&arena, buf.at, buf.len);
}

static void
assert_both(const struct ruleset *ruleset, const struct event *event,
            const char *live, const char *shadow)
{
    struct decision decision = decide_ok(ruleset, event);

    ck_assert_str_eq(summary(ruleset, &decision), live);
    ck_assert_str_eq(shadow_summary(ruleset, &decision), shadow);
}

#define LIVE RULE "  award:\n  - {id: a, flat: 1, once: [account]}\n"
#define SHADOW(keys)                                                           \
    "- id: s\n  trigger: test.done.v1\n  account: event.data.user\n"           \
    "  mode: shadow\n" keys "  award:\n"

START_TEST(it_is_decided_beside_the_live_rules)
{
    struct ruleset *ruleset =
        compile(HEAD LIVE SHADOW("") "  - {id: a, rate: {give: 2, of: "
                                     "event.data.count}}\n"
                                     "  - {id: b, percent: {is: 50, of: a}}\n"
                                     "  - {id: c, flat: 1, when: false}\n");

    assert_both(ruleset, done("{}"), "r.a 1.00",
                "shadow:s.a 14.00 shadow:s.b 7.00 -shadow:s.c:when");
    ck_assert_int_eq(facts.accounts[0]->balance_minor, 100);
    ck_assert_int_eq(facts.accounts[0]->last_seq, 1);
    ck_assert_int_eq(facts.accounts[0]->funds_minor[FUND_EARNED], 100);
}
END_TEST

START_TEST(its_counters_and_keys_are_its_own)
{
    struct ruleset *ruleset =
        compile(HEAD RULE
                "  limit: {per: account, window: ever, amount: 3, over: clip}\n"
                "  award: [{id: a, flat: 2}]\n" SHADOW(
                    "  limit: {per: account, window: ever, amount: 3, over: "
                    "clip}\n") "  - {id: a, flat: 2}\n"
                               "  - {id: b, flat: 0.50, once: [account]}\n"
                               "  - {id: c, every: {step: 10, give: 1, of: "
                               "event.data.count, "
                               "leftover: carry}}\n");

    assert_both(ruleset, done("{}"), "r.a 2.00",
                "shadow:s.a 2.00 shadow:s.b 0.50 -shadow:s.c:zero");
    assert_both(ruleset, done("{}"), "r.a 1.00!",
                "shadow:s.a 0.50! -shadow:s.b:once -shadow:s.c:limit");
    for (size_t i = 0; i < facts.counter_count; i++)
        ck_assert(facts.counters[i]->changed);
    ck_assert_uint_eq(facts.counter_count, 3); /* two limits and the carry */
    ck_assert_uint_eq(facts.once_count, 1);
    ck_assert_str_eq(unit_text(&arena, facts.once_keys[0]->line->name),
                     "shadow:s.b");
}
END_TEST

START_TEST(a_failure_is_of_the_rule_alone)
{
    struct ruleset *ruleset = compile(
        HEAD LIVE SHADOW("") "  - {id: a, flat: 1, limit: {per: account, "
                             "window: ever, times: 1}}\n"
                             "  - {id: b, amount: 1 / event.data.from}\n"
                             "- id: t\n  trigger: test.done.v1\n"
                             "  account: event.data.user\n  mode: shadow\n"
                             "  award: [{id: a, flat: 3}]\n"
                             "- id: u\n  trigger: test.done.v1\n"
                             "  account: event.data.user\n  mode: shadow\n"
                             "  award: [{id: a, rate: {give: "
                             "900000000000000, of: event.data.count}}]\n");
    struct decision decision;

    assert_both(ruleset, done("{\"count\":1000}"), "r.a 1.00",
                "shadow:t.a 3.00 !shadow:s:rule_error "
                "!shadow:u:amount_overflow");
    ck_assert(!facts.counters[0]->changed);
    decision = decide_ok(ruleset, done("{}"));
    ck_assert_uint_eq(decision.shadow->error_count, 1);
    ck_assert_str_eq(unit_text(&arena, decision.shadow->errors[0].message),
                     "\"shadow:s.b\": in `1 / event.data.from`: "
                     "cannot divide 1 by zero");
}
END_TEST

START_TEST(a_live_failure_leaves_no_shadow)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, amount: 1 / event.data.from}\n" SHADOW(
            "") "  - {id: a, flat: 1, once: [account]}\n");

    assert_fails(ruleset, done("{}"), "rule_error", "r.a");
    ck_assert(!facts.once_keys[0]->taken);
    assert_both(ruleset, done("{\"from\":4}"), "r.a 0.25", "shadow:s.a 1.00");
}
END_TEST

START_TEST(a_full_account_does_not_matter)
{
    struct ruleset *ruleset = compile(HEAD SHADOW("") "  - {id: a, flat: 5}\n");
    struct event *event = done("{}");

    ruleset_want(ruleset, event, &facts);
    facts.accounts[0]->balance_minor = BALANCE_MAX_MINOR;
    assert_both(ruleset, event, "", "shadow:s.a 5.00");
    ck_assert_int_eq(facts.accounts[0]->balance_minor, BALANCE_MAX_MINOR);
}
END_TEST

/* Nor do other accounts: but what an event pays one of them is a sum. */
START_TEST(an_event_pays_no_more_than_an_account_holds)
{
    struct ruleset *ruleset = compile(
        HEAD SHADOW("") "  - {id: a, amount: 50000000000000000}\n"
                        "- id: t\n  trigger: test.done.v1\n"
                        "  account: event.data.friend\n  mode: shadow\n"
                        "  award: [{id: a, amount: 50000000000000000}]\n"
                        "- id: u\n  trigger: test.done.v1\n"
                        "  account: event.data.user\n  mode: shadow\n"
                        "  award: [{id: a, amount: 50000000000000000, "
                        "once: [account]}]\n"
                        "- id: v\n  trigger: test.done.v1\n"
                        "  account: event.data.user\n  mode: shadow\n"
                        "  award: [{id: a, amount: 40000000000000000}]\n");

    assert_both(ruleset, done("{}"), "",
                "shadow:s.a 50000000000000000.00 "
                "shadow:t.a 50000000000000000.00 "
                "shadow:v.a 40000000000000000.00 !shadow:u:amount_overflow");
    ck_assert(!facts.once_keys[0]->taken);
}
END_TEST

START_TEST(an_event_has_no_more_entries_than_a_live_one)
{
    struct decision decision;
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD SHADOW(""));
    for (int i = 0; i < 6; i++) {
        buf_printf(&text,
                   "  - id: l%d\n    table:\n      crossed: {from: "
                   "event.data.from, to: event.data.count}\n      missing: "
                   "none\n      rows: {1: 1",
                   i);
        for (int row = 2; row <= 200; row++)
            buf_printf(&text, ", %d: 1", row);
        buf_add_cstr(&text, "}\n");
    }
    decision = decide_ok(compile(arena_strndup(&arena, text.at, text.len)),
                         done("{\"count\":170}"));
    ck_assert_uint_eq(decision.shadow->payment_count, 1020);
    decision = decide_ok(compile(arena_strndup(&arena, text.at, text.len)),
                         done("{\"count\":171}"));
    ck_assert_uint_eq(decision.shadow->payment_count, 0);
    ck_assert_str_eq(unit_text(&arena, decision.shadow->errors[0].message),
                     "\"shadow:s\": an event cannot have more than 1024 "
                     "entries");
}
END_TEST

START_TEST(rules_without_a_shadow_have_none)
{
    struct ruleset *ruleset = compile(HEAD LIVE);

    assert_both(ruleset, done("{}"), "r.a 1.00", "none");
    ck_assert_ptr_null(facts.shadow_room);
}
END_TEST

START_TEST(conditions_count_as_for_live_rules)
{
    struct ruleset *ruleset = compile(HEAD SHADOW(
        "  cohort: {percent: 10, salt: test}\n"
        "  valid_from: \"2026-01-05T00:00:00Z\"\n"
        "  when: event.data.count > 5\n  once: [account]\n") "  - {id: a, "
                                                             "flat: 5}\n");

    assert_both(ruleset, done_at("{\"user\":\"u2\"}", "2026-01-04T23:59:59Z"),
                "", "-shadow:s:not_valid");
    assert_both(ruleset, done("{\"user\":\"u2\",\"count\":5}"), "",
                "-shadow:s:when");
    assert_both(ruleset, done("{}"), "", "-shadow:s:cohort");
    assert_both(ruleset, done("{\"user\":\"u2\"}"), "", "shadow:s.a 5.00");
    assert_both(ruleset, done("{\"user\":\"u2\"}"), "", "-shadow:s:once");
}
END_TEST

/* Its message goes to nobody, so nothing is kept for it; and it may be about
 * the same account as a live rule without a word. */
START_TEST(it_needs_no_overlap_and_keeps_no_fields)
{
    struct ruleset *ruleset = compile(HEAD LIVE SHADOW(
        "  notify: {body: \"{event.data.label}\"}\n") "  - {id: a, flat: 5}\n");
    const struct str *paths;

    ck_assert_uint_eq(
        ruleset_kept_fields(ruleset, type_named("test.done.v1"), &paths), 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "shadow", set_up, tear_down, it_is_decided_beside_the_live_rules,
        its_counters_and_keys_are_its_own, a_failure_is_of_the_rule_alone,
        a_live_failure_leaves_no_shadow, a_full_account_does_not_matter,
        an_event_pays_no_more_than_an_account_holds,
        an_event_has_no_more_entries_than_a_live_one,
        rules_without_a_shadow_have_none, conditions_count_as_for_live_rules,
        it_needs_no_overlap_and_keeps_no_fields);
}
