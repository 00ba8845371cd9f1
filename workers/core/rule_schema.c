/* rule_schema.c - walks the tables of rule_shape.h. Objects are written out
 * where they stand, so that an editor has a description at each place. */
#include "rule_schema.h"

#include <string.h>

#include "json_text.h"

#define NUMBER "\"type\":[\"number\",\"string\"],"
#define ABOVE "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?$\""

/* What JSON Schema says of a value of the kind, with the keywords for min and
 * max. Where an author may leave out the quotes of a number, both are fit. */
static const struct kind {
    const char *schema;
    const char *min;
    const char *max;
    bool is_text; /* an example is a text */
} kinds[SHAPE_KIND_COUNT] = {
    [SHAPE_ANY] = {"", NULL, NULL, false},
    [SHAPE_TEXT] = {"\"type\":[\"string\",\"number\"]", "minLength",
                    "maxLength", true},
    [SHAPE_STRING] = {"\"type\":\"string\"", "minLength", "maxLength", true},
    [SHAPE_ID] = {"\"type\":\"string\",\"pattern\":\"^[a-z][a-z0-9_]{0,39}$\"",
                  NULL, NULL, true},
    [SHAPE_DECIMAL] = {NUMBER "\"pattern\":\"^-?[0-9]+(\\\\.[0-9]+)?$\"", NULL,
                       NULL, false},
    [SHAPE_AMOUNT] = {NUMBER "\"minimum\":0," ABOVE, NULL, NULL, false},
    [SHAPE_POSITIVE] = {NUMBER "\"exclusiveMinimum\":0," ABOVE, NULL, NULL,
                        false},
    [SHAPE_INTEGER] = {"\"type\":\"integer\"", "minimum", "maximum", false},
    [SHAPE_FLAG] = {"\"type\":\"boolean\"", NULL, NULL, false},
    [SHAPE_FALSE] = {"\"enum\":[false]", NULL, NULL, false},
    [SHAPE_WORD] = {"", NULL, NULL, true},
    [SHAPE_TIME] = {"\"type\":\"string\",\"format\":\"date-time\"", NULL, NULL,
                    true},
    [SHAPE_DATE] = {"\"type\":\"string\",\"format\":\"date\"", NULL, NULL,
                    true},
    [SHAPE_DURATION] = {"\"type\":[\"string\",\"integer\"],\"minimum\":0,"
                        "\"pattern\":\"^[0-9]+[smhd]?$\"",
                        NULL, NULL, true},
    [SHAPE_PERIOD] = {"\"type\":\"string\",\"pattern\":\"^[0-9]+[smhd]$\"",
                      NULL, NULL, true},
    [SHAPE_EXPR] = {"\"type\":[\"string\",\"number\",\"boolean\"],"
                    "\"minLength\":1",
                    NULL, NULL, true},
    [SHAPE_TYPE] = {"\"type\":\"string\",\"minLength\":1", NULL, NULL, true},
    [SHAPE_LIST] = {"\"type\":\"array\"", "minItems", "maxItems", false},
    [SHAPE_MAP] = {"\"type\":\"object\"", "minProperties", "maxProperties",
                   false},
    [SHAPE_OBJECT] = {"\"type\":\"object\"", NULL, NULL, false},
};

/* ---- examples ---------------------------------------------------------------
 */

static bool
is_choice(const struct shape *shape, size_t index)
{
    const char *name = shape_key(shape, index).name;

    for (size_t i = 0; shape->one_of && shape->one_of[i]; i++)
        if (strcmp(shape->one_of[i], name) == 0)
            return true;
    return index >= shape->key_count;
}

/* Of the keys, exactly one of which must be there, the first. */
static bool
is_first_choice(const struct shape *shape, size_t index)
{
    if (!is_choice(shape, index))
        return false;
    for (size_t i = 0; i < index; i++)
        if (is_choice(shape, i))
            return false;
    return true;
}

/* Whether the key is in the shortest object. */
static bool
is_needed(const struct shape *shape, size_t index)
{
    const struct key_need *need = shape->needs;
    struct key key = shape_key(shape, index);

    if (key.required || is_first_choice(shape, index))
        return true;
    for (; need && need->needed; need++)
        if (strcmp(need->needed, key.name) == 0 &&
            (!need->key ||
             (shape->one_of && strcmp(need->key, shape->one_of[0]) == 0)))
            return true;
    return false;
}

/* What has no example of its own is made of those of its parts. */
static void
add_example(struct buf *buf, const struct shape *shape, const char *example)
{
    if (example && kinds[shape->kind].is_text) {
        json_add_string(buf, str_from_cstr(example));
    } else if (example) {
        buf_add_cstr(buf, example);
    } else if (shape->kind == SHAPE_LIST) {
        buf_add_char(buf, '[');
        add_example(buf, shape->of, NULL);
        buf_add_char(buf, ']');
    } else {
        buf_add_char(buf, '{');
        for (size_t i = 0; i < shape_key_count(shape); i++) {
            struct key key = shape_key(shape, i);

            if (!is_needed(shape, i))
                continue;
            json_add_key(buf, key.name);
            add_example(buf, key.shape, key.example);
        }
        buf_add_char(buf, '}');
    }
}

static void
add_examples(struct buf *buf, const struct shape *shape, const char *example)
{
    json_add_key(buf, "examples");
    buf_add_char(buf, '[');
    add_example(buf, shape, example);
    buf_add_char(buf, ']');
}

/* ---- the walk ---------------------------------------------------------------
 */

static void add_shape(struct buf *buf, const struct shape *shape, int indent);

static void
new_line(struct buf *buf, int indent)
{
    buf_printf(buf, "\n%*s", indent, "");
}

/* Append an item of a list, after a comma unless it is the first. */
static void
add_item(struct buf *buf, const char *text)
{
    if (buf->at[buf->len - 1] != '[')
        buf_add_char(buf, ',');
    json_add_string(buf, str_from_cstr(text));
}

/* The words of a shape, or its names. */
static void
add_words(struct buf *buf, const struct shape *shape)
{
    json_add_key(buf, "enum");
    buf_add_char(buf, '[');
    for (int i = 0; shape->words && i < shape->max; i++)
        add_item(buf, shape->words[i]);
    for (size_t i = 0; shape->name && shape->name(i); i++)
        add_item(buf, shape->name(i));
    buf_add_char(buf, ']');
}

static void
add_bounds(struct buf *buf, const struct shape *shape)
{
    const struct kind *kind = &kinds[shape->kind];

    if (kind->min && shape->min) {
        json_add_key(buf, kind->min);
        buf_printf(buf, "%d", shape->min);
    }
    if (kind->max && shape->max) {
        json_add_key(buf, kind->max);
        buf_printf(buf, "%d", shape->max);
    }
}

static void
add_pattern(struct buf *buf, const struct shape *shape)
{
    bool names = shape->kind == SHAPE_MAP;

    if (names && (shape->pattern || shape->name))
        buf_add_cstr(buf, ",\"propertyNames\":{");
    if (shape->pattern)
        json_add_member(buf, "pattern", str_from_cstr(shape->pattern));
    if (names && shape->name)
        add_words(buf, shape);
    if (names && (shape->pattern || shape->name))
        buf_add_char(buf, '}');
}

static void
add_items(struct buf *buf, const char *keyword, const struct shape *shape,
          int indent)
{
    json_add_key(buf, keyword);
    buf_add_char(buf, '{');
    add_shape(buf, shape, indent);
    buf_add_char(buf, '}');
}

static void
add_keys(struct buf *buf, const struct shape *shape, int indent)
{
    json_add_key(buf, "properties");
    buf_add_char(buf, '{');
    for (size_t i = 0; i < shape_key_count(shape); i++) {
        struct key key = shape_key(shape, i);

        if (i)
            buf_add_char(buf, ',');
        new_line(buf, indent);
        json_add_string(buf, str_from_cstr(key.name));
        buf_add_cstr(buf, ":{");
        json_add_member(buf, "description", str_from_cstr(key.help));
        add_examples(buf, key.shape, key.example);
        add_shape(buf, key.shape, indent + 1);
        buf_add_char(buf, '}');
    }
    buf_add_char(buf, '}');
}

static void
add_required(struct buf *buf, const struct shape *shape)
{
    const struct key_need *need = shape->needs;
    size_t before = buf->len;
    size_t empty;

    json_add_key(buf, "required");
    buf_add_char(buf, '[');
    empty = buf->len;
    for (size_t i = 0; i < shape->key_count; i++)
        if (shape->keys[i].required)
            add_item(buf, shape->keys[i].name);
    for (; need && need->needed; need++)
        if (!need->key)
            add_item(buf, need->needed);
    if (buf->len == empty)
        buf->len = before;
    else
        buf_add_char(buf, ']');
}

/* The keys, exactly one of which must be there. */
static void
add_one_of(struct buf *buf, const struct shape *shape)
{
    json_add_key(buf, "oneOf");
    buf_add_char(buf, '[');
    for (size_t i = 0; i < shape_key_count(shape); i++) {
        if (!is_choice(shape, i))
            continue;
        if (buf->at[buf->len - 1] != '[')
            buf_add_char(buf, ',');
        buf_printf(buf, "{\"required\":[\"%s\"]}", shape_key(shape, i).name);
    }
    buf_add_char(buf, ']');
}

static void
add_needs(struct buf *buf, const struct key_need *needs)
{
    bool any = false;

    for (; needs->needed; needs++) {
        if (!needs->key)
            continue;
        if (!any)
            buf_add_cstr(buf, ",\"dependencies\":{");
        any = true;
        json_add_key(buf, needs->key);
        buf_printf(buf, "[\"%s\"]", needs->needed);
    }
    if (any)
        buf_add_char(buf, '}');
}

static void
add_object(struct buf *buf, const struct shape *shape, int indent)
{
    if (shape->of)
        add_items(buf, "additionalProperties", shape->of, indent);
    else
        buf_add_cstr(buf, ",\"additionalProperties\":false");
    add_required(buf, shape);
    if (shape->kinds || shape->one_of)
        add_one_of(buf, shape);
    if (shape->needs)
        add_needs(buf, shape->needs);
    add_keys(buf, shape, indent);
}

/* What is said of the value but for `otherwise`. */
static void
add_one_shape(struct buf *buf, const struct shape *shape, int indent)
{
    const char *schema = kinds[shape->kind].schema;

    if (*schema && buf->at[buf->len - 1] != '{')
        buf_add_char(buf, ',');
    buf_add_cstr(buf, schema);
    add_bounds(buf, shape);
    add_pattern(buf, shape);
    if (shape->kind == SHAPE_WORD)
        add_words(buf, shape);
    else if (shape->kind == SHAPE_LIST)
        add_items(buf, "items", shape->of, indent);
    else if (shape->kind == SHAPE_MAP)
        add_items(buf, "additionalProperties", shape->of, indent);
    else if (shape->kind == SHAPE_OBJECT)
        add_object(buf, shape, indent);
}

/* Append the members of a schema. */
static void
add_shape(struct buf *buf, const struct shape *shape, int indent)
{
    if (!shape->otherwise) {
        add_one_shape(buf, shape, indent);
        return;
    }
    json_add_key(buf, "anyOf");
    buf_add_cstr(buf, "[{");
    add_one_shape(buf, shape, indent);
    buf_add_cstr(buf, "},{");
    add_shape(buf, shape->otherwise, indent);
    buf_add_cstr(buf, "}]");
}

void
rule_schema_print(struct buf *buf)
{
    buf_add_cstr(buf, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\""
                      ",\n \"title\":\"rule file of reward\","
                      "\n \"description\":\"Made by `reward check rules "
                      "--print-schema`; the language is rules/README.md.\"");
    add_examples(buf, &rule_file_shape, NULL);
    add_shape(buf, &rule_file_shape, 2);
    buf_add_cstr(buf, "}\n");
}
