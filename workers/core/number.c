/* number.c - reads the text that a reader gave a real; no double is looked
 * at. */
#include "number.h"

enum {
    MAX_MANTISSA_DIGITS = 30,
    MAX_POWER = 36, /* 10^36 fits 128 bits */
    EXACT_REAL_DIGITS = 15,
};

/* A text as mantissa * 10^exponent. */
struct scientific {
    int128 mantissa;
    int exponent;
    int digits; /* significant ones */
};

static void
take_digit(struct scientific *number, char c, bool after_point)
{
    if (number->digits == MAX_MANTISSA_DIGITS) {
        number->exponent += !after_point;
        return;
    }
    number->mantissa = number->mantissa * 10 + (c - '0');
    number->digits += number->digits > 0 || c != '0';
    number->exponent -= after_point;
}

/* Read the output of printf's %g; anything after that is ignored. */
static struct scientific
scientific_read(struct str text)
{
    struct scientific number = {0};
    bool negative = text.len && text.at[0] == '-';
    bool after_point = false;
    size_t at = negative;
    int64_t exponent;

    for (; at < text.len && text.at[at] != 'e'; at++) {
        if (text.at[at] == '.')
            after_point = true;
        else
            take_digit(&number, text.at[at], after_point);
    }
    at += at + 1 < text.len && text.at[at + 1] == '+';
    if (at < text.len &&
        num_parse_int(str_make(text.at + at + 1, text.len - at - 1), &exponent))
        number.exponent += (int)exponent;
    if (negative)
        number.mantissa = -number.mantissa;
    return number;
}

static struct ratio
ratio_from_scientific(struct scientific number)
{
    struct ratio value = {number.mantissa, 1};
    const int128 largest = (int128)1 << 126;

    if (number.mantissa == 0)
        return value;
    if (number.exponent < -MAX_POWER) {
        value.num = number.mantissa < 0 ? -1 : 1;
        number.exponent = -MAX_POWER;
    }
    for (int i = number.exponent; i < 0; i++)
        value.den *= 10;
    for (int i = number.exponent; i > 0; i--)
        if (__builtin_mul_overflow(value.num, (int128)10, &value.num))
            return (struct ratio){number.mantissa < 0 ? -largest : largest, 1};
    return value;
}

bool
number_read(const struct node *node, struct ratio *value)
{
    if (node->kind == NODE_INT)
        *value = ratio_from_int(node->integer);
    else if (node->kind == NODE_DECIMAL)
        *value = node->decimal;
    else if (node->kind == NODE_REAL)
        *value = ratio_from_scientific(scientific_read(node->text));
    else
        return false;
    return true;
}

/* Fifteen digits survive the way through a double, and back. */
static bool
real_to_decimal(struct arena *arena, const struct node *node,
                struct ratio *value, struct str *text)
{
    struct scientific number = scientific_read(node->text);
    struct buf plain;

    if (number.digits > EXACT_REAL_DIGITS)
        return false;
    *text = node->text;
    if (ratio_parse(*text, value))
        return true;
    buf_init(&plain, arena);
    ratio_print(&plain, ratio_from_scientific(number));
    *text = buf_str(&plain);
    return ratio_parse(*text, value);
}

bool
decimal_read(struct arena *arena, const struct node *node, struct ratio *value,
             struct str *text)
{
    *text = node->text;
    if (node->kind == NODE_STRING)
        return ratio_parse(node->text, value);
    if (node->kind == NODE_REAL)
        return real_to_decimal(arena, node, value, text);
    if (node->kind == NODE_INT)
        *text = int_text(arena, node->integer);
    return number_read(node, value);
}
