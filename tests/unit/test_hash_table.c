/* test_hash_table.c - numbers by the hash of their key. */
#include "hash_table.h"

#include "unit.h"

enum { KEYS = 100000 };

static struct hash_table table;

static void
set_up(void)
{
    table = (struct hash_table){0};
}

static void
tear_down(void)
{
    hash_table_free(&table);
}

static struct hash_key
key_of(uint64_t number)
{
    return hash_key_word(hash_key_start(), number);
}

START_TEST(what_is_put_is_there)
{
    bool is_new;

    ck_assert_ptr_null(hash_table_get(&table, key_of(1)));
    for (uint64_t i = 0; i < KEYS; i++) {
        *hash_table_put(&table, key_of(i), &is_new) = i * 3;
        ck_assert(is_new);
    }
    ck_assert_uint_eq(table.count, KEYS);
    for (uint64_t i = 0; i < KEYS; i++)
        ck_assert_uint_eq(*hash_table_get(&table, key_of(i)), i * 3);
    ck_assert_ptr_null(hash_table_get(&table, key_of(KEYS)));
    ck_assert_uint_eq(*hash_table_put(&table, key_of(7), &is_new), 21);
    ck_assert(!is_new);
}
END_TEST

START_TEST(a_key_of_zeros_is_a_key)
{
    struct hash_key zero = {0, 0};
    bool is_new;

    ck_assert_ptr_null(hash_table_get(&table, zero));
    *hash_table_put(&table, zero, &is_new) = 5;
    ck_assert(is_new);
    ck_assert_uint_eq(*hash_table_get(&table, zero), 5);
}
END_TEST

static bool
same(struct hash_key left, struct hash_key right)
{
    return left.high == right.high || left.low == right.low;
}

/* Both halves tell keys apart: "ab", "c" is not "a", "bc". */
START_TEST(texts_are_kept_apart)
{
    struct hash_key start = hash_key_start();

    ck_assert(!same(hash_key_text(hash_key_text(start, STR("ab")), STR("c")),
                    hash_key_text(hash_key_text(start, STR("a")), STR("bc"))));
    ck_assert(!same(hash_key_text(start, STR("")), start));
    ck_assert(!same(hash_key_word(start, 0), hash_key_word(start, 1)));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("hash_table", set_up, tear_down, what_is_put_is_there,
                    a_key_of_zeros_is_a_key, texts_are_kept_apart);
}
