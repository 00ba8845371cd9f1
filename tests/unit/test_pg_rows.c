/* test_pg_rows.c - values of rows in PostgreSQL's binary format, as its send
 * functions write them. */
#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pg_rows.h"
#include "pg_type.h"
#include "unit.h"

static PGresult *made;

static void
tear_down(void)
{
    PQclear(made);
}

/* A row of one column; a length below 0 is a NULL. */
static const struct pg_result *
row_of(Oid type, const char *bytes, int len)
{
    PGresAttDesc column = {.name = "value",
                           .format = 1,
                           .typid = type,
                           .typlen = type == PG_INT8 || type == PG_TIMESTAMPTZ
                                         ? 8
                                     : type == PG_INT4 ? 4
                                     : type == PG_INT2 ? 2
                                                       : -1};

    PQclear(made);
    made = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    ck_assert(PQsetResultAttrs(made, 1, &column));
    ck_assert(PQsetvalue(made, 0, 0, (char *)bytes, len));
    return (const struct pg_result *)made;
}

#define ROW(type, bytes) row_of((type), (bytes), sizeof(bytes) - 1)

START_TEST(integers)
{
    ck_assert_int_eq(pg_int(ROW(PG_INT2, "\x01\x02"), 0, 0), 258);
    ck_assert_int_eq(pg_int(ROW(PG_INT2, "\x80\x00"), 0, 0), INT16_MIN);
    ck_assert_int_eq(pg_int(ROW(PG_INT4, "\xff\xff\xff\xfe"), 0, 0), -2);
    ck_assert_int_eq(pg_int(ROW(PG_INT4, "\x7f\xff\xff\xff"), 0, 0), INT32_MAX);
    ck_assert_int_eq(pg_int(ROW(PG_INT8, "\x80\0\0\0\0\0\0\0"), 0, 0),
                     INT64_MIN);
    ck_assert_int_eq(pg_int(ROW(PG_INT8, "\0\0\0\x01\0\0\0\x02"), 0, 0),
                     (INT64_C(1) << 32) + 2);
}
END_TEST

/* 2000-01-01, a microsecond before, and 1969-12-31T23:59:59.999999Z. */
START_TEST(times)
{
    ck_assert_int_eq(pg_time(ROW(PG_TIMESTAMPTZ, "\0\0\0\0\0\0\0\0"), 0, 0),
                     INT64_C(946684800000000));
    ck_assert_int_eq(
        pg_time(ROW(PG_TIMESTAMPTZ, "\xff\xff\xff\xff\xff\xff\xff\xff"), 0, 0),
        INT64_C(946684799999999));
    ck_assert_int_eq(
        pg_time(ROW(PG_TIMESTAMPTZ, "\xff\xfc\xa2\xfe\xc4\xc8\x1f\xff"), 0, 0),
        -1);
}
END_TEST

START_TEST(places)
{
    ck_assert_int_eq(pg_place(ROW(PG_TID, "\x00\x01\x11\x70\x01\x02"), 0, 0),
                     (int64_t)70000 << 16 | 258);
    ck_assert_int_eq(pg_place(ROW(PG_TID, "\xff\xff\xff\xfe\xff\xff"), 0, 0),
                     INT64_C(0xfffffffeffff));
}
END_TEST

START_TEST(truths)
{
    ck_assert(pg_bool(ROW(PG_BOOL, "\x01"), 0, 0));
    ck_assert(!pg_bool(ROW(PG_BOOL, "\x00"), 0, 0));
}
END_TEST

START_TEST(texts_and_bytes)
{
    struct str bytes = pg_text(ROW(PG_BYTEA, "a\0b"), 0, 0);

    ck_assert_uint_eq(bytes.len, 3);
    ck_assert_mem_eq(bytes.at, "a\0b", 3);
    ck_assert(pg_text(ROW(PG_BYTEA, ""), 0, 0).at);
    ck_assert(!pg_is_null(ROW(PG_TEXT, ""), 0, 0));
    ck_assert(pg_is_null(row_of(PG_TEXT, NULL, -1), 0, 0));
}
END_TEST

/* It would be another number. */
START_TEST(what_is_no_integer_ends_the_process)
{
    const struct pg_result *row = ROW(PG_TIMESTAMPTZ, "\0\0\0\0\0\0\0\0");
    pid_t reader = fork();
    int status = 0;

    if (!reader) {
        close(STDERR_FILENO);
        (void)pg_int(row, 0, 0);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("pg_rows", NULL, tear_down, integers, times, places, truths,
                    texts_and_bytes, what_is_no_integer_ends_the_process);
}
