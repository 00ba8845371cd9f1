/* pg_text.c - arrays and COPY rows in PostgreSQL's text formats. */
#include "pg_text.h"

#include "hex.h"
#include "timestamp.h"

void
pg_literal_open(struct buf *array, struct arena *arena)
{
    buf_init(array, arena);
    buf_add_char(array, '{');
}

static void
add_comma(struct buf *array)
{
    if (array->at[array->len - 1] != '{')
        buf_add_char(array, ',');
}

void
pg_literal_text(struct buf *array, struct str text)
{
    char *start;
    char *to;

    add_comma(array);
    start = to = buf_reserve(array, text.len * 2 + 2);
    *to++ = '"';
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\')
            *to++ = '\\';
        *to++ = text.at[i];
    }
    *to++ = '"';
    array->len += (size_t)(to - start);
}

void
pg_literal_null(struct buf *array)
{
    add_comma(array);
    buf_add(array, "NULL", 4);
}

void
pg_literal_close(struct buf *array)
{
    buf_add_char(array, '}');
}

/* Columns of a row are parted by tabs; a row starts after a newline. */
static void
add_tab(struct buf *row)
{
    if (row->len && row->at[row->len - 1] != '\n')
        buf_add_char(row, '\t');
}

void
pg_copy_null(struct buf *row)
{
    add_tab(row);
    buf_add(row, "\\N", 2);
}

/* A byte that ended a run. Control characters that part nothing stay as they
 * are. */
static void
add_special(struct buf *row, char c)
{
    static const char escapes[] = {
        ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};
    char escape = escapes[(unsigned char)c];

    if (escape)
        buf_add_char(row, '\\');
    buf_add_char(row, escape ? escape : c);
}

void
pg_copy_text(struct buf *row, struct str text)
{
    if (!text.at) {
        pg_copy_null(row);
        return;
    }
    add_tab(row);
    while (text.len) {
        /* The others are control characters. */
        size_t plain = str_plain_length(text, '\\', '\\');

        buf_add(row, text.at, plain);
        if (plain < text.len)
            add_special(row, text.at[plain++]);
        text = str_make(text.at + plain, text.len - plain);
    }
}

void
pg_copy_int(struct buf *row, int64_t value)
{
    add_tab(row);
    buf_add_int(row, value);
}

/* The digits of bytea's hex format, without what comes before them. */
static void
add_hex(struct buf *row, struct str bytes)
{
    hex_write(buf_reserve(row, bytes.len * 2), bytes.at, bytes.len);
    row->len += bytes.len * 2;
}

void
pg_copy_bytes(struct buf *row, struct str bytes)
{
    if (!bytes.at) {
        pg_copy_null(row);
        return;
    }
    add_tab(row);
    buf_add(row, "\\\\x", 3);
    add_hex(row, bytes);
}

void
pg_copy_time(struct buf *row, int64_t at_us)
{
    add_tab(row);
    timestamp_print(row, at_us);
}

void
pg_copy_end_row(struct buf *row)
{
    buf_add_char(row, '\n');
}
