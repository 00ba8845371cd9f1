/* range.h - the values that something may have, before any event has come.
 * Numbers, and what counts as one: false is 0 and true 1, times and durations
 * are microseconds. All that is made of ranges errs on the wide side: it holds
 * every value there can be, and perhaps more. */
#ifndef CORE_RANGE_H
#define CORE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "num.h"
#include "str.h"

struct range_end {
    bool known;    /* else there is no end on this side */
    bool excluded; /* values come near `at` and are never it */
    struct ratio at;
};

struct range {
    struct range_end least;
    struct range_end most;
    bool whole;              /* whole numbers only; their ends are included */
    bool has_texts;          /* else any text */
    const struct str *texts; /* all there are: of a string; of a number that
                                can be a few only, how those are spelled */
    size_t text_count;
    size_t length_most; /* characters of a text; SIZE_MAX: any number */
};

/* Anything at all. */
struct range range_any(bool whole);

/* One number; all whole numbers from one to another; one text, borrowed. */
struct range range_point(struct ratio at);
struct range range_whole(int64_t least, int64_t most);
struct range range_text(const struct str *text);

/* Leave out what is below, or above, the end. */
void range_cut_below(struct range *range, struct range_end least);
void range_cut_above(struct range *range, struct range_end most);

/* What is in both; texts are made in the arena. */
struct range range_meet(const struct range *left, const struct range *right,
                        struct arena *arena);

/* What is in either, and numbers between them. */
struct range range_join(const struct range *left, const struct range *right,
                        struct arena *arena);

/* The texts but one; numbers stay. */
void range_leave_out(struct range *range, struct str text, struct arena *arena);

bool range_is_empty(const struct range *range);
bool range_has(const struct range *range, struct ratio number);
bool range_has_text(const struct range *range, struct str text);

/* Whether it is exactly one number. */
bool range_is_point(const struct range *range);

/* How many whole numbers or texts there are; INT64_MAX when no one knows, or
 * more than that. */
int64_t range_count(const struct range *range);

/* One bit for each way in which a value of the left may stand to one of the
 * right: RANGE_BELOW, RANGE_EQUAL, RANGE_ABOVE. */
enum { RANGE_BELOW = 1, RANGE_EQUAL = 2, RANGE_ABOVE = 4 };
unsigned range_order(const struct range *left, const struct range *right);

/* The bits for the right and the left. */
unsigned range_mirrored(unsigned order);

/* ---- arithmetic, value by value ---- */

struct range range_add(const struct range *left, const struct range *right);
struct range range_sub(const struct range *left, const struct range *right);
struct range range_mul(const struct range *left, const struct range *right);
struct range range_div(const struct range *left, const struct range *right);
struct range range_rem(const struct range *left, const struct range *right);
struct range range_min(const struct range *left, const struct range *right);
struct range range_max(const struct range *left, const struct range *right);
struct range range_negate(const struct range *range);
struct range range_abs(const struct range *range);
struct range range_round(const struct range *range, int decimals,
                         enum round_mode mode);

#endif
