/* test_expr_load.c - expressions that are refused when they are loaded: why,
 * and where. */
#include "expr_fixture.h"

/* ---- faults at load ---- */

struct fault_row {
    const char *text;
    int column;
    const char *message;
};

static void
assert_refused(const struct fault_row *row)
{
    const char *words;
    struct expr *expr;

    diag_init(&diags, &arena);
    expr = expr_compile(&scope, str_from_cstr(row->text), 3, 1);
    ck_assert_msg(!expr, "%s compiles", row->text);
    ck_assert_uint_ge(diags.errors, 1);
    ck_assert_msg(diags.errors == 1, "%s: also %s", row->text,
                  diags.items[diags.errors - 1].text);
    words = unit_words(&arena, &diags.items[0]);
    ck_assert_msg(strstr(words, row->message) != NULL,
                  "%s: expected \"%s\", got \"%s\"", row->text, row->message,
                  words);
    ck_assert_msg(diags.items[0].column == row->column,
                  "%s: expected column %d, got %d: %s", row->text, row->column,
                  diags.items[0].column, diags.items[0].text);
    ck_assert_int_eq(diags.items[0].line, 3);
    ck_assert_str_eq(diags.items[0].file, "rules.yaml");
}

#define ASSERT_REFUSED(rows)                                                   \
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)          \
    assert_refused(&rows[row])

START_TEST(syntax_faults)
{
    static const struct fault_row rows[] = {
        {"", 1, "the expression is empty"},
        {"  ", 1, "the expression is empty"},
        {"1 +", 4, "expected a value, but the expression ends here"},
        {"(1", 3, "expected `)`, but the expression ends here"},
        {"1 2", 3, "expected an operator or the end, found `2`"},
        {"true and false", 6, "found `and`; write &&"},
        {"not true", 1, "found `not`; write !"},
        {"1 = 1", 3, "write =="},
        {"true & true", 6, "write &&"},
        {"\"abc", 1, "the string is not closed"},
        {"\"a\\q\"", 3, "unknown escape"},
        {"\"\\u0000\"", 2, "unknown escape"},
        {"\"\\ud800\"", 2, "unknown escape"},
        {"r\"raw\"", 1, "strings have no prefix"},
        {"1e3", 1, "`1e3` is not a number"},
        {"0x10", 1, "`0x10` is not a number"},
        {"1_000", 1, "`1_000` is not a number"},
        {"2 * 010", 5, "leave out the zeros"},
        {".5", 1, "expected a value, found `.`"},
        {"1.2345678901", 1, "more than 18 digits"},
        {"1234567890123456789", 1, "more than 18 digits"},
        {"event.data.tags[0]", 16, "lists cannot be indexed"},
        {"event.", 7, "expected the name of a field"},
        {"{}", 1, "maps cannot be written"},
        {"true ? 1", 9, "expected `:`"},
        {"'é' + §", 7, "`§` cannot stand in an expression"},
        {"event.data.count in", 20, "expected a value"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(name_faults)
{
    static const struct fault_row rows[] = {
        {"event.data.ratting > 4", 12,
         "unknown field `event.data.ratting`; schema: done.json; did you mean "
         "\"rating\""},
        {"event.data.xyzzy", 12, "unknown field `event.data.xyzzy`"},
        {"event.data.inner.z", 18, "unknown field `event.data.inner.z`"},
        {"event.data.count.z", 18, "unknown field `event.data.count.z`"},
        {"1 + count", 5, "write `event.data.count`"},
        {"data.count", 1, "write `event.data`"},
        {"event.count", 7, "write `event.data.count`"},
        {"event.tiem", 7, "did you mean \"time\""},
        {"event.account", 7, "unknown field `event.account`"},
        {"event.id.x", 10, "has no fields"},
        {"event", 1, "`event` is an object"},
        {"event.data", 7, "`event.data` is an object"},
        {"event.data.inner", 1, "cannot be used in a rule"},
        {"event.data.tags == 'x'", 1, "cannot be used in a rule"},
        {"bronze == 'x'", 1, "strings stand in quotes"},
        {"event.data.label == null", 21, "there is no null"},
        {"'a'.b", 5, "only `event` has fields"},
        {"now() > event.time", 1, "there is no clock"},
        {"rond(1, 2, 'floor')", 1, "did you mean \"round\""},
        {"event.data.label.matches('a')", 18, "no regular expressions"},
        {"has(event.data.ratting)", 16, "did you mean \"rating\""},
        {"has(event.id)", 5, "has() takes one field"},
        {"has(1 + 1)", 5, "has() takes one field"},
        {"has()", 1, "has() takes one field"},
        {"has(event.data.ratng) && event.data.rating > 1", 16,
         "did you mean \"rating\""},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(type_faults)
{
    static const struct fault_row rows[] = {
        {"1 + \"a\"", 3, "`+` cannot take int and string"},
        {"event.data.value > \"4.5\"", 18, "numbers stand without quotes"},
        {"event.data.done > true", 17, "`>` cannot take bool and bool"},
        {"1 < 2 < 3", 7, "`<` cannot take bool and int"},
        {"event.data.count && true", 1, "`&&` needs a condition here, not int"},
        {"true || 1", 9, "`||` needs a condition here"},
        {"1 ? 2 : 3", 1, "`?` needs a condition here"},
        {"true ? 1 : 'a'", 6, "both results of `?:`"},
        {"!1", 1, "`!` cannot take int"},
        {"-'a'", 1, "`-` cannot take string"},
        {"-duration('1s')", 1, "`-` cannot take duration"},
        {"event.time + event.time", 12, "`+` cannot take timestamp"},
        {"event.time > '2026-01-01'", 12, "with timestamp()"},
        {"1.5 % 2", 5, "two whole numbers"},
        {"[1, 2]", 1, "a list can only stand to the right of `in`"},
        {"1 in 2", 6, "must be a list"},
        {"1 in []", 6, "the list is empty"},
        {"1 in [1, 'a']", 10, "`in` cannot look for int"},
        {"1 in [event.data.count]", 7, "a list holds literals only"},
        {"size(1)", 6, "size(text) needs string here, not int"},
        {"size()", 1, "`size` is called as size(text)"},
        {"startsWith('a', 'b')", 1, "called as text.startsWith(part)"},
        {"'a'.round(1, 'floor')", 5, "called as round(x, places, mode)"},
        {"min(1)", 1, "called as min(a, b, ...)"},
        {"min(1,2,3,4,5,6,7,8,9,10)", 1, "called as min(a, b, ...)"},
        {"max(1, 'a')", 8, "needs int or decimal here, not string"},
        {"event.time.getHours(1)", 21, "needs string here"},
        {"event.data.user == '0xAB908400098527886E0F7030069857D2E4169EE7'", 20,
         "write \"0xab908400098527886e0f7030069857d2e4169ee7\""},
        {"event.data.user in ['@house']", 21, "cannot be an account id"},
        {"event.data.day == '2026-2-28'", 19, "write YYYY-MM-DD"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(constant_faults)
{
    static const struct fault_row rows[] = {
        {"1 / 0", 3, "division by zero"},
        {"event.data.count % (1 - 1)", 18, "division by zero"},
        {"false && 1 / 0 > 1", 12, "division by zero"},
        {"timestamp('yesterday')", 11, "is not an RFC 3339 time"},
        {"timestamp('2026-02-30T00:00:00Z')", 11, "is not an RFC 3339 time"},
        {"timestamp(event.data.day)", 11, "is a date without a time"},
        {"duration('5x')", 10, "is not a duration"},
        {"duration('')", 10, "is not a duration"},
        {"duration('1ns')", 10, "is not a duration"},
        {"duration('0.0000001s')", 10, "is not a duration"},
        {"duration(event.id)", 10, "needs a literal here"},
        {"event.time.getHours('Mars/Olympus')", 21, "Mars/Olympus"},
        {"event.time.getHours(event.id)", 21, "needs a literal here"},
        {"round(1, 10, 'floor')", 10, "0 to 9 places"},
        {"round(1, -1, 'floor')", 10, "0 to 9 places"},
        {"round(1, 2, 'up')", 13, "is not a way to round"},
        {"round(1, event.data.count, 'floor')", 10, "needs a literal"},
        {"999999999999999999 * 999999999999999999 * 999999999999999999", 41,
         "too large to be exact"},
        {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", 35,
         "the timestamp is out of range"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(faults_are_reported_together)
{
    static const char text[] =
        "event.data.ratting > 1 && event.data.count == 'a' ||\n"
        "  min('x', foo) > 1 && event.data.bonus > 1";
    static const int columns[] = {12, 44, 12, 7};

    ck_assert_ptr_null(expr_compile(&scope, str_from_cstr(text), 5, 1));
    ck_assert_uint_eq(diags.errors, 4);
    for (size_t i = 0; i < diags.errors; i++) {
        ck_assert_int_eq(diags.items[i].line, i < 2 ? 5 : 6);
        ck_assert_int_eq(diags.items[i].column, columns[i]);
    }
}
END_TEST

/* ---- limits ---- */

/* `count` copies of `open`, a middle, `count` copies of `close`. */
static struct str
repeated(const char *open, const char *middle, const char *close, int count)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (int i = 0; i < count; i++)
        buf_add_cstr(&buf, open);
    buf_add_cstr(&buf, middle);
    for (int i = 0; i < count; i++)
        buf_add_cstr(&buf, close);
    return buf_str(&buf);
}

START_TEST(no_fields_without_an_event_type)
{
    scope.type = NULL;
    compile("1 + size(event.id)");
    ck_assert_ptr_null(expr_compile(&scope, STR("event.data.count"), 1, 1));
    ck_assert_ptr_null(expr_compile(&scope, STR("has(event.data.note)"), 1, 1));
    ck_assert_ptr_null(expr_compile(&scope, STR("count > 1"), 1, 1));
    ck_assert_uint_eq(diags.errors, 3);
}
END_TEST

START_TEST(depth_and_length_are_bounded)
{
    ck_assert_ptr_nonnull(
        expr_compile(&scope, repeated("(", "1", ")", 32), 1, 1));
    ck_assert_ptr_nonnull(
        expr_compile(&scope, repeated("", "1", "+1", 255), 1, 1));
    ck_assert_ptr_null(expr_compile(&scope, repeated("(", "1", ")", 33), 1, 1));
    ck_assert_ptr_null(
        expr_compile(&scope, repeated("!", "true", "", 40), 1, 1));
    ck_assert_ptr_null(
        expr_compile(&scope, repeated("", "1", "+1", 256), 1, 1));
    ck_assert_ptr_null(
        expr_compile(&scope, repeated("true ? 1 : ", "1", "", 40), 1, 1));
    ck_assert_ptr_null(
        expr_compile(&scope, repeated(" ", "1", " ", 2048), 1, 1));
    ck_assert_ptr_null(expr_compile(&scope, STR("'\xff'"), 1, 1));
    ck_assert_ptr_null(expr_compile(&scope, STR("'\0'"), 1, 1));
    ck_assert_uint_eq(diags.errors, 7);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("expr_load");
    TCase *tests = tcase_create("expr_load");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, syntax_faults);
    tcase_add_test(tests, name_faults);
    tcase_add_test(tests, type_faults);
    tcase_add_test(tests, constant_faults);
    tcase_add_test(tests, faults_are_reported_together);
    tcase_add_test(tests, no_fields_without_an_event_type);
    tcase_add_test(tests, depth_and_length_are_bounded);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
