/* pg_rows.c - values of rows in PostgreSQL's text and binary formats. */
#include "pg_rows.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>

#include "pg_type.h"

static const PGresult *
rows_of(const struct pg_result *result)
{
    return (const PGresult *)result;
}

size_t
pg_rows(const struct pg_result *result)
{
    return (size_t)PQntuples(rows_of(result));
}

bool
pg_is_null(const struct pg_result *result, size_t row, int column)
{
    return PQgetisnull(rows_of(result), (int)row, column) != 0;
}

static bool
is_binary(const struct pg_result *result, int column)
{
    return PQfformat(rows_of(result), column) == 1;
}

static bool
is_of(const struct pg_result *result, int column, enum pg_type type)
{
    return PQftype(rows_of(result), column) == type;
}

static const char *
value_of(const struct pg_result *result, size_t row, int column)
{
    assert(!pg_is_null(result, row, column));
    return PQgetvalue(rows_of(result), (int)row, column);
}

/* Of that type, in binary, and not NULL: a column that is read as what it is
 * not would be another number. */
static const char *
binary_value(const struct pg_result *result, size_t row, int column,
             enum pg_type type)
{
    assert(is_binary(result, column) && is_of(result, column, type));
    return value_of(result, row, column);
}

struct str
pg_text(const struct pg_result *result, size_t row, int column)
{
    assert(!is_binary(result, column) || is_of(result, column, PG_TEXT) ||
           is_of(result, column, PG_BYTEA));
    return str_make(PQgetvalue(rows_of(result), (int)row, column),
                    (size_t)PQgetlength(rows_of(result), (int)row, column));
}

/* Numbers are sent with their first byte first, in two's complement. */
static uint64_t
read_bytes(const char *bytes, int len)
{
    uint64_t value = 0;

    for (int i = 0; i < len; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

static int64_t
binary_int(const struct pg_result *result, size_t row, int column)
{
    enum pg_type type = PQftype(rows_of(result), column);
    int bytes = PQfsize(rows_of(result), column);
    int unused = 64 - 8 * bytes;
    const char *value = value_of(result, row, column);

    assert(type == PG_INT8 || type == PG_INT4 || type == PG_INT2);
    return (int64_t)(read_bytes(value, bytes) << unused) >> unused;
}

int64_t
pg_int(const struct pg_result *result, size_t row, int column)
{
    if (is_binary(result, column))
        return binary_int(result, row, column);
    return strtoll(PQgetvalue(rows_of(result), (int)row, column), NULL, 10);
}

/* The number of its block, 32 bits, and of the item in it, 16 bits, of which
 * the first is 1. */
int64_t
pg_place(const struct pg_result *result, size_t row, int column)
{
    return (int64_t)read_bytes(binary_value(result, row, column, PG_TID), 6);
}

/* Microseconds since 2000-01-01. */
int64_t
pg_time(const struct pg_result *result, size_t row, int column)
{
    uint64_t epoch_us = UINT64_C(946684800) * 1000000;
    const char *value = binary_value(result, row, column, PG_TIMESTAMPTZ);

    return (int64_t)(read_bytes(value, 8) + epoch_us);
}

bool
pg_bool(const struct pg_result *result, size_t row, int column)
{
    if (is_binary(result, column))
        return binary_value(result, row, column, PG_BOOL)[0] != 0;
    return PQgetvalue(rows_of(result), (int)row, column)[0] == 't';
}

int
pg_columns(const struct pg_result *result)
{
    return PQnfields(rows_of(result));
}

const char *
pg_column_name(const struct pg_result *result, int column)
{
    return PQfname(rows_of(result), column);
}

void
pg_result_free(struct pg_result *result)
{
    PQclear((PGresult *)result);
}
