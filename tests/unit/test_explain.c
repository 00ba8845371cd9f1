/* test_explain.c - what is kept of an event is enough to ask its rules again,
 * and the trace of that, sorted, says what every line did. */
#include "basis.h"
#include "explain.h"
#include "kept.h"
#include "past.h"
#include "rule_fixture.h"
#include "trace.h"

/* The ids that a database would give. */
static const struct ruleset *
bound(const char *text)
{
    struct ruleset *ruleset = compile(text);

    for (size_t i = 0; i < ruleset->line_count; i++)
        ruleset->lines[i]->id = (int32_t)i + 1;
    return ruleset;
}

/* What the ledger would keep. */
static struct past
keep(const struct ruleset *ruleset, const struct event *event,
     const struct decision *decision)
{
    const struct str *paths;
    size_t kept = ruleset_kept_fields(ruleset, event->type, &paths);
    struct past past = {
        .source = event->source,
        .id = event->id,
        .type = event->type->name,
        .kept = event_kept(event, paths, kept, &arena),
        .basis = basis_keep(ruleset, event, decision->basis, &arena),
        .occurred_us = event->time_us,
    };

    past_take_entries(&past, decision, &arena);
    return past;
}

/* Ask the rules again from what was kept. */
static struct decision
ask(const struct ruleset *ruleset, const struct past *past, struct event *event,
    struct trace *trace, struct facts *then)
{
    struct decision decision;
    struct err err = {0};

    facts_init(then, &arena);
    trace_init(trace, &arena);
    then->trace = trace;
    past_event(past, schema_find(schemas, past->type), &arena, event);
    ruleset_want(ruleset, event, then);
    past_facts(past, ruleset, event, then);
    ck_assert_msg(decide_rules(ruleset, event, then, &arena, &decision, &err),
                  "%s", err.text);
    return decision;
}

/* Decide, keep, ask again: the same postings, skips and steps. */
static void
assert_told(const struct ruleset *ruleset, const struct event *event,
            const char *basis, const char *expected)
{
    struct decision first = decide_ok(ruleset, event);
    const char *paid = summary(ruleset, &first);
    struct past past = keep(ruleset, event, &first);
    struct decision again;
    struct trace trace;
    struct facts then;
    struct event rebuilt;
    struct str line;

    ck_assert_str_eq(unit_text(&arena, first.basis), basis);
    ck_assert_str_eq(paid, expected);
    again = ask(ruleset, &past, &rebuilt, &trace, &then);
    ck_assert_str_eq(summary(ruleset, &again), expected);
    ck_assert(past_agrees(&past, ruleset, event->type, &again, &line));
}

START_TEST(fields_of_all_types_come_back)
{
    const struct ruleset *rules = bound(
        HEAD LINES "  - {id: a, amount: event.data.value * event.data.count}\n"
                   "  - {id: b, flat: 1, when: event.data.done}\n"
                   "  - {id: c, flat: 2, when: event.data.inner.a == 3}\n"
                   "  - {id: d, flat: 3, when: event.data.label == \"abc\"}\n"
                   "  - {id: e, flat: 4, when: \"has(event.data.tags)\"}\n"
                   "  - {id: f, flat: 5, when: \"event.data.at > "
                   "timestamp('2026-01-01T00:00:00Z')\"}\n"
                   "  - {id: g, flat: 6, when: \"has(event.data.rating) && "
                   "event.data.rating > 4.5\"}\n");

    assert_told(rules, done("{}"), "",
                "r.a 87.50 r.b 1.00 r.c 2.00 r.d 3.00 r.f 5.00 r.g 6.00"
                " -r.e:when");
}
END_TEST

START_TEST(counters_come_back)
{
    const struct ruleset *rules = bound(
        HEAD LINES
        "  - {id: b, every: {step: 5, give: 1, of: event.data.count, "
        "leftover: carry}, limit: {per: account, window: day, times: 2, "
        "over: skip}}\n"
        "  - {id: c, flat: 4, limit: {per: all, window: ever, amount: 6, "
        "over: clip}}\n"
        "  - {id: d, streak: {day: event.data.day, start: 1, add: 1, max: 9, "
        "gap: reset}}\n");

    assert_told(rules, done("{}"), "", "r.b 1.00 r.c 4.00 r.d 1.00");
    assert_told(rules, done("{\"day\":\"2026-01-06\"}"),
                "c1.1:7 c1.20:1 c2.13:4 c3.2.20448:1024",
                "r.b 1.00 r.c 2.00! r.d 2.00");
    assert_told(rules, done("{\"day\":\"2026-01-06\"}"),
                "c1.1:14 c1.20:2 c2.13:6 c3.2.20448:3072",
                "-r.d:zero -r.b:limit -r.c:limit");
}
END_TEST

/* The fields follow the words; where there are none, nothing does. */
START_TEST(words_and_fields_are_kept_apart)
{
    const struct ruleset *rules = bound(
        HEAD LINES "  - {id: a, flat: 1, when: \"has(event.data.rating)\"}\n");
    const struct event_type *type = type_named("test.done.v1");
    struct event event = {.type = type, .data = json("{\"user\":\"u1\"}")};
    struct event bare = {.type = type, .data = json("{}")};
    struct str words = STR("c1.1:7");
    struct str whole = basis_keep(rules, &event, words, &arena);

    ck_assert_str_eq(unit_text(&arena, whole), "c1.1:7 {\"user\":\"u1\"}");
    ck_assert(str_eq(basis_fields(whole), STR("{\"user\":\"u1\"}")));
    ck_assert(str_eq(basis_keep(rules, &bare, words, &arena), words));
    ck_assert(str_eq(basis_keep(rules, &bare, STR(""), &arena), STR("")));
    ck_assert_ptr_nonnull(basis_keep(rules, &bare, STR(""), &arena).at);
    ck_assert(basis_time_ms(STR("{\"a\":\" t7\"}")) == -1);
    ck_assert(basis_time_ms(STR("bx:1 t7 {}")) == 7);
    ck_assert(ratio_compare(basis_rule_bonus(STR("bxp:1 bx:2.5"), STR("x")),
                            (struct ratio){5, 2}) == 0);
}
END_TEST

START_TEST(a_late_event_stays_late)
{
    const struct ruleset *rules = bound(
        HEAD RULE "  late: {accept: 1h, retro: never}\n  overlap: allowed\n"
                  "  award: [{id: a, flat: 1}]\n"
                  "- id: s\n  trigger: test.done.v1\n  overlap: allowed\n"
                  "  account: event.data.user\n  award: [{id: a, flat: 1}]\n");

    record.timestamp_ms = INT64_C(1767700000000);
    assert_told(rules, done("{}"), "t1767700000000", "s.a 1.00 -r:late");
}
END_TEST

START_TEST(another_amount_is_noticed)
{
    const struct ruleset *rules =
        bound(HEAD LINES "  - {id: a, amount: event.data.count}\n"
                         "  - {id: b, flat: 1}\n");
    struct event *event = done("{}");
    struct decision first = decide_ok(rules, event);
    struct past past = keep(rules, event, &first);
    struct past_entry entries[3];
    struct str line;

    memcpy(entries, past.entries, 2 * sizeof(*entries));
    past.entries = entries;
    ck_assert(past_agrees(&past, rules, event->type, &first, &line));
    entries[1].amount_minor++;
    ck_assert(!past_agrees(&past, rules, event->type, &first, &line));
    ck_assert(str_eq(line, STR("r.b")));
    past.entry_count = 1;
    ck_assert(!past_agrees(&past, rules, event->type, &first, &line));
    entries[1] = entries[2] = entries[0];
    entries[1].line = STR("r.b");
    entries[1].amount_minor = 100;
    past.entry_count = 3;
    ck_assert(!past_agrees(&past, rules, event->type, &first, &line));
    ck_assert(str_eq(line, STR("r.a")));
    /* What rules do not pay is none of their business. */
    entries[2].type = STR("reversal");
    ck_assert(past_agrees(&past, rules, event->type, &first, &line));
}
END_TEST

/* "r: ; r.a flat 5; r.b rate 2 x 7 = 14": lines, kinds, sums, reasons. */
static const char *
told(const struct ruleset *rules, const struct event *event)
{
    struct decision first = decide_ok(rules, event);
    struct past past = keep(rules, event, &first);
    struct explanation explanation;
    struct event rebuilt;
    struct trace trace;
    struct facts then;
    struct buf buf;

    (void)ask(rules, &past, &rebuilt, &trace, &then);
    explain(rules, event->type, &trace, &arena, &explanation);
    buf_init(&buf, &arena);
    for (size_t i = 0; i < explanation.rule_count; i++) {
        const struct explain_rule *rule = &explanation.rules[i];

        for (size_t j = 0; j < rule->line_count; j++) {
            const struct explain_line *line = &rule->lines[j];

            buf_printf(&buf, "%s%.*s", buf.len ? "; " : "",
                       STR_ARG(line->name));
            if (line->sum.len)
                buf_printf(&buf, " %.*s", STR_ARG(line->sum));
            for (size_t k = 0; k < line->step_count; k++) {
                if (line->steps[k]->kind != TRACE_OFFER)
                    continue;
                buf_add_cstr(&buf, " = ");
                ratio_print(&buf, line->steps[k]->offer.exact);
            }
            if (line->once.len)
                buf_printf(&buf, " once %.*s", STR_ARG(line->once));
            if (line->skipped)
                buf_printf(&buf, " -%s", skip_reason_name(line->reason));
        }
    }
    buf_printf(&buf, "; %zu others", explanation.others);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(every_kind_of_line_is_told)
{
    const struct ruleset *rules = bound(
        HEAD LINES
        "  - {id: a, flat: 5, once: [account, event.data.label]}\n"
        "  - {id: b, rate: {give: 3, per: 2, of: event.data.count}}\n"
        "  - {id: c, percent: {is: 10, of: b}}\n"
        "  - {id: d, every: {step: 5, give: 2, of: event.data.count, "
        "leftover: drop}}\n"
        "  - {id: e, table: {of: event.data.label, rows: {abc: 1, x: 2}, "
        "missing: none}}\n"
        "  - {id: f, table: {crossed: {from: event.data.from, to: "
        "event.data.count}, rows: {3: 1, 9: 2}, missing: none}}\n"
        "  - {id: g, streak: {day: event.data.day, start: 1, add: 1, max: 9, "
        "gap: reset}}\n"
        "  - {id: h, amount: event.data.value, when: event.data.count > 7}\n"
        "- id: o\n  trigger: test.other.v1\n  account: event.data.user\n"
        "  award: [{id: a, flat: 1}]\n");

    ck_assert_str_eq(
        told(rules, done("{}")),
        "r; r.a = 5 once account, event.data.label; r.b 1.5 x 7 = 10.5; "
        "r.c 10 % of b, 10.50 = 1.05; r.d 7: 1 steps of 5, 1 x 2 = 2; "
        "r.e row \"abc\": 1 = 1; r.f from 0 to 7: row 3: 1; r.f[3] = 1; "
        "r.g day 2026-01-05: 1 + 1 for each day before it in a row, 9 at "
        "most = 1; r.h -when; 1 others");
    ck_assert_str_eq(told(bound(HEAD RULE "  when: event.data.count > 9\n"
                                          "  award: [{id: a, flat: 1}]\n"),
                          done("{}")),
                     "r -when; 0 others");
}
END_TEST

/* The values of the fields, in the place of their names. */
static const char *
values(const char *when)
{
    const struct ruleset *rules = compile(arena_printf(
        &arena, HEAD LINES "  - {id: a, flat: 5, when: '%s'}\n", when));
    struct trace trace;
    struct buf buf;

    trace_init(&trace, &arena);
    facts.trace = &trace;
    decide_ok(rules, done("{}"));
    facts.trace = NULL;
    buf_init(&buf, &arena);
    explain_values(&buf, &trace.steps[1], done("{}"), &arena);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(values_stand_for_fields)
{
    ck_assert_str_eq(values("event.data.count*2 > event.data.inner.a"),
                     "7*2 > 3");
    ck_assert_str_eq(values("has(event.data.rating)&&event.data.rating>=4.5"),
                     "has(event.data.rating)&&5.0>=4.5");
    ck_assert_str_eq(values("event.data.label.startsWith(\"event.data.x\")"),
                     "abc.startsWith(\"event.data.x\")");
    ck_assert_str_eq(values("event.id != \"a\\\"event.data.count\""),
                     "event.id != \"a\\\"event.data.count\"");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("explain", set_up, tear_down, fields_of_all_types_come_back,
                    counters_come_back, words_and_fields_are_kept_apart,
                    a_late_event_stays_late, another_amount_is_noticed,
                    every_kind_of_line_is_told, values_stand_for_fields);
}
