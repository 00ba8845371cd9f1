/* test_canonical.c - canonical data: rewriting by schema_check, numbers and
 * accounts, and one text for what means the same. */
#include "canonical.h"

#include "number.h"
#include "schema_fixture.h"

static const char *
canonical(const struct node *node)
{
    struct buf buf;

    buf_init(&buf, &arena);
    canonical_add(&buf, node);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(equal_documents_have_one_text)
{
    static const struct {
        const char *sent;
        const char *text;
    } cases[] = {
        {"{}", "{}"},
        {"{'b':1,'a':{'d':null,'c':true}}",
         "{\"a\":{\"c\":true,\"d\":null},\"b\":1}"},
        {"{'aa':1,'a':2,'B':3}", "{\"B\":3,\"a\":2,\"aa\":1}"},
        {"{'a':[3,1,2]}", "{\"a\":[3,1,2]}"},
        {"{'a':1.0}", "{\"a\":1}"},
        {"{'a':1e3}", "{\"a\":1000}"},
        {"{'a':-0.0}", "{\"a\":0}"},
        {"{'a':0.50}", "{\"a\":0.5}"},
        {"{'a':1e-9}", "{\"a\":0.000000001}"},
        {"{'a':1e-10}", "{\"a\":1e-10}"},
        {"{'a':1e300}", "{\"a\":1e+300}"},
        {"{'a':0.30000000000000004}", "{\"a\":0.30000000000000004}"},
        {"{'a':'\\u00e9\\n\\u0041\\/'}", "{\"a\":\"\xC3\xA9\\u000aA/\"}"},
        {"{'a':'1'}", "{\"a\":\"1\"}"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(canonical(json(cases[i].sent)), cases[i].text);
}
END_TEST

START_TEST(many_keys_are_sorted_too)
{
    struct buf one;
    struct buf two;

    buf_init(&one, &arena);
    buf_init(&two, &arena);
    for (int i = 0; i < 200; i++) {
        buf_printf(&one, "%s'k%03d':%d", i ? "," : "{", i, i);
        buf_printf(&two, "%s'k%03d':%d", i ? "," : "{", 199 - i, 199 - i);
    }
    buf_add(&one, "}", 2);
    buf_add(&two, "}", 2);
    ck_assert_str_eq(canonical(json(one.at)), canonical(json(two.at)));
}
END_TEST

/* ---- numbers --------------------------------------------------------------
 */

START_TEST(reals_are_compared_by_their_digits)
{
    static const struct {
        const char *small;
        const char *large;
    } cases[] = {
        {"-1e300", "-1e20"},
        {"-1e20", "-1"},
        {"-1", "-1e-300"},
        {"-1e-300", "0"},
        {"0", "1e-300"},
        {"1e-300", "0.000000001"},
        {"0.1", "0.10000000000000002"},
        {"9007199254740991", "9007199254740993"},
        {"1e18", "1e20"},
        {"123456789.123456", "123456789.1234561"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct node *list =
            node_get(json(arena_printf(&arena, "{'a':[%s,%s]}", cases[i].small,
                                       cases[i].large)),
                     STR("a"));
        struct ratio small;
        struct ratio large;

        ck_assert(number_read(list->items[0], &small));
        ck_assert(number_read(list->items[1], &large));
        ck_assert_msg(ratio_compare(small, large) < 0, "%s, %s", cases[i].small,
                      cases[i].large);
    }
}
END_TEST

/* ---- decimals -------------------------------------------------------------
 */

static const char decimal_schema[] =
    "{'type':['string','integer','number'],'format':'decimal','minimum':0,"
    "'maximum':1000000000000000000}";

static struct node *
checked(const char *schema, const char *value)
{
    struct node *data = json(arena_printf(&arena, "{'a':%s}", value));

    err_reset(&err);
    if (!schema_check(compile_field(schema), data, &arena, &err))
        return NULL;
    return node_get(data, STR("a"));
}

START_TEST(decimals_become_exact)
{
    static const struct {
        const char *sent;
        const char *canonical;
        const char *text; /* as people read it */
    } cases[] = {
        {"'500.00'", "500", "500.00"},
        {"500", "500", "500"},
        {"500.10", "500.1", "500.1"},
        {"'0.000000001'", "0.000000001", "0.000000001"},
        {"1e2", "100", "100"},
        {"1e17", "100000000000000000", "100000000000000000"},
        {"1.5e-8", "0.000000015", "0.000000015"},
        {"'-0.00'", "0", "-0.00"},
        {"'007'", "7", "007"},
        {"99999999999999.9", "99999999999999.9", "99999999999999.9"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct node *node = checked(decimal_schema, cases[i].sent);

        ck_assert_msg(node != NULL, "%s: %s", cases[i].sent, err.text);
        ck_assert_int_eq(node->kind, NODE_DECIMAL);
        ck_assert_str_eq(canonical(node), cases[i].canonical);
        ck_assert_str_eq(unit_text(&arena, node->text), cases[i].text);
    }
}
END_TEST

START_TEST(reals_that_lost_digits_are_refused)
{
    static const char *const values[] = {"12345678901234567.89",
                                         "1234567890123.4567",
                                         "0.1234567890123456",
                                         "1e18",
                                         "1e300",
                                         "1e-10",
                                         "0.12345678901",
                                         "1.23456789e-5"};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ck_assert_msg(!checked(decimal_schema, values[i]), "%s", values[i]);
        ck_assert_str_eq(err.code, "decimal_precision");
        ck_assert_contains(err.text, "/data/a: ");
        ck_assert_contains(err.text, "send it as a string");
    }
}
END_TEST

START_TEST(other_decimals_violate_the_schema)
{
    static const char *const values[] = {"'abc'",
                                         "'1e2'",
                                         "'1,5'",
                                         "''",
                                         "' 1'",
                                         "'-1'",
                                         "-1",
                                         "-0.5",
                                         "'1.0000000001'",
                                         "'1000000000000000000'",
                                         "true",
                                         "null",
                                         "[]",
                                         "1000000000000000001",
                                         "'\xD9\xA1'"};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        ck_assert_msg(!checked(decimal_schema, values[i]), "%s", values[i]);
        ck_assert_str_eq(err.code, "schema_violation");
    }
}
END_TEST

START_TEST(bounds_hold_for_decimals_in_strings)
{
    const char *schema = "{'type':['string','number'],'format':'decimal',"
                         "'maximum':5,'exclusiveMinimum':0}";

    ck_assert_ptr_nonnull(checked(schema, "'5.0'"));
    ck_assert_ptr_null(checked(schema, "'5.000000001'"));
    ck_assert_contains(err.text, "/data/a: must be at most 5, but is the "
                                 "string \"5.000000001\"");
    ck_assert_ptr_null(checked(schema, "'0.00'"));
    /* Without the format it is a string like any other. */
    ck_assert_ptr_nonnull(checked("{'maximum':5}", "'7'"));
}
END_TEST

START_TEST(patterns_see_the_text_as_sent)
{
    const char *schema = "{'type':['string','number'],'format':'decimal',"
                         "'pattern':'^[0-9]+\\\\.[0-9]{2}$'}";

    ck_assert_ptr_nonnull(checked(schema, "'5.00'"));
    ck_assert_ptr_null(checked(schema, "'5.0'"));
    ck_assert_ptr_nonnull(checked(schema, "5"));
}
END_TEST

START_TEST(whole_reals_become_integers)
{
    struct node *node = checked("{'type':'integer'}", "7.0");

    ck_assert_ptr_nonnull(node);
    ck_assert_int_eq(node->kind, NODE_INT);
    ck_assert_int_eq(node->integer, 7);
    ck_assert_int_eq(checked("{'type':'integer'}", "-1e3")->integer, -1000);
    ck_assert_int_eq(
        checked("{'type':'integer'}", "9007199254740991.0")->integer,
        9007199254740991);
    ck_assert_ptr_null(checked("{'type':'integer'}", "9007199254740992.0"));
    ck_assert_str_eq(err.code, "decimal_precision");
    ck_assert_ptr_null(checked("{'type':'integer'}", "1e300"));
    ck_assert_str_eq(err.code, "decimal_precision");
    ck_assert_int_eq(checked("{'type':'number'}", "7.0")->kind, NODE_REAL);
}
END_TEST

START_TEST(nothing_is_rewritten_unless_all_is_valid)
{
    const struct event_type *type = compile_well(
        "'properties':{'a':{'format':'decimal'},'b':{'type':'integer'}}");
    struct node *data = json("{'a':'5.00','b':'x'}");

    ck_assert(!schema_check(type, data, &arena, &err));
    ck_assert_int_eq(node_get(data, STR("a"))->kind, NODE_STRING);
}
END_TEST

START_TEST(branches_rewrite_only_what_holds)
{
    ck_assert_int_eq(
        checked("{'anyOf':[{'format':'decimal'}]}", "'5.00'")->kind,
        NODE_STRING);
    ck_assert_int_eq(checked("{'allOf':[{'type':'string'},{'format':'decimal'},"
                             "{'maxLength':4}]}",
                             "'5.00'")
                         ->kind,
                     NODE_DECIMAL);
    ck_assert_int_eq(checked("{'if':{'format':'decimal'},'then':{'format':"
                             "'decimal'}}",
                             "'5.00'")
                         ->kind,
                     NODE_DECIMAL);
    ck_assert_int_eq(checked("{'allOf':[{'type':['integer','string']},"
                             "{'format':'decimal'}]}",
                             "5.0")
                         ->kind,
                     NODE_DECIMAL);
}
END_TEST

START_TEST(checking_again_changes_nothing)
{
    const struct event_type *type = compile_field(decimal_schema);
    struct node *data = json("{'a':'5.00'}");

    ck_assert(schema_check(type, data, &arena, &err));
    ck_assert(schema_check(type, data, &arena, &err));
    ck_assert_str_eq(canonical(data), "{\"a\":5}");
}
END_TEST

/* ---- accounts -------------------------------------------------------------
 */

#define LOWER "0x52908400098527886e0f7030069857d2e4169ee7"

START_TEST(addresses_are_in_lower_case)
{
    static const struct {
        const char *sent;
        const char *account;
    } cases[] = {
        {"0x52908400098527886E0F7030069857D2E4169EE7", LOWER},
        {LOWER, LOWER},
        {"0x52908400098527886E0F7030069857D2E4169EE", NULL},
        {"0x52908400098527886E0F7030069857D2E4169EEG", NULL},
        {"User-42", NULL},
        {"user 42", NULL},
        {"~!#$%^&*()", NULL},
        {"x@y", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str account;
        const char *expected =
            cases[i].account ? cases[i].account : cases[i].sent;

        ck_assert(
            account_canonical(&arena, str_from_cstr(cases[i].sent), &account));
        ck_assert_str_eq(unit_text(&arena, account), expected);
    }
}
END_TEST

START_TEST(what_is_no_account_is_refused)
{
    static const char *const texts[] = {
        "",         "@rewards", "0x52908400098527886E0F7030069857D2E4169EE7a",
        "a\tb",     "a\nb",     "a\x7F",
        "\xC3\xBC",
    };
    struct str account;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(
            !account_canonical(&arena, str_from_cstr(texts[i]), &account), "%s",
            texts[i]);
}
END_TEST

START_TEST(account_fields_are_rewritten_anywhere)
{
    const struct event_type *type = compile_well(
        "'properties':{'to':{'type':'array','items':{'type':'object',"
        "'properties':{'who':{'type':'string','format':'account'}}}}}");
    struct node *data =
        json("{'to':[{'who':'0x52908400098527886E0F7030069857D2E4169EE7'},"
             "{'who':'Bob'}]}");

    ck_assert(schema_check(type, data, &arena, &err));
    ck_assert_str_eq(canonical(data),
                     "{\"to\":[{\"who\":\"" LOWER "\"},{\"who\":\"Bob\"}]}");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "canonical", set_up, tear_down, equal_documents_have_one_text,
        many_keys_are_sorted_too, reals_are_compared_by_their_digits,
        decimals_become_exact, reals_that_lost_digits_are_refused,
        other_decimals_violate_the_schema, bounds_hold_for_decimals_in_strings,
        patterns_see_the_text_as_sent, whole_reals_become_integers,
        nothing_is_rewritten_unless_all_is_valid,
        branches_rewrite_only_what_holds, checking_again_changes_nothing,
        addresses_are_in_lower_case, what_is_no_account_is_refused,
        account_fields_are_rewritten_anywhere);
}
