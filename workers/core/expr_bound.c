/* expr_bound.c - bounds are taken from the conjuncts that come first, up to one
 * that could fail or that says something else. */
#include "expr_bound.h"

#include "expr_parts.h"
#include "range.h"

struct bounds {
    struct arena *arena;
    struct expr_bound *items;
    size_t count;
    size_t room;
};

static void
add_bound(struct bounds *bounds, const struct code *field,
          struct value constant, unsigned signs)
{
    bounds->items = arena_room(bounds->arena, bounds->items, bounds->count,
                               &bounds->room, 4, sizeof(*bounds->items));
    bounds->items[bounds->count++] =
        (struct expr_bound){field, constant, signs};
}

static bool
add_comparison(struct bounds *bounds, const struct code *code)
{
    const struct code *left = code->args[0];
    const struct code *right = code->args[1];

    if (left->kind == CODE_FIELD && code_is_constant(right))
        add_bound(bounds, left, *right->constant, code->signs);
    else if (right->kind == CODE_FIELD && code_is_constant(left))
        add_bound(bounds, right, *left->constant, range_mirrored(code->signs));
    else
        return false;
    return true;
}

/* False when the code may fail, or is not understood: nothing behind it counts.
 */
static bool
add_bounds(struct bounds *bounds, const struct code *code)
{
    static const struct value yes = {.type = VALUE_BOOL, .boolean = true};

    switch (code->kind) {
    case CODE_AND:
        return add_bounds(bounds, code->args[0]) &&
               add_bounds(bounds, code->args[1]);
    case CODE_COMPARE:
        return add_comparison(bounds, code);
    case CODE_FIELD:
        add_bound(bounds, code, yes, RANGE_EQUAL);
        return true;
    case CODE_HAS: /* cannot fail, and says nothing of a value */
        return true;
    default:
        return false;
    }
}

size_t
expr_bounds(const struct expr *condition, struct arena *arena,
            const struct expr_bound **bounds)
{
    struct bounds found = {.arena = arena};

    (void)add_bounds(&found, condition->root);
    *bounds = found.items;
    return found.count;
}

bool
expr_bound_same_field(const struct code *left, const struct code *right)
{
    return field_path_eq(left->path, right->path);
}

enum bound_reading
expr_bound_read(const struct code *field, const struct event *event,
                struct value *value)
{
    const struct field_path *path = field->path;
    struct err err = {0};

    if (path->optional && !event_field(event, path->keys, path->len))
        return BOUND_MISSING;
    return code_run(field, event, value, &err) ? BOUND_READ : BOUND_BROKEN;
}
