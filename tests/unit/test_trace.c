/* test_trace.c - the steps that a decision leaves for those who ask why. */
#include "rule_fixture.h"
#include "trace.h"

static struct trace trace;

static void
set_up_trace(void)
{
    set_up();
    trace_init(&trace, &arena);
    facts.trace = &trace;
}

static void
add_ratio(struct buf *buf, const char *before, struct ratio number)
{
    buf_add_cstr(buf, before);
    ratio_print(buf, number);
}

static void
add_eval(struct buf *buf, const struct trace_step *step)
{
    buf_printf(buf, "eval %.*s = ", STR_ARG(expr_source(step->eval.expr)));
    value_print(buf, &step->eval.value);
}

static void
add_once(struct buf *buf, const struct trace_step *step)
{
    buf_printf(buf, "once %s%.*s%s", step->once.account ? "account/" : "/",
               STR_ARG(step->once.key), step->once.taken ? " taken" : "");
}

static void
add_row(struct buf *buf, const struct trace_step *step)
{
    buf_printf(buf, "row %zu", step->row);
}

static void
add_offer(struct buf *buf, const struct trace_step *step)
{
    add_ratio(buf, "offer ", step->offer.exact);
    buf_printf(buf, " %lld", (long long)step->offer.minor);
}

static void
add_change(struct buf *buf, const struct trace_step *step)
{
    add_ratio(buf, "change ", step->change.before);
    add_ratio(buf, " to ", step->change.after);
}

static void
add_limit(struct buf *buf, const struct trace_step *step)
{
    add_ratio(buf, "limit ", step->limit.used);
    buf_printf(buf, " %lld of %lld", (long long)step->limit.granted_minor,
               (long long)step->limit.wanted_minor);
}

static void
add_skip(struct buf *buf, const struct trace_step *step)
{
    buf_printf(buf, "skip %s", skip_reason_name(step->skip));
}

/* The steps as "r.a eval X = 1; r.a offer 2 200". */
static const char *
steps(void)
{
    static void (*const add[])(struct buf *, const struct trace_step *) = {
        [TRACE_EVAL] = add_eval,     [TRACE_ONCE] = add_once,
        [TRACE_ROW] = add_row,       [TRACE_OFFER] = add_offer,
        [TRACE_CHANGE] = add_change, [TRACE_LIMIT] = add_limit,
        [TRACE_SKIP] = add_skip,
    };
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < trace.count; i++) {
        buf_printf(&buf, "%s%.*s ", i ? "; " : "",
                   STR_ARG(trace.steps[i].line->name));
        add[trace.steps[i].kind](&buf, &trace.steps[i]);
    }
    trace.count = 0;
    return unit_text(&arena, buf_str(&buf));
}

/* What is looked at before a decision, to ask for facts, is not in it. */
START_TEST(conditions_and_amounts)
{
    const struct ruleset *rules =
        compile(HEAD LINES "  - {id: a, amount: event.data.count * 0.333}\n"
                           "  - {id: b, flat: 1, when: event.data.count > 7}\n"
                           "  - {id: c, percent: {is: 10, of: b}}\n");

    decide_ok(rules, done("{}"));
    ck_assert_str_eq(steps(), "r eval event.data.user = u1; "
                              "r.a eval event.data.count * 0.333 = 2.331; "
                              "r.a offer 2.331 233; "
                              "r.b eval event.data.count > 7 = false; "
                              "r.b skip when; "
                              "r.c offer 0 0; r.c skip zero");
}
END_TEST

START_TEST(keys_counters_and_limits)
{
    const struct ruleset *rules = compile(
        HEAD LINES
        "  - {id: a, flat: 5, once: [event.data.label]}\n"
        "  - {id: b, every: {step: 5, give: 1, of: event.data.count, "
        "leftover: carry}}\n"
        "  - {id: c, flat: 4, limit: {per: account, window: ever, amount: 6, "
        "over: clip}}\n");

    decide_ok(rules, done("{}"));
    (void)steps();
    decide_ok(rules, done("{}"));
    ck_assert_str_eq(steps(), "r eval event.data.user = u1; "
                              "r.a eval event.data.label = abc; "
                              "r.a once /abc taken; r.a skip once; "
                              "r.b eval event.data.count = 7; "
                              "r.b change 7 to 14; r.b offer 1 100; "
                              "r.c offer 4 400; r.c limit 4 200 of 400; "
                              "r.c change 4 to 6");
}
END_TEST

START_TEST(rows_of_tables)
{
    const struct ruleset *rules = compile(
        HEAD LINES
        "  - {id: a, table: {of: event.data.label, rows: {x: 1, abc: 2}, "
        "missing: none}}\n"
        "  - {id: b, table: {crossed: {from: event.data.from, to: "
        "event.data.count}, rows: {3: 1, 9: 2, 5: 3}, missing: none}, "
        "once: [account, row]}\n");

    decide_ok(rules, done("{}"));
    ck_assert_str_eq(steps(), "r eval event.data.user = u1; "
                              "r.a eval event.data.label = abc; "
                              "r.a row 0; r.a offer 2 200; "
                              "r.b eval event.data.from = 0; "
                              "r.b eval event.data.count = 7; "
                              "r.b once account/3; r.b row 0; "
                              "r.b[3] offer 1 100; "
                              "r.b once account/5; r.b row 1; "
                              "r.b[5] offer 3 300");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("trace", set_up_trace, tear_down, conditions_and_amounts,
                    keys_counters_and_limits, rows_of_tables);
}
