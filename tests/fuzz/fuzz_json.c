/* fuzz_json.c - any bytes as JSON: what the quick reader takes, the strict one
 * takes alike. */
#include <stdlib.h>

#include "fuzz.h"
#include "json_plain.h"
#include "json_strict.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static bool same(const struct node *left, const struct node *right);

static bool
same_items(const struct node *left, const struct node *right)
{
    if (left->item_count != right->item_count)
        return false;
    for (size_t i = 0; i < left->item_count; i++)
        if (!same(left->items[i], right->items[i]))
            return false;
    return true;
}

static bool
same_members(const struct node *left, const struct node *right)
{
    if (left->member_count != right->member_count)
        return false;
    for (size_t i = 0; i < left->member_count; i++)
        if (!str_eq(left->members[i].key, right->members[i].key) ||
            !same(left->members[i].value, right->members[i].value))
            return false;
    return true;
}

static bool
same(const struct node *left, const struct node *right)
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

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = fuzz_text(bytes, size);
    struct arena arena = {0};
    struct err err = {0};
    struct node *plain;
    struct node *strict;

    if (json_plain_read(&arena, text, &plain) &&
        (!json_strict_read(&arena, text, &strict, &err) ||
         !same(plain, strict)))
        abort();
    arena_free(&arena);
    return 0;
}
