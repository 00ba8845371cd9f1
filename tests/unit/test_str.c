/* test_str.c - comparisons, UTF-8, distance. */
#include "str.h"

#include "unit.h"

START_TEST(equality_is_of_bytes_and_length)
{
    ck_assert(str_eq(STR("a\0b"), STR("a\0b")));
    ck_assert(!str_eq(STR("a\0b"), STR("a\0c")));
    ck_assert(!str_eq(STR("a"), STR("ab")));
    ck_assert(str_eq((struct str){0}, STR("")));
    ck_assert(str_eq_cstr(STR("abc"), "abc"));
    ck_assert(!str_eq_cstr(STR("abc"), "ab"));
}
END_TEST

START_TEST(order_is_by_bytes_then_length)
{
    ck_assert_int_lt(str_compare(STR("a"), STR("b")), 0);
    ck_assert_int_lt(str_compare(STR("a"), STR("aa")), 0);
    ck_assert_int_gt(str_compare(STR("b"), STR("aa")), 0);
    ck_assert_int_lt(str_compare(STR("z"), STR("\xC3\xA9")), 0);
    ck_assert_int_eq(str_compare((struct str){0}, STR("")), 0);
    ck_assert_int_lt(str_compare((struct str){0}, STR("a")), 0);
}
END_TEST

START_TEST(parts_are_found)
{
    ck_assert(str_starts_with(STR("abc"), STR("ab")));
    ck_assert(str_starts_with(STR("abc"), STR("")));
    ck_assert(!str_starts_with(STR("ab"), STR("abc")));
    ck_assert(str_ends_with(STR("abc"), STR("bc")));
    ck_assert(!str_ends_with(STR("bc"), STR("abc")));
    ck_assert(str_contains(STR("abc"), STR("b")));
    ck_assert(str_contains((struct str){0}, STR("")));
    ck_assert(!str_contains((struct str){0}, STR("a")));
}
END_TEST

struct utf8_case {
    const char *bytes;
    size_t length; /* in code points; 0 when it is not well-formed */
};

/* Unicode 15, table 3-7, at its edges. */
static const struct utf8_case utf8_cases[] = {
    {"a", 1},
    {"\x7F", 1},
    {"\xC2\x80", 1},
    {"\xDF\xBF", 1},
    {"\xE0\xA0\x80", 1},
    {"\xED\x9F\xBF", 1},
    {"\xEE\x80\x80", 1},
    {"\xEF\xBF\xBF", 1},
    {"\xF0\x90\x80\x80", 1},
    {"\xF4\x8F\xBF\xBF", 1},
    {"gr\xC3\xBC\xC3\x9F"
     "e",
     5},
    {"\xF0\x9F\x8E\x89\xF0\x9F\x8E\x89", 2},
    {"\x80", 0},
    {"\xC0\x80", 0},
    {"\xC1\xBF", 0},
    {"\xC2", 0},
    {"\xC2\x7F", 0},
    {"\xC2\xC0", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xE2\x82", 0},
    {"\xED\xA0\x80", 0},
    {"\xED\xBF\xBF", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xF0\x9F\x8E", 0},
    {"\xF4\x90\x80\x80", 0},
    {"\xF5\x80\x80\x80", 0},
    {"\xFF", 0},
    {"abc\xE2\x82", 0},
};

START_TEST(utf8_is_checked_at_its_edges)
{
    for (size_t i = 0; i < sizeof(utf8_cases) / sizeof(utf8_cases[0]); i++) {
        struct str text = str_from_cstr(utf8_cases[i].bytes);
        bool good = utf8_cases[i].length > 0;

        ck_assert_msg(str_is_utf8(text) == good, "case %zu", i);
        if (good)
            ck_assert_uint_eq(str_utf8_length(text), utf8_cases[i].length);
    }
}
END_TEST

START_TEST(a_byte_that_is_no_text_is_found_anywhere)
{
    static const char bad[] = {'\0', '\x80', '\xC3', '\xFF'};
    char text[40];

    for (size_t len = 1; len <= sizeof(text); len++)
        for (size_t at = 0; at < len; at++)
            for (size_t i = 0; i < sizeof(bad); i++) {
                memset(text, at % 2 ? '\x01' : '\x7F', len);
                ck_assert(str_is_utf8(str_make(text, len)));
                text[at] = bad[i];
                ck_assert(!str_is_utf8(str_make(text, len)));
            }
}
END_TEST

START_TEST(zero_bytes_are_no_text_but_nothing_is)
{
    ck_assert(!str_is_utf8(STR("a\0b")));
    ck_assert(str_is_utf8((struct str){0}));
    ck_assert_uint_eq(str_utf8_length((struct str){0}), 0);
}
END_TEST

START_TEST(the_first_wrong_byte_ends_it_wherever_it_is)
{
    char bytes[64];

    for (size_t at = 0; at < sizeof(bytes); at++) {
        memset(bytes, 'a', sizeof(bytes));
        ck_assert(str_is_utf8(str_make(bytes, sizeof(bytes))));
        bytes[at] = '\x80';
        ck_assert(!str_is_utf8(str_make(bytes, sizeof(bytes))));
    }
}
END_TEST

START_TEST(distance_counts_typing_errors)
{
    ck_assert_uint_eq(str_distance(STR(""), STR("")), 0);
    ck_assert_uint_eq(str_distance(STR(""), STR("abc")), 3);
    ck_assert_uint_eq(str_distance(STR("rating"), STR("rating")), 0);
    ck_assert_uint_eq(str_distance(STR("rating"), STR("raitng")), 1);
    ck_assert_uint_eq(str_distance(STR("rating"), STR("ratin")), 1);
    ck_assert_uint_eq(str_distance(STR("rating"), STR("xrating")), 1);
    ck_assert_uint_eq(str_distance(STR("kitten"), STR("sitting")), 3);
}
END_TEST

START_TEST(long_texts_are_far_apart)
{
    char text[64];

    memset(text, 'a', sizeof(text));
    ck_assert_uint_eq(str_distance(str_make(text, 63), str_make(text, 63)), 0);
    ck_assert_uint_ge(str_distance(str_make(text, 64), str_make(text, 64)), 63);
}
END_TEST

START_TEST(a_copy_is_its_own)
{
    struct arena arena = {0};
    char text[] = "abc";
    struct str copy = str_dup(&arena, str_make(text, 3));

    text[0] = 'x';
    ck_assert_str_eq(copy.at, "abc");
    ck_assert_uint_eq(str_dup(&arena, (struct str){0}).len, 0);
    arena_free(&arena);
}
END_TEST

/* Any byte, at any place in texts around and over a word's length, between
 * neighbours one away from what ends a run. */
START_TEST(a_byte_ends_the_plain_run_wherever_it_is)
{
    enum { LONGEST = 40 };
    static const char neighbours[] = {' ', '!', '#', '[', ']', '\x7F', '\xFF'};
    char text[LONGEST];

    for (int byte = 0; byte < 256; byte++)
        for (size_t len = 1; len <= LONGEST; len++)
            for (size_t at = 0; at < len; at++) {
                struct str all = str_make(text, len);
                bool plain = byte >= 0x20 && byte != '\\';

                memset(text, neighbours[(size_t)(byte + (int)at) % 7], len);
                text[at] = (char)byte;
                ck_assert_uint_eq(str_plain_length(all, '\\', '\\'),
                                  plain ? len : at);
                ck_assert_uint_eq(str_plain_length(all, '"', '\\'),
                                  plain && byte != '"' ? len : at);
            }
    ck_assert_uint_eq(str_plain_length((struct str){0}, '"', '\\'), 0);
}
END_TEST

START_TEST(hashes_are_fnv_1a)
{
    ck_assert_uint_eq(str_hash(STR("")), 14695981039346656037u);
    ck_assert_uint_eq(str_hash(STR("a")), 0xaf63dc4c8601ec8cu);
    ck_assert_uint_eq(str_hash(STR("foobar")), 0x85944171f73967e8u);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("str", NULL, NULL, equality_is_of_bytes_and_length,
                    order_is_by_bytes_then_length, parts_are_found,
                    utf8_is_checked_at_its_edges,
                    a_byte_that_is_no_text_is_found_anywhere,
                    zero_bytes_are_no_text_but_nothing_is,
                    the_first_wrong_byte_ends_it_wherever_it_is,
                    distance_counts_typing_errors, long_texts_are_far_apart,
                    a_copy_is_its_own, a_byte_ends_the_plain_run_wherever_it_is,
                    hashes_are_fnv_1a);
}
