/* pg_rows.h - the rows that a statement gave. */
#ifndef IO_PG_ROWS_H
#define IO_PG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct pg_result; /* rows of one statement */

size_t pg_rows(const struct pg_result *result);
bool pg_is_null(const struct pg_result *result, size_t row, int column);

/* Borrowed until pg_result_free; empty for NULL. Of a bytea that was asked for
 * in binary, its bytes. */
struct str pg_text(const struct pg_result *result, size_t row, int column);

/* The column as a number; it must be of an integer type and not NULL. */
int64_t pg_int(const struct pg_result *result, size_t row, int column);

/* A column of type tid, asked for in binary, ctid most of all: where a row is,
 * and stays as long as it is locked and not written. Never 0. */
int64_t pg_place(const struct pg_result *result, size_t row, int column);

/* A finite timestamptz that was asked for in binary: microseconds since 1970 in
 * UTC. */
int64_t pg_time(const struct pg_result *result, size_t row, int column);

/* A column of type boolean. */
bool pg_bool(const struct pg_result *result, size_t row, int column);

/* Columns of the rows, and their names, for printing. */
int pg_columns(const struct pg_result *result);
const char *pg_column_name(const struct pg_result *result, int column);

/* NULL is allowed. */
void pg_result_free(struct pg_result *result);

#endif
