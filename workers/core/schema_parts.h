/* schema_parts.h - what a compiled schema is made of; for the schema_*.c files
 * only. */
#ifndef CORE_SCHEMA_PARTS_H
#define CORE_SCHEMA_PARTS_H

#include "map.h"
#include "num.h"
#include "regex.h"
#include "schema.h"
#include "suggest.h"

/* JSON's types as bits. A whole number has both TYPE_INTEGER and TYPE_NUMBER.
 */
enum {
    TYPE_NULL = 1,
    TYPE_BOOLEAN = 2,
    TYPE_INTEGER = 4,
    TYPE_NUMBER = 8,
    TYPE_STRING = 16,
    TYPE_ARRAY = 32,
    TYPE_OBJECT = 64,
};

/* A format that is checked. */
struct schema_format {
    const char *name;
    enum field_type field;
    const char *expected;             /* for "must be ..." */
    bool (*accepts)(struct str text); /* NULL for decimal and account, which
                                         are also rewritten */
};

/* NULL when the format is a mere annotation. */
const struct schema_format *schema_format_find(struct str name);

/* Offer the names of all formats. */
void schema_format_suggest(struct suggest *suggest);

/* A number that values are compared with. */
struct schema_bound {
    const struct schema_limit *limit;
    struct ratio value;
    struct str text;
};

struct schema_limit {
    const char *keyword;
    const char *expected; /* for "must be ... TEXT" */
    bool (*accepts)(struct ratio value, struct ratio bound);
    enum { LIMIT_OTHER, LIMIT_LEAST, LIMIT_MOST } side;
    bool excluded; /* the bound itself is not accepted */
};

const struct schema_limit *schema_limit_find(const char *keyword);

struct schema_property {
    struct str name;
    const struct schema *schema; /* NULL: it is only said to be required */
    bool required;
};

/* Schemas that the same value must satisfy in some way. */
enum schema_join {
    JOIN_ALL, /* allOf and $ref */
    JOIN_ANY,
    JOIN_ONE,
    JOIN_NOT,
    JOIN_IF, /* three: if, then, else; the last two may be NULL */
};

struct schema_group {
    enum schema_join join;
    struct schema **schemas;
    size_t count;
    struct schema_group *next;
};

struct schema {
    bool never;     /* the schema `false` */
    unsigned types; /* 0: any */
    const struct schema_format *format;
    struct str *choices; /* canonical texts of enum or const; NULL: any */
    size_t choice_count;
    struct schema_bound *bounds;
    size_t bound_count;
    size_t min_length; /* in code points */
    size_t max_length;
    const struct regex *pattern; /* NULL: any */
    struct str pattern_text;
    const struct schema *items; /* NULL: any */
    size_t min_items;
    size_t max_items;
    bool unique_items;
    struct schema_property **properties; /* in the order of the document */
    size_t property_count;
    struct map by_name;
    size_t required_count;
    const struct schema *additional; /* NULL: any */
    struct schema_group *groups;     /* in the order of the document */
    int mark;                        /* of the search for endless schemas */
};

/* Compile a document whose root describes data. NULL after adding at least
 * one error. */
const struct schema *schema_compile(struct arena *arena,
                                    const struct node *document,
                                    const char *file, struct diag_list *diags);

#endif
