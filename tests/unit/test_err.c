/* test_err.c - errors keep whole characters, and the first one wins. */
#include <check.h>
#include <stdlib.h>

#include "err.h"
#include "str.h"

START_TEST(a_cut_text_ends_in_a_whole_character)
{
    static const char *const characters[] = {"a", "\xC3\xA4", "\xE2\x82\xAC",
                                             "\xF0\x9F\x98\x80"};

    for (size_t c = 0; c < sizeof(characters) / sizeof(*characters); c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[2000] = {0};
            struct err err = {0};

            memset(text, 'x', shift);
            while (strlen(text) + 5 < sizeof(text))
                strcat(text, characters[c]);
            err_set(&err, ERR_INPUT, "%s", text);
            ck_assert(str_is_utf8(str_from_cstr(err.text)));
            ck_assert_uint_ge(strlen(err.text), sizeof(err.text) - 5);
            err_add(&err, "somewhere");
            ck_assert(str_is_utf8(str_from_cstr(err.text)));
        }
    }
}
END_TEST

START_TEST(the_first_error_wins)
{
    struct err err = {0};

    err_set_code(&err, ERR_RETRY, "08006", "first");
    err_set(&err, ERR_FATAL, "second");
    ck_assert_int_eq(err.kind, ERR_RETRY);
    ck_assert_str_eq(err.code, "08006");
    err_add(&err, "on %s", "top");
    ck_assert_str_eq(err.text, "on top: first");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("err");
    TCase *tests = tcase_create("err");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, a_cut_text_ends_in_a_whole_character);
    tcase_add_test(tests, the_first_error_wins);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
