/* test_once_odds.c - of which lines keys are guessed to be free. */
#include "once_odds.h"

#include "unit.h"

static struct once_odds odds;

static void
tear_down(void)
{
    once_odds_free(&odds);
    odds = (struct once_odds){0};
}

static void
note_free(int32_t line_id, int times)
{
    for (int i = 0; i < times; i++)
        once_odds_note(&odds, line_id, false);
}

START_TEST(nothing_is_known_of_a_line_to_begin_with)
{
    ck_assert(!once_odds_are_good(&odds, 1));
    ck_assert(!once_odds_are_good(&odds, INT32_MAX));
}
END_TEST

START_TEST(odds_are_good_after_enough_free_keys_in_a_row)
{
    note_free(7, ONCE_ODDS_FIRST_RUN - 1);
    ck_assert(!once_odds_are_good(&odds, 7));
    note_free(7, 1);
    ck_assert(once_odds_are_good(&odds, 7));
    ck_assert(!once_odds_are_good(&odds, 6));
}
END_TEST

START_TEST(a_key_that_is_taken_ends_the_run)
{
    note_free(7, ONCE_ODDS_FIRST_RUN - 1);
    once_odds_note(&odds, 7, true);
    note_free(7, ONCE_ODDS_FIRST_RUN - 1);
    ck_assert(!once_odds_are_good(&odds, 7));
    note_free(7, 1);
    ck_assert(once_odds_are_good(&odds, 7));
}
END_TEST

START_TEST(after_each_wrong_guess_the_run_is_four_times_as_long)
{
    int run = ONCE_ODDS_FIRST_RUN;

    for (int i = 0; i < 4; i++, run *= 4) {
        note_free(7, run - 1);
        ck_assert(!once_odds_are_good(&odds, 7));
        note_free(7, 1);
        ck_assert(once_odds_are_good(&odds, 7));
        once_odds_note(&odds, 7, true);
        once_odds_note(&odds, 7, true); /* of the same batch: once is enough */
    }
}
END_TEST

START_TEST(lines_have_runs_of_their_own)
{
    note_free(1, ONCE_ODDS_FIRST_RUN);
    note_free(5000, ONCE_ODDS_FIRST_RUN);
    once_odds_note(&odds, 1, true);
    ck_assert(!once_odds_are_good(&odds, 1));
    ck_assert(once_odds_are_good(&odds, 5000));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("once_odds", NULL, tear_down,
                    nothing_is_known_of_a_line_to_begin_with,
                    odds_are_good_after_enough_free_keys_in_a_row,
                    a_key_that_is_taken_ends_the_run,
                    after_each_wrong_guess_the_run_is_four_times_as_long,
                    lines_have_runs_of_their_own);
}
