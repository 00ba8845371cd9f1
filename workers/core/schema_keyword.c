/* schema_keyword.c - keywords about a value itself: what they say, and that
 * they say something sensible. */
#include <stdarg.h>
#include <stdio.h>

#include "canonical.h"
#include "number.h"
#include "quote.h"
#include "schema_compiler.h"

void
schema_complain(struct schema_compiler *compiler, enum diag_level level,
                const struct pointer *at, const char *format, ...)
{
    struct buf place;
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&place, compiler->arena);
    pointer_print(&place, at);
    diag_add(compiler->diags, level, compiler->file, 1, 1, "#%.*s: %s",
             STR_ARG(buf_str(&place)), text);
}

void
schema_expect(struct schema_compiler *compiler, const struct schema_use *use,
              const char *expected)
{
    struct buf found;

    buf_init(&found, compiler->arena);
    quote_node(&found, use->value);
    schema_complain(compiler, DIAG_ERROR, use->at,
                    "\"%s\" must be %s, but is %.*s", use->keyword->name,
                    expected, STR_ARG(buf_str(&found)));
}

void
keyword_dialect(struct schema_compiler *compiler, struct schema *schema,
                const struct schema_use *use)
{
    static const char *const known[] = {
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2020-12/schema#",
        "http://json-schema.org/draft-07/schema",
        "http://json-schema.org/draft-07/schema#",
    };

    (void)schema;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (node_is_string(use->value) &&
            str_eq_cstr(use->value->text, known[i]))
            return;
    schema_complain(compiler, DIAG_ERROR, use->at, "\"$schema\" must be \"%s\"",
                    known[0]);
}

static unsigned
type_bit(const struct node *node)
{
    static const struct {
        const char *name;
        unsigned bit;
    } types[] = {
        {"null", TYPE_NULL},       {"boolean", TYPE_BOOLEAN},
        {"integer", TYPE_INTEGER}, {"number", TYPE_NUMBER},
        {"string", TYPE_STRING},   {"array", TYPE_ARRAY},
        {"object", TYPE_OBJECT},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (node_is_string(node) && str_eq_cstr(node->text, types[i].name))
            return types[i].bit;
    return 0;
}

void
keyword_type(struct schema_compiler *compiler, struct schema *schema,
             const struct schema_use *use)
{
    const struct node *value = use->value;
    bool ok = value->kind != NODE_LIST || value->item_count > 0;

    if (value->kind == NODE_LIST)
        for (size_t i = 0; ok && i < value->item_count; i++) {
            unsigned bit = type_bit(value->items[i]);

            ok = bit && !(schema->types & bit);
            schema->types |= bit;
        }
    else
        ok = (schema->types = type_bit(value)) != 0;
    if (!ok)
        schema_expect(
            compiler, use,
            "null, boolean, integer, number, string, array or object, or a "
            "list of different ones");
}

static struct str
canonical_text(struct schema_compiler *compiler, const struct node *node)
{
    struct buf buf;

    buf_init(&buf, compiler->arena);
    canonical_add(&buf, node);
    return buf_str(&buf);
}

static void
set_choices(struct schema_compiler *compiler, struct schema *schema,
            const struct schema_use *use, const struct node *const *values,
            size_t count)
{
    if (schema->choices) {
        schema_complain(compiler, DIAG_ERROR, use->at,
                        "use only one of \"enum\" and \"const\"");
        return;
    }
    schema->choice_count = count;
    schema->choices = arena_array(compiler->arena, count, sizeof(struct str));
    for (size_t i = 0; i < count; i++)
        schema->choices[i] = canonical_text(compiler, values[i]);
}

void
keyword_enum(struct schema_compiler *compiler, struct schema *schema,
             const struct schema_use *use)
{
    const struct node *value = use->value;

    if (value->kind != NODE_LIST || value->item_count == 0)
        schema_expect(compiler, use, "a list that is not empty");
    else
        set_choices(compiler, schema, use,
                    (const struct node *const *)value->items,
                    value->item_count);
}

void
keyword_const(struct schema_compiler *compiler, struct schema *schema,
              const struct schema_use *use)
{
    set_choices(compiler, schema, use, &use->value, 1);
}

void
keyword_bound(struct schema_compiler *compiler, struct schema *schema,
              const struct schema_use *use)
{
    struct schema_bound bound = {.limit =
                                     schema_limit_find(use->keyword->name)};
    bool is_multiple = strcmp(use->keyword->name, "multipleOf") == 0;

    if ((use->value->kind != NODE_INT && use->value->kind != NODE_REAL) ||
        !decimal_read(compiler->arena, use->value, &bound.value, &bound.text) ||
        (is_multiple && bound.value.num <= 0)) {
        schema_expect(compiler, use,
                      is_multiple ? "a number above 0 of at most 15 digits"
                                  : "a number of at most 15 digits");
        return;
    }
    schema->bounds =
        arena_grow(compiler->arena, schema->bounds, schema->bound_count,
                   schema->bound_count + 1, sizeof(*schema->bounds));
    schema->bounds[schema->bound_count++] = bound;
}

void
keyword_count(struct schema_compiler *compiler, struct schema *schema,
              const struct schema_use *use)
{
    size_t *field = (size_t *)(void *)((char *)schema + use->keyword->field);

    if (use->value->kind != NODE_INT || use->value->integer < 0)
        schema_expect(compiler, use, "a whole number, 0 or more");
    else
        *field = (size_t)use->value->integer;
}

void
keyword_unique(struct schema_compiler *compiler, struct schema *schema,
               const struct schema_use *use)
{
    if (use->value->kind != NODE_BOOL)
        schema_expect(compiler, use, "true or false");
    else
        schema->unique_items = use->value->boolean;
}

void
keyword_pattern(struct schema_compiler *compiler, struct schema *schema,
                const struct schema_use *use)
{
    struct err err = {.kind = ERR_NONE};

    if (!node_is_string(use->value)) {
        schema_expect(compiler, use, "a regular expression");
        return;
    }
    schema->pattern_text = str_dup(compiler->arena, use->value->text);
    if (!regex_compile(compiler->arena, schema->pattern_text, &schema->pattern,
                       &err))
        schema_complain(compiler, DIAG_ERROR, use->at, "%s", err.text);
}

void
keyword_format(struct schema_compiler *compiler, struct schema *schema,
               const struct schema_use *use)
{
    struct suggest suggest;

    if (!node_is_string(use->value)) {
        schema_expect(compiler, use, "the name of a format");
        return;
    }
    schema->format = schema_format_find(use->value->text);
    suggest = suggest_for(use->value->text);
    schema_format_suggest(&suggest);
    if (!schema->format && suggest.distance == 1)
        schema_complain(compiler, DIAG_WARNING, use->at,
                        "the format %s is not checked" SUGGEST_FORMAT,
                        quoted(compiler->arena, use->value->text),
                        SUGGEST_ARG(suggest));
}
