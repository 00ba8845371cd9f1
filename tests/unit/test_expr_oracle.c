/* test_expr_oracle.c - random expressions against Python's exact fractions:
 * grammar, arithmetic, rounding and comparisons. Run from the top of the tree;
 * another seed comes from the environment as EXPR_ORACLE_SEED. */
#include "expr_fixture.h"

#include <stdio.h>

enum { COUNT = 20000, LINE_BYTES = 16384 };

static FILE *
open_oracle(void)
{
    const char *seed = getenv("EXPR_ORACLE_SEED");
    char command[128];
    FILE *oracle;

    snprintf(command, sizeof(command),
             "python3 tests/unit/expr_oracle.py %lu %d",
             seed ? strtoul(seed, NULL, 10) : 20261201UL, COUNT);
    oracle = popen(command, "r");
    ck_assert_ptr_nonnull(oracle);
    return oracle;
}

/* The arithmetic may give up where numbers are large, and nowhere else. */
static void
assert_overflow(const char *text, bool may_overflow, const char *message)
{
    ck_assert_msg(may_overflow && strstr(message, "too large"), "%s: %s", text,
                  message);
}

static void
assert_agrees(const char *text, const char *expected)
{
    bool may_overflow = expected[0] == '~';
    struct err err = {0};
    struct expr *expr;
    struct value value;
    struct buf buf;

    diag_init(&diags, &arena);
    expr = expr_compile(&scope, str_from_cstr(text), 1, 1);
    if (!expr) {
        assert_overflow(text, may_overflow, diags.items[0].text);
        return;
    }
    if (!expr_eval(expr, &event, &value, &err)) {
        assert_overflow(text, may_overflow, err.text);
        return;
    }
    buf_init(&buf, &arena);
    value_print(&buf, &value);
    ck_assert_msg(str_eq_cstr(buf_str(&buf), expected + may_overflow),
                  "%s gives %.*s, expected %s", text, STR_ARG(buf_str(&buf)),
                  expected);
}

START_TEST(python_agrees)
{
    FILE *oracle = open_oracle();
    char line[LINE_BYTES];
    int count = 0;

    while (fgets(line, sizeof(line), oracle)) {
        char *tab = strchr(line, '\t');

        ck_assert_ptr_nonnull(tab);
        *tab = '\0';
        tab[1 + strcspn(tab + 1, "\n")] = '\0';
        assert_agrees(line, tab + 1);
        count++;
    }
    ck_assert_int_eq(pclose(oracle), 0);
    ck_assert_int_eq(count, COUNT);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("expr_oracle");
    TCase *tests = tcase_create("expr_oracle");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, python_agrees);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
