/* test_coverage.c - what the tests of rules have seen of them, half by half. */
#include "coverage.h"

#include "rule_fixture.h"

static struct trace trace;
static struct coverage coverage;

static void
set_up_trace(void)
{
    set_up();
    trace_init(&trace, &arena);
}

static void
see(const struct event *event)
{
    struct decision decision;

    facts.trace = &trace;
    trace.count = 0;
    decision = decide_ok(coverage.ruleset, event);
    coverage_add(&coverage, &trace, &decision);
}

/* What was not seen, as "9:9 r.a never paid; ...". */
static const char *
missing(void)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < coverage.count; i++) {
        const struct cover_point *point = &coverage.points[i];

        for (int half = 0; half < 2; half++) {
            const char *text = cover_point_missing(point, half, &arena);

            if (text)
                buf_printf(&buf, "%s%d:%d %.*s %s", buf.len ? "; " : "",
                           point->place.line, point->place.column,
                           STR_ARG(point->name), text);
        }
    }
    return unit_text(&arena, buf_str(&buf));
}

static void
cover(const char *text)
{
    coverage_init(&coverage, compile(text), &arena);
}

static void
assert_count(size_t seen, size_t all, const char *percent)
{
    struct cover_count count = coverage_count(&coverage, NULL);

    ck_assert_uint_eq(count.seen, seen);
    ck_assert_uint_eq(count.all, all);
    ck_assert_str_eq(unit_text(&arena, cover_percent(count, &arena)), percent);
}

START_TEST(conditions_are_true_and_false)
{
    cover(HEAD RULE "  when: event.data.count > 1\n"
                    "  award:\n"
                    "  - id: a\n"
                    "    when: event.data.done\n"
                    "    flat: 5\n");
    ck_assert_str_eq(missing(), "8:3 r when was never false; "
                                "8:3 r when was never true; "
                                "10:9 r.a never paid; "
                                "11:5 r.a when was never false; "
                                "11:5 r.a when was never true");
    assert_count(0, 5, "0.0");
    see(done("{\"done\":false}"));
    ck_assert_str_eq(missing(), "8:3 r when was never false; "
                                "10:9 r.a never paid; "
                                "11:5 r.a when was never true");
    see(done("{\"count\":1}"));
    assert_count(3, 5, "60.0");
    see(done("{}"));
    ck_assert_str_eq(missing(), "");
    assert_count(5, 5, "100.0");
}
END_TEST

/* What would have been paid is what tests of it can see. */
START_TEST(rules_in_shadow_are_covered)
{
    cover(HEAD RULE "  mode: shadow\n  when: event.data.done\n  award:\n"
                    "  - {id: a, flat: 5}\n");
    assert_count(0, 3, "0.0");
    see(done("{\"done\":false}"));
    see(done("{}"));
    ck_assert_str_eq(missing(), "");
    assert_count(3, 3, "100.0");
}
END_TEST

START_TEST(keys_are_free_and_taken)
{
    cover(HEAD LINES "  - {id: a, flat: 5, once: [account]}\n");
    see(done("{}"));
    ck_assert_str_eq(missing(), "9:22 r.a once never met a taken key");
    see(done("{}"));
    ck_assert_str_eq(missing(), "");
}
END_TEST

/* A line that wants nothing does not ask its limit. */
START_TEST(limits_are_kept_and_hit)
{
    cover(HEAD LINES
          "  - id: a\n    amount: event.data.count\n    limit: {per: "
          "account, window: ever, amount: 10, over: clip}\n");
    see(done("{\"count\":0}"));
    ck_assert_str_eq(missing(), "9:9 r.a never paid; "
                                "11:5 r.a limit was never kept; "
                                "11:5 r.a limit was never hit");
    see(done("{}"));
    ck_assert_str_eq(missing(), "11:5 r.a limit was never hit");
    assert_count(2, 3, "66.6");
    see(done("{}"));
    ck_assert_str_eq(missing(), "");
}
END_TEST

/* A row that is met with its key taken is not paid. */
START_TEST(rows_are_paid)
{
    cover(HEAD LINES
          "  - {id: a, table: {of: event.data.label, rows: {x: 1, abc: 2, z: "
          "0}, missing: none}}\n"
          "  - {id: b, table: {crossed: {from: event.data.from, to: "
          "event.data.count}, rows: {3: 1, 9: 2}, missing: none}, "
          "once: [account, row]}\n");
    assert_count(0, 7, "0.0");
    see(done("{}"));
    ck_assert_str_eq(missing(), "9:50 r.a row \"x\" was never paid; "
                                "9:64 r.a row \"z\" was never paid; "
                                "10:113 r.b once never met a taken key; "
                                "10:90 r.b row \"9\" was never paid");
    facts_once(&facts, coverage.ruleset->rules[0]->forms[0].lines[1].ledger,
               facts_account(&facts, STR("u1")), STR("9"))
        ->taken = true;
    see(done("{\"from\":3,\"count\":9,\"label\":\"z\"}"));
    ck_assert_str_eq(missing(), "9:50 r.a row \"x\" was never paid; "
                                "10:90 r.b row \"9\" was never paid");
}
END_TEST

START_TEST(prices_and_guards)
{
    cover(HEAD RULE
          "  charge: [{id: a, price: {by: event.data.label, rows: {abc: {cost: "
          "5}, x: {cost: 1}}, missing: reject}}]\n"
          "  guard: charge.a == event.data.count\n"
          "  short: reject\n");
    see(done("{}"));
    see(done("{\"count\":5}")); /* short of funds */
    ck_assert_str_eq(missing(), "8:57 r.a row \"abc\" was never paid; "
                                "8:73 r.a row \"x\" was never paid");
    facts_account(&facts, STR("u1"))->balance_minor = 500;
    see(done("{\"count\":5}"));
    ck_assert_str_eq(missing(), "8:73 r.a row \"x\" was never paid");
}
END_TEST

/* One place in the file is one point, whatever triggers the rule. */
START_TEST(rules_with_two_triggers)
{
    cover(HEAD "- id: r\n  trigger: [test.other.v1, test.done.v1]\n"
               "  account: event.data.user\n  award:\n"
               "  - {id: a, flat: 5, when: event.data.count > 7}\n");
    assert_count(0, 3, "0.0");
    see(done("{}"));
    ck_assert_str_eq(missing(), "9:10 r.a never paid; "
                                "9:22 r.a when was never true");
}
END_TEST

START_TEST(nothing_to_see)
{
    cover(HEAD LINES
          "  - {id: a, flat: 5, mode: \"off\", when: event.data.done}\n"
          "  - {id: b, flat: 5, when: true}\n"
          "- id: s\n  trigger: test.other.v1\n  mode: \"off\"\n"
          "  account: event.data.user\n"
          "  award: [{id: a, flat: 1, once: [account]}]\n");
    ck_assert_str_eq(missing(), "10:10 r.b never paid");
    ck_assert_uint_eq(coverage_count(&coverage, coverage.ruleset->rules[1]).all,
                      0);
    ck_assert_str_eq(
        unit_text(&arena, cover_percent((struct cover_count){0, 0}, &arena)),
        "100.0");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("coverage", set_up_trace, tear_down,
                    conditions_are_true_and_false, rules_in_shadow_are_covered,
                    keys_are_free_and_taken, limits_are_kept_and_hit,
                    rows_are_paid, prices_and_guards, rules_with_two_triggers,
                    nothing_to_see);
}
