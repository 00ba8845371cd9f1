/* fuzz_schema.c - any bytes as a schema and, behind the first empty line, data
 * to check against it. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static void
read_fields(const struct event_type *type)
{
    for (size_t i = 0; i < schema_property_count(type); i++) {
        struct str path[] = {schema_property(type, i), STR("a")};
        struct field field;

        if (!schema_field(type, path, 1, &field))
            abort();
        (void)!schema_field(type, path, 2, &field);
    }
}

/* Data that is canonical stays valid. */
static void
check_data(const struct event_type *type, struct str text, struct arena *arena)
{
    struct err err = {0};
    struct node *data;

    if (!json_read(arena, text, &data, &err) ||
        !schema_check(type, data, arena, &err))
        return;
    if (!schema_check(type, data, arena, &err))
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = fuzz_text(bytes, size);
    const char *gap = size ? memmem(text.at, text.len, "\n\n", 2) : NULL;
    struct str schema = gap ? str_make(text.at, (size_t)(gap - text.at)) : text;
    struct arena arena = {0};
    struct schema_set *schemas = schema_set_new(&arena);
    struct diag_list diags;
    struct err err = {0};
    struct node *document;

    diag_init(&diags, &arena);
    if (json_read(&arena, schema, &document, &err)) {
        schema_add(schemas, document, "schema.json", &diags);
        if ((schema_count(schemas) == 0) != (diags.errors > 0))
            abort();
    }
    if (schema_count(schemas)) {
        const struct event_type *type = schema_at(schemas, 0);

        read_fields(type);
        check_data(type, str_make(text.at + schema.len, text.len - schema.len),
                   &arena);
    }
    arena_free(&arena);
    return 0;
}
