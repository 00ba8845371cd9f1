/* test_account_ids.c - ids by address, in memory that grows up to a limit. */
#include "account_ids.h"

#include <stdio.h>

#include "unit.h"

static struct account_ids ids;

static void
tear_down(void)
{
    account_ids_free(&ids);
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
    account_ids_note(&ids, address(1, text), (1 << 28) - 1);
    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), (1 << 28) - 1);
    ck_assert_int_eq(account_ids_find(&ids, address(2, text)), 0);
}
END_TEST

START_TEST(an_id_too_large_is_not_noted)
{
    char text[42];

    account_ids_note(&ids, address(1, text), 1 << 28);
    account_ids_note(&ids, address(2, text), INT32_MAX);
    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), 0);
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

START_TEST(an_id_can_be_forgotten)
{
    char text[42];

    account_ids_note(&ids, address(1, text), 0);
    account_ids_note(&ids, address(1, text), 7);
    account_ids_note(&ids, address(2, text), 8);
    account_ids_note(&ids, address(1, text), 0);
    ck_assert_int_eq(account_ids_find(&ids, address(1, text)), 0);
    ck_assert_int_eq(account_ids_find(&ids, address(2, text)), 8);
}
END_TEST

static void
note_many(int count)
{
    char text[42];

    for (int i = 1; i <= count; i++)
        account_ids_note(&ids, address(i, text), i);
}

/* Of accounts 1 to `last` that were noted in order: how many of those from
 * `first` on are known, and how many are taken for another. */
static void
count_known(int first, int last, int *known, int *wrong)
{
    char text[42];

    *known = *wrong = 0;
    for (int i = first; i <= last; i++) {
        int64_t id = account_ids_find(&ids, address(i, text));

        *known += id == i;
        *wrong += id && id != i;
    }
}

START_TEST(hardly_any_of_some_hundred_thousand_is_lost)
{
    enum { MANY = 300000 };
    int known;
    int wrong;

    note_many(MANY);
    count_known(1, MANY, &known, &wrong);
    ck_assert_int_ge(known, MANY - MANY / 10000);
    ck_assert_int_le(wrong, MANY / 1000);
}
END_TEST

START_TEST(few_of_a_million_are_lost)
{
    enum { MANY = 1000000 };
    int known;
    int wrong;

    note_many(MANY);
    count_known(1, MANY, &known, &wrong);
    ck_assert_int_ge(known, MANY / 100 * 97);
    ck_assert_int_le(wrong, MANY / 10000);
    count_known(MANY + 1, 2 * MANY, &known, &wrong);
    ck_assert_int_le(wrong, MANY / 10000);
}
END_TEST

/* More than there is room for: the later ones stay. */
START_TEST(of_too_many_some_are_forgotten)
{
    enum { MANY = 3000000, LATER = 10000 };
    int known;
    int wrong;

    note_many(MANY);
    count_known(1, MANY, &known, &wrong);
    ck_assert_int_le(known, 1 << 20);
    ck_assert_int_le(wrong, MANY / 1000);
    count_known(MANY - LATER, MANY, &known, &wrong);
    ck_assert_int_ge(known, LATER * 9 / 10);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "account_ids", NULL, tear_down, an_id_is_known_once_it_was_noted,
        an_id_too_large_is_not_noted, an_id_can_be_another,
        an_id_can_be_forgotten, hardly_any_of_some_hundred_thousand_is_lost,
        few_of_a_million_are_lost, of_too_many_some_are_forgotten);
}
