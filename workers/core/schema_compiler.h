/* schema_compiler.h - shared by the two halves of the schema compiler only:
 * schema_compile.c (the document) and schema_keyword.c (keywords that hold no
 * other schema). */
#ifndef CORE_SCHEMA_COMPILER_H
#define CORE_SCHEMA_COMPILER_H

#include "pointer.h"
#include "schema_parts.h"

struct schema_compiler {
    struct arena *arena;
    struct diag_list *diags;
    const char *file;
    const struct node *document;
    struct map shared; /* "#/$defs/NAME" to its struct schema */
    struct schema **made;
    size_t made_count;
    size_t made_room;
};

struct schema_use;

typedef void schema_keyword_fn(struct schema_compiler *compiler,
                               struct schema *schema,
                               const struct schema_use *use);

struct schema_keyword {
    const char *name;
    /* Note what the keyword says in the schema, or complain. */
    schema_keyword_fn *compile;
    size_t field;          /* of struct schema, where compile wants one */
    enum schema_join join; /* for the joining keywords */
    bool is_annotation;    /* says nothing about validity */
    bool only_at_root;
};

/* One keyword in one place. */
struct schema_use {
    const struct schema_keyword *keyword;
    const struct node *parent; /* the schema object it stands in */
    const struct node *value;
    const struct pointer *at;
};

/* Add a diagnostic, with the place as a JSON Pointer. */
void schema_complain(struct schema_compiler *compiler, enum diag_level level,
                     const struct pointer *at, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Add the error that the keyword's value must be something else. */
void schema_expect(struct schema_compiler *compiler,
                   const struct schema_use *use, const char *expected);

schema_keyword_fn keyword_dialect;
schema_keyword_fn keyword_type;
schema_keyword_fn keyword_enum;
schema_keyword_fn keyword_const;
schema_keyword_fn keyword_bound;
schema_keyword_fn keyword_count;
schema_keyword_fn keyword_unique;
schema_keyword_fn keyword_pattern;
schema_keyword_fn keyword_format;

#endif
