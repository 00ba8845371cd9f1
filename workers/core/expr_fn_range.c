/* expr_fn_range.c - what the functions of expr_fn.c can come to. */
#include "expr_fn.h"

struct range
range_of_min(const struct code *code, const struct range *args)
{
    struct range range = args[0];

    for (size_t i = 1; i < code->arg_count; i++)
        range = range_min(&range, &args[i]);
    return range;
}

struct range
range_of_max(const struct code *code, const struct range *args)
{
    struct range range = args[0];

    for (size_t i = 1; i < code->arg_count; i++)
        range = range_max(&range, &args[i]);
    return range;
}

struct range
range_of_round(const struct code *code, const struct range *args)
{
    return range_round(&args[0], code->rounding.decimals, code->rounding.mode);
}

struct range
range_of_floor(const struct code *code, const struct range *args)
{
    (void)code;
    return range_round(&args[0], 0, ROUND_FLOOR);
}

struct range
range_of_ceil(const struct code *code, const struct range *args)
{
    (void)code;
    return range_round(&args[0], 0, ROUND_CEIL);
}

struct range
range_of_abs(const struct code *code, const struct range *args)
{
    (void)code;
    return range_abs(&args[0]);
}

struct range
range_of_size(const struct code *code, const struct range *args)
{
    struct range range = range_any(true);
    struct range_end zero = {.known = true, .at = {0, 1}};
    struct range_end most = {.known = args[0].length_most <= INT32_MAX,
                             .at = {(int128)args[0].length_most, 1}};

    (void)code;
    range_cut_below(&range, zero);
    range_cut_above(&range, most);
    return range;
}

struct range
range_of_part(const struct code *code, const struct range *args)
{
    (void)args;
    return range_whole(code->fn->part_least, code->fn->part_most);
}

struct range
range_of_same(const struct code *code, const struct range *args)
{
    (void)code;
    return args[0];
}
