/* node.h - a document as a tree, with the place of each part: what both JSON
 * and YAML become. The core knows neither library. */
#ifndef BASE_NODE_H
#define BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "num.h"
#include "str.h"

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT,     /* a whole number of 64 bits */
    NODE_REAL,    /* a number with a point or exponent; see text */
    NODE_STRING,  /* well-formed UTF-8 without NUL */
    NODE_DECIMAL, /* what the schema says is an exact decimal; text as sent */
    NODE_LIST,
    NODE_OBJECT,
};

struct node;

struct node_member {
    struct str key;
    struct node *value;
    int line; /* place of the key; 0 when unknown */
    int column;
};

/* Lives in the arena of the reader that made it. */
struct node {
    enum node_kind kind;
    int line; /* from 1; 0 when unknown (JSON) */
    int column;
    bool quoted; /* YAML: the scalar was quoted */
    union {
        bool boolean;
        int64_t integer;
        double real; /* JSON only: for text forms, never for arithmetic */
        struct ratio decimal;
        struct {
            struct node **items;
            size_t item_count;
        };
        struct {
            struct node_member *members; /* in document order, keys unique */
            size_t member_count;
        };
    };
    struct str text; /* of a string or real; in YAML the spelling of a number */
};

/* The member's value, or NULL when node is NULL, no object, or lacks it. */
struct node *node_get(const struct node *node, struct str key);

/* As node_get with the member itself, for its place. */
struct node_member *node_member(const struct node *node, struct str key);

/* Follow a JSON Pointer (RFC 6901); NULL when it leads nowhere. */
struct node *node_at(struct node *node, struct str pointer);

/* Make it a real: its text has 15 digits where those are enough to find the
 * same double again, and then has the value that was sent, or else 17. */
void node_set_real(struct arena *arena, struct node *node, double value);

/* Whether it is there and is a string. */
bool node_is_string(const struct node *node);

/* "null", "boolean", "integer", "number", "string", "decimal", ... */
const char *node_kind_name(enum node_kind kind);

#endif
