/* num.c - fractions of 128-bit integers. They are brought to lowest terms only
 * when a product would overflow, since most sums never get near. */
#include "num.h"

#include <assert.h>

__extension__ typedef unsigned __int128 uint128;

static int128
gcd(int128 left, int128 right)
{
    uint128 a = left < 0 ? 0 - (uint128)left : (uint128)left;
    uint128 b = right < 0 ? 0 - (uint128)right : (uint128)right;

    while (b) {
        uint128 rest = a % b;

        a = b;
        b = rest;
    }
    return (int128)a;
}

static struct ratio
ratio_reduce(struct ratio value)
{
    int128 common = gcd(value.num, value.den);

    if (common > 1) {
        value.num /= common;
        value.den /= common;
    }
    return value;
}

static int128
power_of_ten(int exponent)
{
    int128 power = 1;

    assert(exponent >= 0 && exponent <= 36);
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static int128
floor_div(int128 num, int128 den)
{
    int128 whole = num / den;

    return whole - (num % den < 0);
}

struct ratio
ratio_from_int(int64_t value)
{
    return (struct ratio){value, 1};
}

struct ratio
ratio_from_minor(int64_t minor, int scale)
{
    return (struct ratio){minor, power_of_ten(scale)};
}

/* Digits at the start of *text, taken off it. */
static struct str
take_digits(struct str *text)
{
    struct str digits = {text->at, 0};

    while (text->len && text->at[0] >= '0' && text->at[0] <= '9') {
        text->at++;
        text->len--;
        digits.len++;
    }
    return digits;
}

static int128
append_digits(int128 value, struct str digits)
{
    for (size_t i = 0; i < digits.len; i++)
        value = value * 10 + (digits.at[i] - '0');
    return value;
}

static bool
take_char(struct str *text, char c)
{
    if (!text->len || text->at[0] != c)
        return false;
    text->at++;
    text->len--;
    return true;
}

bool
ratio_parse(struct str text, struct ratio *value)
{
    bool negative = take_char(&text, '-');
    struct str whole = take_digits(&text);
    bool point = take_char(&text, '.');
    struct str part = point ? take_digits(&text) : (struct str){0};

    if (text.len || !whole.len || (point && !part.len))
        return false;
    while (whole.len > 1 && whole.at[0] == '0') {
        whole.at++;
        whole.len--;
    }
    while (part.len && part.at[part.len - 1] == '0')
        part.len--;
    if (whole.len > NUM_MAX_INTEGER_DIGITS || part.len > NUM_MAX_DECIMALS)
        return false;
    value->num = append_digits(append_digits(0, whole), part);
    if (negative)
        value->num = -value->num;
    value->den = power_of_ten((int)part.len);
    return true;
}

static bool
try_add(struct ratio left, struct ratio right, struct ratio *result)
{
    int128 a;
    int128 b;
    struct ratio sum;

    if (left.den == right.den) {
        sum.den = left.den;
        if (__builtin_add_overflow(left.num, right.num, &sum.num))
            return false;
    } else if (__builtin_mul_overflow(left.num, right.den, &a) ||
               __builtin_mul_overflow(right.num, left.den, &b) ||
               __builtin_add_overflow(a, b, &sum.num) ||
               __builtin_mul_overflow(left.den, right.den, &sum.den)) {
        return false;
    }
    *result = sum;
    return true;
}

bool
ratio_add(struct ratio left, struct ratio right, struct ratio *result)
{
    return try_add(left, right, result) ||
           try_add(ratio_reduce(left), ratio_reduce(right), result);
}

bool
ratio_sub(struct ratio left, struct ratio right, struct ratio *result)
{
    struct ratio minus = {0, right.den};

    if (__builtin_sub_overflow((int128)0, right.num, &minus.num))
        return false;
    return ratio_add(left, minus, result);
}

static bool
try_mul(struct ratio left, struct ratio right, struct ratio *result)
{
    struct ratio product;

    if (__builtin_mul_overflow(left.num, right.num, &product.num) ||
        __builtin_mul_overflow(left.den, right.den, &product.den))
        return false;
    *result = product;
    return true;
}

bool
ratio_mul(struct ratio left, struct ratio right, struct ratio *result)
{
    struct ratio cross_left;
    struct ratio cross_right;

    if (try_mul(left, right, result))
        return true;
    /* Crosswise lowest terms: what overflows now does so for good. */
    left = ratio_reduce(left);
    right = ratio_reduce(right);
    cross_left = ratio_reduce((struct ratio){left.num, right.den});
    cross_right = ratio_reduce((struct ratio){right.num, left.den});
    return try_mul((struct ratio){cross_left.num, cross_right.den},
                   (struct ratio){cross_right.num, cross_left.den}, result);
}

bool
ratio_div(struct ratio left, struct ratio right, struct ratio *result)
{
    struct ratio inverse = {right.den, right.num};

    if (right.num == 0)
        return false;
    if (inverse.den < 0) {
        if (__builtin_sub_overflow((int128)0, right.num, &inverse.den))
            return false;
        inverse.num = -inverse.num;
    }
    return ratio_mul(left, inverse, result);
}

/* Integer parts first, then the reciprocals of what is left, as in Euclid's
 * algorithm: no product, so no overflow. */
int
ratio_compare(struct ratio left, struct ratio right)
{
    int sign = 1;

    for (;;) {
        int128 a = floor_div(left.num, left.den);
        int128 b = floor_div(right.num, right.den);
        int128 rest_a = left.num - a * left.den;
        int128 rest_b = right.num - b * right.den;

        if (a != b)
            return a < b ? -sign : sign;
        if (rest_a == 0 || rest_b == 0)
            return sign * ((rest_a > 0) - (rest_b > 0));
        left = (struct ratio){left.den, rest_a};
        right = (struct ratio){right.den, rest_b};
        sign = -sign;
    }
}

bool
ratio_is_integer(struct ratio value)
{
    return value.den == 1 || value.num % value.den == 0;
}

static int128
round_to_integer(struct ratio value, enum round_mode mode)
{
    int128 below = floor_div(value.num, value.den);
    int128 rest = value.num - below * value.den;
    int128 to_next = value.den - rest;

    if (rest == 0)
        return below;
    switch (mode) {
    case ROUND_FLOOR:
        return below;
    case ROUND_CEIL:
        return below + 1;
    case ROUND_HALF_EVEN:
        if (rest == to_next)
            return below + (below % 2 != 0);
        break;
    case ROUND_HALF_UP:
        if (rest == to_next)
            return below + (below >= 0);
        break;
    }
    return below + (rest > to_next);
}

static bool
ratio_scale(struct ratio value, int scale, enum round_mode mode, int128 *scaled)
{
    struct ratio power = {power_of_ten(scale), 1};

    if (!ratio_mul(value, power, &value))
        return false;
    *scaled = round_to_integer(value, mode);
    return true;
}

bool
ratio_to_minor(struct ratio value, int scale, enum round_mode mode,
               int64_t *minor)
{
    int128 scaled;

    if (!ratio_scale(value, scale, mode, &scaled) || scaled > INT64_MAX ||
        scaled < INT64_MIN)
        return false;
    *minor = (int64_t)scaled;
    return true;
}

bool
ratio_to_minor_exactly(struct ratio value, int scale, int64_t *minor)
{
    return ratio_to_minor(value, scale, ROUND_FLOOR, minor) &&
           ratio_compare(ratio_from_minor(*minor, scale), value) == 0;
}

bool
ratio_round(struct ratio value, int decimals, enum round_mode mode,
            struct ratio *result)
{
    int128 scaled;

    if (!ratio_scale(value, decimals, mode, &scaled))
        return false;
    *result = (struct ratio){scaled, power_of_ten(decimals)};
    return true;
}

/* Write the digits that end before `end`; gives where they start. */
static char *
write_digits(char *end, uint128 value)
{
    for (; value > UINT64_MAX; value /= 10)
        *--end = (char)('0' + (int)(value % 10));
    return int_digits(end, (uint64_t)value); /* 64 bits cost a tenth */
}

/* Without the sign, which the smallest value has no positive twin for. */
static uint128
magnitude(int128 value)
{
    return value < 0 ? 0 - (uint128)value : (uint128)value;
}

static void
print_magnitude(struct buf *buf, int128 value)
{
    char digits[48];
    char *end = digits + sizeof(digits);
    char *at = write_digits(end, magnitude(value));

    buf_add(buf, at, (size_t)(end - at));
}

/* How many decimals write the value exactly, or -1. The value is reduced. */
static int
exact_decimals(struct ratio value)
{
    assert(value.den > 0);
    for (int decimals = 0; decimals <= NUM_MAX_DECIMALS; decimals++)
        if (power_of_ten(decimals) % value.den == 0)
            return decimals;
    return -1;
}

static void
print_fixed(struct buf *buf, int128 scaled, int scale)
{
    char digits[48];
    char *end = digits + sizeof(digits);
    char *point = end - scale;
    char *at = write_digits(end, magnitude(scaled));

    while (at >= point)
        *--at = '0';
    if (scaled < 0)
        buf_add_char(buf, '-');
    buf_add(buf, at, (size_t)(point - at));
    if (scale == 0)
        return;
    buf_add_char(buf, '.');
    buf_add(buf, point, (size_t)scale);
}

void
ratio_print(struct buf *buf, struct ratio value)
{
    int decimals;
    int128 scaled;

    value = ratio_reduce(value);
    decimals = exact_decimals(value);
    if (decimals >= 0 && ratio_scale(value, decimals, ROUND_FLOOR, &scaled)) {
        print_fixed(buf, scaled, decimals);
        return;
    }
    if (value.num < 0)
        buf_add_char(buf, '-');
    print_magnitude(buf, value.num);
    buf_add_char(buf, '/');
    print_magnitude(buf, value.den);
}

struct str
ratio_text(struct arena *arena, struct ratio value)
{
    struct buf text;

    buf_init(&text, arena);
    ratio_print(&text, value);
    return buf_str(&text);
}

bool
num_add(int64_t left, int64_t right, int64_t *result)
{
    return !__builtin_add_overflow(left, right, result);
}

bool
num_sub(int64_t left, int64_t right, int64_t *result)
{
    return !__builtin_sub_overflow(left, right, result);
}

int64_t
num_add_capped(int64_t left, int64_t right)
{
    int64_t sum;

    return num_add(left, right, &sum) ? sum : left < 0 ? INT64_MIN : INT64_MAX;
}

void
num_print_minor(struct buf *buf, int64_t minor, int scale)
{
    print_fixed(buf, minor, scale);
}

struct str
minor_text(struct arena *arena, int64_t minor, int scale)
{
    struct buf buf;

    buf_init(&buf, arena);
    num_print_minor(&buf, minor, scale);
    return buf_str(&buf);
}

bool
num_parse_int(struct str text, int64_t *value)
{
    bool negative = take_char(&text, '-');
    struct str digits = take_digits(&text);
    int64_t sum = 0;

    if (text.len || !digits.len)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        int digit = digits.at[i] - '0';

        if (__builtin_mul_overflow(sum, (int64_t)10, &sum) ||
            __builtin_sub_overflow(sum, (int64_t)digit, &sum))
            return false;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, sum, &sum))
        return false;
    *value = sum;
    return true;
}
