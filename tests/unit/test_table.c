/* test_table.c - the three ways to print rows. */
#include <stdio.h>

#include "table.h"
#include "unit.h"

static struct arena arena;

static const struct table_column columns[] = {
    {"seq", TABLE_NUMBER}, {"name", TABLE_STRING}, {"note", TABLE_STRING}};

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

static const char *
printed_by(void (*print)(const struct table *, enum table_format, FILE *),
           const struct str *cells, size_t rows, enum table_format format)
{
    struct table table = {columns, 3, cells, rows};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    const char *copy;

    print(&table, format, out);
    fclose(out);
    copy = arena_strndup(&arena, text, len);
    free(text);
    return copy;
}

static const char *
printed(const struct str *cells, size_t rows, enum table_format format)
{
    return printed_by(table_print, cells, rows, format);
}

static const struct str two_rows[] = {
    {"7", 1},    {"Zo\303\253", 4}, {NULL, 0},
    {"1234", 4}, {"a,b", 3},        {"\"x\"", 3},
};

START_TEST(text_is_aligned)
{
    ck_assert_str_eq(printed(two_rows, 2, TABLE_TEXT), " seq  name  note\n"
                                                       "   7  Zo\303\253\n"
                                                       "1234  a,b   \"x\"\n");
}
END_TEST

START_TEST(text_moves_no_cursor)
{
    const struct str cells[] = {
        {"1", 1}, {"a\033[2J\n\177b", 8}, {"c\302\233d", 4}};

    ck_assert_str_eq(printed(cells, 1, TABLE_TEXT), "seq  name      note\n"
                                                    "  1  a [2J  b  c d\n");
}
END_TEST

START_TEST(json_has_nulls_and_bare_numbers)
{
    ck_assert_str_eq(
        printed(two_rows, 2, TABLE_JSON),
        "[{\"seq\":7,\"name\":\"Zo\303\253\",\"note\":null},\n"
        " {\"seq\":1234,\"name\":\"a,b\",\"note\":\"\\\"x\\\"\"}]\n");
    ck_assert_str_eq(printed(NULL, 0, TABLE_JSON), "[]\n");
}
END_TEST

START_TEST(csv_quotes_what_it_must)
{
    const struct str cells[] = {{"1", 1}, {"two\nlines", 9}, {"@rewards", 8}};

    ck_assert_str_eq(printed(two_rows, 2, TABLE_CSV),
                     "seq,name,note\r\n7,Zo\303\253,\r\n"
                     "1234,\"a,b\",\"\"\"x\"\"\"\r\n");
    ck_assert_str_eq(printed(cells, 1, TABLE_CSV),
                     "seq,name,note\r\n1,\"two\nlines\",@rewards\r\n");
}
END_TEST

static const char *
csv_of(const struct table_column *column, const char *text)
{
    struct str cell = str_from_cstr(text);
    struct table table = {column, 1, &cell, 1};
    struct buf buf;

    buf_init(&buf, &arena);
    table_add_csv_row(&buf, &table, 0);
    return arena_strndup(&arena, buf.at, buf.len);
}

/* What others have written, read by a spreadsheet. */
START_TEST(csv_runs_no_formula)
{
    static const struct table_column text = {"t", TABLE_STRING};
    static const struct table_column amount = {"a", TABLE_AMOUNT};
    static const char *const rows[][2] = {
        {"=1+1", "\"'=1+1\"\r\n"},
        {"=A1&\"x\"", "\"'=A1&\"\"x\"\"\"\r\n"},
        {"+1", "\"'+1\"\r\n"},
        {"+1.5", "\"'+1.5\"\r\n"},
        {"-1+1", "\"'-1+1\"\r\n"},
        {"-", "\"'-\"\r\n"},
        {"-A1", "\"'-A1\"\r\n"},
        {"-1e5", "\"'-1e5\"\r\n"},
        {"@SUM(A1)", "\"'@SUM(A1)\"\r\n"},
        {"\t=1", "\"'\t=1\"\r\n"},
        {"\r=1", "\"'\r=1\"\r\n"},
        {"\n=1", "\"'\n=1\"\r\n"},
        {"a;=1", "\"a;=1\"\r\n"},
        {"a\t=1", "\"a\t=1\"\r\n"},
        {"a=1", "a=1\r\n"},
        {"'=1", "'=1\r\n"},
        {"-5.00", "-5.00\r\n"},
        {"-12345678901234567890.12", "-12345678901234567890.12\r\n"},
        {"5", "5\r\n"},
        {"", "\r\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        ck_assert_str_eq(csv_of(&text, rows[i][0]), rows[i][1]);
    ck_assert_str_eq(csv_of(&amount, "+5.30"), "+5.30\r\n");
    ck_assert_str_eq(csv_of(&amount, "-5.30"), "-5.30\r\n");
}
END_TEST

START_TEST(a_record_is_a_line_a_column)
{
    const struct str cells[] = {{"7", 1}, {"a\nb", 3}, {NULL, 0}};

    ck_assert_str_eq(printed_by(table_print_record, cells, 1, TABLE_TEXT),
                     "seq   7\nname  a b\nnote\n");
    ck_assert_str_eq(printed_by(table_print_record, cells, 1, TABLE_JSON),
                     "{\"seq\":7,\"name\":\"a\\u000ab\",\"note\":null}\n");
    ck_assert_str_eq(printed_by(table_print_record, cells, 1, TABLE_CSV),
                     "seq,name,note\r\n7,\"a\nb\",\r\n");
}
END_TEST

START_TEST(formats_by_name)
{
    ck_assert_int_eq(table_format_from(NULL), TABLE_TEXT);
    ck_assert_int_eq(table_format_from("table"), TABLE_TEXT);
    ck_assert_int_eq(table_format_from("json"), TABLE_JSON);
    ck_assert_int_eq(table_format_from("csv"), TABLE_CSV);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("table", set_up, tear_down, text_is_aligned,
                    text_moves_no_cursor, json_has_nulls_and_bare_numbers,
                    csv_quotes_what_it_must, csv_runs_no_formula,
                    a_record_is_a_line_a_column, formats_by_name);
}
