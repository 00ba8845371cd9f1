/* test_buf.c - text that grows, and numbers in it. */
#include "buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static struct arena arena;
static struct buf buf;

static void
set_up(void)
{
    buf_init(&buf, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(what_was_there_stays_as_it_grows)
{
    for (int i = 0; i < 1000; i++)
        buf_add_cstr(&buf, i % 2 ? "ab" : "c");
    ck_assert_uint_eq(buf.len, 1500);
    for (size_t i = 0; i < 500; i++)
        ck_assert_mem_eq(buf.at + 3 * i, "cab", 3);
}
END_TEST

START_TEST(one_large_piece_fits)
{
    char piece[5000];

    memset(piece, 'x', sizeof(piece));
    buf_add_char(&buf, '<');
    buf_add(&buf, piece, sizeof(piece));
    buf_add_char(&buf, '>');
    ck_assert_uint_eq(buf.len, sizeof(piece) + 2);
    ck_assert_mem_eq(buf.at + 1, piece, sizeof(piece));
    ck_assert_int_eq(buf.at[buf.len - 1], '>');
}
END_TEST

/* As the C library prints it. */
static void
check_int(int64_t value)
{
    char expected[32];

    snprintf(expected, sizeof(expected), "%" PRId64, value);
    buf_clear(&buf);
    buf_add_int(&buf, value);
    buf_add_char(&buf, '\0');
    ck_assert_str_eq(buf.at, expected);
    ck_assert_str_eq(int_text(&arena, value).at, expected);
}

START_TEST(numbers_have_their_digits)
{
    uint64_t bits = 1;

    for (int64_t value = -12000; value <= 12000; value++)
        check_int(value);
    for (int64_t power = 10; power <= INT64_MAX / 10; power *= 10) {
        check_int(power - 1);
        check_int(power);
        check_int(-power);
        check_int(1 - power);
    }
    for (int i = 0; i < 10000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407;
        check_int((int64_t)(bits >> i % 60));
        check_int(-(int64_t)(bits >> (i % 60 + 1)));
    }
    check_int(INT64_C(999999999999999999));
    check_int(INT64_C(1000000000000000000));
    check_int(INT64_MAX);
    check_int(INT64_MIN);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("buf", set_up, tear_down, what_was_there_stays_as_it_grows,
                    one_large_piece_fits, numbers_have_their_digits);
}
