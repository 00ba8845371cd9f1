/* expr_op.c - the operators: what they take, what they give, how they are
 * run. A new one is a row in expr_parse.c and its forms here. */
#include "expr_parts.h"

#include "timestamp.h"

/* Run both sides. */
static bool
run_pair(const struct code *code, const struct event *event, struct value *left,
         struct value *right, struct err *err)
{
    return code_run(code->args[0], event, left, err) &&
           code_run(code->args[1], event, right, err);
}

/* ---- comparisons ---- */

static bool
is_small(struct ratio value)
{
    return value.num == (int64_t)value.num && value.den == (int64_t)value.den;
}

/* Numbers of 64 bits, nearly all there are, need no division. */
static int
number_compare(struct ratio left, struct ratio right)
{
    int128 a = left.num;
    int128 b = right.num;

    if (left.den != right.den) {
        if (!is_small(left) || !is_small(right))
            return ratio_compare(left, right);
        a *= right.den;
        b *= left.den;
    }
    return (a > b) - (a < b);
}

static int
compare_numbers(const struct value *left, const struct value *right)
{
    return number_compare(left->number, right->number);
}

static int
compare_strings(const struct value *left, const struct value *right)
{
    int order = str_compare(left->string, right->string);

    return (order > 0) - (order < 0);
}

static int
compare_bools(const struct value *left, const struct value *right)
{
    return (int)left->boolean - (int)right->boolean;
}

static int
compare_times(const struct value *left, const struct value *right)
{
    return (left->at_us > right->at_us) - (left->at_us < right->at_us);
}

int
value_compare(const struct value *left, const struct value *right)
{
    static int (*const by_type[])(const struct value *,
                                  const struct value *) = {
        [VALUE_BOOL] = compare_bools,      [VALUE_INT] = compare_numbers,
        [VALUE_DECIMAL] = compare_numbers, [VALUE_STRING] = compare_strings,
        [VALUE_TIMESTAMP] = compare_times, [VALUE_DURATION] = compare_times,
    };

    return by_type[left->type](left, right);
}

static bool
eval_compare(const struct code *code, const struct event *event,
             struct value *value, struct err *err)
{
    struct value left;
    struct value right;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    /* A sign of -1, 0, 1 picks bit 0, 1, 2. */
    value->boolean = code->signs >> (value_compare(&left, &right) + 1) & 1u;
    return true;
}

/* ---- arithmetic ---- */

static bool
fail_overflow(struct err *err, const char *symbol, const struct value *left,
              const struct value *right)
{
    char left_text[VALUE_TEXT_BYTES];
    char right_text[VALUE_TEXT_BYTES];

    return err_set_code(err, ERR_INPUT, "amount_overflow",
                        "the result of %s %s %s is too large to be exact",
                        value_text(left, left_text), symbol,
                        value_text(right, right_text));
}

static bool
fail_zero(struct err *err, const struct value *left)
{
    char text[VALUE_TEXT_BYTES];

    return err_set_code(err, ERR_INPUT, "rule_error",
                        "cannot divide %s by zero", value_text(left, text));
}

typedef bool ratio_operation(struct ratio left, struct ratio right,
                             struct ratio *result);

static bool
eval_arithmetic(const struct code *code, const struct event *event,
                struct value *value, ratio_operation *operation,
                const char *symbol, struct err *err)
{
    struct value left;
    struct value right;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    return operation(left.number, right.number, &value->number) ||
           fail_overflow(err, symbol, &left, &right);
}

static bool
eval_add(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return eval_arithmetic(code, event, value, ratio_add, "+", err);
}

static bool
eval_sub(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return eval_arithmetic(code, event, value, ratio_sub, "-", err);
}

static bool
eval_mul(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return eval_arithmetic(code, event, value, ratio_mul, "*", err);
}

static bool
eval_div(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    struct value left;
    struct value right;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    if (right.number.num == 0)
        return fail_zero(err, &left);
    return ratio_div(left.number, right.number, &value->number) ||
           fail_overflow(err, "/", &left, &right);
}

/* The remainder has the sign of the left side, as in CEL and in C. A number
 * of type int always has the denominator 1. */
static bool
eval_rem(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    struct value left;
    struct value right;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    if (right.number.num == 0)
        return fail_zero(err, &left);
    value->number.den = 1;
    value->number.num =
        right.number.num == -1 ? 0 : left.number.num % right.number.num;
    return true;
}

static bool
eval_negate(const struct code *code, const struct event *event,
            struct value *value, struct err *err)
{
    struct value zero = {.type = VALUE_INT, .number = {0, 1}};
    struct value number;

    if (!code_run(code->args[0], event, &number, err))
        return false;
    return ratio_sub(zero.number, number.number, &value->number) ||
           fail_overflow(err, "-", &zero, &number);
}

static bool
eval_not(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    if (!code_run(code->args[0], event, value, err))
        return false;
    value->boolean = !value->boolean;
    return true;
}

/* ---- times ---- */

/* Years 0001 to 9999, which is all that RFC 3339 can write. */
static const int64_t timestamp_min_us = INT64_C(-62135596800) * US_PER_SECOND;
static const int64_t timestamp_end_us = INT64_C(253402300800) * US_PER_SECOND;

static bool
time_result(const struct code *code, bool fits, int64_t at_us,
            struct value *value, struct err *err)
{
    if (code->type == VALUE_TIMESTAMP)
        fits = fits && at_us >= timestamp_min_us && at_us < timestamp_end_us;
    if (!fits)
        return err_set_code(err, ERR_INPUT, "rule_error",
                            "the %s is out of range",
                            value_type_name(code->type));
    value->at_us = at_us;
    return true;
}

static bool
eval_time_add(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    struct value left;
    struct value right;
    int64_t at_us = 0;
    bool fits;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    fits = num_add(left.at_us, right.at_us, &at_us);
    return time_result(code, fits, at_us, value, err);
}

static bool
eval_time_sub(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    struct value left;
    struct value right;
    int64_t at_us = 0;
    bool fits;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    fits = num_sub(left.at_us, right.at_us, &at_us);
    return time_result(code, fits, at_us, value, err);
}

/* ---- joining strings ---- */

static bool
scratch_add(struct scratch *scratch, struct str text)
{
    if (text.len > sizeof(scratch->bytes) - scratch->used)
        return false;
    if (text.len)
        memcpy(scratch->bytes + scratch->used, text.at, text.len);
    scratch->used += text.len;
    return true;
}

/* In a chain the left side already ends where the right one goes, so that
 * a + b + c takes no more room than its result. */
static bool
eval_join(const struct code *code, const struct event *event,
          struct value *value, struct err *err)
{
    struct scratch *scratch = code->scratch;
    struct value left;
    struct value right;
    bool chained;

    if (!run_pair(code, event, &left, &right, err))
        return false;
    chained = left.string.len && left.string.at + left.string.len ==
                                     scratch->bytes + scratch->used;
    if (!chained) {
        const char *at = scratch->bytes + scratch->used;

        if (!scratch_add(scratch, left.string))
            goto too_long;
        left.string.at = at;
    }
    if (!scratch_add(scratch, right.string))
        goto too_long;
    value->string =
        str_make(left.string.at, left.string.len + right.string.len);
    return true;
too_long:
    return err_set_code(err, ERR_INPUT, "rule_error",
                        "the joined strings take over %d bytes",
                        EXPR_MAX_BYTES);
}

/* ---- forms ---- */

enum {
    BOOL = TYPE_BIT(VALUE_BOOL),
    WHOLE = TYPE_BIT(VALUE_INT),
    NUMBER = TYPE_NUMBERS,
    TEXT = TYPE_BIT(VALUE_STRING),
    TIME = TYPE_BIT(VALUE_TIMESTAMP),
    SPAN = TYPE_BIT(VALUE_DURATION),
};

static const struct op_form {
    enum op_class class;
    unsigned left;
    unsigned right; /* 0: there is none */
    int result;
    code_eval *eval;
    enum code_kind kind;
} forms[] = {
    {OP_NOT, BOOL, 0, VALUE_BOOL, eval_not, CODE_NOT},
    {OP_NEGATE, NUMBER, 0, RESULT_WIDEST, eval_negate, CODE_NEGATE},
    {OP_ADD, NUMBER, NUMBER, RESULT_WIDEST, eval_add, CODE_ADD},
    {OP_ADD, TEXT, TEXT, VALUE_STRING, eval_join, CODE_OTHER},
    {OP_ADD, TIME, SPAN, VALUE_TIMESTAMP, eval_time_add, CODE_ADD},
    {OP_ADD, SPAN, TIME, VALUE_TIMESTAMP, eval_time_add, CODE_ADD},
    {OP_ADD, SPAN, SPAN, VALUE_DURATION, eval_time_add, CODE_ADD},
    {OP_SUB, NUMBER, NUMBER, RESULT_WIDEST, eval_sub, CODE_SUB},
    {OP_SUB, TIME, TIME, VALUE_DURATION, eval_time_sub, CODE_SUB},
    {OP_SUB, TIME, SPAN, VALUE_TIMESTAMP, eval_time_sub, CODE_SUB},
    {OP_SUB, SPAN, SPAN, VALUE_DURATION, eval_time_sub, CODE_SUB},
    {OP_MUL, NUMBER, NUMBER, RESULT_WIDEST, eval_mul, CODE_MUL},
    {OP_DIV, NUMBER, NUMBER, VALUE_DECIMAL, eval_div, CODE_DIV},
    {OP_REM, WHOLE, WHOLE, VALUE_INT, eval_rem, CODE_REM},
    {OP_ORDER, NUMBER, NUMBER, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_ORDER, TEXT, TEXT, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_ORDER, TIME, TIME, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_ORDER, SPAN, SPAN, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_EQUAL, BOOL, BOOL, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_EQUAL, NUMBER, NUMBER, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_EQUAL, TEXT, TEXT, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_EQUAL, TIME, TIME, VALUE_BOOL, eval_compare, CODE_COMPARE},
    {OP_EQUAL, SPAN, SPAN, VALUE_BOOL, eval_compare, CODE_COMPARE},
};

static const struct op_form *
find_form(enum op_class class, struct code **args, size_t arg_count)
{
    unsigned left = TYPE_BIT(args[0]->type);
    unsigned right = arg_count > 1 ? TYPE_BIT(args[1]->type) : 0;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (forms[i].class == class && forms[i].left & left &&
            (forms[i].right & right) == right && !forms[i].right == !right)
            return &forms[i];
    return NULL;
}

/* What to do about the commonest mix-ups. */
static const char *
form_help(enum op_class class, unsigned types)
{
    if (class == OP_REM)
        return "it takes two whole numbers";
    if (types & TEXT && types & NUMBER)
        return "numbers stand without quotes, strings in them";
    if (types & TEXT && types & TIME)
        return "make a time of the string with timestamp()";
    if (types & TEXT && types & SPAN)
        return "make a duration of the string with duration()";
    return "";
}

static void *
fail_form(struct expr_build *build, const struct syntax *syntax,
          struct code **args)
{
    const struct expr_op *op = syntax->op;
    unsigned types = TYPE_BIT(args[0]->type);

    if (syntax->arg_count == 1)
        return expr_fail(build, syntax->offset, MISTAKE_WRONG_OPERANDS,
                         "`%s` cannot take %s", op->symbol,
                         value_type_name(args[0]->type));
    types |= TYPE_BIT(args[1]->type);
    expr_fail(build, syntax->offset, MISTAKE_WRONG_OPERANDS,
              "`%s` cannot take %s and %s", op->symbol,
              value_type_name(args[0]->type), value_type_name(args[1]->type));
    diag_help(build->scope->diags, "%s", form_help(op->class, types));
    return NULL;
}

static struct scratch *
build_scratch(struct expr_build *build)
{
    if (!build->scratch)
        build->scratch = ARENA_NEW(build->arena, struct scratch);
    return build->scratch;
}

/* Faults that two sides of the right types can still have. */
static bool
check_sides(struct expr_build *build, const struct syntax *syntax,
            struct code **args)
{
    enum op_class class = syntax->op->class;
    const struct code *right = args[1];

    if ((class == OP_DIV || class == OP_REM) && code_is_constant(right) &&
        right->constant->number.num == 0) {
        expr_fail(build, syntax->offset, MISTAKE_CONSTANT_FAULT,
                  "division by zero");
        return false;
    }
    if (class != OP_EQUAL)
        return true;
    if (code_is_constant(right))
        return field_literal(build, args[0], right->constant, right->offset);
    if (code_is_constant(args[0]))
        return field_literal(build, right, args[0]->constant, args[0]->offset);
    return true;
}

struct code *
op_code(struct expr_build *build, const struct syntax *syntax,
        struct code **args)
{
    const struct expr_op *op = syntax->op;
    const struct op_form *form = find_form(op->class, args, syntax->arg_count);
    struct code *code;

    if (!form)
        return fail_form(build, syntax, args);
    if (syntax->arg_count > 1 && !check_sides(build, syntax, args))
        return NULL;
    code = code_new(build, form->eval,
                    result_type(form->result, args, syntax->arg_count),
                    syntax->offset, args, syntax->arg_count);
    code->kind = form->kind;
    code->signs = op->signs;
    if (form->eval == eval_join)
        code->scratch = build_scratch(build);
    return code;
}
