/* test_expr.c - expressions: what they give, what their guards show, what goes
 * wrong when they are run. */
#include "expr_fixture.h"

/* ---- values ---- */

START_TEST(arithmetic_is_exact)
{
    static const struct row rows[] = {
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"10 - 4 - 3", "3"},
        {"2 - -3", "5"},
        {"--3", "3"},
        {"7 / 2", "3.5"},
        {"1 / 3", "1/3"},
        {"1 / 3 * 3 == 1", "true"},
        {"0.1 + 0.2 == 0.3", "true"},
        {"19.99 * 100", "1999"},
        {"7 % 3", "1"},
        {"-7 % 3", "-1"},
        {"7 % -3", "1"},
        {"7 % -1", "0"},
        {"100 * event.data.value", "1250"},
        {"event.data.value / event.data.count", "25/14"},
        {"-event.data.count", "-7"},
        {"event.data.count % 4", "3"},
        {"999999999999999999.999999999 + 0.000000001", "1000000000000000000"},
    };

    ASSERT_ROWS(rows);
}
END_TEST

START_TEST(types_of_arithmetic)
{
    static const struct {
        const char *text;
        enum value_type type;
    } rows[] = {
        {"1 + 2", VALUE_INT},
        {"1 + 2.0", VALUE_DECIMAL},
        {"4 / 2", VALUE_DECIMAL},
        {"-event.data.value", VALUE_DECIMAL},
        {"event.data.count % 2", VALUE_INT},
        {"floor(event.data.value)", VALUE_INT},
        {"round(1, 0, \"floor\")", VALUE_DECIMAL},
        {"max(1, event.data.count)", VALUE_INT},
        {"max(1, event.data.value)", VALUE_DECIMAL},
        {"event.data.done ? 1 : event.data.value", VALUE_DECIMAL},
        {"event.data.done ? event.data.value : 1", VALUE_DECIMAL},
        {"event.data.at", VALUE_TIMESTAMP},
        {"event.data.at - event.time", VALUE_DURATION},
        {"event.data.user", VALUE_STRING},
        {"event.data.day", VALUE_STRING},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(expr_type(compile(rows[i].text)) == rows[i].type, "%s",
                      rows[i].text);
}
END_TEST

START_TEST(rounding)
{
    static const struct row rows[] = {
        {"round(2.5, 0, \"floor\")", "2"},
        {"round(-2.5, 0, \"floor\")", "-3"},
        {"round(2.1, 0, \"ceil\")", "3"},
        {"round(-2.1, 0, \"ceil\")", "-2"},
        {"round(2.5, 0, \"half_even\")", "2"},
        {"round(3.5, 0, \"half_even\")", "4"},
        {"round(-2.5, 0, \"half_even\")", "-2"},
        {"round(2.5, 0, \"half_up\")", "3"},
        {"round(-2.5, 0, \"half_up\")", "-3"},
        {"round(2 / 3, 4, 'half_even')", "0.6667"},
        {"round(event.data.value / 7, 9, 'floor')", "1.785714285"},
        {"floor(-0.5)", "-1"},
        {"ceil(-0.5)", "0"},
        {"ceil(event.data.value)", "13"},
        {"abs(-1.5)", "1.5"},
        {"abs(event.data.count)", "7"},
        {"min(3, 1.5, 2)", "1.5"},
        {"max(event.data.count, event.data.value, 3)", "12.5"},
        {"min(10 * event.data.count, 50)", "50"},
    };

    ASSERT_ROWS(rows);
}
END_TEST

START_TEST(comparisons_and_logic)
{
    static const struct row rows[] = {
        {"1 < 2", "true"},
        {"2 <= 2.0", "true"},
        {"1 / 3 > 0.333333333", "true"},
        {"1 / 3 < 0.333333334", "true"},
        {"3 >= 4", "false"},
        {"\"a\" < \"b\"", "true"},
        {"\"a\" < \"ab\"", "true"},
        {"true != false", "true"},
        {"event.data.done == true", "true"},
        {"true || false && false", "true"},
        {"!true || true", "true"},
        {"!(true || true)", "false"},
        {"1 < 2 == true", "true"},
        {"event.data.count in [1, 7, 9]", "true"},
        {"event.data.value in [12, 12.5]", "true"},
        {"event.data.count in [-7]", "false"},
        {"event.data.label in ['a', 'gr\\u00fc\\u00dfe']", "true"},
        {"!(event.data.count in [1])", "true"},
        {"false ? 1 : true ? 2 : 3", "2"},
        {"event.data.done ? \"yes\" : \"no\"", "yes"},
        {"has(event.data.rating)", "true"},
        {"has(event.data.bonus)", "false"},
        {"has(event.data.tags) || has(event.data.inner)", "true"},
        {"event.data.inner.a == 3", "true"},
        {"has(event.data.inner.b) && event.data.inner.b > 0", "false"},
        {"event.data.done && event.data.count / 7 == 1", "true"},
    };

    ASSERT_ROWS(rows);
}
END_TEST

START_TEST(strings)
{
    static const struct row rows[] = {
        {"event.id", "e-1"},
        {"event.source + \"#\" + event.id", "/test#e-1"},
        {"(\"a\" + event.id) + (event.id + \"b\")", "ae-1e-1b"},
        {"\"<\" + (event.id + event.id) + \">\"", "<e-1e-1>"},
        {"event.type", "test.done.v1"},
        {"'it\\'s' + \"\\\"\\\\\"", "it's\"\\"},
        {"\"\\u00fc\\U0001F600\"", "\xC3\xBC\xF0\x9F\x98\x80"},
        {"size(event.data.label)", "5"},
        {"event.data.label.size()", "5"},
        {"size(\"\")", "0"},
        {"event.data.label.startsWith(\"gr\")", "true"},
        {"event.data.label.endsWith('x')", "false"},
        {"event.data.label.contains('ü')", "true"},
        {"(event.id + 'x').endsWith(event.id + 'x')", "true"},
        {"event.data.user == \"0x52908400098527886e0f7030069857d2e4169ee7\"",
         "true"},
        {"event.data.day >= \"2026-02-01\"", "true"},
        {"event.data.day == \"2026-02-28\"", "true"},
    };

    ASSERT_ROWS(rows);
}
END_TEST

START_TEST(times)
{
    static const struct row rows[] = {
        {"event.time", "2025-10-08T12:34:56.789Z"},
        {"timestamp(\"2026-01-01T00:00:00+01:00\")",
         "2025-12-31T23:00:00.000Z"},
        {"timestamp(event.data.at) == event.data.at", "true"},
        {"event.time + duration(\"24h30m\")", "2025-10-09T13:04:56.789Z"},
        {"duration('90s') + event.time - event.time", "90s"},
        {"event.time - duration(\"500ms\")", "2025-10-08T12:34:56.289Z"},
        {"duration(\"1.5h\") == duration(\"90m\")", "true"},
        {"duration(\"-1h\") < duration(\"1us\")", "true"},
        {"duration(\"1h\") - duration(\"1m1s\")", "3539s"},
        {"event.data.at > event.time", "true"},
        {"event.data.at - event.time >= duration('4000h')", "true"},
        {"event.time.getFullYear()", "2025"},
        {"event.time.getMonth()", "9"},
        {"event.time.getDate()", "8"},
        {"event.time.getDayOfMonth()", "7"},
        {"event.time.getDayOfWeek()", "3"},
        {"event.time.getDayOfYear()", "280"},
        {"event.time.getHours()", "12"},
        {"event.time.getMinutes()", "34"},
        {"event.time.getSeconds()", "56"},
        {"event.time.getMilliseconds()", "789"},
        {"event.time.getHours(\"Europe/Berlin\")", "14"},
        {"event.data.at.getHours('Europe/Berlin')", "1"},
        {"(event.data.at + duration('30m')).getHours('Europe/Berlin')", "3"},
        {"event.data.at.getDayOfWeek()", "0"},
        {"event.data.at.getDayOfWeek('America/New_York')", "6"},
        {"timestamp(\"1969-12-31T23:59:59Z\").getSeconds()", "59"},
    };

    ASSERT_ROWS(rows);
}
END_TEST

START_TEST(constants_are_folded)
{
    ck_assert(expr_is_constant(compile("2 * (3 + 4) / 7")));
    ck_assert(expr_is_constant(compile("\"a\" + \"b\" == \"ab\"")));
    ck_assert(expr_is_constant(compile("min(1, 2) in [1]")));
    ck_assert(expr_is_constant(compile("true ? 1 : 2")));
    ck_assert(!expr_is_constant(compile("event.data.count * 0")));
    ck_assert(!expr_is_constant(compile("has(event.data.rating)")));
}
END_TEST

/* ---- guards ---- */

START_TEST(guards_that_hold)
{
    static const char *const texts[] = {
        "has(event.data.rating) && event.data.rating >= 4.5",
        "has(event.data.rating) && event.data.done && event.data.rating > 1",
        "!has(event.data.rating) || event.data.rating > 1",
        "!(!has(event.data.rating)) && event.data.rating > 1",
        "has(event.data.rating) ? event.data.rating > 1 : false",
        "!has(event.data.rating) ? false : event.data.rating > 1",
        "(has(event.data.rating) ? event.data.rating : 0) > 1",
        "!(has(event.data.rating) && event.data.done) || event.data.rating > 1",
        "!(!has(event.data.rating) || !has(event.data.bonus)) && "
        "event.data.rating > event.data.bonus",
        "(has(event.data.rating) && event.data.done || "
        "event.data.count > 1 && has(event.data.rating)) && "
        "event.data.rating > 1",
        "(event.data.done ? has(event.data.bonus) : has(event.data.bonus)) && "
        "event.data.bonus == 1",
        "(event.data.done ? has(event.data.bonus) : false) && true || "
        "has(event.data.note) && event.data.note == 'x'",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        compile(texts[i]);
}
END_TEST

START_TEST(guards_that_do_not)
{
    static const char *const texts[] = {
        "event.data.rating > 1",
        "has(event.data.rating) || event.data.rating > 1",
        "!has(event.data.rating) && event.data.rating > 1",
        "event.data.rating > 1 && has(event.data.rating)",
        "has(event.data.bonus) && event.data.rating > 1",
        "(has(event.data.rating) || event.data.done) && event.data.rating > 1",
        "!(has(event.data.rating) && event.data.done) && event.data.rating > 1",
        "has(event.data.rating) ? 1 : event.data.rating",
        "(has(event.data.rating) && true) == true && event.data.rating > 1",
        "(event.data.done ? has(event.data.rating) : true) && "
        "event.data.rating > 1",
        "has(event.data.inner) && event.data.inner.b > 1",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t errors = diags.errors;

        ck_assert_msg(!expr_compile(&scope, str_from_cstr(texts[i]), 1, 1),
                      "%s", texts[i]);
        ck_assert_uint_eq(diags.errors, errors + 1);
        ck_assert_ptr_nonnull(strstr(unit_words(&arena, &diags.items[errors]),
                                     "may be missing; guard it with"));
    }
}
END_TEST

START_TEST(assumptions_reach_later_expressions)
{
    struct expr *when = compile("has(event.data.rating) && event.data.done");
    struct expr_scope other = scope;

    expr_assume(&scope, when);
    compile("100 * event.data.rating");
    expr_assume(&scope, compile("has(event.data.bonus)"));
    compile("event.data.bonus + event.data.rating");
    ck_assert_ptr_null(
        expr_compile(&other, STR("event.data.rating + 1"), 1, 1));
}
END_TEST

/* ---- faults at evaluation ---- */

static void
assert_fails(const char *text, const char *code, const char *message)
{
    struct expr *expr = compile(text);
    struct err err = {0};
    struct value value;

    ck_assert_msg(!expr_eval(expr, &event, &value, &err), "%s", text);
    ck_assert_int_eq(err.kind, ERR_INPUT);
    ck_assert_str_eq(err.code, code);
    ck_assert_str_eq(err.text, message);
}

START_TEST(evaluation_faults)
{
    assert_fails("1 / event.data.zero", "rule_error",
                 "in `1 / event.data.zero`: cannot divide 1 by zero");
    assert_fails("event.data.count % event.data.zero", "rule_error",
                 "in `event.data.count % event.data.zero`: cannot divide 7 by "
                 "zero");
    assert_fails("timestamp(event.data.label) > event.time", "rule_error",
                 "in `timestamp(event.data.label) > event.time`: "
                 "\"gr\xC3\xBC\xC3\x9F"
                 "e\" is not an RFC 3339 time such as 2026-12-01T00:00:00Z");
    assert_fails(
        "timestamp('9999-12-31T00:00:00Z') + (event.time - "
        "timestamp('2000-01-01T00:00:00Z')) > event.time",
        "rule_error",
        "in `timestamp('9999-12-31T00:00:00Z') + (event.time - timestamp"
        "(...`: the timestamp is out of range");
}
END_TEST

START_TEST(overflow_is_an_input_error)
{
    static const char big[] = "event.data.count * 142857142857142857";

    assert_gives(big, "999999999999999999");
    assert_fails(
        "event.data.count * 142857142857142857 * 100000000000000000"
        " * 100000000000000000",
        "amount_overflow",
        "in `event.data.count * 142857142857142857 * 100000000000000000 *...`: "
        "the result of 99999999999999999900000000000000000 * "
        "100000000000000000 is too large to be exact");
}
END_TEST

/* Set one field of the event and check it again. */
static void
change_field(const char *key, const char *value)
{
    const char *text = arena_printf(&arena, "{\"value\":%s}", value);
    struct err err = {0};

    *node_get(event.data, str_from_cstr(key)) =
        *node_get(json(text), STR("value"));
    ck_assert_msg(schema_check(event.type, event.data, &arena, &err), "%s",
                  err.text);
}

START_TEST(numbers_in_every_spelling)
{
    change_field("value", "12");
    assert_gives("event.data.value * 2", "24");
    change_field("value", "0.1");
    assert_gives("event.data.value * 3 == 0.3", "true");
    change_field("value", "\"-007.250\"");
    assert_gives("event.data.value", "-7.25");
    change_field("count", "9223372036854775807");
    assert_gives("event.data.count + 1", "9223372036854775808");
    change_field("count", "7.0");
    assert_gives("event.data.count + 1", "8");
}
END_TEST

START_TEST(null_is_missing)
{
    event.data = json("{\"rating\":null,\"bonus\":3}");
    assert_gives("has(event.data.rating)", "false");
    assert_gives("has(event.data.bonus) ? event.data.bonus : 0", "3");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("expr");
    TCase *tests = tcase_create("expr");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, arithmetic_is_exact);
    tcase_add_test(tests, types_of_arithmetic);
    tcase_add_test(tests, rounding);
    tcase_add_test(tests, comparisons_and_logic);
    tcase_add_test(tests, strings);
    tcase_add_test(tests, times);
    tcase_add_test(tests, constants_are_folded);
    tcase_add_test(tests, guards_that_hold);
    tcase_add_test(tests, guards_that_do_not);
    tcase_add_test(tests, assumptions_reach_later_expressions);
    tcase_add_test(tests, evaluation_faults);
    tcase_add_test(tests, overflow_is_an_input_error);
    tcase_add_test(tests, numbers_in_every_spelling);
    tcase_add_test(tests, null_is_missing);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
