/* table.h - rows of a query printed for people, spreadsheets or programs: one
 * way for all commands. */
#ifndef IO_TABLE_H
#define IO_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "arena.h"
#include "buf.h"
#include "pg.h"
#include "str.h"

enum table_format { TABLE_TEXT, TABLE_JSON, TABLE_CSV };

struct table_column {
    const char *name;
    enum {
        TABLE_STRING,
        TABLE_NUMBER, /* to the right; bare in JSON, and so JSON itself */
        TABLE_AMOUNT, /* to the right; a string in JSON, where a number may be
                         read as a double */
    } kind;
};

/* Rows by columns. Texts are well-formed UTF-8; `at` NULL is a NULL. */
struct table {
    const struct table_column *columns;
    size_t column_count;
    const struct str *cells; /* row by row */
    size_t row_count;
};

/* "table", "json" or "csv"; NULL stands for "table". */
enum table_format table_format_from(const char *word);

/* The rows of a result. `numbers` names the columns that are numbers, with
 * spaces around each, " seq version "; NULL: none. Borrows the texts. */
struct table table_from_result(struct arena *arena,
                               const struct pg_result *result,
                               const char *numbers);

/* Text: aligned columns under a head, control characters as spaces. JSON: a
 * list of objects. CSV: RFC 4180 with a head; a text that a spreadsheet would
 * run, such as =1+1, has a ' before it. */
void table_print(const struct table *table, enum table_format format,
                 FILE *out);

/* A table of one row: as text, a line for each column, name and value; as JSON,
 * the object alone. */
void table_print_record(const struct table *table, enum table_format format,
                        FILE *out);

/* Append one row as a line of CSV. */
void table_add_csv_row(struct buf *buf, const struct table *table, size_t row);

/* Append one row as a JSON object. */
void table_add_json_row(struct buf *buf, const struct table *table, size_t row);

#endif
