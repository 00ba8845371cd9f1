/* table.c - the three ways to print a table. The whole text is made first: the
 * callers ask for bounded numbers of rows. */
#include "table.h"

#include <string.h>

#include "json_text.h"

enum table_format
table_format_from(const char *word)
{
    static const char *const words[] = {
        [TABLE_TEXT] = "table", [TABLE_JSON] = "json", [TABLE_CSV] = "csv"};

    for (size_t i = 0; word && i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(word, words[i]) == 0)
            return (enum table_format)i;
    return TABLE_TEXT;
}

struct table
table_from_result(struct arena *arena, const struct pg_result *result,
                  const char *numbers)
{
    size_t columns = (size_t)pg_columns(result);
    size_t rows = pg_rows(result);
    struct table_column *heads = arena_array(arena, columns, sizeof(*heads));
    struct str *cells = arena_array(arena, columns * rows, sizeof(*cells));

    for (size_t i = 0; i < columns; i++) {
        const char *name = pg_column_name(result, (int)i);

        heads[i].name = name;
        if (numbers && strstr(numbers, arena_printf(arena, " %s ", name)))
            heads[i].kind = TABLE_NUMBER;
    }
    for (size_t i = 0; i < columns * rows; i++)
        if (!pg_is_null(result, i / columns, (int)(i % columns)))
            cells[i] = pg_text(result, i / columns, (int)(i % columns));
    return (struct table){heads, columns, cells, rows};
}

static const struct str *
cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

/* ---- for people ------------------------------------------------------------
 */

static size_t
column_width(const struct table *table, size_t column)
{
    size_t width = strlen(table->columns[column].name);

    for (size_t i = 0; i < table->row_count; i++) {
        size_t len = str_utf8_length(*cell_at(table, i, column));

        if (len > width)
            width = len;
    }
    return width;
}

static void
add_cell(struct buf *buf, const struct table *table, size_t column,
         size_t width, struct str text)
{
    size_t len = str_utf8_length(text);
    int pad = len < width ? (int)(width - len) : 0;
    bool right = table->columns[column].kind != TABLE_STRING;

    if (column)
        buf_add_cstr(buf, "  ");
    if (right)
        buf_printf(buf, "%*s", pad, "");
    buf_add_visible(buf, text);
    if (!right)
        buf_printf(buf, "%*s", pad, "");
}

static void
end_line(struct buf *buf)
{
    while (buf->len && buf->at[buf->len - 1] == ' ')
        buf->len--;
    buf_add_char(buf, '\n');
}

static void
add_text(struct buf *buf, const struct table *table)
{
    size_t *widths =
        arena_array(buf->arena, table->column_count, sizeof(*widths));

    for (size_t i = 0; i < table->column_count; i++) {
        widths[i] = column_width(table, i);
        add_cell(buf, table, i, widths[i],
                 str_from_cstr(table->columns[i].name));
    }
    end_line(buf);
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t i = 0; i < table->column_count; i++)
            add_cell(buf, table, i, widths[i], *cell_at(table, row, i));
        end_line(buf);
    }
}

/* ---- for programs
 * ------------------------------------------------------------ */

void
table_add_json_row(struct buf *buf, const struct table *table, size_t row)
{
    buf_add_char(buf, '{');
    for (size_t i = 0; i < table->column_count; i++) {
        const struct str *cell = cell_at(table, row, i);

        json_add_key(buf, table->columns[i].name);
        if (!cell->at)
            buf_add_cstr(buf, "null");
        else if (table->columns[i].kind == TABLE_NUMBER)
            buf_add_str(buf, *cell);
        else
            json_add_string(buf, *cell);
    }
    buf_add_char(buf, '}');
}

static void
add_json(struct buf *buf, const struct table *table)
{
    buf_add_char(buf, '[');
    for (size_t row = 0; row < table->row_count; row++) {
        buf_add_cstr(buf, row ? ",\n " : "");
        table_add_json_row(buf, table, row);
    }
    buf_add_cstr(buf, "]\n");
}

/* ---- for spreadsheets
 * ----------------------------------------------------------
 */

static bool
is_made_of(struct str text, const char *bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(bytes, text.at[i]))
            return false;
    return true;
}

/* Whether a spreadsheet might run the text. Columns of a query do not say which
 * of them are numbers, so a minus before digits is looked at: -5.00 is one. The
 * house's own names, such as @rewards, call nothing; programs look for them. */
static bool
is_formula(struct str text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct str rest;

    if (!text.len || !memchr("=+-@\t\r\n", text.at[0], 7))
        return false;
    rest = str_make(text.at + 1, text.len - 1);
    if (text.at[0] == '-' && rest.len)
        return !is_made_of(rest, "0123456789.");
    return text.at[0] != '@' || !is_made_of(rest, letters);
}

/* What a program may take for the end of a cell; some spreadsheets separate
 * them by semicolons or tabs. */
static bool
needs_quotes(struct str text)
{
    static const char ends[] = ",;\t\"\r\n";

    for (size_t i = 0; i < text.len; i++)
        if (memchr(ends, text.at[i], sizeof(ends) - 1))
            return true;
    return false;
}

static void
add_csv_cell(struct buf *buf, const struct table_column *column,
             struct str text)
{
    bool is_escaped = column->kind == TABLE_STRING && is_formula(text);
    bool quotes = is_escaped || needs_quotes(text);

    if (quotes)
        buf_add_char(buf, '"');
    if (is_escaped)
        buf_add_char(buf, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_char(buf, '"');
        buf_add_char(buf, text.at[i]);
    }
    if (quotes)
        buf_add_char(buf, '"');
}

void
table_add_csv_row(struct buf *buf, const struct table *table, size_t row)
{
    for (size_t i = 0; i < table->column_count; i++) {
        buf_add_cstr(buf, i ? "," : "");
        add_csv_cell(buf, &table->columns[i], *cell_at(table, row, i));
    }
    buf_add_cstr(buf, "\r\n");
}

static void
add_csv(struct buf *buf, const struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        buf_printf(buf, "%s%s", i ? "," : "", table->columns[i].name);
    buf_add_cstr(buf, "\r\n");
    for (size_t row = 0; row < table->row_count; row++)
        table_add_csv_row(buf, table, row);
}

static void
print_by(void (*printer)(struct buf *, const struct table *),
         const struct table *table, FILE *out)
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    printer(&buf, table);
    fwrite(buf.at, 1, buf.len, out);
    arena_free(&arena);
}

void
table_print(const struct table *table, enum table_format format, FILE *out)
{
    static void (*const printers[])(struct buf *, const struct table *) = {
        [TABLE_TEXT] = add_text,
        [TABLE_JSON] = add_json,
        [TABLE_CSV] = add_csv};

    print_by(printers[format], table, out);
}

/* ---- one row
 * --------------------------------------------------------------------
 */

static void
add_record(struct buf *buf, const struct table *table)
{
    size_t width = 0;

    for (size_t i = 0; i < table->column_count; i++)
        if (strlen(table->columns[i].name) > width)
            width = strlen(table->columns[i].name);
    for (size_t i = 0; i < table->column_count; i++) {
        buf_printf(buf, "%-*s  ", (int)width, table->columns[i].name);
        buf_add_visible(buf, *cell_at(table, 0, i));
        end_line(buf);
    }
}

static void
add_json_record(struct buf *buf, const struct table *table)
{
    table_add_json_row(buf, table, 0);
    buf_add_char(buf, '\n');
}

void
table_print_record(const struct table *table, enum table_format format,
                   FILE *out)
{
    static void (*const printers[])(struct buf *, const struct table *) = {
        [TABLE_TEXT] = add_record,
        [TABLE_JSON] = add_json_record,
        [TABLE_CSV] = add_csv};

    print_by(printers[format], table, out);
}
