/* test_account_ids.c - ids by address, in fixed memory. */
#include "account_ids.h"

#include <stdio.h>

#include "unit.h"

static struct arena arena;
static struct account_ids ids;

static void
set_up(void)
{
    arena_init(&arena);
    account_ids_init(&ids, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static struct str
address(int number, char text[42])
{
    return str_make(text, (size_t)snprintf(text, 42, "0x%039d", number));
}

START_TEST(an_id_is_known_once_it_was_noted)
{
    char text[42];

    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), 0);
    account_ids_note(&ids, address(1, text), INT32_MAX);
    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), INT32_MAX);
    ck_assert_int_eq(account_ids_find(&ids, address(2, text)), 0);
}
END_TEST

START_TEST(an_id_can_be_another)
{
    char text[42];

    account_ids_note(&ids, address(1, text), 7);
    account_ids_note(&ids, address(1, text), 8);
    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), 8);
}
END_TEST

/* More than there is room for: the later ones stay, none is another's. */
START_TEST(many_are_known_or_forgotten_but_none_is_wrong)
{
    enum { MANY = 1000000, LATER = 10000 };
    char text[42];
    int known = 0;

    for (int i = 1; i <= MANY; i++)
        account_ids_note(&ids, address(i, text), i);
    for (int i = 1; i <= MANY; i++) {
        int64_t id = account_ids_find(&ids, address(i, text));

        ck_assert(id == 0 || id == i);
        known += i > MANY - LATER && id;
    }
    ck_assert_int_ge(known, LATER * 9 / 10);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("account_ids", set_up, tear_down,
                    an_id_is_known_once_it_was_noted, an_id_can_be_another,
                    many_are_known_or_forgotten_but_none_is_wrong);
}
