/* node_same.h - whether two readers have made the same tree of a text. */
#ifndef TESTS_NODE_SAME_H
#define TESTS_NODE_SAME_H

#include "node.h"

static inline bool node_same(const struct node *left, const struct node *right);

static inline bool
same_items(const struct node *left, const struct node *right)
{
    if (left->item_count != right->item_count)
        return false;
    for (size_t i = 0; i < left->item_count; i++)
        if (!node_same(left->items[i], right->items[i]))
            return false;
    return true;
}

static inline bool
same_members(const struct node *left, const struct node *right)
{
    if (left->member_count != right->member_count)
        return false;
    for (size_t i = 0; i < left->member_count; i++)
        if (!str_eq(left->members[i].key, right->members[i].key) ||
            !node_same(left->members[i].value, right->members[i].value))
            return false;
    return true;
}

static inline bool
node_same(const struct node *left, const struct node *right)
{
    if (left->kind != right->kind || !str_eq(left->text, right->text))
        return false;
    switch (left->kind) {
    case NODE_BOOL:
        return left->boolean == right->boolean;
    case NODE_INT:
        return left->integer == right->integer;
    case NODE_LIST:
        return same_items(left, right);
    case NODE_OBJECT:
        return same_members(left, right);
    default:
        return true;
    }
}

#endif
