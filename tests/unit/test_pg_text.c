/* test_pg_text.c - rows for COPY, as PostgreSQL's manual has them (COPY, "Text
 * Format"). */
#include "pg_text.h"

#include "unit.h"

static struct arena arena;
static struct buf row;

static void
set_up(void)
{
    arena_init(&arena);
    buf_init(&row, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static void
assert_row(const char *expected)
{
    ck_assert_str_eq(unit_text(&arena, buf_str(&row)), expected);
}

START_TEST(columns_are_parted_by_tabs_and_rows_by_newlines)
{
    pg_copy_text(&row, STR("a"));
    pg_copy_int(&row, -7);
    pg_copy_null(&row);
    pg_copy_end_row(&row);
    pg_copy_bytes(&row, STR("\x01\xFF"));
    pg_copy_time(&row, 0);
    pg_copy_end_row(&row);
    assert_row("a\t-7\t\\N\n\\\\x01ff\t1970-01-01T00:00:00.000Z\n");
}
END_TEST

START_TEST(nothing_is_not_an_empty_text)
{
    pg_copy_text(&row, STR("a"));
    pg_copy_text(&row, STR(""));
    pg_copy_text(&row, (struct str){0});
    pg_copy_bytes(&row, STR(""));
    pg_copy_bytes(&row, (struct str){0});
    assert_row("a\t\t\\N\t\\\\x\t\\N");
}
END_TEST

START_TEST(what_would_part_columns_is_escaped)
{
    pg_copy_text(&row, STR("\\N"));
    pg_copy_text(&row, STR("\t\n\r\\"));
    pg_copy_text(&row, STR("long enough for words\tand\\more"));
    assert_row("\\\\N\t\\t\\n\\r\\\\\t"
               "long enough for words\\tand\\\\more");
}
END_TEST

START_TEST(all_other_bytes_stay_as_they_are)
{
    char text[256];
    size_t len = 0;

    for (int byte = 1; byte < 256; byte++)
        if (!strchr("\t\n\r\\", byte))
            text[len++] = (char)byte;
    pg_copy_text(&row, str_make(text, len));
    ck_assert(str_eq(buf_str(&row), str_make(text, len)));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("pg_text", set_up, tear_down,
                    columns_are_parted_by_tabs_and_rows_by_newlines,
                    nothing_is_not_an_empty_text,
                    what_would_part_columns_is_escaped,
                    all_other_bytes_stay_as_they_are);
}
