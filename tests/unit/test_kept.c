/* test_kept.c - the flat object of kept fields. */
#include "kept.h"

#include "unit.h"

static struct arena arena;

static void
set_up(void)
{
    arena_init(&arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

/* The members as name=text;name=text; */
static const char *
read_all(const char *json)
{
    const struct template_field *fields;
    /* Not at the end of anything, so that a tool sees a step too far. */
    size_t count = kept_read(
        &arena, str_make(arena_strdup(&arena, json), strlen(json)), &fields);
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(&buf, fields[i].name);
        buf_add_char(&buf, '=');
        buf_add_str(&buf, fields[i].text);
        buf_add_char(&buf, ';');
    }
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(nothing_has_no_members)
{
    ck_assert_str_eq(read_all(""), "");
    ck_assert_str_eq(read_all("{}"), "");
    ck_assert_str_eq(read_all("[1]"), "");
}
END_TEST

START_TEST(members_come_in_order)
{
    ck_assert_str_eq(read_all("{\"b\":\"1\",\"a.c\":\"two\",\"d\":\"\"}"),
                     "b=1;a.c=two;d=;");
    ck_assert_str_eq(read_all(" { \"a\" : \"1\" , \"b\" : 2 } "), "a=1;b=2;");
}
END_TEST

START_TEST(what_is_no_text_is_passed_over)
{
    ck_assert_str_eq(
        read_all("{\"a\":null,\"b\":{\"x\":\"}\"},\"c\":[1,[\"]\"]],\"d\":-1.5,"
                 "\"e\":true}"),
        "d=-1.5;e=true;");
}
END_TEST

START_TEST(escapes_are_undone)
{
    ck_assert_str_eq(read_all("{\"a\":\"say \\\"hi\\\"\",\"b\":\"\\\\\\/"
                              "\\b\\f\\n\\r\\t\"}"),
                     "a=say \"hi\";b=\\/\b\f\n\r\t;");
    ck_assert_str_eq(read_all("{\"\\u0041\":\"\\u00e9\\u20AC\\ud83d\\ude00\"}"),
                     "A=\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80;");
}
END_TEST

START_TEST(a_fault_ends_the_list)
{
    static const char *const faulty[] = {
        "{\"a\":\"1\",\"b",
        "{\"a\":\"1\",\"b\"",
        "{\"a\":\"1\",\"b\":",
        "{\"a\":\"1\",\"b\":\"x",
        "{\"a\":\"1\",\"b\":\"\\",
        "{\"a\":\"1\",\"b\":\"\\u12",
        "{\"a\":\"1\",\"b\":\"\\x\"}",
        "{\"a\":\"1\",\"b\":\"\\ud800\"}",
        "{\"a\":\"1\",\"b\":\"\\udc00\"}",
        "{\"a\":\"1\",\"b\":[\"",
        "{\"a\":\"1\",",
        "{\"a\":\"1\" \"b\":\"2\"}",
    };

    for (size_t i = 0; i < sizeof(faulty) / sizeof(*faulty); i++)
        ck_assert_str_eq(read_all(faulty[i]), "a=1;");
}
END_TEST

START_TEST(an_object_in_it)
{
    struct str json =
        STR("{\"a\": \"x}\", \"b\" :{\"c\":{\"d\":1}} ,\"e\":[{}],"
            "\"f\":null}");
    struct str object;

    ck_assert(kept_object(&arena, json, STR("b"), &object));
    ck_assert_str_eq(unit_text(&arena, object), "{\"c\":{\"d\":1}}");
    ck_assert(!kept_object(&arena, json, STR("a"), &object));
    ck_assert(!kept_object(&arena, json, STR("c"), &object));
    ck_assert(!kept_object(&arena, json, STR("e"), &object));
    ck_assert(!kept_object(&arena, json, STR("f"), &object));
    ck_assert(!kept_object(&arena, STR("{\"a\":{"), STR("a"), &object));
    ck_assert(!kept_object(&arena, STR(""), STR("a"), &object));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("kept", set_up, tear_down, nothing_has_no_members,
                    members_come_in_order, what_is_no_text_is_passed_over,
                    escapes_are_undone, a_fault_ends_the_list, an_object_in_it);
}
