/* test_map.c - byte strings to pointers. */
#include "map.h"

#include "unit.h"

static struct arena arena;
static struct map map;

static void
set_up(void)
{
    arena_init(&arena);
    map_init(&map, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(an_empty_map_has_nothing)
{
    ck_assert_ptr_null(map_get(&map, STR("a")));
    ck_assert_ptr_null(map_get(&map, (struct str){0}));
    ck_assert_uint_eq(map.count, 0);
}
END_TEST

START_TEST(a_value_is_found_by_equal_bytes)
{
    char key[] = "key";
    int value = 1;

    *map_put(&map, STR("key")) = &value;
    ck_assert_ptr_eq(map_get(&map, str_make(key, 3)), &value);
    ck_assert_ptr_null(map_get(&map, STR("ke")));
    ck_assert_ptr_null(map_get(&map, STR("key ")));
}
END_TEST

START_TEST(putting_twice_gives_the_same_place)
{
    int value = 1;

    *map_put(&map, STR("key")) = &value;
    ck_assert_ptr_eq(*map_put(&map, STR("key")), &value);
    ck_assert_uint_eq(map.count, 1);
}
END_TEST

START_TEST(the_empty_key_and_bytes_of_zero_are_keys)
{
    int values[3];

    *map_put(&map, (struct str){0}) = &values[0];
    *map_put(&map, STR("\0")) = &values[1];
    *map_put(&map, STR("\0\0")) = &values[2];
    ck_assert_ptr_eq(map_get(&map, STR("")), &values[0]);
    ck_assert_ptr_eq(map_get(&map, STR("\0")), &values[1]);
    ck_assert_ptr_eq(map_get(&map, STR("\0\0")), &values[2]);
    ck_assert_uint_eq(map.count, 3);
}
END_TEST

START_TEST(a_key_may_have_no_value)
{
    map_put(&map, STR("key"));
    ck_assert_ptr_null(map_get(&map, STR("key")));
    ck_assert_uint_eq(map.count, 1);
}
END_TEST

START_TEST(many_keys_survive_growing)
{
    enum { MANY = 20000 };
    int *values = arena_array(&arena, MANY, sizeof(int));

    for (int i = 0; i < MANY; i++)
        *map_put(&map, str_from_cstr(arena_printf(&arena, "k%d", i))) =
            &values[i];
    ck_assert_uint_eq(map.count, MANY);
    for (int i = 0; i < MANY; i++)
        ck_assert_ptr_eq(
            map_get(&map, str_from_cstr(arena_printf(&arena, "k%d", i))),
            &values[i]);
    ck_assert_ptr_null(map_get(&map, STR("k20000")));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("map", set_up, tear_down, an_empty_map_has_nothing,
                    a_value_is_found_by_equal_bytes,
                    putting_twice_gives_the_same_place,
                    the_empty_key_and_bytes_of_zero_are_keys,
                    a_key_may_have_no_value, many_keys_survive_growing);
}
