/* test_range.c - arithmetic on ranges against arithmetic on all their values.
 */
#include "range.h"
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

enum { LOW = -4, HIGH = 4 };

typedef struct range range_operation(const struct range *left,
                                     const struct range *right);
typedef bool ratio_operation(struct ratio left, struct ratio right,
                             struct ratio *result);

static bool
remainder_of(struct ratio left, struct ratio right, struct ratio *result)
{
    if (right.num == 0)
        return false;
    *result = ratio_from_int((int64_t)(left.num % right.num));
    return true;
}

static bool
smaller_of(struct ratio left, struct ratio right, struct ratio *result)
{
    *result = ratio_compare(left, right) < 0 ? left : right;
    return true;
}

static bool
larger_of(struct ratio left, struct ratio right, struct ratio *result)
{
    *result = ratio_compare(left, right) > 0 ? left : right;
    return true;
}

static const struct {
    const char *name;
    range_operation *range;
    ratio_operation *ratio;
    bool tight; /* both ends are values */
} operations[] = {
    {"add", range_add, ratio_add, true},
    {"sub", range_sub, ratio_sub, true},
    {"mul", range_mul, ratio_mul, true},
    {"div", range_div, ratio_div, true},
    {"rem", range_rem, remainder_of, false},
    {"min", range_min, smaller_of, true},
    {"max", range_max, larger_of, true},
};

/* Every result is in the range, and where the operation is exact the results
 * reach both of its ends. */
static void
check_pair(size_t which, const struct range *left, const struct range *right,
           const int *ends)
{
    struct range got = operations[which].range(left, right);
    bool least = !got.least.known;
    bool most = !got.most.known;
    bool bounded = got.least.known && got.most.known;
    struct ratio result;

    for (int x = ends[0]; x <= ends[1]; x++)
        for (int y = ends[2]; y <= ends[3]; y++) {
            if (!operations[which].ratio(ratio_from_int(x), ratio_from_int(y),
                                         &result))
                continue;
            ck_assert_msg(range_has(&got, result), "%d %s %d", x,
                          operations[which].name, y);
            least = least || ratio_compare(result, got.least.at) == 0;
            most = most || ratio_compare(result, got.most.at) == 0;
        }
    if (operations[which].tight)
        ck_assert_msg(least && most, "%d..%d %s %d..%d is wider than it must",
                      ends[0], ends[1], operations[which].name, ends[2],
                      ends[3]);
    /* Only division knows no end. */
    ck_assert(bounded || operations[which].ratio == ratio_div ||
              operations[which].ratio == remainder_of);
}

START_TEST(every_operation_holds_every_result)
{
    for (size_t which = 0; which < sizeof(operations) / sizeof(*operations);
         which++)
        for (int a = LOW; a <= HIGH; a++)
            for (int b = a; b <= HIGH; b++)
                for (int c = LOW; c <= HIGH; c++)
                    for (int d = c; d <= HIGH; d++) {
                        struct range left = range_whole(a, b);
                        struct range right = range_whole(c, d);
                        const int ends[] = {a, b, c, d};

                        check_pair(which, &left, &right, ends);
                    }
}
END_TEST

START_TEST(order_is_that_of_all_pairs)
{
    for (int a = LOW; a <= HIGH; a++)
        for (int b = a; b <= HIGH; b++)
            for (int c = LOW; c <= HIGH; c++)
                for (int d = c; d <= HIGH; d++) {
                    struct range left = range_whole(a, b);
                    struct range right = range_whole(c, d);
                    unsigned order = 0;

                    for (int x = a; x <= b; x++)
                        for (int y = c; y <= d; y++)
                            order |= x < y   ? RANGE_BELOW
                                     : x > y ? RANGE_ABOVE
                                             : RANGE_EQUAL;
                    ck_assert_uint_eq(range_order(&left, &right), order);
                }
}
END_TEST

static struct range
above(int64_t least)
{
    struct range range = range_any(false);

    range_cut_below(&range, (struct range_end){true, true, {least, 1}});
    return range;
}

START_TEST(what_has_no_end_has_none_after_arithmetic)
{
    struct range positive = above(0);
    struct range two = range_whole(2, 2);
    struct range zero = range_whole(0, 0);
    struct range product = range_mul(&positive, &two);
    struct range negative = range_negate(&product);
    struct range nothing = range_mul(&positive, &zero);
    struct range quotient = range_div(&two, &positive);
    struct range capped = range_min(&product, &two);

    ck_assert(product.least.known && !product.most.known);
    ck_assert(!negative.least.known && negative.most.known);
    ck_assert(range_is_point(&nothing));
    ck_assert(!quotient.most.known);
    ck_assert(range_has(&capped, ratio_from_int(2)));
    ck_assert(!range_has(&capped, ratio_from_int(3)));
}
END_TEST

START_TEST(an_excluded_end_is_not_a_value)
{
    struct range positive = above(0);
    struct range whole = range_any(true);
    struct range zero = range_whole(0, 0);

    range_cut_below(&whole, positive.least);
    ck_assert(!range_has(&positive, ratio_from_int(0)));
    ck_assert_uint_eq(range_order(&positive, &zero), RANGE_ABOVE);
    ck_assert_int_eq((int64_t)whole.least.at.num, 1);
    range_cut_above(&positive, zero.most);
    ck_assert(range_is_empty(&positive));
}
END_TEST

START_TEST(what_leaves_128_bits_has_no_end)
{
    struct range large = range_whole(INT64_MAX, INT64_MAX);
    struct range square = range_mul(&large, &large);
    struct range fourth = range_mul(&square, &square);

    ck_assert(square.most.known);
    ck_assert(!fourth.most.known);
}
END_TEST

START_TEST(sets_of_texts)
{
    static const struct str texts[] = {STR("a"), STR("b"), STR("c")};
    struct range all = range_any(false);
    struct range two = range_any(false);
    struct range one = range_text(&texts[0]);
    struct range both;

    all.has_texts = two.has_texts = true;
    all.texts = two.texts = texts;
    all.text_count = 3;
    two.text_count = 2;
    both = range_meet(&all, &two, &arena);
    ck_assert_int_eq(range_count(&both), 2);
    both = range_join(&one, &two, &arena);
    ck_assert_int_eq(range_count(&both), 2);
    range_leave_out(&all, texts[1], &arena);
    ck_assert(range_has_text(&all, texts[0]));
    ck_assert(!range_has_text(&all, texts[1]));
    ck_assert_uint_eq(range_order(&one, &all), RANGE_EQUAL | RANGE_BELOW);
    all = range_any(false);
    ck_assert_int_eq(range_count(&all), INT64_MAX);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "range", set_up, tear_down, every_operation_holds_every_result,
        order_is_that_of_all_pairs, what_has_no_end_has_none_after_arithmetic,
        an_excluded_end_is_not_a_value, what_leaves_128_bits_has_no_end,
        sets_of_texts);
}
