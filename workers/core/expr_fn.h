/* expr_fn.h - the functions that an expression can call, as rows of a table:
 * a new one is a row and a small function. The reference pages are made from
 * the same rows. */
#ifndef CORE_EXPR_FN_H
#define CORE_EXPR_FN_H

#include <stddef.h>

#include "expr_parts.h"

enum fn_form {
    FN_FUNCTION = 1, /* f(x) */
    FN_METHOD = 2,   /* x.f() */
    FN_EITHER = FN_FUNCTION | FN_METHOD,
};

enum { FN_MAX_PARAMS = 3 };

/* What a call can come to, from what each of its arguments can. */
typedef struct range fn_range(const struct code *code,
                              const struct range *args);

struct expr_fn {
    const char *name;
    const char *usage; /* "round(x, places, mode)" */
    const char *help;
    unsigned form;
    /* How many arguments; what stands before the point of a method counts. */
    size_t min_args;
    size_t max_args;
    /* The types that each may have, as TYPE_BITs; the last one given holds
     * for all that follow. */
    unsigned params[FN_MAX_PARAMS];
    unsigned constants; /* bit i: argument i must be a constant */
    int result;         /* an enum value_type or RESULT_WIDEST */
    /* Instead of all that: for what looks like a function but does not
     * evaluate its arguments. */
    struct code *(*compile)(struct expr_build *build,
                            const struct syntax *syntax);
    /* May be NULL. Check constant arguments and keep what they say in code;
     * false after expr_fail. */
    bool (*prepare)(struct expr_build *build, struct code *code);
    code_eval *eval;
    fn_range *range; /* NULL: anything of its type */
    /* For eval_part: a part of a local time or of a duration, of which it is
     * `part_least` to `part_most`. */
    int64_t (*part)(int64_t at_us);
    int64_t part_least;
    int64_t part_most;
};

size_t expr_fn_count(void);
const struct expr_fn *expr_fn_at(size_t index);

/* ---- expr_fn_range.c ---- */

fn_range range_of_min;
fn_range range_of_max;
fn_range range_of_round;
fn_range range_of_floor;
fn_range range_of_ceil;
fn_range range_of_abs;
fn_range range_of_size;
fn_range range_of_part;
fn_range range_of_same; /* its argument as it is */

/* ---- expr_fn_time.c ---- */

code_eval eval_part;
code_eval eval_timestamp;
code_eval eval_same; /* its argument as it is */
code_eval eval_duration;

bool prepare_zone(struct expr_build *build, struct code *code);
bool prepare_timestamp(struct expr_build *build, struct code *code);

int64_t part_year(int64_t at_us);
int64_t part_month(int64_t at_us);
int64_t part_day(int64_t at_us);
int64_t part_day_from_0(int64_t at_us);
int64_t part_weekday(int64_t at_us);
int64_t part_year_day(int64_t at_us);
int64_t part_hour(int64_t at_us);
int64_t part_minute(int64_t at_us);
int64_t part_second(int64_t at_us);
int64_t part_millisecond(int64_t at_us);

#endif
