/* rule_read.c - from document nodes to checked values. What a rule file may
 * say where is for the callers to know. */
#include "rule_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "quote.h"
#include "suggest.h"
#include "timestamp.h"

bool
reader_error(struct reader *reader, const struct node *node,
             enum mistake mistake, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistake_add_list(reader->diags, mistake, reader->file, node->line,
                     node->column, format, args);
    va_end(args);
    return false;
}

bool
reader_key_error(struct reader *reader, const struct node_member *member,
                 enum mistake mistake, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistake_add_list(reader->diags, mistake, reader->file, member->line,
                     member->column, format, args);
    va_end(args);
    return false;
}

const char *
reader_describe(struct reader *reader, const struct node *node)
{
    struct buf buf;

    buf_init(&buf, reader->arena);
    quote_node(&buf, node);
    return arena_strndup(reader->arena, buf.at, buf.len);
}

bool
reader_suggest(struct reader *reader, struct str word, const char *const *words,
               size_t count)
{
    struct suggest suggest = suggest_for(word);

    for (size_t i = 0; i < count; i++)
        suggest_offer(&suggest, str_from_cstr(words[i]));
    suggest_help(&suggest, reader->diags);
    return false;
}

enum mistake
kind_or_size(const struct node *node, enum node_kind wanted)
{
    return node->kind == wanted ? MISTAKE_WRONG_SIZE : MISTAKE_WRONG_KIND;
}

static bool
key_is_known(struct str name, const struct shape *shape)
{
    for (size_t i = 0; i < shape_key_count(shape); i++)
        if (str_eq_cstr(name, shape_key(shape, i).name))
            return true;
    return false;
}

static void
report_unknown_key(struct reader *reader, const struct node_member *member,
                   const struct shape *shape)
{
    size_t count = shape_key_count(shape);
    const char **names = arena_array(reader->arena, count, sizeof(*names));

    for (size_t i = 0; i < count; i++)
        names[i] = shape_key(shape, i).name;
    reader_key_error(reader, member, MISTAKE_UNKNOWN_KEY, "%s has no key %s",
                     shape->what, quoted(reader->arena, member->key));
    reader_suggest(reader, member->key, names, count);
}

bool
read_keys(struct reader *reader, const struct node *node,
          const struct shape *shape)
{
    size_t errors = reader->diags->errors;

    if (node->kind != NODE_OBJECT)
        return reader_error(reader, node, MISTAKE_WRONG_KIND,
                            "%s must be a mapping, not %s", shape->what,
                            reader_describe(reader, node));
    for (size_t i = 0; i < node->member_count; i++)
        if (!key_is_known(node->members[i].key, shape))
            report_unknown_key(reader, &node->members[i], shape);
    for (size_t i = 0; i < shape->key_count; i++)
        if (shape->keys[i].required &&
            !node_get(node, str_from_cstr(shape->keys[i].name)))
            reader_error(reader, node, MISTAKE_MISSING_KEY,
                         "%s needs the key \"%s\"", shape->what,
                         shape->keys[i].name);
    return reader->diags->errors == errors;
}

static bool
is_one_line(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
            return false;
    return true;
}

static bool
is_scalar_text(const struct node *node)
{
    return node->kind == NODE_STRING || node->kind == NODE_INT ||
           node->kind == NODE_DECIMAL || node->kind == NODE_REAL;
}

bool
read_text(struct reader *reader, const struct node *node, const char *what,
          size_t max, struct str *text)
{
    if (!is_scalar_text(node))
        return reader_error(reader, node, MISTAKE_WRONG_KIND,
                            "%s must be a text, not %s", what,
                            reader_describe(reader, node));
    if (node->text.len == 0 || node->text.len > max)
        return reader_error(reader, node, MISTAKE_BAD_TEXT,
                            "%s must be 1 to %zu bytes, not %zu", what, max,
                            node->text.len);
    if (!is_one_line(node->text))
        return reader_error(reader, node, MISTAKE_BAD_TEXT,
                            "%s must be on one line", what);
    *text = str_dup(reader->arena, node->text);
    return true;
}

static bool
is_id(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter = c >= 'a' && c <= 'z';
        bool later = (c >= '0' && c <= '9') || c == '_';

        if (!letter && (i == 0 || !later))
            return false;
    }
    return text.len > 0;
}

bool
read_id(struct reader *reader, const struct node *node, const char *what,
        struct str *id)
{
    if (!read_text(reader, node, what, ID_MAX_BYTES, id))
        return false;
    if (!is_id(*id))
        return reader_error(reader, node, MISTAKE_BAD_ID,
                            "%s must be a small letter, then small letters, "
                            "digits and _, not %s",
                            what, quoted(reader->arena, *id));
    return true;
}

bool
read_id_key(struct reader *reader, const struct node_member *member,
            const char *what, struct str *id)
{
    if (member->key.len > ID_MAX_BYTES || !is_id(member->key)) {
        reader_key_error(
            reader, member, MISTAKE_BAD_ID,
            "%s must be a small letter, then small letters, digits and _, "
            "%d at most, not %s",
            what, ID_MAX_BYTES, quoted(reader->arena, member->key));
        return false;
    }
    *id = str_dup(reader->arena, member->key);
    return true;
}

bool
read_decimal(struct reader *reader, const struct node *node, const char *what,
             struct ratio *amount)
{
    if (!is_scalar_text(node))
        return reader_error(reader, node, MISTAKE_WRONG_KIND,
                            "%s must be a number, not %s", what,
                            reader_describe(reader, node));
    if (!ratio_parse(node->text, amount))
        return reader_error(reader, node, MISTAKE_BAD_NUMBER,
                            "%s must be a decimal number of at most %d digits "
                            "before and %d after the point, not %s",
                            what, NUM_MAX_INTEGER_DIGITS, NUM_MAX_DECIMALS,
                            quoted(reader->arena, node->text));
    return true;
}

bool
read_amount(struct reader *reader, const struct node *node, const char *what,
            struct ratio *amount)
{
    if (!read_decimal(reader, node, what, amount))
        return false;
    if (amount->num < 0)
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "%s must not be below zero", what);
    if (node->text.at[0] == '-')
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "%s must have no minus sign, not even before zero",
                            what);
    return true;
}

bool
read_positive(struct reader *reader, const struct node *node, const char *what,
              struct ratio *number)
{
    if (!read_amount(reader, node, what, number))
        return false;
    if (number->num == 0)
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "%s must be above zero", what);
    return true;
}

/* `a, b or c` */
static const char *
word_list(struct reader *reader, const char *const *words, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) {
        const char *join = i == 0 ? "" : i + 1 == count ? " or " : ", ";

        list = arena_printf(reader->arena, "%s%s%s", list, join, words[i]);
    }
    return list;
}

bool
read_word(struct reader *reader, const struct node *node, const char *what,
          const char *const *words, size_t count, size_t *index)
{
    const char *list = word_list(reader, words, count);

    if (!node_is_string(node))
        return reader_error(reader, node, MISTAKE_UNKNOWN_WORD,
                            "%s must be %s, not %s", what, list,
                            reader_describe(reader, node));
    for (*index = 0; *index < count; ++*index)
        if (str_eq_cstr(node->text, words[*index]))
            return true;
    reader_error(reader, node, MISTAKE_UNKNOWN_WORD, "%s must be %s, not %s",
                 what, list, quoted(reader->arena, node->text));
    return reader_suggest(reader, node->text, words, count);
}

bool
read_time(struct reader *reader, const struct node *node, const char *what,
          int64_t *at_us)
{
    if (node_is_string(node) && timestamp_parse(node->text, at_us))
        return true;
    return reader_error(reader, node, MISTAKE_BAD_TIME,
                        "%s must be a time such as \"2026-12-01T00:00:00Z\"",
                        what);
}

/* The number of seconds that a unit stands for, or 0. */
static int64_t
unit_seconds(char unit)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (units[i].unit == unit)
            return units[i].seconds;
    return 0;
}

bool
read_duration(struct reader *reader, const struct node *node, const char *what,
              int64_t *seconds)
{
    struct str text = is_scalar_text(node) ? node->text : (struct str){0};
    int64_t unit = text.len ? unit_seconds(text.at[text.len - 1]) : 0;
    bool minus = text.len && text.at[0] == '-';

    if (unit)
        text.len--;
    if (!minus && num_parse_int(text, seconds) &&
        !__builtin_mul_overflow(*seconds, unit ? unit : 1, seconds) &&
        *seconds <= INT64_MAX / US_PER_SECOND)
        return true;
    return reader_error(reader, node, MISTAKE_BAD_SPAN,
                        "%s must be a time span such as 90s, 30m, 48h or 7d",
                        what);
}

bool
read_period(struct reader *reader, const struct node *node, const char *what,
            int64_t *period_us)
{
    static const int64_t most = (int64_t)PERIOD_MAX_DAYS * 86400;
    int64_t seconds = 0;

    if (!read_duration(reader, node, what, &seconds))
        return false;
    if (!unit_seconds(node->text.at[node->text.len - 1]))
        return reader_error(reader, node, MISTAKE_BAD_SPAN,
                            "%s needs a unit: %.*ss, %.*sd ...", what,
                            STR_ARG(node->text), STR_ARG(node->text));
    if (seconds < 1 || seconds > most)
        return reader_error(reader, node, MISTAKE_BAD_SPAN,
                            "%s must be from 1s to %dd", what, PERIOD_MAX_DAYS);
    *period_us = seconds * US_PER_SECOND;
    return true;
}

static struct str
expr_text(const struct node *node)
{
    if (node->kind == NODE_BOOL)
        return node->boolean ? STR("true") : STR("false");
    return is_scalar_text(node) ? node->text : (struct str){0};
}

const struct expr *
read_expr(struct reader *reader, const struct node *node, const char *what)
{
    struct str text = expr_text(node);

    if (!text.len) {
        reader_error(reader, node, MISTAKE_WRONG_KIND,
                     "%s must be an expression, not %s", what,
                     node->kind == NODE_STRING ? "empty"
                                               : reader_describe(reader, node));
        return NULL;
    }
    return expr_compile(&reader->scope, str_dup(reader->arena, text),
                        node->line, node->column + node->quoted);
}

const struct expr *
read_number_expr(struct reader *reader, const struct node *node,
                 const char *what)
{
    const struct expr *expr = read_expr(reader, node, what);

    if (!expr || expr_type(expr) == VALUE_INT ||
        expr_type(expr) == VALUE_DECIMAL)
        return expr;
    reader_error(reader, node, MISTAKE_WRONG_RESULT,
                 "%s must be a number, but %s has type %s", what,
                 quoted(reader->arena, expr_text(node)),
                 value_type_name(expr_type(expr)));
    return NULL;
}

const struct event_type *
read_type(struct reader *reader, const struct node *node, const char *what)
{
    const struct event_type *type;
    struct suggest suggest;

    if (!node_is_string(node)) {
        reader_error(reader, node, MISTAKE_WRONG_KIND,
                     "%s must be an event type, not %s", what,
                     reader_describe(reader, node));
        return NULL;
    }
    type = schema_find(reader->schemas, node->text);
    if (type)
        return type;
    suggest = suggest_for(node->text);
    for (size_t i = 0; i < schema_count(reader->schemas); i++)
        suggest_offer(&suggest, schema_at(reader->schemas, i)->name);
    reader_error(reader, node, MISTAKE_UNKNOWN_TYPE, "unknown event type %s",
                 quoted(reader->arena, node->text));
    suggest_help(&suggest, reader->diags);
    return NULL;
}

enum { PATH_MAX_KEYS = 8 };

/* 0 when there are more keys than any schema has levels. */
static size_t
split_path(struct str path, struct str keys[PATH_MAX_KEYS])
{
    size_t count = 0;

    while (count < PATH_MAX_KEYS) {
        const char *dot = path.len ? memchr(path.at, '.', path.len) : NULL;
        size_t len = dot ? (size_t)(dot - path.at) : path.len;

        keys[count++] = str_make(path.at, len);
        if (!dot)
            return count;
        path = str_make(dot + 1, path.len - len - 1);
    }
    return 0;
}

bool
find_field(const struct event_type *type, struct str path, struct field *field)
{
    struct str keys[PATH_MAX_KEYS];
    size_t count = split_path(path, keys);

    return count && schema_field(type, keys, count, field);
}

static void
copy_items(struct arena *arena, struct node *copy)
{
    struct node **items = arena_grow(arena, copy->items, copy->item_count,
                                     copy->item_count, sizeof(*items));

    for (size_t i = 0; i < copy->item_count; i++)
        items[i] = node_copy(arena, items[i]);
    copy->items = items;
}

static void
copy_members(struct arena *arena, struct node *copy)
{
    struct node_member *members =
        arena_grow(arena, copy->members, copy->member_count, copy->member_count,
                   sizeof(*members));

    for (size_t i = 0; i < copy->member_count; i++) {
        members[i].key = str_dup(arena, members[i].key);
        members[i].value = node_copy(arena, members[i].value);
    }
    copy->members = members;
}

struct node *
node_copy(struct arena *arena, const struct node *node)
{
    struct node *copy = ARENA_NEW(arena, struct node);

    *copy = *node;
    copy->text = str_dup(arena, node->text);
    if (node->kind == NODE_LIST) {
        copy_items(arena, copy);
    } else if (node->kind == NODE_OBJECT) {
        copy_members(arena, copy);
    } else if (node->kind == NODE_DECIMAL) {
        copy->kind = NODE_REAL;
        copy->real = strtod(copy->text.at, NULL);
    }
    return copy;
}
