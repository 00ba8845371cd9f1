/* fuzz.h - what libFuzzer calls, and what its targets share. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>
#include <stdlib.h>

#include "file.h"
#include "json.h"
#include "schema.h"

/* Once, before all inputs. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* For each input: 0, or a crash. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static inline struct str
fuzz_text(const uint8_t *bytes, size_t size)
{
    return str_make((const char *)bytes, size);
}

/* The shipped event types. */
static inline struct schema_set *
fuzz_schemas(struct arena *arena)
{
    struct schema_set *schemas = schema_set_new(arena);
    const char *const *paths;
    struct diag_list diags;
    struct node *document;
    struct err err = {0};
    size_t count;

    diag_init(&diags, arena);
    if (!file_list(arena, "schemas/events", ".json", &paths, &count, &err))
        abort();
    for (size_t i = 0; i < count; i++) {
        if (!json_read_file(arena, paths[i], &document, &err))
            abort();
        schema_add(schemas, document, paths[i], &diags);
    }
    return schemas;
}

#endif
