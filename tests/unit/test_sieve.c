/* test_sieve.c - a form that is closed would not let the event pass and could
 * not fail; of those that compare with constants, none that would not is open.
 */
#include "sieve.h"

#include "bits.h"
#include "random_event.h"
#include "shadow.h"

/* Of fewer rules, no fields are looked at. */
enum { RULES_MIN = 8 };

/* Rules r0, r1, ... of test.done.v1, by what stands in them beside the trigger:
 * lines of YAML, each behind two spaces. */
static const struct ruleset *
rules_with(const char *const *keys, size_t count)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD);
    for (size_t i = 0; i < count; i++)
        buf_printf(&text,
                   "- id: r%zu\n  trigger: test.done.v1\n"
                   "  account: event.data.user\n  overlap: allowed\n"
                   "  %s\n  award: [{id: a, flat: 1}]\n",
                   i, keys[i]);
    return compile(arena_strndup(&arena, text.at, text.len));
}

/* The same, by their conditions. */
static const struct ruleset *
rules_when(const char *const *conditions, size_t count)
{
    const char **keys = arena_array(&arena, count, sizeof(*keys));

    for (size_t i = 0; i < count; i++)
        keys[i] = arena_printf(&arena, "when: '%s'", conditions[i]);
    return rules_with(keys, count);
}

static const struct trigger *
trigger_of_done(const struct ruleset *ruleset)
{
    return rule_index_find(ruleset->index, type_named("test.done.v1"));
}

static const uint64_t *
pass(const struct ruleset *ruleset, const struct event *event)
{
    const struct trigger *trigger = trigger_of_done(ruleset);
    uint64_t *open = bits_new(&arena, trigger->form_count);

    sieve_pass(trigger->sieve, event, open);
    return open;
}

/* The numbers of the rules that are open, as "0 2 5". */
static const char *
open_rules(const struct ruleset *ruleset, const struct event *event)
{
    size_t count = trigger_of_done(ruleset)->form_count;
    const uint64_t *open = pass(ruleset, event);
    struct buf text;

    buf_init(&text, &arena);
    for (size_t i = bits_next(open, count, 0); i < count;
         i = bits_next(open, count, i + 1))
        buf_printf(&text, "%s%zu", text.len ? " " : "", i);
    return arena_strndup(&arena, text.at, text.len);
}

#define ASSERT_OPEN(conditions, event, expected)                               \
    ck_assert_str_eq(                                                          \
        open_rules(rules_when(conditions,                                      \
                              sizeof(conditions) / sizeof(*(conditions))),     \
                   event),                                                     \
        expected)

START_TEST(a_number_is_compared_with_all_constants_at_once)
{
    static const char *const conditions[] = {
        "event.data.count >= 7",  "event.data.count > 7",
        "event.data.count <= 7",  "event.data.count < 7",
        "event.data.count == 7",  "event.data.count != 7",
        "7 >= event.data.count",  "7 > event.data.count",
        "7 <= event.data.count",  "7 < event.data.count",
        "event.data.count < 7.5", "event.data.count > 6.5",
    };

    ASSERT_OPEN(conditions, done("{\"count\":7}"), "0 2 4 6 8 10 11");
    ASSERT_OPEN(conditions, done("{\"count\":6}"), "2 3 5 6 7 10");
    ASSERT_OPEN(conditions, done("{\"count\":8}"), "0 1 5 8 9 11");
}
END_TEST

START_TEST(texts_truths_times_and_decimals_are_compared_too)
{
    static const char *const conditions[] = {
        "event.data.label == \"abc\"",
        "event.data.label == \"abd\"",
        "event.data.label != \"abc\"",
        "event.data.label < \"abcd\"",
        "event.data.done",
        "event.data.done == false",
        "event.data.done != true",
        "event.data.done && event.data.label == \"x\"",
        "event.data.at < timestamp(\"2026-01-05T12:00:00Z\")",
        "event.data.at == timestamp(\"2026-01-05T13:00:00+01:00\")",
        "event.data.at > timestamp(\"2026-01-05T11:59:59Z\")",
        "event.data.at > timestamp(\"2026-01-06T00:00:00Z\")",
        "event.data.value >= 12.5",
        "event.data.value > 12.5",
        "event.data.value < 25 / 2",
        "event.data.value <= 12.500",
    };

    ASSERT_OPEN(conditions, done("{}"), "0 3 4 9 10 12 15");
}
END_TEST

START_TEST(all_that_must_hold_first_is_looked_at)
{
    static const char *const conditions[] = {
        "event.data.done && event.data.count > 5 && event.data.from < 1",
        "event.data.done && event.data.count > 9 && event.data.from < 1",
        "event.data.done && event.data.count > 5 && event.data.from > 1",
        "event.data.count > 5 && (event.data.done && event.data.from > 2)",
        "event.data.count > 9 || event.data.from > 9",
        "!(event.data.count > 5)",
        "event.data.count > 5 && 8 / event.data.count > 0 && "
        "event.data.from > 9",
        "event.data.done && event.data.count > 7",
    };

    ASSERT_OPEN(conditions, done("{}"), "0 4 5 6");
}
END_TEST

START_TEST(what_could_fail_is_asked)
{
    static const char *const conditions[] = {
        "8 / event.data.count > 0 && event.data.from > 9",
        "event.data.from > 9 && 8 / event.data.count > 0",
        "event.data.from > 9",
        "event.data.from > 10",
        "event.data.from > 11",
        "event.data.from > 12",
        "event.data.from > 13",
        "event.data.from < 0 && 8 / event.data.count > 0",
    };
    const struct event *event = done("{\"count\":0}");

    ASSERT_OPEN(conditions, event, "0");
    assert_fails(rules_when(conditions, RULES_MIN), event, "rule_error",
                 "cannot divide 8 by zero");
}
END_TEST

static struct event *
without(const char *key)
{
    struct event *event = done("{}");

    member_of(event->data, key)->key = STR("else");
    return event;
}

START_TEST(a_field_that_is_missing_leaves_the_rest_to_others)
{
    static const char *const conditions[] = {
        "has(event.data.rating) && event.data.rating >= 5",
        "has(event.data.rating) && event.data.rating >= 6",
        "has(event.data.rating) && event.data.rating >= 4 && "
        "event.data.count > 9",
        "has(event.data.rating) && event.data.rating < 4",
        "event.data.count > 7",
        "event.data.count > 8",
        "event.data.count > 6",
        "event.data.inner.a == 4",
    };

    ASSERT_OPEN(conditions, done("{}"), "0 6");
    ASSERT_OPEN(conditions, done("{\"inner\":{\"a\":4}}"), "0 6 7");
    ASSERT_OPEN(conditions, without("rating"), "0 1 3 6");
}
END_TEST

/* A schema can let an event pass that is not as it promises, by an `if`, and
 * some events nobody has checked. Their rules say so themselves, even where
 * what a rule asks for later would close it. */
START_TEST(a_field_that_breaks_its_promise_opens_all)
{
    static const char *const conditions[] = {
        "event.data.label == \"5\" && event.data.count > 100",
        "event.data.count > 101",
        "event.data.count > 102",
        "event.data.count > 103",
        "event.data.count > 104",
        "event.data.count > 105",
        "event.data.count > 106",
        "event.data.count > 107",
    };
    const struct ruleset *ruleset = rules_when(conditions, RULES_MIN);
    struct event *event = done("{}");

    ck_assert_str_eq(open_rules(ruleset, event), "");
    ck_assert_str_eq(open_rules(ruleset, without("label")), "0 1 2 3 4 5 6 7");
    ck_assert_str_eq(open_rules(ruleset, without("count")), "0 1 2 3 4 5 6 7");
    member_of(event->data, "label")->value =
        member_of(json("{\"a\":5}"), "a")->value;
    assert_fails(ruleset, event, "rule_error", "event.data.label cannot be");
}
END_TEST

/* An event whose fields f0, f1 and so on are 0, of a type of its own in place
 * of the usual one. */
static const struct event *
wide_event(int fields)
{
    struct event *event = ARENA_NEW(&arena, struct event);
    struct buf properties;
    struct buf required;
    struct buf data;

    buf_init(&properties, &arena);
    buf_init(&required, &arena);
    buf_init(&data, &arena);
    for (int i = 0; i < fields; i++) {
        buf_printf(&properties, ",\"f%d\":{\"type\":\"integer\"}", i);
        buf_printf(&required, ",\"f%d\"", i);
        buf_printf(&data, ",\"f%d\":0", i);
    }
    schemas = schema_set_new(&arena);
    schema_add(schemas,
               json(arena_printf(
                   &arena,
                   "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
                   "schema\",\"$id\":\"test.done.v1\",\"type\":\"object\","
                   "\"properties\":{\"user\":{\"type\":\"string\",\"format\":"
                   "\"account\"}%.*s},\"required\":[\"user\"%.*s]}",
                   STR_ARG(buf_str(&properties)), STR_ARG(buf_str(&required)))),
               "wide.json", &diags);
    ck_assert_uint_eq(diags.errors, 0);
    *event = (struct event){
        .record = &record,
        .source = STR("/test"),
        .id = STR("wide"),
        .type = type_named("test.done.v1"),
        .data = json(arena_printf(&arena, "{\"user\":\"u1\"%.*s}",
                                  STR_ARG(buf_str(&data)))),
    };
    return event;
}

/* Sixteen fields are looked at; and nothing behind one of the others is, since
 * reading that could fail. */
START_TEST(conditions_on_too_many_fields_are_asked)
{
    enum { FIELDS = 40, LOOKED_AT = 16 };
    const char *conditions[FIELDS + 2];
    const struct event *event = wide_event(FIELDS);
    const struct ruleset *ruleset;
    const uint64_t *open;

    for (int i = 0; i < FIELDS; i++)
        conditions[i] = arena_printf(&arena, "event.data.f%d > 0", i);
    conditions[FIELDS] = "event.data.f20 > 0 && event.data.f1 > 0";
    conditions[FIELDS + 1] = "event.data.f1 > 0 && event.data.f20 > 0";
    ruleset = rules_when(conditions, FIELDS + 2);
    open = pass(ruleset, event);
    for (size_t i = 0; i < FIELDS; i++)
        ck_assert_int_eq(bits_has(open, i), i >= LOOKED_AT);
    ck_assert(bits_has(open, FIELDS));
    ck_assert(!bits_has(open, FIELDS + 1));
    ck_assert_uint_eq(decide_ok(ruleset, event).posting_count, 0);
}
END_TEST

START_TEST(rules_in_shadow_have_a_sieve_of_their_own)
{
    const char *keys[2 * RULES_MIN];
    const struct ruleset *ruleset;
    struct decision decision;

    for (int i = 0; i < 2 * RULES_MIN; i++)
        keys[i] =
            arena_printf(&arena, "mode: %s\n  when: event.data.count > %d",
                         i % 2 ? "shadow" : "live", i);
    ruleset = rules_with(keys, 2 * RULES_MIN);
    facts.tells_skips = false;
    decision = decide_ok(ruleset, done("{\"count\":3}"));
    ck_assert_str_eq(summary(ruleset, &decision), "r0.a 1.00 r2.a 1.00");
    ck_assert_uint_eq(decision.shadow->payment_count, 1);
    ck_assert_str_eq(unit_text(&arena, decision.shadow->payments[0].line->name),
                     "shadow:r1.a");
    ck_assert_uint_eq(decision.shadow->skip_count, 0);
}
END_TEST

START_TEST(rules_of_other_times_and_rules_that_are_off_are_closed)
{
    static const char *const keys[] = {
        "description: always",
        "valid_from: \"2026-01-05T12:00:00Z\"",
        "valid_until: \"2026-01-05T12:00:00Z\"",
        "valid_from: \"2026-01-05T12:00:01Z\"",
        "valid_until: \"2026-01-05T12:00:01Z\"",
        "mode: \"off\"",
        "when: event.data.count > 100",
    };
    const struct ruleset *ruleset = rules_with(keys, 7);

    ck_assert_str_eq(open_rules(ruleset, done("{}")), "0 1 4 6");
    ck_assert_str_eq(open_rules(ruleset, done_at("{}", "2026-01-05T12:00:01Z")),
                     "0 1 3 6");
    ck_assert_str_eq(open_rules(ruleset, done_at("{}", "2026-01-05T11:59:59Z")),
                     "0 2 4 6");
    assert_pays(ruleset, done("{}"),
                "r0.a 1.00 r1.a 1.00 r4.a 1.00 -r2:not_valid -r3:not_valid "
                "-r5:off -r6:when");
}
END_TEST

/* More constants than an axis has edges: rows tell less, and nothing wrong. */
START_TEST(thousands_of_constants_close_nearly_all)
{
    enum { RULES = 3000, AN_EDGE = RULES / 500 };
    static const char *const signs[] = {"==", "<", ">"};
    const char **conditions = arena_array(&arena, RULES, sizeof(*conditions));
    const struct ruleset *ruleset;

    for (int i = 0; i < RULES; i++)
        conditions[i] =
            arena_printf(&arena, "event.data.count %s %d", signs[i % 3], i);
    ruleset = rules_when(conditions, RULES);
    for (int count = -1; count <= RULES; count += 13) {
        const uint64_t *open =
            pass(ruleset, done(arena_printf(&arena, "{\"count\":%d}", count)));
        int in_vain = 0;

        for (int i = 0; i < RULES; i++) {
            bool holds = i % 3 == 0   ? count == i
                         : i % 3 == 1 ? count < i
                                      : count > i;

            ck_assert(bits_has(open, (size_t)i) || !holds);
            in_vain += bits_has(open, (size_t)i) && !holds;
        }
        ck_assert_int_le(in_vain, AN_EDGE);
    }
}
END_TEST

/* It is kept with the event, for those who ask later. */
START_TEST(what_comes_late_is_noted_by_the_decision)
{
    static const char *const keys[] = {
        "late: {accept: 1h, retro: never}\n  when: event.data.count > 5",
        "late: {accept: 1h, retro: never}\n  when: event.data.count > 7",
    };
    const struct ruleset *ruleset = rules_with(keys, 2);
    struct decision decision;

    facts.tells_skips = false;
    record.timestamp_ms = INT64_C(1767700000000);
    decision = decide_ok(ruleset, done("{}"));
    ck_assert_str_eq(unit_text(&arena, decision.basis), "t1767700000000");
    ck_assert_str_eq(summary(ruleset, &decision), "-r0:late");
}
END_TEST

/* ---- conditions at random --------------------------------------------------
 */

static const char *
random_comparison(void)
{
    static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">="};
    static const char *const numbers[] = {"count", "from", "value", "inner.a"};
    const char *sign = signs[random_below(6)];
    const char *number = numbers[random_below(4)];
    int constant = (int)random_below(10);

    switch (random_below(8)) {
    case 0:
        return arena_printf(&arena, "event.data.label %s \"t%d\"", sign,
                            constant % 4);
    case 1:
        return random_below(2) ? "event.data.done" : "!event.data.done";
    case 2:
        return arena_printf(&arena,
                            "has(event.data.rating) && event.data.rating %s %d",
                            sign, constant);
    case 3:
        return arena_printf(
            &arena, "event.data.at %s timestamp(\"2026-01-0%dT00:00:00Z\")",
            sign, 1 + constant % 9);
    case 4:
        return arena_printf(&arena, "%d %s event.data.%s", constant, sign,
                            number);
    case 5:
        return arena_printf(&arena, "6 / event.data.%s < %d", number, constant);
    default:
        return arena_printf(&arena, "event.data.%s %s %d", number, sign,
                            constant);
    }
}

static const char *
random_condition(int depth)
{
    int64_t kind = depth ? random_below(4) : 0;

    if (kind < 2)
        return random_comparison();
    return arena_printf(&arena, kind == 2 ? "%s && %s" : "(%s || %s)",
                        random_condition(depth - 1),
                        random_condition(depth - 1));
}

/* Some are without a field, and of those some break a promise. */
static const struct event *
random_done(void)
{
    static const char *const lost[] = {"rating", "count", "label"};
    struct event *event = done(arena_printf(
        &arena,
        "{\"count\":%d,\"from\":%d,\"value\":\"%d.%d\",\"label\":\"t%d\","
        "\"done\":%s,\"at\":\"2026-01-0%dT00:00:00Z\",\"rating\":\"%d\","
        "\"inner\":{\"a\":%d}}",
        (int)random_below(10), (int)random_below(10), (int)random_below(10),
        (int)random_below(2) * 5, (int)random_below(4),
        random_below(2) ? "true" : "false", 1 + (int)random_below(9),
        (int)random_below(10), (int)random_below(10)));
    int64_t which = random_below(9);

    if (which == 0 || (which < 3 && random_below(4) == 0))
        member_of(event->data, lost[which])->key = STR("else");
    return event;
}

/* Whether the rule's condition is true; *fails when it cannot be evaluated. */
static bool
condition_holds(const struct rule_form *form, const struct event *event,
                bool *fails)
{
    struct value value;
    struct err err = {0};

    *fails = !expr_eval(form->guard.when, event, &value, &err);
    return !*fails && value.boolean;
}

START_TEST(none_that_would_pass_or_fail_is_closed)
{
    enum { RULES = 200, EVENTS = 300 };
    const char *conditions[RULES];
    const struct trigger *trigger;
    const struct ruleset *ruleset;
    size_t closed = 0;

    for (int i = 0; i < RULES; i++)
        conditions[i] = random_condition(2);
    ruleset = rules_when(conditions, RULES);
    trigger = trigger_of_done(ruleset);
    for (int i = 0; i < EVENTS; i++) {
        const struct event *event = random_done();
        const uint64_t *open = pass(ruleset, event);

        for (size_t j = 0; j < RULES; j++) {
            bool fails;
            bool holds = condition_holds(trigger->forms[j], event, &fails);

            ck_assert_msg(bits_has(open, j) || (!holds && !fails), "%s",
                          conditions[j]);
            closed += !bits_has(open, j);
        }
    }
    ck_assert_uint_gt(closed, RULES * EVENTS / 10);
}
END_TEST

static const char *
decided(const struct ruleset *ruleset, const struct event *event, bool tells)
{
    struct decision decision;
    struct err err = {0};

    facts_init(&facts, &arena);
    facts.tells_skips = tells;
    ruleset_want(ruleset, event, &facts);
    if (!decide(ruleset, event, &facts, &arena, &decision, &err))
        return arena_strndup(&arena, err.text, strlen(err.text));
    decision.skip_count = 0;
    return summary(ruleset, &decision);
}

START_TEST(who_is_told_of_all_skips_is_paid_the_same)
{
    enum { RULES = 40, EVENTS = 200 };
    const char *conditions[RULES];
    const struct ruleset *ruleset;
    int paid = 0;
    int failed = 0;

    for (int i = 0; i < RULES; i++)
        conditions[i] = random_condition(2);
    ruleset = rules_when(conditions, RULES);
    for (int i = 0; i < EVENTS; i++) {
        const struct event *event = random_done();
        const char *plain = decided(ruleset, event, false);

        ck_assert_str_eq(plain, decided(ruleset, event, true));
        paid += plain[0] == 'r';
        failed += plain[0] == '"';
    }
    ck_assert_int_gt(paid, 0);
    ck_assert_int_gt(failed, 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("sieve", set_up, tear_down,
                    a_number_is_compared_with_all_constants_at_once,
                    texts_truths_times_and_decimals_are_compared_too,
                    all_that_must_hold_first_is_looked_at,
                    what_could_fail_is_asked,
                    a_field_that_is_missing_leaves_the_rest_to_others,
                    a_field_that_breaks_its_promise_opens_all,
                    conditions_on_too_many_fields_are_asked,
                    rules_in_shadow_have_a_sieve_of_their_own,
                    rules_of_other_times_and_rules_that_are_off_are_closed,
                    thousands_of_constants_close_nearly_all,
                    what_comes_late_is_noted_by_the_decision,
                    none_that_would_pass_or_fail_is_closed,
                    who_is_told_of_all_skips_is_paid_the_same);
}
