/* expr_range.c - ranges of code, from its leaves up; conditions narrow the
 * fields that they compare. */
#include "expr_range.h"

#include "expr_fn.h"

/* Sets of narrowed fields share their tails and never change; the first of a
 * path counts. */
struct field_range {
    const struct field_path *path;
    struct range range;
    const struct field_range *next;
};

static struct range code_range(const struct range_scope *scope,
                               const struct code *code);
static void assume(struct range_scope *scope, const struct code *code,
                   bool truth);

/* ---- fields ----------------------------------------------------------------
 */

static struct range
field_range(const struct range_scope *scope, const struct field_path *path)
{
    for (const struct field_range *at = scope->fields; at; at = at->next)
        if (field_path_eq(at->path, path))
            return at->range;
    return schema_range(scope->type, path->keys, path->len, scope->arena);
}

static void
set_field(struct range_scope *scope, const struct field_path *path,
          struct range range)
{
    struct field_range *at = ARENA_NEW(scope->arena, struct field_range);

    *at = (struct field_range){path, range, scope->fields};
    scope->fields = at;
    scope->is_empty = scope->is_empty || range_is_empty(&range);
}

/* ---- conditions ------------------------------------------------------------
 */

static bool
can_be(const struct range *condition, bool truth)
{
    return range_has(condition, ratio_from_int(truth));
}

static struct range
condition_range(bool can_be_false, bool can_be_true)
{
    return range_whole(!can_be_false, can_be_true);
}

/* Conditions, the right one of which is reached when the left one is `when`.
 * Both true, or either, is a matter of which of them decides. */
static struct range
logic_range(const struct range_scope *scope, const struct code *code, bool when)
{
    struct range left = code_range(scope, code->args[0]);
    struct range_scope narrowed = *scope;
    struct range right;
    bool decided = can_be(&left, !when);
    bool reached = can_be(&left, when);

    assume(&narrowed, code->args[0], when);
    right = code_range(&narrowed, code->args[1]);
    decided = decided || (reached && can_be(&right, !when));
    reached = reached && can_be(&right, when);
    return when ? condition_range(decided, reached)
                : condition_range(reached, decided);
}

static struct range
range_and(const struct range_scope *scope, const struct code *code)
{
    return logic_range(scope, code, true);
}

static struct range
range_or(const struct range_scope *scope, const struct code *code)
{
    return logic_range(scope, code, false);
}

static struct range
range_not(const struct range_scope *scope, const struct code *code)
{
    struct range range = code_range(scope, code->args[0]);

    return condition_range(can_be(&range, true), can_be(&range, false));
}

static struct range
range_compare(const struct range_scope *scope, const struct code *code)
{
    struct range left = code_range(scope, code->args[0]);
    struct range right = code_range(scope, code->args[1]);
    unsigned order = range_order(&left, &right);

    return condition_range(order & ~code->signs, order & code->signs);
}

/* The value of a literal. */
static struct range
literal_range(const struct value *value)
{
    if (value->type == VALUE_STRING)
        return range_text(&value->string);
    if (value->type == VALUE_BOOL)
        return range_whole(value->boolean, value->boolean);
    if (value->type == VALUE_INT || value->type == VALUE_DECIMAL)
        return range_point(value->number);
    return range_whole(value->at_us, value->at_us);
}

static struct range
list_range(const struct range_scope *scope, const struct value_list *list)
{
    struct range range = literal_range(&list->items[0]);

    for (size_t i = 1; i < list->count; i++) {
        struct range item = literal_range(&list->items[i]);

        range = range_join(&range, &item, scope->arena);
    }
    return range;
}

static bool
list_has(const struct value_list *list, struct value wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (value_compare(&list->items[i], &wanted) == 0)
            return true;
    return false;
}

/* Whether each of the few values, which are texts or spelled numbers, is an
 * item of the list. */
static bool
list_covers_texts(const struct value_list *list, const struct range *wanted)
{
    bool is_text = list->items[0].type == VALUE_STRING;

    for (size_t i = 0; i < wanted->text_count; i++) {
        struct value value = {.type = VALUE_STRING};

        if (is_text)
            value.string = wanted->texts[i];
        else if (!ratio_parse(wanted->texts[i], &value.number))
            return false;
        if (!list_has(list, value))
            return false;
    }
    return true;
}

/* Whether each value is an item of the list. */
static bool
list_covers(const struct value_list *list, const struct range *wanted)
{
    enum value_type type = list->items[0].type;
    int64_t count = range_is_point(wanted) ? 1 : range_count(wanted);
    struct value value = {.type = VALUE_INT, .number = wanted->least.at};

    if (type > VALUE_STRING || type == VALUE_BOOL)
        return false;
    if (wanted->has_texts)
        return list_covers_texts(list, wanted);
    if (type == VALUE_STRING || count > (int64_t)list->count)
        return false;
    for (int64_t i = 0; i < count; i++) {
        if (!list_has(list, value))
            return false;
        value.number.num += value.number.den;
    }
    return true;
}

static struct range
range_in(const struct range_scope *scope, const struct code *code)
{
    struct range wanted = code_range(scope, code->args[0]);
    bool found = false;

    for (size_t i = 0; i < code->list->count && !found; i++) {
        struct range item = literal_range(&code->list->items[i]);

        found = range_order(&wanted, &item) & RANGE_EQUAL;
    }
    return condition_range(!list_covers(code->list, &wanted), found);
}

/* ---- leaves ----------------------------------------------------------------
 */

static struct range
range_other(const struct range_scope *scope, const struct code *code)
{
    (void)scope;
    if (code->type == VALUE_BOOL)
        return range_whole(0, 1);
    return range_any(code->type != VALUE_DECIMAL && code->type != VALUE_STRING);
}

static struct range
range_constant(const struct range_scope *scope, const struct code *code)
{
    (void)scope;
    return literal_range(code->constant);
}

static struct range
range_field(const struct range_scope *scope, const struct code *code)
{
    return field_range(scope, code->path);
}

static struct range
range_has_field(const struct range_scope *scope, const struct code *code)
{
    (void)scope;
    return range_whole(!code->path->optional, 1);
}

/* A stake keeps the bonus it was made with, under whatever rules that was. */
static struct range
range_bonus(const struct range_scope *scope, const struct code *code)
{
    struct range range = range_any(false);

    (void)scope;
    (void)code;
    range.least = (struct range_end){.known = true, .at = {0, 1}};
    return range;
}

/* ---- numbers ---------------------------------------------------------------
 */

static struct range
range_call(const struct range_scope *scope, const struct code *code)
{
    struct range args[EXPR_MAX_ARGS];

    if (!code->fn->range)
        return range_other(scope, code);
    for (size_t i = 0; i < code->arg_count; i++)
        args[i] = code_range(scope, code->args[i]);
    return code->fn->range(code, args);
}

static struct range
range_choice(const struct range_scope *scope, const struct code *code)
{
    struct range_scope yes = *scope;
    struct range_scope no = *scope;
    struct range left;
    struct range right;

    assume(&yes, code->args[0], true);
    assume(&no, code->args[0], false);
    left = code_range(&yes, code->args[1]);
    right = code_range(&no, code->args[2]);
    if (no.is_empty)
        return left;
    return yes.is_empty ? right : range_join(&left, &right, scope->arena);
}

typedef struct range range_operation(const struct range *left,
                                     const struct range *right);

static struct range
range_pair(const struct range_scope *scope, const struct code *code)
{
    static range_operation *const operations[] = {
        [CODE_ADD] = range_add, [CODE_SUB] = range_sub, [CODE_MUL] = range_mul,
        [CODE_DIV] = range_div, [CODE_REM] = range_rem,
    };
    struct range left = code_range(scope, code->args[0]);
    struct range right = code_range(scope, code->args[1]);

    return operations[code->kind](&left, &right);
}

static struct range
range_minus(const struct range_scope *scope, const struct code *code)
{
    struct range range = code_range(scope, code->args[0]);

    return range_negate(&range);
}

static struct range
code_range(const struct range_scope *scope, const struct code *code)
{
    static struct range (*const by_kind[CODE_KIND_COUNT])(
        const struct range_scope *, const struct code *) = {
        [CODE_OTHER] = range_other,   [CODE_CONSTANT] = range_constant,
        [CODE_FIELD] = range_field,   [CODE_HAS] = range_has_field,
        [CODE_BONUS] = range_bonus,   [CODE_CALL] = range_call,
        [CODE_CHOICE] = range_choice, [CODE_IN] = range_in,
        [CODE_AND] = range_and,       [CODE_OR] = range_or,
        [CODE_NOT] = range_not,       [CODE_COMPARE] = range_compare,
        [CODE_ADD] = range_pair,      [CODE_SUB] = range_pair,
        [CODE_MUL] = range_pair,      [CODE_DIV] = range_pair,
        [CODE_REM] = range_pair,      [CODE_NEGATE] = range_minus,
    };

    return by_kind[code->kind](scope, code);
}

/* ---- narrowing -------------------------------------------------------------
 */

/* Leave the values of the field that stand to some value of `other` in one of
 * the ways of `signs`. */
static void
narrow_field(struct range_scope *scope, const struct code *field,
             unsigned signs, struct range other)
{
    struct range range;

    if (field->kind != CODE_FIELD)
        return;
    range = field_range(scope, field->path);
    if (signs == RANGE_EQUAL) {
        range = range_meet(&range, &other, scope->arena);
    } else if (other.has_texts && !other.least.known) {
        if (other.text_count == 1 && !(signs & RANGE_EQUAL))
            range_leave_out(&range, other.texts[0], scope->arena);
    } else {
        other.least.excluded |= !(signs & RANGE_EQUAL);
        other.most.excluded |= !(signs & RANGE_EQUAL);
        if (!(signs & RANGE_ABOVE))
            range_cut_above(&range, other.most);
        if (!(signs & RANGE_BELOW))
            range_cut_below(&range, other.least);
    }
    set_field(scope, field->path, range);
}

static void
assume_compare(struct range_scope *scope, const struct code *code, bool truth)
{
    unsigned all = RANGE_BELOW | RANGE_EQUAL | RANGE_ABOVE;
    unsigned signs = truth ? code->signs : all & ~code->signs;
    struct range left = code_range(scope, code->args[0]);
    struct range right = code_range(scope, code->args[1]);

    narrow_field(scope, code->args[0], signs, right);
    narrow_field(scope, code->args[1], range_mirrored(signs), left);
}

static void
assume_in(struct range_scope *scope, const struct code *code, bool truth)
{
    const struct value_list *list = code->list;

    if (truth)
        narrow_field(scope, code->args[0], RANGE_EQUAL,
                     list_range(scope, list));
    for (size_t i = 0; !truth && i < list->count; i++)
        narrow_field(scope, code->args[0], RANGE_BELOW | RANGE_ABOVE,
                     literal_range(&list->items[i]));
}

static void
assume_field(struct range_scope *scope, const struct code *code, bool truth)
{
    narrow_field(scope, code, RANGE_EQUAL, range_whole(truth, truth));
}

static void
assume_not(struct range_scope *scope, const struct code *code, bool truth)
{
    assume(scope, code->args[0], !truth);
}

/* What both scopes, narrowed from `base` each in its way, have in common. */
static void
join_scopes(struct range_scope *base, const struct range_scope *left,
            const struct range_scope *right)
{
    const struct field_range *before = base->fields;

    if (left->is_empty || right->is_empty) {
        *base = left->is_empty ? *right : *left;
        return;
    }
    for (const struct field_range *at = left->fields; at != before;
         at = at->next) {
        struct range one = field_range(left, at->path);
        struct range other = field_range(right, at->path);

        set_field(base, at->path, range_join(&one, &other, base->arena));
    }
}

/* Both sides are what `truth` says, or one of them is. */
static void
assume_logic(struct range_scope *scope, const struct code *code, bool truth)
{
    bool both = (code->kind == CODE_AND) == truth;
    struct range_scope left = *scope;
    struct range_scope right = *scope;

    if (both) {
        assume(scope, code->args[0], truth);
        assume(scope, code->args[1], truth);
        return;
    }
    assume(&left, code->args[0], truth);
    assume(&right, code->args[1], truth);
    join_scopes(scope, &left, &right);
}

static void
assume(struct range_scope *scope, const struct code *code, bool truth)
{
    static void (*const by_kind[CODE_KIND_COUNT])(struct range_scope *,
                                                  const struct code *, bool) = {
        [CODE_FIELD] = assume_field, [CODE_IN] = assume_in,
        [CODE_AND] = assume_logic,   [CODE_OR] = assume_logic,
        [CODE_NOT] = assume_not,     [CODE_COMPARE] = assume_compare,
    };
    struct range range;

    if (code->kind != CODE_AND && code->kind != CODE_OR &&
        code->kind != CODE_NOT) {
        range = code_range(scope, code);
        scope->is_empty = scope->is_empty || !can_be(&range, truth);
    }
    if (by_kind[code->kind])
        by_kind[code->kind](scope, code, truth);
}

/* ---- from the outside ------------------------------------------------------
 */

struct range
expr_range(const struct range_scope *scope, const struct expr *expr)
{
    return code_range(scope, expr->root);
}

void
expr_narrow(struct range_scope *scope, const struct expr *condition)
{
    struct range range = code_range(scope, condition->root);

    scope->is_empty = scope->is_empty || !can_be(&range, true);
    assume(scope, condition->root, true);
}

bool
expr_is_date(const struct expr *expr)
{
    const struct field_path *path = code_path(expr->root);

    return path && path->type == FIELD_DATE;
}

/* Whether both read the same field, or attribute, of an event. */
static bool
same_leaf(const struct code *left, const struct code *right)
{
    if (left->arg_count || right->arg_count || left->eval != right->eval)
        return false;
    if (left->kind == CODE_FIELD)
        return field_path_eq(left->path, right->path);
    return left->kind == CODE_OTHER;
}

static bool
reads_only(const struct code *code, const struct expr *const *fields,
           size_t count)
{
    if (code->kind == CODE_CONSTANT)
        return true;
    for (size_t i = 0; i < count; i++)
        if (same_leaf(code, fields[i]->root))
            return true;
    for (size_t i = 0; i < code->arg_count; i++)
        if (!reads_only(code->args[i], fields, count))
            return false;
    return code->arg_count > 0;
}

bool
expr_reads_only(const struct expr *expr, const struct expr *const *fields,
                size_t count)
{
    return reads_only(expr->root, fields, count);
}
