/* expr_type.c - syntax to code: types, guards, constants. A faulty part is
 * NULL, which silences what depends on it but not its neighbours. */
#include "expr_parts.h"

struct code *
code_new(struct expr_build *build, code_eval *eval, enum value_type type,
         size_t offset, struct code **args, size_t arg_count)
{
    struct code *code = arena_alloc(
        build->arena, sizeof(*code) + arg_count * sizeof(code->args[0]));

    code->eval = eval;
    code->type = type;
    code->offset = offset;
    code->arg_count = arg_count;
    for (size_t i = 0; i < arg_count; i++)
        code->args[i] = args[i];
    return code;
}

static bool
eval_constant(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    (void)event;
    (void)err;
    *value = *code->constant;
    return true;
}

struct code *
code_constant(struct expr_build *build, struct value value, size_t offset)
{
    struct code *code =
        code_new(build, eval_constant, value.type, offset, NULL, 0);
    struct value *constant = ARENA_NEW(build->arena, struct value);

    *constant = value;
    if (value.type == VALUE_STRING)
        constant->string = str_dup(build->arena, value.string);
    code->kind = CODE_CONSTANT;
    code->constant = constant;
    return code;
}

bool
code_is_constant(const struct code *code)
{
    return code->eval == eval_constant;
}

struct code *
code_fold(struct expr_build *build, struct code *code, size_t offset)
{
    struct err err = {0};
    struct value value;

    if (!code || !code->arg_count)
        return code;
    for (size_t i = 0; i < code->arg_count; i++)
        if (!code_is_constant(code->args[i]))
            return code;
    if (build->scratch)
        build->scratch->used = 0;
    if (!code_run(code, NULL, &value, &err))
        return expr_fail(build, offset, MISTAKE_CONSTANT_FAULT, "%s", err.text);
    return code_constant(build, value, offset);
}

enum value_type
result_type(int result, struct code *const *args, size_t arg_count)
{
    if (result != RESULT_WIDEST)
        return (enum value_type)result;
    for (size_t i = 0; i < arg_count; i++)
        if (args[i]->type == VALUE_DECIMAL)
            return VALUE_DECIMAL;
    return VALUE_INT;
}

/* Type syntax where `condition` is known to be true, or false; NULL when the
 * condition was faulty. */
static struct code *
code_under(struct expr_build *build, const struct syntax *syntax,
           const struct code *condition, bool holds)
{
    const struct expr_known *known = build->known;
    bool lenient = build->lenient;
    struct code *code;

    if (condition)
        build->known =
            known_union(build->arena, known,
                        holds ? condition->if_true : condition->if_false);
    else
        build->lenient = true;
    code = code_from_syntax(build, syntax);
    build->known = known;
    build->lenient = lenient;
    return code;
}

/* The code, or NULL after saying that it is no condition. */
static struct code *
require_bool(struct expr_build *build, struct code *code,
             const struct syntax *syntax, const char *symbol)
{
    if (!code || code->type == VALUE_BOOL)
        return code;
    return expr_fail(build, syntax->start, MISTAKE_WRONG_OPERANDS,
                     "`%s` needs a condition here, not %s; compare it with "
                     "something",
                     symbol, value_type_name(code->type));
}

static bool
eval_and(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    return code_run(code->args[0], event, value, err) &&
           (!value->boolean || code_run(code->args[1], event, value, err));
}

static bool
eval_or(const struct code *code, const struct event *event, struct value *value,
        struct err *err)
{
    return code_run(code->args[0], event, value, err) &&
           (value->boolean || code_run(code->args[1], event, value, err));
}

/* What `a && b` shows; `a || b` is the same with true and false exchanged. */
static void
guard_and(struct arena *arena, struct code *code)
{
    const struct code *left = code->args[0];
    const struct code *right = code->args[1];

    code->if_true = known_union(arena, left->if_true, right->if_true);
    code->if_false =
        known_common(arena, left->if_false,
                     known_union(arena, left->if_true, right->if_false));
}

static void
guard_or(struct arena *arena, struct code *code)
{
    const struct code *left = code->args[0];
    const struct code *right = code->args[1];

    code->if_false = known_union(arena, left->if_false, right->if_false);
    code->if_true =
        known_common(arena, left->if_true,
                     known_union(arena, left->if_false, right->if_true));
}

/* && and ||: the right side is reached only when the left one is true, or
 * false. */
static struct code *
logic_code(struct expr_build *build, const struct syntax *syntax)
{
    bool is_and = syntax->op->class == OP_AND;
    const char *symbol = syntax->op->symbol;
    struct code *args[2];
    struct code *code;

    args[0] = require_bool(build, code_from_syntax(build, syntax->args[0]),
                           syntax->args[0], symbol);
    args[1] =
        require_bool(build, code_under(build, syntax->args[1], args[0], is_and),
                     syntax->args[1], symbol);
    if (!args[0] || !args[1])
        return NULL;
    code = code_new(build, is_and ? eval_and : eval_or, VALUE_BOOL,
                    syntax->offset, args, 2);
    code->kind = is_and ? CODE_AND : CODE_OR;
    (is_and ? guard_and : guard_or)(build->arena, code);
    return code_fold(build, code, syntax->offset);
}

static bool
eval_choice(const struct code *code, const struct event *event,
            struct value *value, struct err *err)
{
    return code_run(code->args[0], event, value, err) &&
           code_run(code->args[value->boolean ? 1 : 2], event, value, err);
}

static void
guard_choice(struct arena *arena, struct code *code)
{
    const struct code *when = code->args[0];
    const struct code *yes = code->args[1];
    const struct code *no = code->args[2];

    code->if_true =
        known_common(arena, known_union(arena, when->if_true, yes->if_true),
                     known_union(arena, when->if_false, no->if_true));
    code->if_false =
        known_common(arena, known_union(arena, when->if_true, yes->if_false),
                     known_union(arena, when->if_false, no->if_false));
}

static bool
same_kind(enum value_type left, enum value_type right)
{
    unsigned both = TYPE_BIT(left) | TYPE_BIT(right);

    return left == right || !(both & ~TYPE_NUMBERS);
}

static struct code *
choice_code(struct expr_build *build, const struct syntax *syntax)
{
    struct code *args[3];
    struct code *code;

    args[0] = require_bool(build, code_from_syntax(build, syntax->args[0]),
                           syntax->args[0], "?");
    args[1] = code_under(build, syntax->args[1], args[0], true);
    args[2] = code_under(build, syntax->args[2], args[0], false);
    if (!args[0] || !args[1] || !args[2])
        return NULL;
    if (!same_kind(args[1]->type, args[2]->type))
        return expr_fail(build, syntax->offset, MISTAKE_WRONG_OPERANDS,
                         "both results of `?:` must be of one type, not %s and "
                         "%s",
                         value_type_name(args[1]->type),
                         value_type_name(args[2]->type));
    code = code_new(build, eval_choice, args[1]->type, syntax->offset, args, 3);
    if (args[2]->type == VALUE_DECIMAL)
        code->type = VALUE_DECIMAL;
    code->kind = CODE_CHOICE;
    guard_choice(build->arena, code);
    return code_fold(build, code, syntax->offset);
}

static bool
eval_in(const struct code *code, const struct event *event, struct value *value,
        struct err *err)
{
    const struct value_list *list = code->list;
    struct value wanted;

    if (!code_run(code->args[0], event, &wanted, err))
        return false;
    value->boolean = false;
    for (size_t i = 0; i < list->count && !value->boolean; i++)
        value->boolean = value_compare(&wanted, &list->items[i]) == 0;
    return true;
}

/* One item of a list: a constant of the same kind as what is looked for. */
static bool
list_item(struct expr_build *build, const struct code *wanted,
          const struct syntax *syntax, struct value *item)
{
    struct code *code = code_from_syntax(build, syntax);

    if (!code || !wanted)
        return false;
    if (!code_is_constant(code)) {
        expr_fail(build, syntax->start, MISTAKE_BAD_LIST,
                  "a list holds literals only");
        return false;
    }
    if (!same_kind(wanted->type, code->type)) {
        expr_fail(build, syntax->start, MISTAKE_BAD_LIST,
                  "`in` cannot look for %s in a list with %s",
                  value_type_name(wanted->type), value_type_name(code->type));
        return false;
    }
    *item = *code->constant;
    return field_literal(build, wanted, item, syntax->start);
}

static const struct value_list *
list_from_syntax(struct expr_build *build, const struct code *wanted,
                 const struct syntax *syntax)
{
    struct value_list *list = ARENA_NEW(build->arena, struct value_list);
    bool good = true;

    list->items =
        arena_array(build->arena, syntax->arg_count, sizeof(list->items[0]));
    list->count = syntax->arg_count;
    for (size_t i = 0; i < list->count; i++)
        good &= list_item(build, wanted, syntax->args[i], &list->items[i]);
    return good ? list : NULL;
}

static struct code *
in_code(struct expr_build *build, const struct syntax *syntax)
{
    const struct syntax *right = syntax->args[1];
    struct code *wanted = code_from_syntax(build, syntax->args[0]);
    const struct value_list *list;
    struct code *code;

    if (right->kind != SYNTAX_LIST)
        return expr_fail(build, right->start, MISTAKE_BAD_LIST,
                         "the right side of `in` must be a list, as in "
                         "[1, 2]");
    if (!right->arg_count)
        return expr_fail(build, right->start, MISTAKE_NEVER_TRUE,
                         "the list is empty, so `in` is never true");
    list = list_from_syntax(build, wanted, right);
    if (!wanted || !list)
        return NULL;
    code = code_new(build, eval_in, VALUE_BOOL, syntax->offset, &wanted, 1);
    code->kind = CODE_IN;
    code->list = list;
    return code_fold(build, code, syntax->offset);
}

/* The other operators: both sides are always reached. */
static struct code *
plain_code(struct expr_build *build, const struct syntax *syntax)
{
    struct code *args[2] = {0};
    bool good = true;
    struct code *code;

    for (size_t i = 0; i < syntax->arg_count; i++) {
        args[i] = code_from_syntax(build, syntax->args[i]);
        good &= args[i] != NULL;
    }
    code = good ? op_code(build, syntax, args) : NULL;
    if (code && syntax->op->class == OP_NOT) {
        code->if_true = args[0]->if_false;
        code->if_false = args[0]->if_true;
    }
    return code_fold(build, code, syntax->offset);
}

static struct code *
binary_code(struct expr_build *build, const struct syntax *syntax)
{
    enum op_class class = syntax->op->class;

    if (class == OP_AND || class == OP_OR)
        return logic_code(build, syntax);
    if (class == OP_IN)
        return in_code(build, syntax);
    return plain_code(build, syntax);
}

static struct code *
literal_code(struct expr_build *build, const struct syntax *syntax)
{
    return code_constant(build, syntax->literal, syntax->offset);
}

static struct code *
list_code(struct expr_build *build, const struct syntax *syntax)
{
    return expr_fail(build, syntax->start, MISTAKE_BAD_LIST,
                     "a list can only stand to the right of `in`");
}

struct code *
code_from_syntax(struct expr_build *build, const struct syntax *syntax)
{
    static struct code *(*const by_kind[])(struct expr_build *,
                                           const struct syntax *) = {
        [SYNTAX_LITERAL] = literal_code, [SYNTAX_LIST] = list_code,
        [SYNTAX_NAME] = field_code,      [SYNTAX_SELECT] = field_code,
        [SYNTAX_CALL] = call_code,       [SYNTAX_UNARY] = plain_code,
        [SYNTAX_BINARY] = binary_code,   [SYNTAX_CHOICE] = choice_code,
    };

    return by_kind[syntax->kind](build, syntax);
}
