/* node.c - looking things up in a document tree. */
#include "node.h"

#include <stdio.h>
#include <stdlib.h>

struct node_member *
node_member(const struct node *node, struct str key)
{
    if (!node || node->kind != NODE_OBJECT)
        return NULL;
    for (size_t i = 0; i < node->member_count; i++)
        if (str_eq(node->members[i].key, key))
            return &node->members[i];
    return NULL;
}

struct node *
node_get(const struct node *node, struct str key)
{
    struct node_member *member = node_member(node, key);

    return member ? member->value : NULL;
}

/* Compare a pointer's token, where ~1 is `/` and ~0 is `~`, with a key. */
static bool
token_eq(struct str token, struct str key)
{
    size_t at = 0;

    for (size_t i = 0; i < token.len; i++, at++) {
        char c = token.at[i];

        if (c == '~' && i + 1 < token.len)
            c = token.at[++i] == '1' ? '/' : '~';
        if (at >= key.len || key.at[at] != c)
            return false;
    }
    return at == key.len;
}

static struct node *
step(struct node *node, struct str token)
{
    int64_t index;

    if (node->kind == NODE_OBJECT)
        for (size_t i = 0; i < node->member_count; i++)
            if (token_eq(token, node->members[i].key))
                return node->members[i].value;
    if (node->kind == NODE_LIST && num_parse_int(token, &index) && index >= 0 &&
        (size_t)index < node->item_count)
        return node->items[index];
    return NULL;
}

struct node *
node_at(struct node *node, struct str pointer)
{
    while (node && pointer.len && pointer.at[0] == '/') {
        struct str rest = str_make(pointer.at + 1, pointer.len - 1);
        const char *slash = rest.len ? memchr(rest.at, '/', rest.len) : NULL;
        size_t len = slash ? (size_t)(slash - rest.at) : rest.len;

        node = step(node, str_make(rest.at, len));
        pointer = str_make(rest.at + len, rest.len - len);
    }
    return pointer.len ? NULL : node;
}

void
node_set_real(struct arena *arena, struct node *node, double value)
{
    char text[40];

    snprintf(text, sizeof(text), "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, sizeof(text), "%.17g", value);
    node->kind = NODE_REAL;
    node->real = value;
    node->text = str_dup(arena, str_from_cstr(text));
}

bool
node_is_string(const struct node *node)
{
    return node && node->kind == NODE_STRING;
}

const char *
node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {
        [NODE_NULL] = "null",     [NODE_BOOL] = "boolean",
        [NODE_INT] = "integer",   [NODE_REAL] = "number",
        [NODE_STRING] = "string", [NODE_DECIMAL] = "decimal",
        [NODE_LIST] = "list",     [NODE_OBJECT] = "object",
    };

    return names[kind];
}
