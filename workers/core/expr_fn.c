/* expr_fn.c - the table of functions, and how a call is checked against it. */
#include "expr_fn.h"

#include "quote.h"
#include "suggest.h"

/* ---- numbers ---- */

static bool
fail_too_large(const struct code *code, const struct value *value,
               struct err *err)
{
    char text[VALUE_TEXT_BYTES];

    return err_set_code(err, ERR_INPUT, "amount_overflow",
                        "%s is too large for %s()", value_text(value, text),
                        code->fn->name);
}

/* The first argument that stands on side `sign` of all others. */
static bool
eval_extreme(const struct code *code, const struct event *event,
             struct value *value, int sign, struct err *err)
{
    struct value other;

    if (!code_run(code->args[0], event, value, err))
        return false;
    for (size_t i = 1; i < code->arg_count; i++) {
        if (!code_run(code->args[i], event, &other, err))
            return false;
        if (value_compare(&other, value) * sign > 0)
            *value = other;
    }
    return true;
}

static bool
eval_min(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return eval_extreme(code, event, value, -1, err);
}

static bool
eval_max(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return eval_extreme(code, event, value, 1, err);
}

/* The first argument, rounded as told. */
static bool
round_argument(const struct code *code, const struct event *event, int decimals,
               enum round_mode mode, struct value *value, struct err *err)
{
    if (!code_run(code->args[0], event, value, err))
        return false;
    return ratio_round(value->number, decimals, mode, &value->number) ||
           fail_too_large(code, value, err);
}

static bool
eval_round(const struct code *code, const struct event *event,
           struct value *value, struct err *err)
{
    return round_argument(code, event, code->rounding.decimals,
                          code->rounding.mode, value, err);
}

static bool
eval_floor(const struct code *code, const struct event *event,
           struct value *value, struct err *err)
{
    return round_argument(code, event, 0, ROUND_FLOOR, value, err);
}

static bool
eval_ceil(const struct code *code, const struct event *event,
          struct value *value, struct err *err)
{
    return round_argument(code, event, 0, ROUND_CEIL, value, err);
}

static bool
eval_abs(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    struct ratio zero = {0, 1};

    if (!code_run(code->args[0], event, value, err))
        return false;
    return value->number.num >= 0 ||
           ratio_sub(zero, value->number, &value->number) ||
           fail_too_large(code, value, err);
}

static const struct mode_name {
    const char *name;
    enum round_mode mode;
} mode_names[] = {
    {"floor", ROUND_FLOOR},
    {"ceil", ROUND_CEIL},
    {"half_even", ROUND_HALF_EVEN},
    {"half_up", ROUND_HALF_UP},
};

static bool
prepare_mode(struct expr_build *build, struct code *code)
{
    struct str name = code->args[2]->constant->string;

    for (size_t i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++) {
        if (str_eq_cstr(name, mode_names[i].name)) {
            code->rounding.mode = mode_names[i].mode;
            return true;
        }
    }
    expr_fail(build, code->args[2]->offset, MISTAKE_WRONG_ARGUMENT,
              "%s is not a way to round; there are \"floor\", \"ceil\", "
              "\"half_even\" and \"half_up\"",
              quoted(build->arena, name));
    return false;
}

static bool
prepare_round(struct expr_build *build, struct code *code)
{
    struct ratio places = code->args[1]->constant->number;

    if (places.num < 0 || places.num > NUM_MAX_DECIMALS) {
        expr_fail(build, code->args[1]->offset, MISTAKE_WRONG_ARGUMENT,
                  "round() takes 0 to %d places after the point",
                  NUM_MAX_DECIMALS);
        return false;
    }
    code->rounding.decimals = (int)places.num;
    return prepare_mode(build, code);
}

/* ---- strings ---- */

static bool
eval_size(const struct code *code, const struct event *event,
          struct value *value, struct err *err)
{
    size_t size;

    if (!code_run(code->args[0], event, value, err))
        return false;
    size = str_utf8_length(value->string);
    value->number = ratio_from_int((int64_t)size);
    return true;
}

static bool
eval_test(const struct code *code, const struct event *event,
          struct value *value, bool (*test)(struct str, struct str),
          struct err *err)
{
    struct value part;

    if (!code_run(code->args[0], event, value, err) ||
        !code_run(code->args[1], event, &part, err))
        return false;
    value->boolean = test(value->string, part.string);
    return true;
}

static bool
eval_starts_with(const struct code *code, const struct event *event,
                 struct value *value, struct err *err)
{
    return eval_test(code, event, value, str_starts_with, err);
}

static bool
eval_ends_with(const struct code *code, const struct event *event,
               struct value *value, struct err *err)
{
    return eval_test(code, event, value, str_ends_with, err);
}

static bool
eval_contains(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    return eval_test(code, event, value, str_contains, err);
}

/* ---- the table ---- */

enum {
    NUMBER = TYPE_NUMBERS,
    WHOLE = TYPE_BIT(VALUE_INT),
    TEXT = TYPE_BIT(VALUE_STRING),
    TIME = TYPE_BIT(VALUE_TIMESTAMP),
    SPAN = TYPE_BIT(VALUE_DURATION),
};

#define TEXT_TEST(name_, usage_, help_, eval_)                                 \
    {                                                                          \
        .name = name_, .usage = usage_, .help = help_, .form = FN_METHOD,      \
        .min_args = 2, .max_args = 2, .params = {TEXT}, .result = VALUE_BOOL,  \
        .eval = eval_                                                          \
    }

#define TIME_PART(name_, help_, part_, least_, most_)                          \
    {                                                                          \
        .name = name_, .usage = "time." name_ "(zone)", .help = help_,         \
        .form = FN_METHOD, .min_args = 1, .max_args = 2,                       \
        .params = {TIME, TEXT}, .constants = 1u << 1, .result = VALUE_INT,     \
        .prepare = prepare_zone, .eval = eval_part, .range = range_of_part,    \
        .part = part_, .part_least = least_, .part_most = most_                \
    }

static const struct expr_fn functions[] = {
    {.name = "has",
     .usage = "has(event.data.FIELD)",
     .help = "whether an optional field is there and not null",
     .form = FN_FUNCTION,
     .result = VALUE_BOOL,
     .compile = has_code},
    {.name = "size",
     .usage = "size(text)",
     .help = "how many characters a string has",
     .form = FN_EITHER,
     .min_args = 1,
     .max_args = 1,
     .params = {TEXT},
     .result = VALUE_INT,
     .eval = eval_size,
     .range = range_of_size},
    TEXT_TEST("startsWith", "text.startsWith(part)",
              "whether the string begins with the part", eval_starts_with),
    TEXT_TEST("endsWith", "text.endsWith(part)",
              "whether the string ends with the part", eval_ends_with),
    TEXT_TEST("contains", "text.contains(part)",
              "whether the part occurs in the string", eval_contains),
    {.name = "min",
     .usage = "min(a, b, ...)",
     .help = "the smallest of 2 to 8 numbers",
     .form = FN_FUNCTION,
     .min_args = 2,
     .max_args = EXPR_MAX_ARGS,
     .params = {NUMBER},
     .result = RESULT_WIDEST,
     .eval = eval_min,
     .range = range_of_min},
    {.name = "max",
     .usage = "max(a, b, ...)",
     .help = "the largest of 2 to 8 numbers",
     .form = FN_FUNCTION,
     .min_args = 2,
     .max_args = EXPR_MAX_ARGS,
     .params = {NUMBER},
     .result = RESULT_WIDEST,
     .eval = eval_max,
     .range = range_of_max},
    {.name = "round",
     .usage = "round(x, places, mode)",
     .help = "x with 0 to 9 places after the point; mode is \"floor\", "
             "\"ceil\", \"half_even\" or \"half_up\" (ties away from zero)",
     .form = FN_FUNCTION,
     .min_args = 3,
     .max_args = 3,
     .params = {NUMBER, WHOLE, TEXT},
     .constants = 1u << 1 | 1u << 2,
     .result = VALUE_DECIMAL,
     .prepare = prepare_round,
     .eval = eval_round,
     .range = range_of_round},
    {.name = "floor",
     .usage = "floor(x)",
     .help = "the largest whole number not above x",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {NUMBER},
     .result = VALUE_INT,
     .eval = eval_floor,
     .range = range_of_floor},
    {.name = "ceil",
     .usage = "ceil(x)",
     .help = "the smallest whole number not below x",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {NUMBER},
     .result = VALUE_INT,
     .eval = eval_ceil,
     .range = range_of_ceil},
    {.name = "abs",
     .usage = "abs(x)",
     .help = "x without its sign",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {NUMBER},
     .result = RESULT_WIDEST,
     .eval = eval_abs,
     .range = range_of_abs},
    {.name = "timestamp",
     .usage = "timestamp(text)",
     .help = "the time that an RFC 3339 string names",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {TEXT},
     .result = VALUE_TIMESTAMP,
     .prepare = prepare_timestamp,
     .eval = eval_timestamp},
    {.name = "timestamp",
     .usage = "timestamp(time)",
     .help = "the time itself, for a field that is one already",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {TIME},
     .result = VALUE_TIMESTAMP,
     .eval = eval_same,
     .range = range_of_same},
    {.name = "duration",
     .usage = "duration(\"24h30m\")",
     .help = "a length of time, in h, m, s, ms and us",
     .form = FN_FUNCTION,
     .min_args = 1,
     .max_args = 1,
     .params = {TEXT},
     .constants = 1u << 0,
     .result = VALUE_DURATION,
     .eval = eval_duration},
    TIME_PART("getFullYear", "the year", part_year, 0, 10000),
    TIME_PART("getMonth", "the month, 0 to 11", part_month, 0, 11),
    TIME_PART("getDate", "the day of the month, 1 to 31", part_day, 1, 31),
    TIME_PART("getDayOfMonth", "the day of the month, 0 to 30", part_day_from_0,
              0, 30),
    TIME_PART("getDayOfWeek", "the day of the week, 0 (Sunday) to 6",
              part_weekday, 0, 6),
    TIME_PART("getDayOfYear", "the day of the year, 0 to 365", part_year_day, 0,
              365),
    TIME_PART("getHours", "the hour, 0 to 23", part_hour, 0, 23),
    TIME_PART("getMinutes", "the minute, 0 to 59", part_minute, 0, 59),
    TIME_PART("getSeconds", "the second, 0 to 59", part_second, 0, 59),
    TIME_PART("getMilliseconds", "the millisecond, 0 to 999", part_millisecond,
              0, 999),
};

enum { FUNCTION_COUNT = sizeof(functions) / sizeof(functions[0]) };

/* What CEL has, or people expect, and what to write here. */
static const struct missing_fn {
    const char *name;
    const char *help;
} missing_fns[] = {
    {"matches", "there are no regular expressions; use startsWith, endsWith or "
                "contains"},
    {"int", "numbers are exact; use floor(x) or ceil(x)"},
    {"uint", "numbers are exact; use floor(x) or ceil(x)"},
    {"double", "numbers are exact and need no conversion"},
    {"string", "only strings can be joined"},
    {"now", "there is no clock in a rule; use event.time"},
    {"all", "there are no loops; use `in` or several conditions"},
    {"exists", "there are no loops; use `in` or several conditions"},
    {"exists_one", "there are no loops; use `in` or several conditions"},
    {"map", "there are no loops"},
    {"filter", "there are no loops"},
};

size_t
expr_fn_count(void)
{
    return FUNCTION_COUNT;
}

const struct expr_fn *
expr_fn_at(size_t index)
{
    return &functions[index];
}

/* ---- calls ---- */

static unsigned
fn_param(const struct expr_fn *fn, size_t arg)
{
    unsigned types = 0;

    for (size_t i = 0; i <= arg && i < FN_MAX_PARAMS && fn->params[i]; i++)
        types = fn->params[i];
    return types;
}

/* The first row of the name that takes the first argument, or else the first
 * row of the name. */
static const struct expr_fn *
find_fn(struct str name, const struct code *first)
{
    const struct expr_fn *found = NULL;

    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        const struct expr_fn *fn = &functions[i];

        if (!str_eq_cstr(name, fn->name))
            continue;
        if (first && fn_param(fn, 0) & TYPE_BIT(first->type))
            return fn;
        if (!found)
            found = fn;
    }
    return found;
}

static void *
fail_unknown(struct expr_build *build, const struct syntax *syntax)
{
    struct suggest suggest = suggest_for(syntax->name);

    for (size_t i = 0; i < sizeof(missing_fns) / sizeof(missing_fns[0]); i++)
        if (str_eq_cstr(syntax->name, missing_fns[i].name))
            return expr_fail(build, syntax->offset, MISTAKE_UNKNOWN_FUNCTION,
                             "there is no function `%s`; %s",
                             missing_fns[i].name, missing_fns[i].help);
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        suggest_offer(&suggest, str_from_cstr(functions[i].name));
    expr_fail(build, syntax->offset, MISTAKE_UNKNOWN_FUNCTION,
              "there is no function `%.*s`", STR_ARG(syntax->name));
    suggest_help(&suggest, build->scope->diags);
    return NULL;
}

/* Whether the call has the form and number of arguments of the function. */
static bool
check_shape(struct expr_build *build, const struct expr_fn *fn,
            const struct syntax *syntax)
{
    if (!(fn->form & (syntax->method ? FN_METHOD : FN_FUNCTION)) ||
        syntax->arg_count < fn->min_args || syntax->arg_count > fn->max_args) {
        expr_fail(build, syntax->offset, MISTAKE_WRONG_CALL,
                  "`%s` is called as %s", fn->name, fn->usage);
        return false;
    }
    return true;
}

static void
types_print(struct buf *buf, unsigned types)
{
    for (int type = VALUE_BOOL; type <= VALUE_LIST; type++) {
        if (!(types & TYPE_BIT(type)))
            continue;
        if (buf->len)
            buf_add_cstr(buf, " or ");
        buf_add_cstr(buf, value_type_name((enum value_type)type));
    }
}

static bool
check_arg(struct expr_build *build, const struct expr_fn *fn, size_t index,
          const struct code *arg, const struct syntax *syntax)
{
    unsigned types = fn_param(fn, index);
    struct buf wanted;

    if (!(types & TYPE_BIT(arg->type))) {
        buf_init(&wanted, build->arena);
        types_print(&wanted, types);
        expr_fail(build, syntax->start, MISTAKE_WRONG_ARGUMENT,
                  "%s needs %.*s here, not %s", fn->usage,
                  STR_ARG(buf_str(&wanted)), value_type_name(arg->type));
        return false;
    }
    if (fn->constants & 1u << index && !code_is_constant(arg)) {
        expr_fail(build, syntax->start, MISTAKE_WRONG_ARGUMENT,
                  "%s needs a literal here", fn->usage);
        return false;
    }
    return true;
}

/* Type the arguments, all of them even when one is faulty. */
static void
type_args(struct expr_build *build, const struct syntax *syntax,
          struct code **args)
{
    for (size_t i = 0; i < syntax->arg_count; i++) {
        struct code *arg = code_from_syntax(build, syntax->args[i]);

        if (i < EXPR_MAX_ARGS)
            args[i] = arg;
    }
}

static bool
check_args(struct expr_build *build, const struct expr_fn *fn,
           const struct syntax *syntax, struct code **args)
{
    bool good = true;

    for (size_t i = 0; i < syntax->arg_count; i++)
        good &= args[i] && check_arg(build, fn, i, args[i], syntax->args[i]);
    return good;
}

struct code *
call_code(struct expr_build *build, const struct syntax *syntax)
{
    const struct expr_fn *fn = find_fn(syntax->name, NULL);
    struct code *args[EXPR_MAX_ARGS] = {0};
    struct code *code;

    if (fn && fn->compile && !syntax->method)
        return fn->compile(build, syntax);
    type_args(build, syntax, args);
    if (!fn)
        return fail_unknown(build, syntax);
    fn = find_fn(syntax->name, args[0]);
    if (!check_shape(build, fn, syntax) || !check_args(build, fn, syntax, args))
        return NULL;
    code = code_new(build, fn->eval,
                    result_type(fn->result, args, syntax->arg_count),
                    syntax->offset, args, syntax->arg_count);
    code->kind = CODE_CALL;
    code->fn = fn;
    if (fn->prepare && !fn->prepare(build, code))
        return NULL;
    return code_fold(build, code, syntax->args[0]->start);
}
