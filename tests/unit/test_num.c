/* test_num.c - exact fractions and checked integers. */
#include "num.h"

#include "unit.h"

#define LARGEST ((int128)(((unsigned __int128)1 << 127) - 1))
#define SMALLEST (-LARGEST - 1)

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

static struct ratio
ratio(const char *text)
{
    struct ratio value;

    ck_assert_msg(ratio_parse(str_from_cstr(text), &value), "%s", text);
    return value;
}

static const char *
printed(struct ratio value)
{
    struct buf buf;

    buf_init(&buf, &arena);
    ratio_print(&buf, value);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(decimals_are_read_exactly)
{
    static const struct {
        const char *text;
        const char *printed;
    } cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.00", "0"},
        {"500.00", "500"},
        {"500.10", "500.1"},
        {"0.000000001", "0.000000001"},
        {"-0.000000001", "-0.000000001"},
        {"999999999999999999.999999999", "999999999999999999.999999999"},
        {"-999999999999999999.999999999", "-999999999999999999.999999999"},
        {"0000000000000000000000000007", "7"},
        {"1.5000000000000000000000000", "1.5"},
        {"00.5", "0.5"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(printed(ratio(cases[i].text)), cases[i].printed);
}
END_TEST

START_TEST(what_is_no_decimal_is_refused)
{
    static const char *const texts[] = {
        "",
        "-",
        ".",
        "1.",
        ".5",
        "+1",
        " 1",
        "1 ",
        "1e2",
        "1,5",
        "--1",
        "0x10",
        "1.2.3",
        "1_000",
        "abc",
        "1a",
        "NaN",
        "inf",
        "1.-5",
        "\xD9\xA1",
        "1000000000000000000",
        "0.0000000001",
    };
    struct ratio value;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(!ratio_parse(str_from_cstr(texts[i]), &value), "%s",
                      texts[i]);
    ck_assert(!ratio_parse((struct str){0}, &value));
    ck_assert(!ratio_parse(STR("1\0"), &value));
}
END_TEST

START_TEST(sums_and_products_are_exact)
{
    struct ratio value;

    ck_assert(ratio_add(ratio("0.1"), ratio("0.2"), &value));
    ck_assert_str_eq(printed(value), "0.3");
    ck_assert(ratio_sub(ratio("0.1"), ratio("0.3"), &value));
    ck_assert_str_eq(printed(value), "-0.2");
    ck_assert(ratio_mul(ratio("500.10"), ratio("-100"), &value));
    ck_assert_str_eq(printed(value), "-50010");
    ck_assert(ratio_div(ratio("1"), ratio("-8"), &value));
    ck_assert_str_eq(printed(value), "-0.125");
    ck_assert(ratio_div(ratio("1"), ratio("3"), &value));
    ck_assert_str_eq(printed(value), "1/3");
    ck_assert(ratio_mul(value, ratio("3"), &value));
    ck_assert_str_eq(printed(value), "1");
}
END_TEST

START_TEST(what_does_not_fit_is_refused_and_leaves_the_result)
{
    struct ratio largest = {LARGEST, 1};
    struct ratio smallest = {SMALLEST, 1};
    struct ratio value = ratio("7");

    ck_assert(!ratio_add(largest, ratio("1"), &value));
    ck_assert(!ratio_sub(smallest, ratio("1"), &value));
    ck_assert(!ratio_mul(largest, ratio("2"), &value));
    ck_assert(!ratio_mul(smallest, ratio("-1"), &value));
    ck_assert(!ratio_div(ratio("1"), ratio("0"), &value));
    ck_assert(!ratio_div(ratio("1"), ratio("-0.00"), &value));
    ck_assert_str_eq(printed(value), "7");
}
END_TEST

START_TEST(lowest_terms_are_tried_before_giving_up)
{
    struct ratio value = {LARGEST, LARGEST};

    ck_assert(ratio_mul(value, value, &value));
    ck_assert_str_eq(printed(value), "1");
    value = (struct ratio){LARGEST, 3};
    ck_assert(ratio_mul(value, (struct ratio){3, LARGEST}, &value));
    ck_assert_str_eq(printed(value), "1");
    value = (struct ratio){(int128)1 << 100, (int128)1 << 100};
    ck_assert(ratio_add(value, (struct ratio){(int128)3 << 90, (int128)1 << 90},
                        &value));
    ck_assert_str_eq(printed(value), "4");
}
END_TEST

START_TEST(comparing_never_overflows)
{
    struct ratio near = {LARGEST, LARGEST - 1};
    struct ratio nearer = {LARGEST - 1, LARGEST - 2};

    ck_assert_int_lt(ratio_compare(near, nearer), 0);
    ck_assert_int_gt(ratio_compare(nearer, near), 0);
    ck_assert_int_eq(ratio_compare(near, near), 0);
    ck_assert_int_eq(
        ratio_compare((struct ratio){1, 2}, (struct ratio){500, 1000}), 0);
    ck_assert_int_lt(
        ratio_compare((struct ratio){SMALLEST, 1}, (struct ratio){SMALLEST, 2}),
        0);
    ck_assert_int_lt(
        ratio_compare((struct ratio){SMALLEST, 1}, (struct ratio){LARGEST, 1}),
        0);
    ck_assert_int_gt(ratio_compare(ratio("-0.1"), ratio("-0.2")), 0);
    ck_assert_int_eq(ratio_compare(ratio("-0"), ratio("0.0")), 0);
}
END_TEST

START_TEST(comparing_agrees_with_cross_multiplication)
{
    for (int a = -9; a <= 9; a++)
        for (int b = 1; b <= 7; b++)
            for (int c = -9; c <= 9; c++)
                for (int d = 1; d <= 7; d++) {
                    int order = ratio_compare((struct ratio){a, b},
                                              (struct ratio){c, d});
                    int cross = a * d - c * b;

                    ck_assert_int_eq((order > 0) - (order < 0),
                                     (cross > 0) - (cross < 0));
                }
}
END_TEST

START_TEST(rounding_is_as_told)
{
    static const struct {
        const char *value;
        int64_t floor;
        int64_t half_even;
        int64_t half_up;
        int64_t ceil;
    } cases[] = {
        {"2.5", 2, 2, 3, 3},         {"3.5", 3, 4, 4, 4},
        {"-2.5", -3, -2, -3, -2},    {"-3.5", -4, -4, -4, -3},
        {"0.5", 0, 0, 1, 1},         {"-0.5", -1, 0, -1, 0},
        {"2.4", 2, 2, 2, 3},         {"2.6", 2, 3, 3, 3},
        {"-2.4", -3, -2, -2, -2},    {"-2.6", -3, -3, -3, -2},
        {"2", 2, 2, 2, 2},           {"-2", -2, -2, -2, -2},
        {"2.500000001", 2, 3, 3, 3},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const int64_t expected[] = {
            [ROUND_FLOOR] = cases[i].floor,
            [ROUND_HALF_EVEN] = cases[i].half_even,
            [ROUND_HALF_UP] = cases[i].half_up,
            [ROUND_CEIL] = cases[i].ceil,
        };

        for (int mode = ROUND_FLOOR; mode <= (int)ROUND_CEIL; mode++) {
            int64_t minor;

            ck_assert(ratio_to_minor(ratio(cases[i].value), 0,
                                     (enum round_mode)mode, &minor));
            ck_assert_msg(minor == expected[mode], "%s, mode %d",
                          cases[i].value, mode);
        }
    }
}
END_TEST

START_TEST(minor_units_have_the_bounds_of_64_bits)
{
    int64_t minor = 7;

    ck_assert(ratio_to_minor(ratio("65000"), 2, ROUND_FLOOR, &minor));
    ck_assert_int_eq(minor, 6500000);
    ck_assert(
        ratio_to_minor(ratio("92233720368547758.07"), 2, ROUND_FLOOR, &minor));
    ck_assert_int_eq(minor, INT64_MAX);
    ck_assert(
        !ratio_to_minor(ratio("92233720368547758.08"), 2, ROUND_FLOOR, &minor));
    ck_assert(
        ratio_to_minor(ratio("-92233720368547758.08"), 2, ROUND_FLOOR, &minor));
    ck_assert_int_eq(minor, INT64_MIN);
    ck_assert(!ratio_to_minor(ratio("-92233720368547758.09"), 2, ROUND_FLOOR,
                              &minor));
    ck_assert(
        !ratio_to_minor((struct ratio){LARGEST, 1}, 2, ROUND_FLOOR, &minor));
    ck_assert_str_eq(printed(ratio_from_minor(6500001, 2)), "65000.01");
    ck_assert_str_eq(printed(ratio_from_minor(INT64_MIN, 0)),
                     "-9223372036854775808");
}
END_TEST

START_TEST(rounding_to_places_keeps_a_fraction)
{
    struct ratio value;

    ck_assert(ratio_div(ratio("2"), ratio("3"), &value));
    ck_assert(ratio_round(value, 2, ROUND_HALF_UP, &value));
    ck_assert_str_eq(printed(value), "0.67");
    ck_assert(ratio_round(ratio("-0.005"), 2, ROUND_FLOOR, &value));
    ck_assert_str_eq(printed(value), "-0.01");
    ck_assert(!ratio_round((struct ratio){LARGEST, 1}, 9, ROUND_FLOOR, &value));
}
END_TEST

START_TEST(integers_are_recognised)
{
    ck_assert(ratio_is_integer(ratio("7.000")));
    ck_assert(ratio_is_integer((struct ratio){6, 3}));
    ck_assert(!ratio_is_integer((struct ratio){7, 3}));
    ck_assert(ratio_is_integer(ratio("0")));
}
END_TEST

START_TEST(the_ends_of_128_bits_are_printed)
{
    ck_assert_str_eq(printed((struct ratio){LARGEST, 1}),
                     "170141183460469231731687303715884105727");
    ck_assert_str_eq(printed((struct ratio){SMALLEST, 1}),
                     "-170141183460469231731687303715884105728");
    ck_assert_str_eq(printed((struct ratio){1, LARGEST}),
                     "1/170141183460469231731687303715884105727");
    ck_assert_str_eq(printed((struct ratio){1, 10000000000}), "1/10000000000");
    /* Around the end of 64 bits, with zeros there. */
    ck_assert_str_eq(printed((struct ratio){UINT64_MAX, 1}),
                     "18446744073709551615");
    ck_assert_str_eq(printed((struct ratio){(int128)UINT64_MAX + 1, 1}),
                     "18446744073709551616");
    ck_assert_str_eq(
        printed((struct ratio){(int128)-1000000000000000000 * 1000, 1}),
        "-1000000000000000000000");
    ck_assert_str_eq(
        printed((struct ratio){(int128)1000000000000000001 * 100, 1000}),
        "100000000000000000.1");
}
END_TEST

static const char *
printed_minor(int64_t minor, int scale)
{
    struct buf buf;

    buf_init(&buf, &arena);
    num_print_minor(&buf, minor, scale);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(minor_units_are_printed_with_all_places)
{
    ck_assert_str_eq(printed_minor(6500000, 2), "65000.00");
    ck_assert_str_eq(printed_minor(5, 2), "0.05");
    ck_assert_str_eq(printed_minor(-5, 2), "-0.05");
    ck_assert_str_eq(printed_minor(0, 2), "0.00");
    ck_assert_str_eq(printed_minor(7, 0), "7");
    ck_assert_str_eq(printed_minor(INT64_MAX, 2), "92233720368547758.07");
    ck_assert_str_eq(printed_minor(INT64_MIN, 2), "-92233720368547758.08");
    ck_assert_str_eq(printed_minor(INT64_MIN, 9), "-9223372036.854775808");
}
END_TEST

START_TEST(checked_sums_know_their_bounds)
{
    int64_t sum = 7;

    ck_assert(num_add(INT64_MAX, 0, &sum));
    ck_assert_int_eq(sum, INT64_MAX);
    ck_assert(!num_add(INT64_MAX, 1, &sum));
    ck_assert(!num_add(INT64_MIN, -1, &sum));
    ck_assert(num_sub(INT64_MIN, 0, &sum));
    ck_assert(!num_sub(INT64_MIN, 1, &sum));
    ck_assert(!num_sub(0, INT64_MIN, &sum));
    ck_assert(num_sub(-1, INT64_MAX, &sum));
    ck_assert_int_eq(sum, INT64_MIN);
}
END_TEST

START_TEST(integers_are_read_whole)
{
    static const char *const bad[] = {"",
                                      "-",
                                      "+",
                                      "1.0",
                                      " 1",
                                      "1 ",
                                      "1a",
                                      "0x1",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999999"};
    int64_t value;

    ck_assert(num_parse_int(STR("9223372036854775807"), &value));
    ck_assert_int_eq(value, INT64_MAX);
    ck_assert(num_parse_int(STR("-9223372036854775808"), &value));
    ck_assert_int_eq(value, INT64_MIN);
    ck_assert(num_parse_int(STR("-0"), &value));
    ck_assert_int_eq(value, 0);
    ck_assert(num_parse_int(STR("0007"), &value));
    ck_assert_int_eq(value, 7);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!num_parse_int(str_from_cstr(bad[i]), &value), "%s",
                      bad[i]);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("num", set_up, tear_down, decimals_are_read_exactly,
                    what_is_no_decimal_is_refused, sums_and_products_are_exact,
                    what_does_not_fit_is_refused_and_leaves_the_result,
                    lowest_terms_are_tried_before_giving_up,
                    comparing_never_overflows,
                    comparing_agrees_with_cross_multiplication,
                    rounding_is_as_told, minor_units_have_the_bounds_of_64_bits,
                    rounding_to_places_keeps_a_fraction,
                    integers_are_recognised, the_ends_of_128_bits_are_printed,
                    minor_units_are_printed_with_all_places,
                    checked_sums_know_their_bounds, integers_are_read_whole);
}
