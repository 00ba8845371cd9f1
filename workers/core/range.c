/* range.c - intervals of exact fractions, with ends that may be missing. What
 * leaves 128 bits is taken for no end. */
#include "range.h"

static const struct range_end no_end = {.known = false};

/* ---- making ----------------------------------------------------------------
 */

struct range
range_any(bool whole)
{
    return (struct range){.whole = whole, .length_most = SIZE_MAX};
}

static struct range_end
end_at(struct ratio at)
{
    return (struct range_end){.known = true, .at = at};
}

struct range
range_point(struct ratio at)
{
    struct range range = range_any(ratio_is_integer(at));

    range.least = end_at(at);
    range.most = end_at(at);
    return range;
}

struct range
range_whole(int64_t least, int64_t most)
{
    struct range range = range_any(true);

    range.least = end_at(ratio_from_int(least));
    range.most = end_at(ratio_from_int(most));
    return range;
}

struct range
range_text(const struct str *text)
{
    struct range range = range_any(false);

    range.has_texts = true;
    range.texts = text;
    range.text_count = 1;
    range.length_most = str_utf8_length(*text);
    return range;
}

/* Of whole numbers, the first one within the end; `step` leads inwards. */
static struct range_end
whole_end(struct range_end end, int step)
{
    enum round_mode mode = step > 0 ? ROUND_CEIL : ROUND_FLOOR;
    struct ratio within;

    if (!end.known || !ratio_round(end.at, 0, mode, &within))
        return end;
    if (end.excluded && ratio_compare(within, end.at) == 0 &&
        !ratio_add(within, ratio_from_int(step), &within))
        return no_end;
    return end_at(within);
}

void
range_cut_below(struct range *range, struct range_end least)
{
    int order;

    if (range->whole)
        least = whole_end(least, 1);
    if (!least.known)
        return;
    order = range->least.known ? ratio_compare(least.at, range->least.at) : 1;
    if (order > 0 || (order == 0 && least.excluded))
        range->least = least;
}

void
range_cut_above(struct range *range, struct range_end most)
{
    int order;

    if (range->whole)
        most = whole_end(most, -1);
    if (!most.known)
        return;
    order = range->most.known ? ratio_compare(most.at, range->most.at) : -1;
    if (order < 0 || (order == 0 && most.excluded))
        range->most = most;
}

/* ---- asking ----------------------------------------------------------------
 */

/* Whether the numbers of the left end where those of the right begin, or
 * before: `touching` says what to answer when they share that one number. */
static bool
ends_before(struct range_end most, struct range_end least, bool touching)
{
    int order;

    if (!most.known || !least.known)
        return false;
    order = ratio_compare(most.at, least.at);
    return order < 0 ||
           (order == 0 && (touching || most.excluded || least.excluded));
}

bool
range_is_empty(const struct range *range)
{
    return (range->has_texts && !range->text_count) ||
           ends_before(range->most, range->least, false);
}

bool
range_has(const struct range *range, struct ratio number)
{
    return !ends_before(range->most, end_at(number), false) &&
           !ends_before(end_at(number), range->least, false) &&
           (!range->whole || ratio_is_integer(number));
}

bool
range_has_text(const struct range *range, struct str text)
{
    for (size_t i = 0; range->has_texts && i < range->text_count; i++)
        if (str_eq(range->texts[i], text))
            return true;
    return !range->has_texts && str_utf8_length(text) <= range->length_most;
}

bool
range_is_point(const struct range *range)
{
    return range->least.known && range->most.known &&
           ratio_compare(range->least.at, range->most.at) == 0;
}

int64_t
range_count(const struct range *range)
{
    struct ratio count;

    if (range->has_texts)
        return (int64_t)range->text_count;
    if (range_is_empty(range))
        return 0;
    if (!range->whole || !range->least.known || !range->most.known ||
        !ratio_sub(range->most.at, range->least.at, &count) ||
        ratio_compare(count, ratio_from_int(INT64_MAX - 1)) >= 0)
        return INT64_MAX;
    return (int64_t)(count.num / count.den) + 1;
}

/* Numbers that can be a few only have ends as well. */
static bool
is_few_texts(const struct range *range)
{
    return range->has_texts && !range->least.known && !range->most.known;
}

/* Whether a text of the left may be one of the right. */
static bool
texts_meet(const struct range *left, const struct range *right)
{
    for (size_t i = 0; i < left->text_count; i++)
        if (range_has_text(right, left->texts[i]))
            return true;
    return left->text_count == 0;
}

static unsigned
text_order(const struct range *left, const struct range *right)
{
    unsigned order = 0;

    if (!is_few_texts(left) || !is_few_texts(right))
        return RANGE_BELOW | RANGE_ABOVE |
               (texts_meet(left, right) && texts_meet(right, left) ? RANGE_EQUAL
                                                                   : 0);
    for (size_t i = 0; i < left->text_count; i++)
        for (size_t j = 0; j < right->text_count; j++) {
            int sign = str_compare(left->texts[i], right->texts[j]);

            order |= sign < 0   ? RANGE_BELOW
                     : sign > 0 ? RANGE_ABOVE
                                : RANGE_EQUAL;
        }
    return order;
}

unsigned
range_order(const struct range *left, const struct range *right)
{
    unsigned order = text_order(left, right);

    if (ends_before(right->most, left->least, true))
        order &= ~(unsigned)RANGE_BELOW;
    if (ends_before(left->most, right->least, true))
        order &= ~(unsigned)RANGE_ABOVE;
    if (ends_before(left->most, right->least, false) ||
        ends_before(right->most, left->least, false))
        order &= ~(unsigned)RANGE_EQUAL;
    return order;
}

unsigned
range_mirrored(unsigned order)
{
    return (order & RANGE_EQUAL) | (order & RANGE_BELOW ? RANGE_ABOVE : 0) |
           (order & RANGE_ABOVE ? RANGE_BELOW : 0);
}

/* ---- sets ------------------------------------------------------------------
 */

/* The texts of `from` that are in `wanted`, or that are not. */
static void
keep_texts(struct range *into, const struct range *from,
           const struct range *wanted, bool within, struct arena *arena)
{
    struct str *texts =
        arena_array(arena, into->text_count + from->text_count, sizeof(*texts));
    size_t count = into->text_count;

    if (count)
        memcpy(texts, into->texts, count * sizeof(*texts));
    for (size_t i = 0; i < from->text_count; i++)
        if (range_has_text(wanted, from->texts[i]) == within)
            texts[count++] = from->texts[i];
    into->has_texts = true;
    into->texts = texts;
    into->text_count = count;
}

struct range
range_meet(const struct range *left, const struct range *right,
           struct arena *arena)
{
    struct range range = *left;

    range.whole = left->whole || right->whole;
    range_cut_below(&range, left->least);
    range_cut_above(&range, left->most);
    range_cut_below(&range, right->least);
    range_cut_above(&range, right->most);
    if (right->length_most < range.length_most)
        range.length_most = right->length_most;
    if (left->has_texts && right->has_texts) {
        range.text_count = 0;
        keep_texts(&range, left, right, true, arena);
    } else if (right->has_texts) {
        range.has_texts = true;
        range.texts = right->texts;
        range.text_count = right->text_count;
    }
    return range;
}

/* The farther of two ends; `sign` is -1 for the least, 1 for the most. */
static struct range_end
outer_end(struct range_end left, struct range_end right, int sign)
{
    int order;

    if (!left.known || !right.known)
        return no_end;
    order = ratio_compare(left.at, right.at) * sign;
    if (order == 0)
        left.excluded = left.excluded && right.excluded;
    return order >= 0 ? left : right;
}

struct range
range_join(const struct range *left, const struct range *right,
           struct arena *arena)
{
    struct range range = *left;

    range.least = outer_end(left->least, right->least, -1);
    range.most = outer_end(left->most, right->most, 1);
    range.whole = left->whole && right->whole;
    if (right->length_most > range.length_most)
        range.length_most = right->length_most;
    range.has_texts = left->has_texts && right->has_texts;
    if (range.has_texts)
        keep_texts(&range, right, left, false, arena);
    return range;
}

void
range_leave_out(struct range *range, struct str text, struct arena *arena)
{
    struct range left = *range;
    struct range out = range_text(&text);

    if (!range->has_texts)
        return;
    range->text_count = 0;
    keep_texts(range, &left, &out, false, arena);
}

/* ---- arithmetic ------------------------------------------------------------
 */

typedef bool ratio_operation(struct ratio left, struct ratio right,
                             struct ratio *result);

/* The end of a sum; what is too large for a number is no end. */
static struct range_end
end_sum(struct range_end left, struct range_end right,
        ratio_operation *operation)
{
    struct range_end end = {.excluded = left.excluded || right.excluded};

    end.known =
        left.known && right.known && operation(left.at, right.at, &end.at);
    return end.known ? end : no_end;
}

struct range
range_add(const struct range *left, const struct range *right)
{
    struct range range = range_any(left->whole && right->whole);

    range.least = end_sum(left->least, right->least, ratio_add);
    range.most = end_sum(left->most, right->most, ratio_add);
    return range;
}

struct range
range_sub(const struct range *left, const struct range *right)
{
    struct range range = range_any(left->whole && right->whole);

    range.least = end_sum(left->least, right->most, ratio_sub);
    range.most = end_sum(left->most, right->least, ratio_sub);
    return range;
}

struct range
range_negate(const struct range *range)
{
    struct range zero = range_whole(0, 0);

    return range_sub(&zero, range);
}

/* A corner of a product: a number, or endless with a sign. */
struct corner {
    int endless;
    struct ratio at;
};

static int
end_sign(struct range_end end, int side)
{
    return end.known ? (end.at.num > 0) - (end.at.num < 0) : side;
}

/* `left_side` and `right_side` are the signs of ends that are missing. */
static struct corner
corner_of(struct range_end left, int left_side, struct range_end right,
          int right_side)
{
    int sign = end_sign(left, left_side) * end_sign(right, right_side);
    struct corner corner = {.at = ratio_from_int(0)};

    if (sign && !(left.known && right.known &&
                  ratio_mul(left.at, right.at, &corner.at)))
        corner.endless = sign;
    return corner;
}

/* Below 0, 0 or above 0. */
static int
corner_order(const struct corner *left, const struct corner *right)
{
    if (left->endless || right->endless)
        return left->endless - right->endless;
    return ratio_compare(left->at, right->at);
}

static struct range_end
corner_end(const struct corner *corner)
{
    return corner->endless ? no_end : end_at(corner->at);
}

struct range
range_mul(const struct range *left, const struct range *right)
{
    const struct corner corners[] = {
        corner_of(left->least, -1, right->least, -1),
        corner_of(left->least, -1, right->most, 1),
        corner_of(left->most, 1, right->least, -1),
        corner_of(left->most, 1, right->most, 1),
    };
    const struct corner *least = &corners[0];
    const struct corner *most = &corners[0];
    struct range range = range_any(left->whole && right->whole);

    for (int i = 1; i < 4; i++) {
        if (corner_order(&corners[i], least) < 0)
            least = &corners[i];
        if (corner_order(&corners[i], most) > 0)
            most = &corners[i];
    }
    range.least = corner_end(least);
    range.most = corner_end(most);
    return range;
}

/* 1 / end; the reciprocal of what has no end comes near 0. */
static struct range_end
end_reciprocal(struct range_end end)
{
    struct range_end result = end_at(ratio_from_int(0));

    if (!end.known)
        return result;
    return ratio_div(ratio_from_int(1), end.at, &result.at) ? result : no_end;
}

struct range
range_div(const struct range *left, const struct range *right)
{
    struct range reciprocal = range_any(false);

    /* Near zero there is no end to the quotient. */
    if (end_sign(right->least, -1) <= 0 && end_sign(right->most, 1) >= 0)
        return range_any(false);
    reciprocal.least = end_reciprocal(right->most);
    reciprocal.most = end_reciprocal(right->least);
    return range_mul(left, &reciprocal);
}

/* The farther end of the two from zero, as a distance. */
static struct range_end
end_distance(const struct range *range)
{
    struct range negative = range_negate(range);

    return outer_end(range->most, negative.most, 1);
}

struct range
range_rem(const struct range *left, const struct range *right)
{
    struct range range = range_any(true);
    struct range_end divisor = end_distance(right);

    divisor.excluded = true;
    range_cut_above(&range, divisor);
    range.least = range_negate(&range).least;
    if (left->least.known && left->least.at.num >= 0) {
        range_cut_below(&range, end_at(ratio_from_int(0)));
        range_cut_above(&range, left->most);
    }
    return range;
}

struct range
range_max(const struct range *left, const struct range *right)
{
    struct range range = range_any(left->whole && right->whole);

    range.least = left->least;
    range_cut_below(&range, right->least);
    range.most = outer_end(left->most, right->most, 1);
    return range;
}

struct range
range_min(const struct range *left, const struct range *right)
{
    struct range range = range_any(left->whole && right->whole);

    range.most = left->most;
    range_cut_above(&range, right->most);
    range.least = outer_end(left->least, right->least, -1);
    return range;
}

struct range
range_abs(const struct range *range)
{
    struct range result = *range;

    /* The numbers that texts stand for are others now. */
    result.has_texts = false;
    result.texts = NULL;
    result.text_count = 0;
    if (end_sign(range->least, -1) >= 0)
        return result;
    if (end_sign(range->most, 1) <= 0)
        return range_negate(range);
    result.least = end_at(ratio_from_int(0));
    result.most = end_distance(range);
    return result;
}

static struct range_end
end_round(struct range_end end, int decimals, enum round_mode mode)
{
    struct range_end result = end_at(ratio_from_int(0));

    if (!end.known || !ratio_round(end.at, decimals, mode, &result.at))
        return no_end;
    return result;
}

struct range
range_round(const struct range *range, int decimals, enum round_mode mode)
{
    struct range result = range_any(decimals == 0);

    result.least = end_round(range->least, decimals, mode);
    result.most = end_round(range->most, decimals, mode);
    return result;
}
