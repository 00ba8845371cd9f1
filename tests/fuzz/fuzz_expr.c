/* fuzz_expr.c - any bytes as an expression: compiled, and worked out for an
 * event when it compiles. */
#include "expr_event.h"
#include "fuzz.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    set_up();
    return 0;
}

/* What a condition has shown to be there is there when the condition holds:
 * the event has neither field, so neither may be readable. */
static void
assert_sound(struct expr_scope *after, const struct expr *condition)
{
    expr_assume(after, condition);
    if (expr_compile(after, STR("event.data.bonus"), 1, 1) ||
        expr_compile(after, STR("event.data.note"), 1, 1) ||
        expr_compile(after, STR("event.data.inner.b"), 1, 1))
        abort();
}

static void
work_out(struct expr_scope *after, const struct expr *expr)
{
    struct err err = {0};
    struct value value;
    struct buf buf;

    if (!expr_eval(expr, &event, &value, &err)) {
        if (err.kind != ERR_INPUT)
            abort();
        return;
    }
    if (value.type != expr_type(expr))
        abort();
    buf_init(&buf, after->arena);
    value_print(&buf, &value);
    if (value.type == VALUE_BOOL && value.boolean)
        assert_sound(after, expr);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena batch = {0};
    struct expr_scope here = scope;
    struct diag_list found;
    struct expr *expr;

    diag_init(&found, &batch);
    here.arena = &batch;
    here.diags = &found;
    expr = expr_compile(&here, fuzz_text(bytes, size), 1, 1);
    if (!expr != (found.errors > 0))
        abort();
    if (expr)
        work_out(&here, expr);
    arena_free(&batch);
    return 0;
}
