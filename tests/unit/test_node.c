/* test_node.c - finding the parts of a document. */
#include "node.h"

#include "json.h"
#include "unit.h"

static struct arena arena;
static struct node *root;

static void
set_up(void)
{
    struct err err = {0};

    arena_init(&arena);
    ck_assert(json_read(&arena,
                        STR("{\"a\":{\"b\":[10,{\"c\":20}]},\"x/y\":1,"
                            "\"x~y\":2,\"\":3,\"~1\":4,\"n\":null}"),
                        &root, &err));
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(members_are_found_by_key)
{
    ck_assert_int_eq(node_get(root, STR("x/y"))->integer, 1);
    ck_assert_ptr_null(node_get(root, STR("b")));
    ck_assert_ptr_null(node_get(NULL, STR("a")));
    ck_assert_ptr_null(node_get(node_get(root, STR("n")), STR("a")));
    ck_assert(str_eq(node_member(root, STR("n"))->key, STR("n")));
}
END_TEST

START_TEST(pointers_lead_to_values)
{
    ck_assert_ptr_eq(node_at(root, STR("")), root);
    ck_assert_int_eq(node_at(root, STR("/a/b/0"))->integer, 10);
    ck_assert_int_eq(node_at(root, STR("/a/b/1/c"))->integer, 20);
    ck_assert_int_eq(node_at(root, STR("/x~1y"))->integer, 1);
    ck_assert_int_eq(node_at(root, STR("/x~0y"))->integer, 2);
    ck_assert_int_eq(node_at(root, STR("/"))->integer, 3);
    ck_assert_int_eq(node_at(root, STR("/~01"))->integer, 4);
    ck_assert_int_eq(node_at(root, STR("/n"))->kind, NODE_NULL);
}
END_TEST

START_TEST(pointers_can_lead_nowhere)
{
    static const char *const pointers[] = {
        "a",      "/b",   "/a/b/2", "/a/b/-1",  "/a/b/c",
        "/a/b/-", "/x/y", "/n/a",   "/a/b/0/x", "/a/b/99999999999999999999"};

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
        ck_assert_msg(!node_at(root, str_from_cstr(pointers[i])), "%s",
                      pointers[i]);
    ck_assert_ptr_null(node_at(NULL, STR("/a")));
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    for (int kind = NODE_NULL; kind <= (int)NODE_OBJECT; kind++)
        ck_assert_uint_gt(strlen(node_kind_name((enum node_kind)kind)), 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("node", set_up, tear_down, members_are_found_by_key,
                    pointers_lead_to_values, pointers_can_lead_nowhere,
                    every_kind_has_a_name);
}
