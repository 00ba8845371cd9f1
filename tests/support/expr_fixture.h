/* expr_fixture.h - expressions that must compile and what they must give, for
 * the event of expr_event.h. */
#ifndef TESTS_EXPR_FIXTURE_H
#define TESTS_EXPR_FIXTURE_H

#include "unit.h"

/* After it, whose parameters have the names of our variables. */
#include "expr_event.h"

/* Compile what must compile, at line 3, column 10. */
static inline struct expr *
compile(const char *text)
{
    struct expr *expr;

    expr = expr_compile(&scope, str_from_cstr(text), 3, 10);
    if (!expr)
        diag_print(&diags, stderr);
    ck_assert_msg(expr != NULL, "%s", text);
    return expr;
}

static inline void
assert_gives(const char *text, const char *expected)
{
    struct expr *expr = compile(text);
    struct err err = {0};
    struct value value;
    struct buf buf;

    ck_assert_msg(expr_eval(expr, &event, &value, &err), "%s", err.text);
    ck_assert_int_eq(value.type, expr_type(expr));
    buf_init(&buf, &arena);
    value_print(&buf, &value);
    ck_assert_msg(str_eq_cstr(buf_str(&buf), expected),
                  "%s gives %.*s, expected %s", text, STR_ARG(buf_str(&buf)),
                  expected);
}

struct row {
    const char *text;
    const char *expected;
};

#define ASSERT_ROWS(rows)                                                      \
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)          \
    assert_gives(rows[row].text, rows[row].expected)

#endif
