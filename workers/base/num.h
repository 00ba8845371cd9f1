/* num.h - the only arithmetic on money: exact fractions in, checked integers
 * in minor units out. Nothing here rounds unless it is told how. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "compiler.h"
#include "str.h"

__extension__ typedef __int128 int128;

/* An exact fraction; den is at least 1. Not necessarily in lowest terms. */
struct ratio {
    int128 num;
    int128 den;
};

enum round_mode {
    ROUND_FLOOR,     /* towards minus infinity */
    ROUND_HALF_EVEN, /* to nearest, ties to the even neighbour */
    ROUND_HALF_UP,   /* to nearest, ties away from zero */
    ROUND_CEIL,      /* towards plus infinity */
};

/* Digits accepted on each side of the point of a decimal. */
enum { NUM_MAX_INTEGER_DIGITS = 18, NUM_MAX_DECIMALS = 9 };

struct ratio ratio_from_int(int64_t value);

/* Read `-?digits(.digits)?` exactly. False when it is anything else or has
 * more digits than NUM_MAX_INTEGER_DIGITS or NUM_MAX_DECIMALS; leading and
 * trailing zeros do not count. */
MUST_CHECK bool ratio_parse(struct str text, struct ratio *value);

/* False when the result does not fit (or the divisor is zero); *result is
 * then unchanged. */
MUST_CHECK bool ratio_add(struct ratio left, struct ratio right,
                          struct ratio *result);
MUST_CHECK bool ratio_sub(struct ratio left, struct ratio right,
                          struct ratio *result);
MUST_CHECK bool ratio_mul(struct ratio left, struct ratio right,
                          struct ratio *result);
MUST_CHECK bool ratio_div(struct ratio left, struct ratio right,
                          struct ratio *result);

/* Below 0, 0 or above 0; always exact, never overflows. */
int ratio_compare(struct ratio left, struct ratio right);

bool ratio_is_integer(struct ratio value);

/* The integer value * 10^scale, rounded by mode; false when it does not fit
 * 64 bits. With scale 2, GIGS become minor units. */
MUST_CHECK bool ratio_to_minor(struct ratio value, int scale,
                               enum round_mode mode, int64_t *minor);

/* As ratio_to_minor; false as well when it would have to be rounded. */
MUST_CHECK bool ratio_to_minor_exactly(struct ratio value, int scale,
                                       int64_t *minor);

struct ratio ratio_from_minor(int64_t minor, int scale);

/* Round to `decimals` places after the point, 0 to NUM_MAX_DECIMALS. */
MUST_CHECK bool ratio_round(struct ratio value, int decimals,
                            enum round_mode mode, struct ratio *result);

/* Append the shortest decimal, or "num/den" where no decimal of
 * NUM_MAX_DECIMALS places is exact. */
void ratio_print(struct buf *buf, struct ratio value);

/* The same as a text of its own, in the arena. */
struct str ratio_text(struct arena *arena, struct ratio value);

/* Checked sums of minor units. */
MUST_CHECK bool num_add(int64_t left, int64_t right, int64_t *result);
MUST_CHECK bool num_sub(int64_t left, int64_t right, int64_t *result);

/* The sum, or the end of the range that it would lie behind: for totals that
 * are only shown. */
int64_t num_add_capped(int64_t left, int64_t right);

/* Append minor units as a decimal with exactly scale places: 6500000 at scale
 * 2 is "65000.00". */
void num_print_minor(struct buf *buf, int64_t minor, int scale);

/* The same as a text of its own. */
struct str minor_text(struct arena *arena, int64_t minor, int scale);

/* Read a whole decimal integer, optionally signed, no spaces. */
MUST_CHECK bool num_parse_int(struct str text, int64_t *value);

#endif
