/* test_decide.c - what events pay: every kind of line, every guard, and that a
 * failed decision leaves no trace. */
#include "rule_fixture.h"

/* ---- kinds of line ---- */

START_TEST(flat_and_rate_and_amount)
{
    struct ruleset *ruleset =
        compile(HEAD LINES
                "  - {id: a, flat: 1.239}\n"
                "  - {id: b, rate: {give: 1, per: 3, of: event.data.value}}\n"
                "  - {id: c, rate: {give: 2, of: event.data.count}}\n"
                "  - {id: d, amount: event.data.count / 3}\n"
                "  - {id: e, flat: 0.009}\n");

    assert_pays(ruleset, done("{}"),
                "r.a 1.23 r.b 4.16 r.c 14.00 r.d 2.33 -r.e:zero");
}
END_TEST

START_TEST(rounding_is_the_rule_sets)
{
    static const struct {
        const char *mode;
        const char *expected;
    } rows[] = {
        {"floor", "r.a 0.12 r.b 0.13"},
        {"half_even", "r.a 0.12 r.b 0.14"},
        {"half_up", "r.a 0.13 r.b 0.14"},
    };

    for (size_t i = 0; i < 3; i++) {
        const char *text = arena_printf(
            &arena,
            "ruleset: t\nversion: 1\nasset: {code: GIGS, scale: 2}\n"
            "defaults: {round: %s}\nrules:\n" LINES
            "  - {id: a, flat: 0.125}\n  - {id: b, flat: 0.135}\n",
            rows[i].mode);

        assert_pays(compile(text), done("{}"), rows[i].expected);
    }
}
END_TEST

START_TEST(percents_add_up_and_use_rounded_amounts)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: base, flat: 0.199}\n"
                   "  - {id: p, percent: {is: 50, of: base}}\n"
                   "  - {id: q, percent: {is: 100, of: base}}\n"
                   "  - {id: none, flat: 100, when: event.data.count > 100}\n"
                   "  - {id: of_none, percent: {is: 50, of: none}}\n");

    assert_pays(ruleset, done("{}"),
                "r.base 0.19 r.p 0.09 r.q 0.19 -r.none:when -r.of_none:zero");
}
END_TEST

START_TEST(percent_sees_a_lines_limit_but_not_the_rules)
{
    struct ruleset *ruleset = compile(
        HEAD RULE
        "  limit: {per: account, window: ever, amount: 12, over: clip}\n"
        "  award:\n"
        "  - id: a\n    flat: 100\n"
        "    limit: {per: account, window: ever, amount: 10, over: clip}\n"
        "  - {id: p, percent: {is: 50, of: a}}\n");

    assert_pays(ruleset, done("{}"), "r.a 10.00! r.p 2.00!");
}
END_TEST

START_TEST(every_carries_the_leftover)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, every: {step: 100, give: 500, "
                           "of: event.data.count, leftover: carry}}\n");

    assert_pays(ruleset, done("{\"count\":50}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"count\":50}"), "r.a 500.00");
    assert_pays(ruleset, done("{\"count\":0}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"count\":299}"), "r.a 1000.00");
    assert_pays(ruleset, done("{\"count\":1,\"user\":\"u2\"}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"count\":1}"), "r.a 500.00");
    assert_fails(ruleset, done("{\"count\":-1}"), "rule_error", "below zero");
    ck_assert_uint_eq(facts.counter_count, 2);
    ck_assert_int_eq(
        ratio_compare(facts.counters[0]->value, ratio_from_int(400)), 0);
}
END_TEST

START_TEST(every_carries_parts_of_units)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, every: {step: 0.5, give: 1, "
                           "of: event.data.value, leftover: carry}}\n");

    assert_pays(ruleset, done("{\"value\":\"0.3\"}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"value\":\"0.25\"}"), "r.a 1.00");
    assert_pays(ruleset, done("{\"value\":\"0.45\"}"), "r.a 1.00");
    ck_assert_int_eq(ratio_compare(facts.counters[0]->value, ratio_from_int(1)),
                     0);
}
END_TEST

START_TEST(a_carried_number_must_be_a_decimal)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, every: {step: 1, give: 1, "
                           "of: event.data.count / 3, leftover: carry}}\n");

    assert_fails(ruleset, done("{\"count\":1}"), "rule_error", "decimal");
    assert_pays(ruleset, done("{\"count\":3}"), "r.a 1.00");
}
END_TEST

START_TEST(every_drops_or_pays_parts)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, every: {step: 100, give: 5, "
                           "of: event.data.count, leftover: drop}}\n"
                           "  - {id: b, every: {step: 100, give: 5, "
                           "of: event.data.count, leftover: pro_rata}}\n");

    assert_pays(ruleset, done("{\"count\":250}"), "r.a 10.00 r.b 12.50");
    assert_pays(ruleset, done("{\"count\":99}"), "r.b 4.95 -r.a:zero");
    ck_assert_uint_eq(facts.counter_count, 0);
}
END_TEST

START_TEST(a_table_looks_up_a_value)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - id: v\n    table:\n      of: event.data.value\n"
                   "      rows: {12.5: 3, 7: 2, 100: 1}\n      missing: none\n"
                   "  - id: s\n    table:\n      of: event.data.label\n"
                   "      rows: {abc: 4, def: 5}\n      missing: error\n");

    assert_pays(ruleset, done("{}"), "r.v 3.00 r.s 4.00");
    assert_pays(ruleset, done("{\"value\":\"7.000\",\"label\":\"def\"}"),
                "r.v 2.00 r.s 5.00");
    assert_pays(ruleset, done("{\"value\":8}"), "r.s 4.00 -r.v:zero");
    assert_fails(ruleset, done("{\"label\":\"ABC\"}"), "rule_error",
                 "\"r.s\": there is no row for the value");
}
END_TEST

#define CROSSED                                                                \
    "  - id: a\n    table:\n"                                                  \
    "      crossed: {from: event.data.from, to: event.data.count}\n"           \
    "      rows: {5: 10000, 2: 1000, 3: 2500}\n"

START_TEST(a_crossed_table_pays_every_row_upwards)
{
    struct ruleset *ruleset =
        compile(HEAD LINES CROSSED "      missing: none\n");

    assert_pays(ruleset, done("{\"from\":1,\"count\":3}"),
                "r.a[2] 1000.00 r.a[3] 2500.00");
    assert_pays(ruleset, done("{\"from\":2,\"count\":9}"),
                "r.a[3] 2500.00 r.a[5] 10000.00");
    assert_pays(ruleset, done("{\"from\":3,\"count\":3}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"from\":5,\"count\":1}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"from\":3,\"count\":4}"), "-r.a:zero");
}
END_TEST

START_TEST(a_crossed_table_can_insist_on_rows)
{
    struct ruleset *ruleset =
        compile(HEAD LINES CROSSED "      missing: error\n");

    assert_pays(ruleset, done("{\"from\":1,\"count\":3}"),
                "r.a[2] 1000.00 r.a[3] 2500.00");
    assert_fails(ruleset, done("{\"from\":1,\"count\":5}"), "rule_error",
                 "no row for level 4");
    assert_fails(ruleset, done("{\"from\":5,\"count\":6}"), "rule_error",
                 "no row for level 6");
    assert_pays(ruleset, done("{\"from\":6,\"count\":5}"), "-r.a:zero");
}
END_TEST

START_TEST(a_row_pays_once)
{
    struct ruleset *ruleset =
        compile(HEAD LINES CROSSED "      missing: none\n"
                                   "    once: [account, row]\n");

    assert_pays(ruleset, done("{\"from\":1,\"count\":2}"), "r.a[2] 1000.00");
    assert_pays(ruleset, done("{\"from\":1,\"count\":3}"),
                "r.a[3] 2500.00 -r.a[2]:once");
    assert_pays(ruleset, done("{\"from\":1,\"count\":3,\"user\":\"u2\"}"),
                "r.a[2] 1000.00 r.a[3] 2500.00");
    ck_assert(str_eq(facts.once_keys[0]->key, STR("2")));
    ck_assert(str_eq(facts.once_keys[0]->line->name, STR("r.a")));
}
END_TEST

START_TEST(percent_of_a_table_is_of_all_rows)
{
    struct ruleset *ruleset =
        compile(HEAD LINES CROSSED "      missing: none\n"
                                   "  - {id: p, percent: {is: 10, of: a}}\n");

    assert_pays(ruleset, done("{\"from\":1,\"count\":3}"),
                "r.a[2] 1000.00 r.a[3] 2500.00 r.p 350.00");
}
END_TEST

#define STREAK                                                                 \
    "  - id: s\n    streak: {day: event.data.day, start: 10, add: 10, "        \
    "max: 40, gap: reset}\n"

static struct event *
on_day(const char *day)
{
    return done(arena_printf(&arena, "{\"day\":\"%s\"}", day));
}

START_TEST(a_streak_grows_and_starts_again)
{
    struct ruleset *ruleset = compile(HEAD LINES STREAK);

    assert_pays(ruleset, on_day("2026-01-30"), "r.s 10.00");
    assert_pays(ruleset, on_day("2026-01-31"), "r.s 20.00");
    assert_pays(ruleset, on_day("2026-01-31"), "-r.s:zero");
    assert_pays(ruleset, on_day("2026-02-01"), "r.s 30.00");
    assert_pays(ruleset, on_day("2026-02-02"), "r.s 40.00");
    assert_pays(ruleset, on_day("2026-02-03"), "r.s 40.00");
    assert_pays(ruleset, on_day("2026-02-05"), "r.s 10.00");
}
END_TEST

START_TEST(a_late_day_counts_with_the_days_before_it)
{
    struct ruleset *ruleset = compile(HEAD LINES STREAK);

    assert_pays(ruleset, on_day("2026-01-01"), "r.s 10.00");
    assert_pays(ruleset, on_day("2026-01-03"), "r.s 10.00");
    assert_pays(ruleset, on_day("2026-01-02"), "r.s 20.00");
    assert_pays(ruleset, on_day("2026-01-04"), "r.s 40.00");
}
END_TEST

START_TEST(a_streak_before_1970_and_its_once_key)
{
    struct ruleset *ruleset =
        compile(HEAD LINES STREAK "    once: [account, day]\n");

    assert_pays(ruleset, on_day("1969-12-31"), "r.s 10.00");
    assert_pays(ruleset, on_day("1970-01-01"), "r.s 20.00");
    assert_pays(ruleset, on_day("1970-01-01"), "-r.s:once");
    ck_assert(str_eq(facts.once_keys[1]->key, STR("1970-01-01")));
}
END_TEST

START_TEST(a_streak_counts_local_days)
{
    struct ruleset *ruleset =
        compile("ruleset: t\nversion: 1\nasset: {code: GIGS, scale: 2}\n"
                "zone: America/New_York\nrules:\n" LINES
                "  - id: s\n    streak: {day: event.data.at, start: 1, add: 1, "
                "max: 9, gap: reset}\n");

    assert_pays(ruleset, done("{\"at\":\"2026-01-02T04:59:59Z\"}"),
                "r.s 1.00"); /* the 1st there */
    assert_pays(ruleset, done("{\"at\":\"2026-01-02T05:00:00Z\"}"), "r.s 2.00");
    assert_pays(ruleset, done("{\"at\":\"2026-01-03T04:00:00Z\"}"),
                "-r.s:zero");
}
END_TEST

START_TEST(a_long_streak_crosses_buckets)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - id: s\n    streak: {day: event.data.day, start: 1, "
                   "add: 1, max: 400, gap: reset}\n");

    for (int day = 20000; day < 20420; day++) {
        struct buf buf;

        buf_init(&buf, &arena);
        date_print(&buf, day);
        buf_add_char(&buf, '\0');
        assert_pays(
            ruleset, on_day(buf.at),
            arena_printf(&arena, "r.s %d.00", day < 20399 ? day - 19999 : 400));
    }
}
END_TEST

/* ---- guards ---- */

START_TEST(once_with_fields)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: a, flat: 1, once: [event.data.friend, "
                   "event.data.value, event.data.done, event.data.count]}\n");

    assert_pays(ruleset, done("{\"friend\":\"a/b%c\"}"), "r.a 1.00");
    ck_assert_str_eq(unit_text(&arena, facts.once_keys[0]->key),
                     "a%2Fb%25c/12.5/true/7");
    ck_assert_ptr_null(facts.once_keys[0]->account);
    /* The same value in another spelling, and another account. */
    assert_pays(ruleset,
                done("{\"friend\":\"a/b%c\",\"value\":12.5,\"user\":\"u9\"}"),
                "-r.a:once");
    assert_pays(ruleset, done("{\"friend\":\"b\"}"), "r.a 1.00");
}
END_TEST

START_TEST(once_a_day_is_the_events_day)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, flat: 1, once: [account, day]}\n");

    assert_pays(ruleset, done_at("{}", "2026-01-05T00:00:00Z"), "r.a 1.00");
    assert_pays(ruleset, done_at("{}", "2026-01-05T23:59:59Z"), "-r.a:once");
    assert_pays(ruleset, done_at("{}", "2026-01-06T00:00:00Z"), "r.a 1.00");
}
END_TEST

START_TEST(a_key_is_taken_only_by_a_payment)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: a, amount: event.data.count, once: [account]}\n");

    assert_pays(ruleset, done("{\"count\":0}"), "-r.a:zero");
    ck_assert(!facts.once_keys[0]->taken);
    assert_pays(ruleset, done("{\"count\":2}"), "r.a 2.00");
    ck_assert(facts.once_keys[0]->taken && facts.once_keys[0]->changed);
    assert_pays(ruleset, done("{\"count\":3}"), "-r.a:once");
}
END_TEST

START_TEST(once_of_a_rule_is_one_key)
{
    struct ruleset *ruleset =
        compile(HEAD RULE "  once: [account]\n  award:\n"
                          "  - {id: a, flat: 1}\n"
                          "  - {id: b, flat: 2, when: event.data.done}\n");

    assert_pays(ruleset, done("{\"done\":false}"), "r.a 1.00 -r.b:when");
    assert_pays(ruleset, done("{}"), "-r:once");
    ck_assert_uint_eq(facts.once_count, 1);
}
END_TEST

START_TEST(too_long_keys_are_refused)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, flat: 1, once: [event.data.friend]}\n");
    char *text = arena_alloc(&arena, ONCE_KEY_MAX_BYTES + 2);

    memset(text, 'x', ONCE_KEY_MAX_BYTES);
    assert_pays(ruleset,
                done(arena_printf(&arena, "{\"friend\":\"%s\"}", text)),
                "r.a 1.00");
    text[ONCE_KEY_MAX_BYTES] = 'x';
    assert_fails(ruleset,
                 done(arena_printf(&arena, "{\"friend\":\"%s\"}", text)),
                 "rule_error", "over 512 bytes");
}
END_TEST

#define LIMITED(limit)                                                         \
    HEAD LINES "  - {id: a, amount: event.data.count, limit: {" limit "}}\n"

START_TEST(limits_clip_or_skip)
{
    struct ruleset *ruleset =
        compile(LIMITED("per: account, window: day, amount: 10, over: clip"));

    assert_pays(ruleset, done("{\"count\":7}"), "r.a 7.00");
    assert_pays(ruleset, done("{\"count\":7}"), "r.a 3.00!");
    assert_pays(ruleset, done("{\"count\":7}"), "-r.a:limit");
    assert_pays(ruleset, done("{\"count\":7,\"user\":\"u2\"}"), "r.a 7.00");
    ck_assert_int_eq(
        ratio_compare(facts.counters[0]->value, ratio_from_int(10)), 0);

    ruleset = compile(LIMITED("per: all, window: day, amount: 10, over: skip"));
    assert_pays(ruleset, done("{\"count\":7}"), "r.a 7.00");
    assert_pays(ruleset, done("{\"count\":4,\"user\":\"u2\"}"), "-r.a:limit");
    assert_pays(ruleset, done("{\"count\":3,\"user\":\"u3\"}"), "r.a 3.00");
}
END_TEST

START_TEST(limits_count_times)
{
    struct ruleset *ruleset =
        compile(LIMITED("per: account, window: ever, times: 2"));

    assert_pays(ruleset, done("{\"count\":7}"), "r.a 7.00");
    assert_pays(ruleset, done("{\"count\":0}"), "-r.a:zero");
    assert_pays(ruleset, done("{\"count\":7}"), "r.a 7.00");
    assert_pays(ruleset, done("{\"count\":7}"), "-r.a:limit");
}
END_TEST

START_TEST(windows_are_calendar_windows)
{
    static const struct {
        const char *window;
        const char *last; /* in the window of Monday, 2026-01-05 */
        const char *next; /* the first instant of the next */
    } rows[] = {
        {"day", "2026-01-05T23:59:59.999999Z", "2026-01-06T00:00:00Z"},
        {"week", "2026-01-11T23:59:59.999999Z", "2026-01-12T00:00:00Z"},
        {"month", "2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00Z"},
    };

    for (size_t i = 0; i < 3; i++) {
        struct ruleset *ruleset = compile(
            arena_printf(&arena, LIMITED("per: account, window: %s, times: 1"),
                         rows[i].window));

        assert_pays(ruleset, done_at("{}", "2026-01-05T00:00:00Z"), "r.a 7.00");
        assert_pays(ruleset, done_at("{}", rows[i].last), "-r.a:limit");
        assert_pays(ruleset, done_at("{}", rows[i].next), "r.a 7.00");
    }
}
END_TEST

START_TEST(a_rules_limit_clips_from_the_last_line)
{
    struct ruleset *ruleset = compile(
        HEAD RULE
        "  limit: {per: account, window: ever, amount: 25, over: clip}\n"
        "  award:\n  - {id: a, flat: 6}\n  - {id: b, flat: 5}\n"
        "  - {id: c, flat: 4, once: [account]}\n");

    assert_pays(ruleset, done("{}"), "r.a 6.00 r.b 5.00 r.c 4.00");
    assert_pays(ruleset, done("{\"user\":\"u2\"}"),
                "r.a 6.00 r.b 5.00 r.c 4.00");
    assert_pays(ruleset, done("{}"), "r.a 6.00 r.b 4.00! -r.c:once");
    assert_pays(ruleset, done("{}"), "-r.c:once -r.a:limit -r.b:limit");
}
END_TEST

START_TEST(a_rules_limit_can_skip_it_whole)
{
    struct ruleset *ruleset = compile(
        HEAD RULE
        "  limit: {per: account, window: ever, amount: 12, over: skip}\n"
        "  award:\n  - {id: a, amount: event.data.count}\n"
        "  - {id: b, flat: 1, once: [account], "
        "limit: {per: account, window: ever, times: 1}}\n");

    assert_pays(ruleset, done("{\"count\":12}"), "-r.a:limit -r.b:limit");
    /* What was not paid has taken no key and used no limit. */
    assert_pays(ruleset, done("{\"count\":11}"), "r.a 11.00 r.b 1.00");
}
END_TEST

START_TEST(lines_and_rules_have_their_time)
{
    struct ruleset *ruleset = compile(
        "ruleset: t\nversion: 1\nasset: {code: GIGS, scale: 2}\n"
        "valid_from: \"2026-01-01T00:00:00Z\"\n"
        "rules:\n" RULE "  valid_until: \"2026-03-01T00:00:00Z\"\n  award:\n"
        "  - {id: a, flat: 1, valid_from: \"2026-02-01T00:00:00+01:00\"}\n");

    assert_pays(ruleset, done_at("{}", "2025-12-31T23:59:59Z"), "-r:not_valid");
    assert_pays(ruleset, done_at("{}", "2026-01-01T00:00:00Z"),
                "-r.a:not_valid");
    assert_pays(ruleset, done_at("{}", "2026-01-31T23:00:00Z"), "r.a 1.00");
    assert_pays(ruleset, done_at("{}", "2026-03-01T00:00:00Z"), "-r:not_valid");
}
END_TEST

START_TEST(what_is_off_pays_nothing)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, flat: 1, mode: \"off\"}\n"
                           "  - {id: b, flat: 1, mode: live}\n"
                           "- id: s\n  trigger: test.done.v1\n  mode: \"off\"\n"
                           "  account: event.data.user\n"
                           "  award: [{id: a, flat: 6}]\n");

    assert_pays(ruleset, done("{}"), "r.b 1.00 -r.a:off -s:off");
}
END_TEST

START_TEST(late_events_are_told_by_kafkas_time)
{
    struct ruleset *ruleset =
        compile(HEAD RULE "  late: {accept: 48h, retro: never}\n"
                          "  award: [{id: a, flat: 1}]\n");
    int64_t limit_ms = INT64_C(1767787200000); /* 2026-01-07T12:00:00Z */

    record.timestamp_ms = limit_ms;
    assert_pays(ruleset, done("{}"), "r.a 1.00");
    record.timestamp_ms = limit_ms + 1;
    assert_pays(ruleset, done("{}"), "-r:late");
    record.timestamp_ms = -1;
    assert_pays(ruleset, done("{}"), "r.a 1.00");
    record.timestamp_ms = INT64_MAX;
    assert_pays(ruleset, done("{}"), "-r:late");
}
END_TEST

START_TEST(optional_fields_are_shown_by_when)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - id: a\n    when: has(event.data.rating)\n"
                           "    amount: event.data.rating\n");
    struct event *event = done("{}");

    assert_pays(ruleset, event, "r.a 5.00");
    member_of(event->data, "rating")->key = STR("other");
    assert_pays(ruleset, event, "-r.a:when");
}
END_TEST

/* ---- accounts and failures ---- */

START_TEST(balances_and_sequences_run_on)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, flat: 1}\n  - {id: b, flat: 2}\n"
                           "  overlap: allowed\n"
                           "- id: s\n  trigger: test.done.v1\n"
                           "  account: event.data.friend\n"
                           "  award: [{id: a, flat: 6}]\n"
                           "- id: t\n  trigger: test.done.v1\n"
                           "  account: event.data.user\n  overlap: allowed\n"
                           "  award: [{id: a, flat: 4}]\n");
    struct account_state *account = facts_account(&facts, STR("u1"));
    struct decision decision;

    account->balance_minor = 1000;
    account->funds_minor[FUND_EARNED] = 2000;
    account->last_seq = 7;
    decision = decide_ok(ruleset, done("{}"));
    ck_assert_uint_eq(decision.posting_count, 4);
    ck_assert_int_eq(decision.postings[0].balance_after_minor, 1100);
    ck_assert_int_eq(decision.postings[1].balance_after_minor, 1300);
    ck_assert_int_eq(decision.postings[2].balance_after_minor, 600);
    ck_assert_int_eq(decision.postings[2].seq, 1);
    ck_assert_int_eq(decision.postings[3].balance_after_minor, 1700);
    ck_assert_int_eq(decision.postings[3].seq, 10);
    ck_assert_int_eq(account->balance_minor, 1700);
    ck_assert_int_eq(account->funds_minor[FUND_EARNED], 2700);
    ck_assert_int_eq(account->last_seq, 10);
    ck_assert(account->changed);
}
END_TEST

START_TEST(an_account_that_gets_nothing_is_not_changed)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: a, flat: 1, when: event.data.count > 9}\n");

    assert_pays(ruleset, done("{}"), "-r.a:when");
    ck_assert_uint_eq(facts.account_count, 1);
    ck_assert(!facts.accounts[0]->changed);
}
END_TEST

START_TEST(account_ids_are_checked_and_made_canonical)
{
    struct ruleset *ruleset = compile(HEAD "- id: r\n  trigger: test.done.v1\n"
                                           "  account: event.data.friend\n"
                                           "  award: [{id: a, flat: 6}]\n");

    assert_pays(
        ruleset,
        done("{\"friend\":\"0x52908400098527886E0F7030069857D2E4169EE7\"}"),
        "r.a 6.00");
    ck_assert(str_eq(facts.accounts[0]->address,
                     STR("0x52908400098527886e0f7030069857d2e4169ee7")));
    assert_fails(ruleset, done("{\"friend\":\"@rewards\"}"), "rule_error",
                 "is no account id");
    assert_fails(ruleset, done("{\"friend\":\"\"}"), "rule_error",
                 "is no account id");
}
END_TEST

START_TEST(an_event_without_rules_pays_nothing)
{
    struct ruleset *ruleset = compile(HEAD LINES "  - {id: a, flat: 1}\n");
    struct event *event = done("{}");

    event->type = type_named("test.other.v1");
    assert_pays(ruleset, event, "");
    ck_assert_uint_eq(facts.account_count, 0);
}
END_TEST

START_TEST(negative_amounts_are_errors)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, amount: event.data.count}\n");

    assert_fails(ruleset, done("{\"count\":-1}"), "rule_error",
                 "\"r.a\": the amount is below zero");
}
END_TEST

START_TEST(a_division_by_zero_names_its_line)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, amount: 1 / event.data.count}\n");

    assert_fails(ruleset, done("{\"count\":0}"), "rule_error", "\"r.a\"");
}
END_TEST

START_TEST(amounts_and_balances_are_bounded)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, amount: event.data.value}\n");
    struct account_state *account = facts_account(&facts, STR("u1"));

    assert_fails(ruleset, done("{\"value\":\"90000000000000000.01\"}"),
                 "amount_overflow", "r.a");
    account->balance_minor = 1;
    assert_fails(ruleset, done("{\"value\":\"90000000000000000\"}"),
                 "amount_overflow", "r.a");
    ck_assert_int_eq(account->balance_minor, 1);
    account->balance_minor = 0;
    assert_pays(ruleset, done("{\"value\":\"90000000000000000\"}"),
                "r.a 90000000000000000.00");
    ck_assert_int_eq(account->balance_minor, BALANCE_MAX_MINOR);
}
END_TEST

START_TEST(a_failure_leaves_the_facts_as_they_were)
{
    struct ruleset *ruleset = compile(
        HEAD LINES "  - {id: a, every: {step: 1, give: 1, of: 5, "
                   "leftover: carry}}\n"
                   "  - {id: b, flat: 1, once: [account]}\n"
                   "  - {id: c, flat: 1, limit: {per: all, window: ever, "
                   "times: 5}}\n"
                   "  - {id: d, amount: event.data.count}\n");

    assert_fails(ruleset, done("{\"count\":-1}"), "rule_error", "r.d");
    for (size_t i = 0; i < facts.counter_count; i++) {
        ck_assert(!facts.counters[i]->changed);
        ck_assert_int_eq((int64_t)facts.counters[i]->value.num, 0);
    }
    ck_assert_uint_eq(facts.counter_count, 2);
    ck_assert_uint_eq(facts.once_count, 1);
    ck_assert(!facts.once_keys[0]->taken && !facts.once_keys[0]->changed);
    ck_assert(!facts.accounts[0]->changed);
    ck_assert_int_eq(facts.accounts[0]->last_seq, 0);
}
END_TEST

START_TEST(the_same_facts_lead_to_the_same_decision)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: b, flat: 1, once: [account]}\n" STREAK);
    struct event *event = done("{}");

    assert_pays(ruleset, event, "r.b 1.00 r.s 10.00");
    facts_clear(&facts);
    assert_pays(ruleset, event, "r.b 1.00 r.s 10.00");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "decide", set_up, tear_down, flat_and_rate_and_amount,
        rounding_is_the_rule_sets, percents_add_up_and_use_rounded_amounts,
        percent_sees_a_lines_limit_but_not_the_rules,
        every_carries_the_leftover, every_carries_parts_of_units,
        a_carried_number_must_be_a_decimal, every_drops_or_pays_parts,
        a_table_looks_up_a_value, a_crossed_table_pays_every_row_upwards,
        a_crossed_table_can_insist_on_rows, a_row_pays_once,
        percent_of_a_table_is_of_all_rows, a_streak_grows_and_starts_again,
        a_late_day_counts_with_the_days_before_it,
        a_streak_before_1970_and_its_once_key, a_streak_counts_local_days,
        a_long_streak_crosses_buckets, once_with_fields,
        once_a_day_is_the_events_day, a_key_is_taken_only_by_a_payment,
        once_of_a_rule_is_one_key, too_long_keys_are_refused,
        limits_clip_or_skip, limits_count_times, windows_are_calendar_windows,
        a_rules_limit_clips_from_the_last_line, a_rules_limit_can_skip_it_whole,
        lines_and_rules_have_their_time, what_is_off_pays_nothing,
        late_events_are_told_by_kafkas_time, optional_fields_are_shown_by_when,
        balances_and_sequences_run_on,
        an_account_that_gets_nothing_is_not_changed,
        account_ids_are_checked_and_made_canonical,
        an_event_without_rules_pays_nothing, negative_amounts_are_errors,
        a_division_by_zero_names_its_line, amounts_and_balances_are_bounded,
        a_failure_leaves_the_facts_as_they_were,
        the_same_facts_lead_to_the_same_decision);
}
