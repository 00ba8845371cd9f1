/* schema_check.c - is this data what its schema says, and if so, in the one
 * spelling that the rest of the program works with? Nothing is changed before
 * all of it is known to be valid. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "canonical.h"
#include "number.h"
#include "pointer.h"
#include "quote.h"
#include "schema_parts.h"
#include "suggest.h"

/* Doubles hold every whole number up to here. */
#define MAX_EXACT_REAL ((int128)1 << 53)

/* A value to be replaced when all is valid. */
struct change {
    struct change *next;
    struct node *node;
    struct node to; /* but for the place */
};

struct checker {
    struct arena *arena;
    struct err *err;
    struct change *changes;
    int trying; /* above 0 inside anyOf, oneOf, not, if: failing is fine */
};

static bool check(struct checker *checker, const struct schema *schema,
                  struct node *node, const struct pointer *at);

static bool fail(struct checker *checker, const char *code,
                 const struct pointer *at, const char *format, ...)
    PRINTF_LIKE(4, 5);

static bool
fail(struct checker *checker, const char *code, const struct pointer *at,
     const char *format, ...)
{
    struct buf place;
    char text[400];
    va_list args;

    if (checker->trying)
        return false;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&place, checker->arena);
    pointer_print(&place, at);
    return err_set_code(checker->err, ERR_INPUT, code, "%.*s: %s",
                        STR_ARG(buf_str(&place)), text);
}

/* Fail with "must be EXPECTED DETAIL, but is VALUE". */
static bool
fail_value(struct checker *checker, const struct node *node,
           const struct pointer *at, const char *expected, struct str detail)
{
    struct buf found;

    if (checker->trying)
        return false;
    buf_init(&found, checker->arena);
    quote_node(&found, node);
    return fail(
        checker, "schema_violation", at, "must be %s%s%.*s, but is %.*s",
        expected, *expected && detail.len ? " " : "",
        STR_ARG(str_cut(detail, QUOTE_MAX_BYTES)), STR_ARG(buf_str(&found)));
}

static void
note_change(struct checker *checker, struct node *node, struct node to)
{
    struct change *change;

    if (checker->trying)
        return;
    change = ARENA_NEW(checker->arena, struct change);
    change->next = checker->changes;
    change->node = node;
    change->to = to;
    checker->changes = change;
}

/* ---- types ----------------------------------------------------------------
 */

static unsigned
types_of(const struct node *node)
{
    static const unsigned types[] = {
        [NODE_NULL] = TYPE_NULL,
        [NODE_BOOL] = TYPE_BOOLEAN,
        [NODE_INT] = TYPE_INTEGER | TYPE_NUMBER,
        [NODE_REAL] = TYPE_NUMBER,
        [NODE_STRING] = TYPE_STRING,
        /* Checked before: it may have been any of these. */
        [NODE_DECIMAL] = TYPE_INTEGER | TYPE_NUMBER | TYPE_STRING,
        [NODE_LIST] = TYPE_ARRAY,
        [NODE_OBJECT] = TYPE_OBJECT,
    };

    return types[node->kind];
}

/* 7.0 is an integer, in JSON Schema and so for us; but beyond 2^53 nobody
 * knows which one was sent. */
static bool
check_whole_real(struct checker *checker, struct node *node,
                 const struct pointer *at, bool *whole)
{
    struct ratio value;

    *whole = number_read(node, &value) && ratio_is_integer(value);
    if (!*whole)
        return true;
    value.num /= value.den;
    if (!checker->trying &&
        (value.num >= MAX_EXACT_REAL || value.num <= -MAX_EXACT_REAL))
        return fail(checker, "decimal_precision", at,
                    "%.*s is too large to be exact with a point or exponent; "
                    "send it as a plain integer",
                    STR_ARG(node->text));
    note_change(checker, node,
                (struct node){.kind = NODE_INT, .integer = (int64_t)value.num});
    return true;
}

static void
types_print(struct buf *buf, unsigned types)
{
    static const char *const names[] = {
        "null",     "true or false", "an integer", "a number",
        "a string", "a list",        "an object",
    };

    for (size_t i = 0; types >> i; i++) {
        if (!(types >> i & 1))
            continue;
        if (buf->len)
            buf_add_cstr(buf, " or ");
        buf_add_cstr(buf, names[i]);
    }
    buf_add_char(buf, '\0');
}

static bool
check_type(struct checker *checker, const struct schema *schema,
           struct node *node, const struct pointer *at)
{
    struct buf expected;
    bool whole;

    if (!schema->types || (types_of(node) & schema->types))
        return true;
    if (node->kind == NODE_REAL && (schema->types & TYPE_INTEGER)) {
        if (!check_whole_real(checker, node, at, &whole))
            return false;
        if (whole)
            return true;
    }
    buf_init(&expected, checker->arena);
    types_print(&expected, schema->types);
    return fail_value(checker, node, at, expected.at, (struct str){0});
}

/* ---- scalars --------------------------------------------------------------
 */

static bool
check_decimal(struct checker *checker, const struct schema *schema,
              struct node *node, const struct pointer *at)
{
    struct ratio value;
    struct str text;

    if (node->kind != NODE_STRING && node->kind != NODE_INT &&
        node->kind != NODE_REAL)
        return true;
    if (decimal_read(checker->arena, node, &value, &text)) {
        note_change(checker, node,
                    (struct node){
                        .kind = NODE_DECIMAL, .decimal = value, .text = text});
        return true;
    }
    if (node->kind == NODE_STRING)
        return fail_value(checker, node, at, schema->format->expected,
                          (struct str){0});
    return fail(checker, "decimal_precision", at,
                "the number %.*s is not exact: it has more than 15 digits, or "
                "more than 18 before or 9 after the point; send it as a string",
                STR_ARG(node->text));
}

static bool
check_account(struct checker *checker, const struct schema *schema,
              struct node *node, const struct pointer *at)
{
    struct str account;

    if (node->kind != NODE_STRING)
        return true;
    if (!account_canonical(checker->arena, node->text, &account))
        return fail_value(checker, node, at, schema->format->expected,
                          (struct str){0});
    if (account.at != node->text.at)
        note_change(checker, node,
                    (struct node){.kind = NODE_STRING, .text = account});
    return true;
}

static bool
check_format(struct checker *checker, const struct schema *schema,
             struct node *node, const struct pointer *at)
{
    const struct schema_format *format = schema->format;

    if (!format)
        return true;
    if (format->field == FIELD_DECIMAL)
        return check_decimal(checker, schema, node, at);
    if (format->field == FIELD_ACCOUNT)
        return check_account(checker, schema, node, at);
    return node->kind != NODE_STRING || format->accepts(node->text) ||
           fail_value(checker, node, at, format->expected, (struct str){0});
}

static bool
check_choices(struct checker *checker, const struct schema *schema,
              struct node *node, const struct pointer *at)
{
    struct buf text;
    struct buf choices;

    if (!schema->choices)
        return true;
    buf_init(&text, checker->arena);
    canonical_add(&text, node);
    for (size_t i = 0; i < schema->choice_count; i++)
        if (str_eq(schema->choices[i], buf_str(&text)))
            return true;
    buf_init(&choices, checker->arena);
    for (size_t i = 0; i < schema->choice_count; i++) {
        buf_add_cstr(&choices, i ? ", " : "");
        buf_add_str(&choices, str_cut(schema->choices[i], QUOTE_MAX_BYTES));
    }
    return fail_value(checker, node, at,
                      schema->choice_count == 1 ? "" : "one of",
                      buf_str(&choices));
}

/* Bounds also hold for a decimal that was sent as a string: that is what its
 * publisher means by them. */
static bool
check_bounds(struct checker *checker, const struct schema *schema,
             struct node *node, const struct pointer *at)
{
    bool decimal = schema->format && schema->format->field == FIELD_DECIMAL;
    struct ratio value;

    if (!schema->bound_count)
        return true;
    if (node->kind == NODE_STRING ? !decimal || !ratio_parse(node->text, &value)
                                  : !number_read(node, &value))
        return true;
    for (size_t i = 0; i < schema->bound_count; i++) {
        const struct schema_bound *bound = &schema->bounds[i];

        if (!bound->limit->accepts(value, bound->value))
            return fail_value(checker, node, at, bound->limit->expected,
                              bound->text);
    }
    return true;
}

static bool
check_string(struct checker *checker, const struct schema *schema,
             struct node *node, const struct pointer *at)
{
    size_t bytes = node->text.len;
    size_t length;

    /* A character has one to four bytes: mostly they are enough to tell. */
    if (bytes > schema->max_length || bytes / 4 < schema->min_length) {
        length = str_utf8_length(node->text);
        if (length < schema->min_length)
            return fail(checker, "schema_violation", at,
                        "must have at least %zu characters, but has %zu",
                        schema->min_length, length);
        if (length > schema->max_length)
            return fail(checker, "schema_violation", at,
                        "must have at most %zu characters, but has %zu",
                        schema->max_length, length);
    }
    if (schema->pattern && !regex_search(schema->pattern, node->text))
        return fail_value(checker, node, at, "a text that matches",
                          schema->pattern_text);
    return true;
}

/* ---- lists ----------------------------------------------------------------
 */

/* By canonical text and a table, so that a long list takes no longer a
 * piece. */
static bool
check_unique(struct checker *checker, const struct node *list,
             const struct pointer *at)
{
    struct map seen;
    struct buf text;

    map_init(&seen, checker->arena);
    buf_init(&text, checker->arena);
    for (size_t i = 0; i < list->item_count; i++) {
        void **place;

        buf_clear(&text);
        canonical_add(&text, list->items[i]);
        place = map_put(&seen, str_dup(checker->arena, buf_str(&text)));
        if (*place)
            return fail(checker, "schema_violation", at,
                        "items must differ, but item %zu is there before", i);
        *place = list->items[i];
    }
    return true;
}

static bool
check_list(struct checker *checker, const struct schema *schema,
           struct node *node, const struct pointer *at)
{
    if (node->item_count < schema->min_items)
        return fail(checker, "schema_violation", at,
                    "must have at least %zu items, but has %zu",
                    schema->min_items, node->item_count);
    if (node->item_count > schema->max_items)
        return fail(checker, "schema_violation", at,
                    "must have at most %zu items, but has %zu",
                    schema->max_items, node->item_count);
    for (size_t i = 0; schema->items && i < node->item_count; i++) {
        struct pointer below = {at, {NULL, 0}, i};

        if (!check(checker, schema->items, node->items[i], &below))
            return false;
    }
    return !schema->unique_items || check_unique(checker, node, at);
}

/* ---- objects --------------------------------------------------------------
 */

/* Perhaps it is there, misspelt. */
static bool
fail_missing(struct checker *checker, const struct schema *schema,
             const struct node *object, const struct pointer *at)
{
    const struct schema_property *missing = NULL;
    struct suggest suggest;

    if (checker->trying)
        return false;
    for (size_t i = 0; i < schema->property_count && !missing; i++)
        if (schema->properties[i]->required &&
            !node_get(object, schema->properties[i]->name))
            missing = schema->properties[i];
    assert(missing);
    suggest = suggest_for(missing->name);
    for (size_t i = 0; i < object->member_count; i++)
        if (!map_get(&schema->by_name, object->members[i].key))
            suggest_offer(&suggest, object->members[i].key);
    return fail(checker, "schema_violation", at, "the field %s is missing%s%s",
                quoted(checker->arena, missing->name),
                suggest.nearest.len ? "; it is not spelt " : "",
                suggest.nearest.len ? quoted(checker->arena, suggest.nearest)
                                    : "");
}

static bool
fail_additional(struct checker *checker, const struct schema *schema,
                struct str name, const struct pointer *at)
{
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; !checker->trying && i < schema->property_count; i++)
        suggest_offer(&suggest, schema->properties[i]->name);
    return fail(checker, "schema_violation", at,
                "a field of this name is not allowed" SUGGEST_FORMAT,
                SUGGEST_ARG(suggest));
}

static bool
check_member(struct checker *checker, const struct schema *schema,
             const struct schema_property *property,
             const struct node_member *member, const struct pointer *at)
{
    struct pointer below = {at, member->key, 0};
    const struct schema *additional = schema->additional;

    if (property && property->schema)
        return check(checker, property->schema, member->value, &below);
    if (additional && additional->never)
        return fail_additional(checker, schema, member->key, &below);
    return !additional || check(checker, additional, member->value, &below);
}

static bool
check_object(struct checker *checker, const struct schema *schema,
             struct node *node, const struct pointer *at)
{
    size_t found = 0;

    if (!schema->property_count && !schema->additional)
        return true;
    for (size_t i = 0; i < node->member_count; i++) {
        const struct node_member *member = &node->members[i];
        const struct schema_property *property =
            map_get(&schema->by_name, member->key);

        found += property && property->required;
        if (!check_member(checker, schema, property, member, at))
            return false;
    }
    return found == schema->required_count ||
           fail_missing(checker, schema, node, at);
}

/* ---- joined schemas -------------------------------------------------------
 */

static bool
accepts(struct checker *checker, const struct schema *schema, struct node *node,
        const struct pointer *at)
{
    bool ok;

    checker->trying++;
    ok = check(checker, schema, node, at);
    checker->trying--;
    return ok;
}

static size_t
count_accepting(struct checker *checker, const struct schema_group *group,
                struct node *node, const struct pointer *at, size_t enough)
{
    size_t count = 0;

    for (size_t i = 0; i < group->count && count < enough; i++)
        count += accepts(checker, group->schemas[i], node, at);
    return count;
}

static bool
join_all(struct checker *checker, const struct schema_group *group,
         struct node *node, const struct pointer *at)
{
    for (size_t i = 0; i < group->count; i++)
        if (!check(checker, group->schemas[i], node, at))
            return false;
    return true;
}

static bool
join_any(struct checker *checker, const struct schema_group *group,
         struct node *node, const struct pointer *at)
{
    return count_accepting(checker, group, node, at, 1) == 1 ||
           fail(checker, "schema_violation", at,
                "fits none of the %zu schemas of \"anyOf\"", group->count);
}

static bool
join_one(struct checker *checker, const struct schema_group *group,
         struct node *node, const struct pointer *at)
{
    size_t count = count_accepting(checker, group, node, at, 2);

    return count == 1 ||
           fail(checker, "schema_violation", at,
                "must fit one of the %zu schemas of \"oneOf\", but fits %s",
                group->count, count ? "several" : "none");
}

static bool
join_not(struct checker *checker, const struct schema_group *group,
         struct node *node, const struct pointer *at)
{
    return !accepts(checker, group->schemas[0], node, at) ||
           fail(checker, "schema_violation", at,
                "fits the schema of \"not\", which it must not");
}

static bool
join_if(struct checker *checker, const struct schema_group *group,
        struct node *node, const struct pointer *at)
{
    bool condition = accepts(checker, group->schemas[0], node, at);
    const struct schema *branch = group->schemas[condition ? 1 : 2];

    return !branch || check(checker, branch, node, at);
}

static bool
check_groups(struct checker *checker, const struct schema *schema,
             struct node *node, const struct pointer *at)
{
    static bool (*const joins[])(struct checker *, const struct schema_group *,
                                 struct node *, const struct pointer *) = {
        [JOIN_ALL] = join_all, [JOIN_ANY] = join_any, [JOIN_ONE] = join_one,
        [JOIN_NOT] = join_not, [JOIN_IF] = join_if,
    };

    for (const struct schema_group *group = schema->groups; group;
         group = group->next)
        if (!joins[group->join](checker, group, node, at))
            return false;
    return true;
}

/* ---- all together ---------------------------------------------------------
 */

static bool
check_parts(struct checker *checker, const struct schema *schema,
            struct node *node, const struct pointer *at)
{
    if (node->kind == NODE_STRING)
        return check_string(checker, schema, node, at);
    if (node->kind == NODE_LIST)
        return check_list(checker, schema, node, at);
    if (node->kind == NODE_OBJECT)
        return check_object(checker, schema, node, at);
    return true;
}

static bool
check(struct checker *checker, const struct schema *schema, struct node *node,
      const struct pointer *at)
{
    if (schema->never)
        return fail(checker, "schema_violation", at, "is not allowed here");
    return check_type(checker, schema, node, at) &&
           check_format(checker, schema, node, at) &&
           check_choices(checker, schema, node, at) &&
           check_bounds(checker, schema, node, at) &&
           check_parts(checker, schema, node, at) &&
           check_groups(checker, schema, node, at);
}

/* A value with two changes is a decimal: that its text was whole says less. */
static void
apply(const struct change *change)
{
    for (; change; change = change->next) {
        struct node *node = change->node;
        int line = node->line;
        int column = node->column;

        if (node->kind == NODE_DECIMAL)
            continue;
        *node = change->to;
        node->line = line;
        node->column = column;
    }
}

bool
schema_check(const struct event_type *type, struct node *data,
             struct arena *arena, struct err *err)
{
    struct checker checker = {.arena = arena, .err = err};
    struct pointer root = {NULL, STR("data"), 0};

    if (!check(&checker, type->data, data, &root))
        return false;
    apply(checker.changes);
    return true;
}
