/* test_rule_many.c - rule files as large as they may be: each overlap is found,
 * and there is an end to lines and to faults. */
#include "rule_fixture.h"
#include "rule_parts.h"

static void
add_side_by_side(struct buf *text, int number)
{
    buf_printf(text,
               "- id: r%d\n  trigger: test.done.v1\n"
               "  account: event.data.user\n  overlap: allowed\n  award:\n"
               "  - {id: a, rate: {give: 1, of: event.data.value}}\n"
               "  - {id: b, percent: {is: 20, of: a}, once: [account]}\n",
               number);
}

static void
add_one_after_another(struct buf *text, int number)
{
    buf_printf(text,
               "- id: r%d\n  trigger: test.done.v1\n"
               "  account: event.data.user\n"
               "  valid_from: \"2026-01-01T00:00:00.%06dZ\"\n"
               "  valid_until: \"2026-01-01T00:00:00.%06dZ\"\n"
               "  award: [{id: a, flat: 1}, {id: b, flat: 2}]\n",
               number, number, number + 1);
}

START_TEST(an_overlap_is_found_among_many)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD);
    for (int i = 0; i < 100; i++)
        add_one_after_another(&text, i);
    add_side_by_side(&text, 100); /* for all time */
    add_one_after_another(&text, 200);
    ck_assert_ptr_null(try_compile(arena_strndup(&arena, text.at, text.len)));
    ck_assert_uint_eq(diags.errors, 2);
    ck_assert_int_eq(diags.items[0].line, 605);
    ck_assert_str_eq(diags.items[0].text,
                     "rules \"r0\" (line 5) and \"r100\" both pay "
                     "event.data.user for test.done.v1");
    ck_assert_contains(diags.items[1].text,
                       "rules \"r100\" (line 605) and \"r200\" both pay");
}
END_TEST

/* Rules of 64 lines each. */
static const struct ruleset *
of_many_lines(int rules, int more)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD);
    for (int i = 0; i <= rules; i++) {
        buf_printf(&text,
                   "- id: r%d\n  trigger: test.done.v1\n"
                   "  account: event.data.user\n  overlap: allowed\n"
                   "  award:\n",
                   i);
        for (int j = 0; j < (i < rules ? RULE_LINES_MAX : more); j++)
            buf_printf(&text, "  - {id: l%d, flat: 1}\n", j);
    }
    return compile(arena_strndup(&arena, text.at, text.len));
}

START_TEST(an_event_has_as_many_entries_as_the_ledger_numbers)
{
    struct decision decision =
        decide_ok(of_many_lines(15, RULE_LINES_MAX), done("{}"));

    ck_assert_uint_eq(decision.posting_count, EVENT_ENTRIES_MAX);
    assert_fails(of_many_lines(16, 1), done("{}"), "rule_error",
                 "\"r16.l0\": the event has more than 1024 entries");
}
END_TEST

START_TEST(a_thousand_faults_are_kept)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD);
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "- {id: R}\n");
    ck_assert_ptr_null(try_compile(arena_strndup(&arena, text.at, text.len)));
    ck_assert_uint_eq(diags.errors, 1);
    diag_init(&diags, &arena);
    buf_init(&text, &arena);
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "k%d: &a\n", i);
    ck_assert_ptr_null(try_compile(arena_strndup(&arena, text.at, text.len)));
    ck_assert_uint_eq(diags.count, DIAG_MAX);
    diag_sort(&diags);
    ck_assert_int_eq(diags.items[0].line, 0);
    ck_assert_contains(diags.items[0].text, "too many faults");
    ck_assert_int_eq(diags.items[DIAG_MAX - 1].line, DIAG_MAX - 1);
}
END_TEST

START_TEST(faults_of_one_rule_are_no_more_than_that)
{
    struct buf text;

    buf_init(&text, &arena);
    buf_add_cstr(&text, HEAD RULE "  award: [{id: a, flat: 1}]\n");
    for (int i = 0; i < 11000; i++)
        buf_printf(&text, "  x%d: 1\n", i);
    ck_assert_ptr_null(try_compile(arena_strndup(&arena, text.at, text.len)));
    ck_assert_uint_eq(diags.count, DIAG_MAX);
    ck_assert_uint_eq(diags.errors, 11000);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "rule_many", set_up, tear_down, an_overlap_is_found_among_many,
        an_event_has_as_many_entries_as_the_ledger_numbers,
        a_thousand_faults_are_kept, faults_of_one_rule_are_no_more_than_that);
}
