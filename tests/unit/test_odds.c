/* test_odds.c - when one of a kind is taken for free, by what was seen of it.
 */
#include "odds.h"

#include "unit.h"

static struct odds odds;

static void
tear_down(void)
{
    odds_free(&odds);
    odds = (struct odds){0};
}

static void
note_free(int32_t kind, int times)
{
    for (int i = 0; i < times; i++)
        odds_note(&odds, kind, false);
}

START_TEST(nothing_is_known_of_a_kind_to_begin_with)
{
    ck_assert(!odds_are_good(&odds, 1));
    ck_assert(!odds_are_good(&odds, INT32_MAX));
}
END_TEST

START_TEST(odds_are_good_after_enough_free_ones_in_a_row)
{
    note_free(7, ODDS_FIRST_RUN - 1);
    ck_assert(!odds_are_good(&odds, 7));
    note_free(7, 1);
    ck_assert(odds_are_good(&odds, 7));
    ck_assert(!odds_are_good(&odds, 6));
}
END_TEST

START_TEST(one_that_is_taken_ends_the_run)
{
    note_free(7, ODDS_FIRST_RUN - 1);
    odds_note(&odds, 7, true);
    note_free(7, ODDS_FIRST_RUN - 1);
    ck_assert(!odds_are_good(&odds, 7));
    note_free(7, 1);
    ck_assert(odds_are_good(&odds, 7));
}
END_TEST

START_TEST(after_each_wrong_guess_the_run_is_four_times_as_long)
{
    int run = ODDS_FIRST_RUN;

    for (int i = 0; i < 4; i++, run *= 4) {
        note_free(7, run - 1);
        ck_assert(!odds_are_good(&odds, 7));
        note_free(7, 1);
        ck_assert(odds_are_good(&odds, 7));
        odds_note(&odds, 7, true);
        odds_note(&odds, 7, true); /* of the same batch: once is enough */
    }
}
END_TEST

START_TEST(kinds_have_runs_of_their_own)
{
    note_free(1, ODDS_FIRST_RUN);
    note_free(5000, ODDS_FIRST_RUN);
    odds_note(&odds, 1, true);
    ck_assert(!odds_are_good(&odds, 1));
    ck_assert(odds_are_good(&odds, 5000));
}
END_TEST

START_TEST(a_kind_that_is_trusted_is_good_until_one_is_taken)
{
    odds_trust(&odds, 7);
    ck_assert(odds_are_good(&odds, 7));
    odds_note(&odds, 7, true);
    note_free(7, ODDS_FIRST_RUN - 1);
    ck_assert(!odds_are_good(&odds, 7));
    note_free(7, 1);
    ck_assert(odds_are_good(&odds, 7));
    odds_note(&odds, 7, true);
    note_free(7, 4 * ODDS_FIRST_RUN - 1);
    ck_assert(!odds_are_good(&odds, 7));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("odds", NULL, tear_down,
                    nothing_is_known_of_a_kind_to_begin_with,
                    odds_are_good_after_enough_free_ones_in_a_row,
                    one_that_is_taken_ends_the_run,
                    after_each_wrong_guess_the_run_is_four_times_as_long,
                    kinds_have_runs_of_their_own,
                    a_kind_that_is_trusted_is_good_until_one_is_taken);
}
