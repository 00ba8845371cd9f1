/* canonical.c - the writer behind hashes and comparisons of documents. */
#include "canonical.h"

#include <stdlib.h>

#include "json_text.h"
#include "number.h"

enum { SMALL_OBJECT = 32 };

static void
add_null(struct buf *buf, const struct node *node)
{
    (void)node;
    buf_add_cstr(buf, "null");
}

static void
add_boolean(struct buf *buf, const struct node *node)
{
    buf_add_cstr(buf, node->boolean ? "true" : "false");
}

static void
add_integer(struct buf *buf, const struct node *node)
{
    buf_add_int(buf, node->integer);
}

static void
add_decimal(struct buf *buf, const struct node *node)
{
    ratio_print(buf, node->decimal);
}

/* 5.0 is 5, and 1e3 is 1000. */
static void
add_real(struct buf *buf, const struct node *node)
{
    size_t start = buf->len;
    struct ratio ignored;
    struct ratio value;

    if (!number_read(node, &value))
        return;
    ratio_print(buf, value);
    if (ratio_parse(str_make(buf->at + start, buf->len - start), &ignored))
        return;
    buf->len = start;
    buf_add_str(buf, node->text);
}

static void
add_string(struct buf *buf, const struct node *node)
{
    json_add_string(buf, node->text);
}

static void
add_list(struct buf *buf, const struct node *node)
{
    buf_add_char(buf, '[');
    for (size_t i = 0; i < node->item_count; i++) {
        if (i)
            buf_add_char(buf, ',');
        canonical_add(buf, node->items[i]);
    }
    buf_add_char(buf, ']');
}

static int
key_order(const void *left, const void *right)
{
    const struct node_member *const *a = left;
    const struct node_member *const *b = right;

    return str_compare((*a)->key, (*b)->key);
}

/* Most objects are small and nearly in order already. */
static void
sort_members(const struct node_member **members, size_t count)
{
    if (count > SMALL_OBJECT) {
        qsort(members, count, sizeof(struct node_member *), key_order);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct node_member *member = members[i];
        size_t at = i;

        for (; at && str_compare(members[at - 1]->key, member->key) > 0; at--)
            members[at] = members[at - 1];
        members[at] = member;
    }
}

static void
add_object(struct buf *buf, const struct node *node)
{
    const struct node_member *small[SMALL_OBJECT];
    const struct node_member **sorted = small;

    if (node->member_count > SMALL_OBJECT)
        sorted = arena_array(buf->arena, node->member_count,
                             sizeof(struct node_member *));
    for (size_t i = 0; i < node->member_count; i++)
        sorted[i] = &node->members[i];
    sort_members(sorted, node->member_count);
    buf_add_char(buf, '{');
    for (size_t i = 0; i < node->member_count; i++) {
        if (i)
            buf_add_char(buf, ',');
        json_add_string(buf, sorted[i]->key);
        buf_add_char(buf, ':');
        canonical_add(buf, sorted[i]->value);
    }
    buf_add_char(buf, '}');
}

void
canonical_add(struct buf *buf, const struct node *node)
{
    static void (*const adders[])(struct buf *, const struct node *) = {
        [NODE_NULL] = add_null,     [NODE_BOOL] = add_boolean,
        [NODE_INT] = add_integer,   [NODE_REAL] = add_real,
        [NODE_STRING] = add_string, [NODE_DECIMAL] = add_decimal,
        [NODE_LIST] = add_list,     [NODE_OBJECT] = add_object,
    };

    adders[node->kind](buf, node);
}
