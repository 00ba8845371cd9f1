/* test_json_text.c - strings as JSON, and what parts them. */
#include "json_text.h"

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

static const char *
written(struct str text)
{
    struct buf buf;

    buf_init(&buf, &arena);
    json_add_string(&buf, text);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(strings_are_quoted_and_escaped)
{
    ck_assert_str_eq(written(STR("")), "\"\"");
    ck_assert_str_eq(written((struct str){0}), "\"\"");
    ck_assert_str_eq(written(STR("plain")), "\"plain\"");
    ck_assert_str_eq(written(STR("a\"b\\c")), "\"a\\\"b\\\\c\"");
    ck_assert_str_eq(written(STR("\"\\\"\\\"\\\"\\\"\\")),
                     "\"\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\\\"\\\\\"");
    ck_assert_str_eq(written(STR("\x01\n\x1F")), "\"\\u0001\\u000a\\u001f\"");
    ck_assert_str_eq(written(STR("\x7F\xC3\xBC/")), "\"\x7F\xC3\xBC/\"");
}
END_TEST

START_TEST(members_are_parted_by_commas)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_char(&buf, '{');
    json_add_member(&buf, "a", STR("b"));
    json_add_key(&buf, "c");
    buf_add_char(&buf, '[');
    buf_add_cstr(&buf, "]}");
    ck_assert_str_eq(unit_text(&arena, buf_str(&buf)),
                     "{\"a\":\"b\",\"c\":[]}");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("json_text", set_up, tear_down,
                    strings_are_quoted_and_escaped,
                    members_are_parted_by_commas);
}
