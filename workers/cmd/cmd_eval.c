/* cmd_eval.c - `reward eval`: an expression, as rules have them, of the event
 * in a file. */
#include <stdio.h>

#include "command.h"
#include "event_file.h"
#include "expr.h"
#include "json_text.h"
#include "table.h"

static void
print_value(const struct command_line *line, const struct value *value)
{
    struct buf text;
    struct buf out;

    buf_init(&text, line->arena);
    value_print(&text, value);
    buf_init(&out, line->arena);
    if (table_format_from(line->format) == TABLE_JSON) {
        buf_add_char(&out, '{');
        json_add_member(&out, "type",
                        str_from_cstr(value_type_name(value->type)));
        json_add_member(&out, "value", buf_str(&text));
        buf_add_char(&out, '}');
    } else {
        buf_add_str(&out, buf_str(&text));
    }
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

int
cmd_eval(struct command_line *line)
{
    const char *path = command_option(line, "event");
    struct diag_list diags;
    struct event event = {0};
    struct expr_scope scope = {
        .arena = line->arena, .diags = &diags, .file = "expression"};
    struct err err = {0};
    struct value value;
    struct schema_set *schemas;
    struct expr *expr;

    if (line->argc != 1 || !path)
        return command_misused(line, "name one expression and --event FILE");
    if (!command_schemas(line, &schemas, &err) ||
        !event_file_read(line->arena, path, schemas, &event, &err))
        return command_failed(&err);
    diag_init(&diags, line->arena);
    scope.type = event.type;
    expr = expr_compile(&scope, str_from_cstr(line->argv[0]), 1, 1);
    diag_print(&diags, stderr);
    if (!expr)
        return EXIT_ERRORS;
    if (!expr_eval(expr, &event, &value, &err))
        return command_failed(&err);
    print_value(line, &value);
    return EXIT_OK;
}
