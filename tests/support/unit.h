/* unit.h - the main() of a unit test program, and a few words that many tests
 * say. One program tests one module. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "buf.h"
#include "diag.h"
#include "str.h"

/* Run the suite with these tests added, each between set_up and tear_down
 * (NULL for none); the exit status of the program. */
static inline int
unit_run_suite(Suite *suite, SFun set_up, SFun tear_down,
               const TTest *const *tests, size_t count)
{
    TCase *all = tcase_create("unit");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_set_timeout(all, 60);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* As unit_run_suite, with a new suite and the tests as arguments. */
#define UNIT_RUN(name, set_up, tear_down, ...)                                 \
    unit_run_suite(suite_create(name), set_up, tear_down,                      \
                   (const TTest *const[]){__VA_ARGS__},                        \
                   sizeof((const TTest *const[]){__VA_ARGS__}) /               \
                       sizeof(const TTest *))

/* A str as the NUL-terminated text that ck_assert_str_eq wants. */
static inline const char *
unit_text(struct arena *arena, struct str text)
{
    return arena_strndup(arena, text.at, text.len);
}

/* All that a diagnostic says: `text; note; help`. */
static inline const char *
unit_words(struct arena *arena, const struct diag *diag)
{
    struct buf buf;

    buf_init(&buf, arena);
    diag_add_words(diag, &buf);
    return arena_strndup(arena, buf.at, buf.len);
}

#define ck_assert_contains(text, part)                                         \
    ck_assert_msg(strstr((text), (part)), "\"%s\" is not in \"%s\"", (part),   \
                  (text))

#endif
