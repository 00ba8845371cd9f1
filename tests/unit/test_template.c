/* test_template.c - texts with placeholders, and amounts for people. */
#include "template.h"

#include "unit.h"

static struct arena arena;
static struct buf out;

static const struct template_field fields[] = {
    {STR("amount"), STR("65,000")},
    {STR("event.id"), STR("e-1")},
};
static const struct template_field data[] = {
    {STR("contract_id"), STR("gig_1")},
    {STR("a.b"), STR("deep")},
};
static const struct template_field answer[] = {
    {STR("to"), STR("silver")},
};
static const struct template_scope scope = {fields, 2, data, 2, answer, 1};

static void
set_up(void)
{
    arena_init(&arena);
    buf_init(&out, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static void
check_expands(const char *text, const char *expected)
{
    buf_clear(&out);
    template_expand(&out, str_from_cstr(text), &scope);
    ck_assert_str_eq(unit_text(&arena, buf_str(&out)), expected);
}

static void
check_amount(int64_t minor, int scale, const char *expected)
{
    buf_clear(&out);
    buf_add_cstr(&out, "1,234 ");
    template_amount(&out, minor, scale);
    ck_assert_str_eq(unit_text(&arena, buf_str(&out)) + 6, expected);
}

START_TEST(placeholders_are_replaced)
{
    check_expands("", "");
    check_expands("plain", "plain");
    check_expands("{amount}", "65,000");
    check_expands("You earned {amount} for {event.data.contract_id}.",
                  "You earned 65,000 for gig_1.");
    check_expands("{event.id}{event.data.a.b}", "e-1deep");
    check_expands("You are {answer.to} now", "You are silver now");
}
END_TEST

START_TEST(a_missing_value_prints_nothing)
{
    check_expands("<{event.data.none}>", "<>");
    check_expands("<{none}>", "<>");
    check_expands("<{}>", "<>");
    check_expands("<{contract_id}>", "<>");
    check_expands("<{event.data.amount}>", "<>");
}
END_TEST

START_TEST(two_braces_are_one)
{
    check_expands("{{amount}", "{amount}");
    check_expands("{{{amount}", "{65,000");
    check_expands("{{{{", "{{");
    check_expands("a}b", "a}b");
}
END_TEST

START_TEST(a_brace_never_closed_is_text)
{
    check_expands("{amount", "{amount");
    check_expands("a {", "a {");
}
END_TEST

START_TEST(parts_come_with_their_place)
{
    struct str text = STR("a {b} {{ {c");
    struct template_part part;
    size_t at = 0;

    ck_assert(template_next(text, &at, &part));
    ck_assert_int_eq(part.kind, TEMPLATE_TEXT);
    ck_assert(template_next(text, &at, &part));
    ck_assert_int_eq(part.kind, TEMPLATE_NAME);
    ck_assert_ptr_eq(part.text.at, text.at + 3);
    ck_assert_uint_eq(part.text.len, 1);
    ck_assert(template_next(text, &at, &part));
    ck_assert(template_next(text, &at, &part));
    ck_assert_int_eq(part.kind, TEMPLATE_TEXT);
    ck_assert_uint_eq(part.text.len, 1);
    ck_assert(template_next(text, &at, &part));
    ck_assert(template_next(text, &at, &part));
    ck_assert_int_eq(part.kind, TEMPLATE_BROKEN);
    ck_assert_ptr_eq(part.text.at, text.at + 9);
    ck_assert(!template_next(text, &at, &part));
}
END_TEST

START_TEST(a_data_path_is_what_follows_the_prefix)
{
    struct str path;

    ck_assert(template_data_path(STR("event.data.a.b"), &path));
    ck_assert_str_eq(unit_text(&arena, path), "a.b");
    ck_assert(!template_data_path(STR("event.data."), &path));
    ck_assert(!template_data_path(STR("event.id"), &path));
    ck_assert(!template_data_path(STR("xevent.data.a"), &path));
}
END_TEST

START_TEST(amounts_have_thousands_and_only_places_that_say_something)
{
    check_amount(6500000, 2, "65,000");
    check_amount(6500050, 2, "65,000.50");
    check_amount(6500005, 2, "65,000.05");
    check_amount(0, 2, "0");
    check_amount(5, 2, "0.05");
    check_amount(99999, 2, "999.99");
    check_amount(100000, 2, "1,000");
    check_amount(100000000, 2, "1,000,000");
    check_amount(1000, 0, "1,000");
    check_amount(100, 0, "100");
    check_amount(-99900, 2, "-999");
    check_amount(-123456789, 2, "-1,234,567.89");
    check_amount(INT64_C(9000000000000000000), 2, "90,000,000,000,000,000");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("template", set_up, tear_down, placeholders_are_replaced,
                    a_missing_value_prints_nothing, two_braces_are_one,
                    a_brace_never_closed_is_text, parts_come_with_their_place,
                    a_data_path_is_what_follows_the_prefix,
                    amounts_have_thousands_and_only_places_that_say_something);
}
