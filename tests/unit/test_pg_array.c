/* test_pg_array.c - array parameters, byte for byte as PostgreSQL itself writes
 * them: SELECT encode(array_send('{…}'::int[]), 'hex'). Only of one without
 * elements it writes no dimension, and takes one all the same. */
#include <string.h>

#include "hex.h"
#include "pg_array.h"
#include "pg_text.h"
#include "unit.h"

static struct arena arena;
static struct buf array;

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

static void
assert_bytes(const char *expected)
{
    char *hex = arena_alloc(&arena, array.len * 2 + 1);

    hex_write(hex, array.at, array.len);
    ck_assert_str_eq(hex, expected);
}

START_TEST(an_array_of_numbers)
{
    pg_array_open(&array, &arena, PG_INT4);
    pg_array_int(&array, 7);
    pg_array_int(&array, -2);
    assert_bytes("0000000100000000000000170000000200000001"
                 "0000000400000007"
                 "00000004fffffffe");
}
END_TEST

START_TEST(large_and_small_numbers)
{
    pg_array_open(&array, &arena, PG_INT8);
    pg_array_int(&array, INT64_MIN);
    assert_bytes("0000000100000000000000140000000100000001"
                 "000000088000000000000000");
    pg_array_open(&array, &arena, PG_INT2);
    pg_array_int(&array, 258);
    assert_bytes("0000000100000000000000150000000100000001"
                 "000000020102");
}
END_TEST

START_TEST(an_array_of_texts)
{
    pg_array_open(&array, &arena, PG_TEXT);
    pg_array_text(&array, STR("a,\"\\"));
    pg_array_null(&array);
    pg_array_text(&array, STR(""));
    assert_bytes("0000000100000001000000190000000300000001"
                 "00000004612c225c"
                 "ffffffff"
                 "00000000");
}
END_TEST

START_TEST(an_array_of_places)
{
    pg_array_open(&array, &arena, PG_TID);
    pg_array_place(&array, (int64_t)70000 << 16 | 258);
    assert_bytes("00000001000000000000001b0000000100000001"
                 "00000006000111700102");
}
END_TEST

START_TEST(an_array_of_none)
{
    pg_array_open(&array, &arena, PG_TEXT);
    assert_bytes("0000000100000000000000190000000000000001");
}
END_TEST

START_TEST(a_literal)
{
    pg_literal_open(&array, &arena);
    pg_literal_text(&array, STR("a\"\\"));
    pg_literal_null(&array);
    pg_literal_close(&array);
    ck_assert_str_eq(arena_strndup(&arena, array.at, array.len),
                     "{\"a\\\"\\\\\",NULL}");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("pg_array", set_up, tear_down, an_array_of_numbers,
                    large_and_small_numbers, an_array_of_texts,
                    an_array_of_places, an_array_of_none, a_literal);
}
