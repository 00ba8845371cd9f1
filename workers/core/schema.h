/* schema.h - event types and the shape of their data, compiled from JSON
 * Schema documents (2020-12, restricted to keywords that mean the same in
 * draft-07). Feeds both the intake check and the rule type checker. */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "node.h"
#include "range.h"
#include "str.h"

enum field_type {
    FIELD_BOOL,
    FIELD_INT,       /* type integer */
    FIELD_DECIMAL,   /* format decimal: exact, from a string or a number */
    FIELD_STRING,    /* any other string */
    FIELD_ACCOUNT,   /* format account: canonical after schema_check */
    FIELD_DATE,      /* format date: YYYY-MM-DD */
    FIELD_TIMESTAMP, /* format date-time: RFC 3339 */
    FIELD_OTHER,     /* lists, objects, mixed types: no rule can read it */
};

/* What a rule may know about a field of data. */
struct field {
    enum field_type type;
    bool optional; /* it, or an object on the way to it, may be missing */
};

struct schema; /* one compiled (sub)schema */

struct event_type {
    struct str name;  /* "io.gigchain.contract.completed.v1" */
    const char *file; /* for messages */
    const struct schema *data;
};

struct schema_set; /* the event types known to this process */

struct schema_set *schema_set_new(struct arena *arena);

/* Compile one document, whose `$id` is the event type and which describes
 * `data`. An unknown keyword, a wrong keyword value or a repeated type adds an
 * error to diags; the type is then not in the set. */
void schema_add(struct schema_set *schemas, const struct node *document,
                const char *file, struct diag_list *diags);

/* NULL when there is no such type. */
const struct event_type *schema_find(const struct schema_set *schemas,
                                     struct str type);

/* All types in order of name, for suggestions and listings. */
size_t schema_count(const struct schema_set *schemas);
const struct event_type *schema_at(const struct schema_set *schemas,
                                   size_t index);

/* The field at a path of keys below data; false when the schema has none. */
MUST_CHECK bool schema_field(const struct event_type *type,
                             const struct str *path, size_t path_len,
                             struct field *field);

/* The values that a field schema_field() knows can have in a valid event.
 * Without a bound in the schema there is no end, whatever the program itself
 * could still hold. Texts are made in the arena. */
struct range schema_range(const struct event_type *type, const struct str *path,
                          size_t path_len, struct arena *arena);

/* The names of the properties at the top of data, for suggestions. */
size_t schema_property_count(const struct event_type *type);
struct str schema_property(const struct event_type *type, size_t index);

/* Check data and make it canonical in place: accounts that are addresses in
 * lower case, decimal fields as NODE_DECIMAL, integer fields sent as 7.0 as
 * NODE_INT. One departure from JSON Schema: the bounds of a decimal field also
 * hold for a decimal sent as a string. On failure data is as before:
 * ERR_INPUT with code "schema_violation" or "decimal_precision"; the text
 * starts with the JSON Pointer of what is wrong, from `/data`. */
MUST_CHECK bool schema_check(const struct event_type *type, struct node *data,
                             struct arena *arena, struct err *err);

/* Canonical form of an account id: `0x` and 40 hex digits in lower case, any
 * other id as it is. False when it is no account id: empty, over 42 bytes, not
 * printable ASCII, or starting with `@`, which is kept for the house. */
MUST_CHECK bool account_canonical(struct arena *arena, struct str text,
                                  struct str *account);

/* Whether an account id is the address of a wallet: `0x` and 40 hex digits. */
bool account_is_address(struct str account);

#endif
