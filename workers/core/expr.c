/* expr.c - expressions from the outside: compile one, run one, print what it
 * gave. The steps between are in expr_*.c. */
#include "expr.h"

#include <stdio.h>

#include "expr_parts.h"
#include "quote.h"
#include "timestamp.h"

static const char *const type_names[] = {
    [VALUE_BOOL] = "bool",           [VALUE_INT] = "int",
    [VALUE_DECIMAL] = "decimal",     [VALUE_STRING] = "string",
    [VALUE_TIMESTAMP] = "timestamp", [VALUE_DURATION] = "duration",
    [VALUE_LIST] = "list",
};

/* Columns count characters, as editors and YAML readers do. */
static void
place_of(const struct expr_build *build, size_t offset, int *line, int *column)
{
    size_t start = 0;

    *line = build->line;
    *column = build->column;
    for (size_t i = 0; i < offset; i++) {
        if (build->text.at[i] == '\n') {
            start = i + 1;
            (*line)++;
            *column = 1;
        }
    }
    *column +=
        (int)str_utf8_length(str_make(build->text.at + start, offset - start));
}

void *
expr_fail(struct expr_build *build, size_t offset, enum mistake mistake,
          const char *format, ...)
{
    va_list args;
    int line;
    int column;

    place_of(build, offset, &line, &column);
    va_start(args, format);
    mistake_add_list(build->scope->diags, mistake, build->scope->file, line,
                     column, format, args);
    va_end(args);
    build->failed = true;
    return NULL;
}

/* Bounds and bytes that the lexer relies on. */
static bool
check_text(struct expr_build *build)
{
    if (build->text.len > EXPR_MAX_BYTES)
        expr_fail(build, 0, MISTAKE_LONG_EXPRESSION,
                  "the expression is longer than %d bytes", EXPR_MAX_BYTES);
    else if (!str_is_utf8(build->text))
        expr_fail(build, 0, MISTAKE_EXPRESSION,
                  "the expression is not UTF-8 text without NUL");
    return !build->failed;
}

struct expr *
expr_compile(struct expr_scope *scope, struct str text, int line, int column)
{
    struct expr_build build = {
        .scope = scope,
        .arena = scope->arena,
        .text = str_dup(scope->arena, text),
        .line = line,
        .column = column,
        .known = scope->known,
    };
    struct syntax *syntax = check_text(&build) ? syntax_parse(&build) : NULL;
    struct code *code = syntax ? code_from_syntax(&build, syntax) : NULL;
    struct expr *expr;

    if (!code || build.failed)
        return NULL;
    expr = ARENA_NEW(scope->arena, struct expr);
    expr->root = code;
    expr->text = build.text;
    expr->line = line;
    expr->column = column;
    expr->scratch = build.scratch;
    return expr;
}

enum value_type
expr_type(const struct expr *expr)
{
    return expr->root->type;
}

void
expr_assume(struct expr_scope *scope, const struct expr *condition)
{
    scope->known =
        known_union(scope->arena, scope->known, condition->root->if_true);
}

struct str
expr_source(const struct expr *expr)
{
    return expr->text;
}

bool
expr_is_constant(const struct expr *expr)
{
    return code_is_constant(expr->root);
}

/* Put the expression, or as much as fits a message, before the error. */
static bool
add_quote(const struct expr *expr, struct err *err)
{
    struct str quote = str_cut(expr->text, QUOTE_MAX_BYTES);

    return err_add(err, "in `%.*s%s`", STR_ARG(quote),
                   quote.len < expr->text.len ? "..." : "");
}

bool
expr_eval(const struct expr *expr, const struct event *event,
          struct value *value, struct err *err)
{
    if (expr->scratch)
        expr->scratch->used = 0;
    return code_run(expr->root, event, value, err) || add_quote(expr, err);
}

void
expr_place(const struct expr *expr, int *line, int *column)
{
    *line = expr->line;
    *column = expr->column;
}

const char *
value_type_name(enum value_type type)
{
    return type_names[type];
}

static void
print_bool(struct buf *buf, const struct value *value)
{
    buf_add_cstr(buf, value->boolean ? "true" : "false");
}

static void
print_number(struct buf *buf, const struct value *value)
{
    ratio_print(buf, value->number);
}

static void
print_string(struct buf *buf, const struct value *value)
{
    buf_add_str(buf, value->string);
}

static void
print_timestamp(struct buf *buf, const struct value *value)
{
    timestamp_print(buf, value->at_us);
}

/* In seconds, as CEL writes durations. */
static void
print_duration(struct buf *buf, const struct value *value)
{
    ratio_print(buf, ratio_from_minor(value->at_us, 6));
    buf_add_char(buf, 's');
}

static void
print_list(struct buf *buf, const struct value *value)
{
    (void)value;
    buf_add_cstr(buf, "[...]");
}

void
value_print(struct buf *buf, const struct value *value)
{
    static void (*const by_type[])(struct buf *, const struct value *) = {
        [VALUE_BOOL] = print_bool,           [VALUE_INT] = print_number,
        [VALUE_DECIMAL] = print_number,      [VALUE_STRING] = print_string,
        [VALUE_TIMESTAMP] = print_timestamp, [VALUE_DURATION] = print_duration,
        [VALUE_LIST] = print_list,
    };

    by_type[value->type](buf, value);
}

const char *
value_text(const struct value *value, char text[VALUE_TEXT_BYTES])
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    value_print(&buf, value);
    snprintf(text, VALUE_TEXT_BYTES, "%.*s", STR_ARG(buf_str(&buf)));
    arena_free(&arena);
    return text;
}
