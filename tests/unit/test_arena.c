/* test_arena.c - memory by lifetime: zeroed, aligned, given back at once. */
#include "arena.h"

#include <stdint.h>

#include "unit.h"

#ifdef REWARD_ASAN
#include <sanitizer/asan_interface.h>
#endif

static struct arena arena;

static void
set_up(void)
{
    arena_init(&arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static bool
is_zero(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i])
            return false;
    return true;
}

/* What comes next is not zero by itself. */
static void
make_dirty(void)
{
    memset(arena_raw(&arena, 3000), 0xFF, 3000);
    arena_reset(&arena);
}

START_TEST(pieces_are_aligned_and_zero)
{
    for (size_t size = 1; size < 3000; size = size * 3 / 2 + 1) {
        char *piece = arena_alloc(&arena, size);

        ck_assert_uint_eq((uintptr_t)piece % 16, 0);
        ck_assert(is_zero(piece, size));
        memset(piece, 0xFF, size);
    }
}
END_TEST

START_TEST(memory_used_again_is_zero_again)
{
    make_dirty();
    ck_assert(is_zero(arena_alloc(&arena, 1000), 1000));
}
END_TEST

/* With ASan nobody reads behind a piece, nor what was given back. */
START_TEST(asan_knows_the_pieces)
{
#ifdef REWARD_ASAN
    char *piece = arena_alloc(&arena, 32);
    struct arena_mark mark;

    ck_assert(!__asan_address_is_poisoned(piece + 31));
    ck_assert(__asan_address_is_poisoned(piece + 32));
    mark = arena_mark(&arena);
    piece = arena_alloc(&arena, 5);
    ck_assert(!__asan_address_is_poisoned(piece + 4));
    ck_assert(__asan_address_is_poisoned(piece + 5));
    arena_rewind(&arena, mark);
    ck_assert(__asan_address_is_poisoned(piece));
    piece = arena_alloc(&arena, 5);
    arena_reset(&arena);
    ck_assert(__asan_address_is_poisoned(piece));
#else
    ck_assert_ptr_ne(arena_alloc(&arena, 32), arena_alloc(&arena, 5));
#endif
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
    char *pieces[200];

    for (int i = 0; i < 200; i++) {
        pieces[i] = arena_alloc(&arena, (size_t)i * 7 + 1);
        memset(pieces[i], i, (size_t)i * 7 + 1);
    }
    for (int i = 0; i < 200; i++)
        for (int k = 0; k < i * 7 + 1; k++)
            ck_assert_int_eq((unsigned char)pieces[i][k], i);
}
END_TEST

START_TEST(nothing_is_a_piece_too)
{
    ck_assert_ptr_nonnull(arena_alloc(&arena, 0));
    ck_assert_ptr_nonnull(arena_array(&arena, 0, 8));
    ck_assert_str_eq(arena_strndup(&arena, NULL, 0), "");
}
END_TEST

START_TEST(a_piece_larger_than_any_block_fits)
{
    char *piece = arena_alloc(&arena, 3 * 1024 * 1024);

    piece[3 * 1024 * 1024 - 1] = 1;
    ck_assert_uint_ge(arena_used(&arena), 3 * 1024 * 1024);
}
END_TEST

START_TEST(growing_copies_what_was_there)
{
    int *numbers;

    make_dirty();
    numbers = arena_array(&arena, 2, sizeof(int));
    numbers[0] = 7;
    numbers[1] = 8;
    numbers = arena_grow(&arena, numbers, 2, 4, sizeof(int));
    ck_assert_int_eq(numbers[0], 7);
    ck_assert_int_eq(numbers[1], 8);
    ck_assert_int_eq(numbers[2], 0);
    ck_assert_int_eq(numbers[3], 0);
    ck_assert_ptr_nonnull(arena_grow(&arena, NULL, 0, 4, sizeof(int)));
}
END_TEST

START_TEST(room_doubles_and_keeps_what_was_there)
{
    int *numbers = NULL;
    size_t room = 0;

    for (size_t i = 0; i < 7; i++) {
        int *before = numbers;
        size_t room_before = room;

        numbers = arena_room(&arena, numbers, i, &room, 3, sizeof(int));
        ck_assert_uint_eq(room, i < 3 ? 3 : i < 6 ? 6 : 12);
        ck_assert_int_eq(numbers == before, room == room_before);
        numbers[i] = (int)i;
    }
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(numbers[i], i);
}
END_TEST

START_TEST(reset_counts_from_nothing)
{
    for (int i = 0; i < 100; i++)
        arena_alloc(&arena, 10 * 1000);
    ck_assert_uint_ge(arena_used(&arena), 1000 * 1000);
    arena_reset(&arena);
    ck_assert_uint_eq(arena_used(&arena), 0);
    arena_alloc(&arena, 1);
    ck_assert_uint_eq(arena_used(&arena), 16);
}
END_TEST

START_TEST(what_came_after_a_mark_is_given_back)
{
    char *before = arena_strdup(&arena, "before");
    struct arena_mark mark = arena_mark(&arena);
    char *first = arena_alloc(&arena, 100);

    memset(first, 0xFF, 100);
    arena_rewind(&arena, mark);
    ck_assert_uint_eq(arena_used(&arena), mark.used);
    ck_assert_ptr_eq(arena_alloc(&arena, 100), first);
    ck_assert(is_zero(first, 100));
    ck_assert_str_eq(before, "before");
}
END_TEST

START_TEST(a_mark_in_an_earlier_block_costs_nothing_but_room)
{
    struct arena_mark empty = arena_mark(&arena);
    char *before = arena_strdup(&arena, "before");
    struct arena_mark mark = arena_mark(&arena);
    char *after;

    arena_alloc(&arena, 1024 * 1024);
    arena_rewind(&arena, mark);
    after = arena_strdup(&arena, "after");
    arena_rewind(&arena, empty);
    ck_assert_str_eq(arena_strdup(&arena, "last"), "last");
    ck_assert_str_eq(before, "before");
    ck_assert_str_eq(after, "after");
}
END_TEST

START_TEST(an_empty_arena_can_be_reset_and_freed)
{
    arena_reset(&arena);
    arena_free(&arena);
    arena_free(&arena);
    ck_assert_str_eq(arena_strdup(&arena, "again"), "again");
}
END_TEST

START_TEST(what_is_dropped_is_given_back_whatever_its_size)
{
    struct arena_mark empty = arena_mark(&arena);
    char *kept = arena_strdup(&arena, "kept");
    struct arena_mark mark = arena_mark(&arena);
    size_t used = arena_used(&arena);
    char *next;

    for (int i = 0; i < 100; i++)
        memset(arena_alloc(&arena, 10 * 1000), 'x', 10 * 1000);
    arena_drop(&arena, mark);
    ck_assert_uint_eq(arena_used(&arena), used);
    ck_assert_str_eq(kept, "kept");
    next = arena_alloc(&arena, 8);
    ck_assert_ptr_eq(next, mark.at);
    arena_drop(&arena, empty);
    ck_assert_uint_eq(arena_used(&arena), 0);
    ck_assert_str_eq(arena_strdup(&arena, "again"), "again");
}
END_TEST

START_TEST(texts_are_copied_and_ended)
{
    make_dirty();
    ck_assert_str_eq(arena_strndup(&arena, "abcdef", 3), "abc");
    ck_assert_str_eq(arena_printf(&arena, "%d-%s", 12, "x"), "12-x");
}
END_TEST

START_TEST(an_impossible_size_ends_the_process)
{
    arena_array(&arena, SIZE_MAX / 2, 4);
}
END_TEST

int
main(void)
{
    const TTest *const tests[] = {
        pieces_are_aligned_and_zero,
        memory_used_again_is_zero_again,
        asan_knows_the_pieces,
        pieces_do_not_overlap,
        nothing_is_a_piece_too,
        a_piece_larger_than_any_block_fits,
        growing_copies_what_was_there,
        room_doubles_and_keeps_what_was_there,
        reset_counts_from_nothing,
        what_came_after_a_mark_is_given_back,
        a_mark_in_an_earlier_block_costs_nothing_but_room,
        what_is_dropped_is_given_back_whatever_its_size,
        an_empty_arena_can_be_reset_and_freed,
        texts_are_copied_and_ended};
    Suite *suite = suite_create("arena");
    TCase *endings = tcase_create("endings");

    tcase_add_exit_test(endings, an_impossible_size_ends_the_process,
                        EXIT_FAILURE);
    suite_add_tcase(suite, endings);
    return unit_run_suite(suite, set_up, tear_down, tests,
                          sizeof(tests) / sizeof(tests[0]));
}
