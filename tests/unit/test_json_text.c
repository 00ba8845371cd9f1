/* test_json_text.c - strings as JSON, wherever in them the escapes are. */
#include "json_text.h"

#include <stdio.h>

#include "unit.h"

enum { LONGEST = 40 };

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

/* Any byte, at any place in texts around and over a word's length, between
 * neighbours one away from what is escaped. */
START_TEST(a_byte_ends_the_plain_run_wherever_it_is)
{
    static const char neighbours[] = {' ', '!', '#', '[', ']', '\x7F', '\xFF'};
    char text[LONGEST];

    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte != '"' && byte != '\\';

        for (size_t len = 1; len <= LONGEST; len++)
            for (size_t at = 0; at < len; at++) {
                memset(text, neighbours[(size_t)(byte + (int)at) % 7], len);
                text[at] = (char)byte;
                ck_assert_uint_eq(json_plain_length(str_make(text, len)),
                                  plain ? len : at);
            }
    }
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
    return UNIT_RUN(
        "json_text", set_up, tear_down, strings_are_quoted_and_escaped,
        a_byte_ends_the_plain_run_wherever_it_is, members_are_parted_by_commas);
}
