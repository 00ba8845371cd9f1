/* schema_compile.c - a JSON Schema document to struct schema: one row a
 * keyword. What is not in the table is an error, since a keyword that is not
 * checked promises what nobody keeps. */
#include <stdint.h>

#include "quote.h"
#include "schema_compiler.h"
#include "suggest.h"

static struct schema *
schema_new(struct schema_compiler *compiler)
{
    struct schema *schema = ARENA_NEW(compiler->arena, struct schema);

    schema->max_length = SIZE_MAX;
    schema->max_items = SIZE_MAX;
    map_init(&schema->by_name, compiler->arena);
    compiler->made =
        arena_room(compiler->arena, compiler->made, compiler->made_count,
                   &compiler->made_room, 16, sizeof(*compiler->made));
    compiler->made[compiler->made_count++] = schema;
    return schema;
}

static void compile_into(struct schema_compiler *compiler,
                         struct schema *schema, const struct node *node,
                         const struct pointer *at);

static struct schema *
compile_below(struct schema_compiler *compiler, const struct node *node,
              const struct pointer *at)
{
    struct schema *schema = schema_new(compiler);

    compile_into(compiler, schema, node, at);
    return schema;
}

static void
compile_annotation(struct schema_compiler *compiler, struct schema *schema,
                   const struct schema_use *use)
{
    (void)compiler;
    (void)schema;
    (void)use;
}

static void
compile_single(struct schema_compiler *compiler, struct schema *schema,
               const struct schema_use *use)
{
    const struct schema **field =
        (const struct schema **)(void *)((char *)schema + use->keyword->field);

    *field = compile_below(compiler, use->value, use->at);
}

static struct schema_property *
property_of(struct schema_compiler *compiler, struct schema *schema,
            struct str name)
{
    struct schema_property *property = map_get(&schema->by_name, name);
    size_t count = schema->property_count;

    if (property)
        return property;
    if ((count & (count - 1)) == 0)
        schema->properties =
            arena_grow(compiler->arena, schema->properties, count,
                       count ? count * 2 : 1, sizeof(*schema->properties));
    property = ARENA_NEW(compiler->arena, struct schema_property);
    property->name = str_dup(compiler->arena, name);
    *map_put(&schema->by_name, property->name) = property;
    schema->properties[schema->property_count++] = property;
    return property;
}

static void
compile_properties(struct schema_compiler *compiler, struct schema *schema,
                   const struct schema_use *use)
{
    if (use->value->kind != NODE_OBJECT) {
        schema_expect(compiler, use, "an object of schemas");
        return;
    }
    for (size_t i = 0; i < use->value->member_count; i++) {
        const struct node_member *member = &use->value->members[i];
        struct pointer at = {use->at, member->key, 0};

        property_of(compiler, schema, member->key)->schema =
            compile_below(compiler, member->value, &at);
    }
}

static void
compile_required(struct schema_compiler *compiler, struct schema *schema,
                 const struct schema_use *use)
{
    const struct node *value = use->value;
    bool ok = value->kind == NODE_LIST;

    for (size_t i = 0; ok && i < value->item_count; i++) {
        struct schema_property *property;

        ok = node_is_string(value->items[i]);
        if (!ok)
            break;
        property = property_of(compiler, schema, value->items[i]->text);
        ok = !property->required;
        property->required = true;
        schema->required_count++;
    }
    if (!ok)
        schema_expect(compiler, use, "a list of different names of properties");
}

static void
add_group(struct schema_compiler *compiler, struct schema *schema,
          enum schema_join join, struct schema **schemas, size_t count)
{
    struct schema_group *group =
        ARENA_NEW(compiler->arena, struct schema_group);
    struct schema_group **end = &schema->groups;

    group->join = join;
    group->schemas = schemas;
    group->count = count;
    while (*end)
        end = &(*end)->next;
    *end = group;
}

static struct schema **
schema_list(struct schema_compiler *compiler, size_t count)
{
    return arena_array(compiler->arena, count, sizeof(struct schema *));
}

static void
compile_group(struct schema_compiler *compiler, struct schema *schema,
              const struct schema_use *use)
{
    const struct node *value = use->value;
    struct schema **schemas;

    if (value->kind != NODE_LIST || value->item_count == 0) {
        schema_expect(compiler, use, "a list of schemas that is not empty");
        return;
    }
    schemas = schema_list(compiler, value->item_count);
    for (size_t i = 0; i < value->item_count; i++) {
        struct pointer at = {use->at, {NULL, 0}, i};

        schemas[i] = compile_below(compiler, value->items[i], &at);
    }
    add_group(compiler, schema, use->keyword->join, schemas, value->item_count);
}

static void
compile_not(struct schema_compiler *compiler, struct schema *schema,
            const struct schema_use *use)
{
    struct schema **schemas = schema_list(compiler, 1);

    schemas[0] = compile_below(compiler, use->value, use->at);
    add_group(compiler, schema, JOIN_NOT, schemas, 1);
}

static void
compile_if(struct schema_compiler *compiler, struct schema *schema,
           const struct schema_use *use)
{
    static const struct str names[] = {{"if", 2}, {"then", 4}, {"else", 4}};
    struct schema **schemas = schema_list(compiler, 3);

    for (size_t i = 0; i < 3; i++) {
        const struct node *branch = node_get(use->parent, names[i]);
        struct pointer at = {use->at->up, names[i], 0};

        if (branch)
            schemas[i] = compile_below(compiler, branch, &at);
    }
    add_group(compiler, schema, JOIN_IF, schemas, 3);
}

/* Its schema is compiled with the `if`. */
static void
compile_branch(struct schema_compiler *compiler, struct schema *schema,
               const struct schema_use *use)
{
    (void)schema;
    if (!node_get(use->parent, STR("if")))
        schema_complain(compiler, DIAG_ERROR, use->at,
                        "\"%s\" has no effect without \"if\"",
                        use->keyword->name);
}

/* The sections with schemas to refer to. */
static const struct str sections[] = {{"$defs", 5}, {"definitions", 11}};

enum { SECTION_COUNT = sizeof(sections) / sizeof(sections[0]) };

static struct str
shared_name(struct schema_compiler *compiler, struct str section,
            struct str name)
{
    char *text = arena_printf(compiler->arena, "#/%.*s/%.*s", STR_ARG(section),
                              STR_ARG(name));

    return str_from_cstr(text);
}

static struct suggest
suggest_shared(struct schema_compiler *compiler, struct str name)
{
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct node *section = node_get(compiler->document, sections[i]);

        for (size_t k = 0; section && section->kind == NODE_OBJECT &&
                           k < section->member_count;
             k++)
            suggest_offer(&suggest, shared_name(compiler, sections[i],
                                                section->members[k].key));
    }
    return suggest;
}

static void
compile_ref(struct schema_compiler *compiler, struct schema *schema,
            const struct schema_use *use)
{
    struct schema **schemas = schema_list(compiler, 1);
    struct suggest suggest;

    if (!node_is_string(use->value)) {
        schema_expect(compiler, use, "a text such as \"#/$defs/NAME\"");
        return;
    }
    schemas[0] = map_get(&compiler->shared, use->value->text);
    if (schemas[0]) {
        add_group(compiler, schema, JOIN_ALL, schemas, 1);
        return;
    }
    suggest = suggest_shared(compiler, use->value->text);
    schema_complain(compiler, DIAG_ERROR, use->at,
                    "there is no %s in this file; only \"#/$defs/NAME\" can be "
                    "referred to" SUGGEST_FORMAT,
                    quoted(compiler->arena, use->value->text),
                    SUGGEST_ARG(suggest));
}

/* ---- the table ------------------------------------------------------------
 */

#define FIELD(name) .field = offsetof(struct schema, name)
#define NOTE .compile = compile_annotation, .is_annotation = true

static const struct schema_keyword keywords[] = {
    {"$schema", .compile = keyword_dialect, .is_annotation = true,
     .only_at_root = true},
    {"$id", NOTE, .only_at_root = true},
    {"$defs", NOTE, .only_at_root = true},
    {"definitions", NOTE, .only_at_root = true},
    {"$comment", NOTE},
    {"title", NOTE},
    {"description", NOTE},
    {"default", NOTE},
    {"examples", NOTE},
    {"deprecated", NOTE},
    {"readOnly", NOTE},
    {"writeOnly", NOTE},
    {"type", .compile = keyword_type},
    {"enum", .compile = keyword_enum},
    {"const", .compile = keyword_const},
    {"format", .compile = keyword_format},
    {"minimum", .compile = keyword_bound},
    {"maximum", .compile = keyword_bound},
    {"exclusiveMinimum", .compile = keyword_bound},
    {"exclusiveMaximum", .compile = keyword_bound},
    {"multipleOf", .compile = keyword_bound},
    {"minLength", .compile = keyword_count, FIELD(min_length)},
    {"maxLength", .compile = keyword_count, FIELD(max_length)},
    {"pattern", .compile = keyword_pattern},
    {"minItems", .compile = keyword_count, FIELD(min_items)},
    {"maxItems", .compile = keyword_count, FIELD(max_items)},
    {"uniqueItems", .compile = keyword_unique},
    {"items", .compile = compile_single, FIELD(items)},
    {"properties", .compile = compile_properties},
    {"required", .compile = compile_required},
    {"additionalProperties", .compile = compile_single, FIELD(additional)},
    {"$ref", .compile = compile_ref},
    {"allOf", .compile = compile_group, .join = JOIN_ALL},
    {"anyOf", .compile = compile_group, .join = JOIN_ANY},
    {"oneOf", .compile = compile_group, .join = JOIN_ONE},
    {"not", .compile = compile_not},
    {"if", .compile = compile_if},
    {"then", .compile = compile_branch},
    {"else", .compile = compile_branch},
};

enum { KEYWORD_COUNT = sizeof(keywords) / sizeof(keywords[0]) };

static const struct schema_keyword *
keyword_find(struct str name)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        if (str_eq_cstr(name, keywords[i].name))
            return &keywords[i];
    return NULL;
}

static void
complain_unknown(struct schema_compiler *compiler, struct str name,
                 const struct pointer *at)
{
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < KEYWORD_COUNT; i++)
        suggest_offer(&suggest, str_from_cstr(keywords[i].name));
    schema_complain(compiler, DIAG_ERROR, at,
                    "the keyword %s is not supported" SUGGEST_FORMAT,
                    quoted(compiler->arena, name), SUGGEST_ARG(suggest));
}

/* Draft-07 ignores what stands beside a $ref, 2020-12 does not. */
static void
refuse_beside_ref(struct schema_compiler *compiler,
                  const struct schema_use *use)
{
    if (!use->keyword->is_annotation &&
        strcmp(use->keyword->name, "$ref") != 0 &&
        node_get(use->parent, STR("$ref")))
        schema_complain(
            compiler, DIAG_ERROR, use->at,
            "\"%s\" beside \"$ref\" is ignored by some validators; put "
            "both into \"allOf\"",
            use->keyword->name);
}

static void
compile_member(struct schema_compiler *compiler, struct schema *schema,
               const struct node *parent, const struct node_member *member,
               const struct pointer *at)
{
    struct pointer below = {at, member->key, 0};
    struct schema_use use = {keyword_find(member->key), parent, member->value,
                             &below};

    if (!use.keyword) {
        complain_unknown(compiler, member->key, at);
        return;
    }
    if (use.keyword->only_at_root && at)
        schema_complain(compiler, DIAG_ERROR, &below,
                        "\"%s\" can only stand at the top of the file",
                        use.keyword->name);
    refuse_beside_ref(compiler, &use);
    use.keyword->compile(compiler, schema, &use);
}

static void
compile_into(struct schema_compiler *compiler, struct schema *schema,
             const struct node *node, const struct pointer *at)
{
    if (node->kind == NODE_BOOL)
        schema->never = !node->boolean;
    else if (node->kind != NODE_OBJECT)
        schema_complain(compiler, DIAG_ERROR, at,
                        "a schema must be an object, true or false");
    else
        for (size_t i = 0; i < node->member_count; i++)
            compile_member(compiler, schema, node, &node->members[i], at);
}

/* ---- the document ---------------------------------------------------------
 */

/* First all names, so that schemas can refer to each other in any order. */
static void
announce_shared(struct schema_compiler *compiler, struct str section,
                const struct node *schemas)
{
    for (size_t i = 0; i < schemas->member_count; i++)
        *map_put(&compiler->shared,
                 shared_name(compiler, section, schemas->members[i].key)) =
            schema_new(compiler);
}

static void
compile_shared(struct schema_compiler *compiler, struct str section,
               const struct node *schemas)
{
    struct pointer above = {NULL, section, 0};

    for (size_t i = 0; i < schemas->member_count; i++) {
        const struct node_member *member = &schemas->members[i];
        struct pointer at = {&above, member->key, 0};
        struct str name = shared_name(compiler, section, member->key);

        compile_into(compiler, map_get(&compiler->shared, name), member->value,
                     &at);
    }
}

static void
each_section(struct schema_compiler *compiler,
             void (*visit)(struct schema_compiler *, struct str,
                           const struct node *))
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct node *section = node_get(compiler->document, sections[i]);

        if (section && section->kind == NODE_OBJECT)
            visit(compiler, sections[i], section);
    }
}

enum { MARK_NONE, MARK_OPEN, MARK_DONE };

/* Whether checking one value would come back to the same schema for the same
 * value, for ever. Going through properties and items is fine: documents
 * end. */
static bool
is_endless(struct schema *schema)
{
    if (schema->mark != MARK_NONE)
        return schema->mark == MARK_OPEN;
    schema->mark = MARK_OPEN;
    for (struct schema_group *group = schema->groups; group;
         group = group->next)
        for (size_t i = 0; i < group->count; i++)
            if (group->schemas[i] && is_endless(group->schemas[i]))
                return true;
    schema->mark = MARK_DONE;
    return false;
}

static void
refuse_endless(struct schema_compiler *compiler)
{
    for (size_t i = 0; i < compiler->made_count; i++) {
        if (!is_endless(compiler->made[i]))
            continue;
        schema_complain(compiler, DIAG_ERROR, NULL,
                        "a \"$ref\" leads back to itself without going into a "
                        "property or an item");
        return;
    }
}

const struct schema *
schema_compile(struct arena *arena, const struct node *document,
               const char *file, struct diag_list *diags)
{
    struct schema_compiler compiler = {
        .arena = arena, .diags = diags, .file = file, .document = document};
    size_t errors_before = diags->errors;
    struct schema *root = schema_new(&compiler);

    map_init(&compiler.shared, arena);
    each_section(&compiler, announce_shared);
    each_section(&compiler, compile_shared);
    compile_into(&compiler, root, document, NULL);
    refuse_endless(&compiler);
    return diags->errors == errors_before ? root : NULL;
}
