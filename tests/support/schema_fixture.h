/* schema_fixture.h - schemas and data from short JSON texts, in which ' stands
 * for ". */
#ifndef TESTS_SCHEMA_FIXTURE_H
#define TESTS_SCHEMA_FIXTURE_H

#include "json.h"
#include "schema.h"
#include "unit.h"

static struct arena arena;
static struct diag_list diags;
static struct err err;

static void
set_up(void)
{
    arena_init(&arena);
    diag_init(&diags, &arena);
    err_reset(&err);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static inline struct node *
json(const char *text)
{
    char *copy = arena_strdup(&arena, text);
    struct node *document;

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    err_reset(&err);
    ck_assert_msg(json_read(&arena, str_from_cstr(copy), &document, &err),
                  "%s: %s", copy, err.text);
    return document;
}

/* The event type "t" with these keywords, or NULL. */
static inline const struct event_type *
compile(const char *keywords)
{
    struct schema_set *schemas = schema_set_new(&arena);
    char *text = arena_printf(&arena, "{'$id':'t',%s}", keywords);

    diag_init(&diags, &arena);
    schema_add(schemas, json(text), "t.json", &diags);
    return schema_find(schemas, STR("t"));
}

/* As compile, where one error, or none, is a failed test. */
static inline const struct event_type *
compile_well(const char *keywords)
{
    const struct event_type *type = compile(keywords);

    ck_assert_msg(type != NULL, "%s: %s", keywords,
                  diags.count ? diags.items[0].text : "no error");
    return type;
}

/* The type whose field `a` has the schema. */
static inline const struct event_type *
compile_field(const char *schema)
{
    return compile_well(arena_printf(&arena, "'properties':{'a':%s}", schema));
}

#endif
