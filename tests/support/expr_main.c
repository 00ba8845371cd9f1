/* expr_main.c - works out expressions, one a line of the standard input, for
 * the event of expr_event.h: for the oracles. Prints a line for each,
 *
 *   value TEXT    what it comes to
 *   error CODE    the event would be set aside
 *   fault TEXT    it does not compile
 */
#include <stdio.h>
#include <string.h>

#include "expr_event.h"

static void
print_answer(struct str text)
{
    struct err err = {0};
    struct value value;
    struct expr *expr;
    struct buf buf;

    diag_init(&diags, &arena);
    expr = expr_compile(&scope, text, 1, 1);
    if (!expr) {
        printf("fault %s\n", diags.items[0].text);
    } else if (!expr_eval(expr, &event, &value, &err)) {
        printf("error %s\n", err.code);
    } else {
        buf_init(&buf, &arena);
        value_print(&buf, &value);
        printf("value %.*s\n", STR_ARG(buf_str(&buf)));
    }
}

int
main(void)
{
    char line[8192];

    set_up();
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        print_answer(str_from_cstr(line));
    }
    tear_down();
    return 0;
}
