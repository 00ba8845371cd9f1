/* test_recent.c - keys met lately. */
#include "recent.h"

#include "str.h"
#include "unit.h"

enum { CAPACITY = 10000 };

static struct arena arena;
static struct recent recent;

static void
set_up(void)
{
    arena_init(&arena);
    recent_init(&recent, &arena, CAPACITY);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static bool
add(int key)
{
    return recent_add(&recent,
                      str_hash(str_make((const char *)&key, sizeof(key))));
}

START_TEST(a_key_is_there_once_it_was_added)
{
    ck_assert(!add(1));
    ck_assert(add(1));
    ck_assert(!add(2));
}
END_TEST

/* Looking adds too, so the youngest are looked for first. */
START_TEST(the_last_keys_are_never_forgotten)
{
    enum { KEYS = 5 * CAPACITY + CAPACITY / 3 };

    for (int key = 0; key < KEYS; key++)
        add(key);
    for (int key = KEYS - 1; key >= KEYS - CAPACITY; key--)
        ck_assert_msg(add(key), "key %d", key);
}
END_TEST

START_TEST(old_keys_are_forgotten)
{
    int known = 0;

    for (int key = 0; key < 5 * CAPACITY; key++)
        add(key);
    for (int key = 0; key < 100; key++)
        known += add(key);
    ck_assert_int_le(known, 10);
}
END_TEST

START_TEST(few_new_keys_are_taken_for_known_ones)
{
    int wrong = 0;

    for (int key = 0; key < 10 * CAPACITY; key++)
        wrong += add(key);
    ck_assert_int_le(wrong, 10 * CAPACITY / 100);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("recent", set_up, tear_down,
                    a_key_is_there_once_it_was_added,
                    the_last_keys_are_never_forgotten, old_keys_are_forgotten,
                    few_new_keys_are_taken_for_known_ones);
}
