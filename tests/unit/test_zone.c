/* test_zone.c - the calendar day of an instant in a named zone. */
#include "zone.h"

#include <time.h>

#include "timestamp.h"
#include "unit.h"

static struct arena arena;

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

static struct zone
load(const char *name)
{
    struct err err = {0};
    struct zone zone;

    ck_assert_msg(zone_load(&arena, name, &zone, &err), "%s: %s", name,
                  err.text);
    return zone;
}

static int64_t
at(const char *text)
{
    int64_t at_us;

    ck_assert(timestamp_parse(str_from_cstr(text), &at_us));
    return at_us;
}

static int32_t
day(const char *text)
{
    int32_t number;

    ck_assert(date_parse(str_from_cstr(text), &number));
    return number;
}

START_TEST(utc_needs_no_database)
{
    struct zone zone = load("UTC");

    ck_assert_int_eq(zone_offset(&zone, at("2026-07-01T00:00:00Z")), 0);
    ck_assert_int_eq(zone_day(&zone, at("2026-07-01T23:59:59.999999Z")),
                     day("2026-07-01"));
    ck_assert_int_eq(zone_day(&zone, -1), -1);
}
END_TEST

START_TEST(clocks_change_to_the_microsecond)
{
    struct zone zone = load("Europe/Berlin");

    ck_assert_int_eq(zone_offset(&zone, at("2026-03-29T00:59:59.999999Z")),
                     3600);
    ck_assert_int_eq(zone_offset(&zone, at("2026-03-29T01:00:00Z")), 7200);
    ck_assert_int_eq(zone_offset(&zone, at("2026-10-25T00:59:59.999999Z")),
                     7200);
    ck_assert_int_eq(zone_offset(&zone, at("2026-10-25T01:00:00Z")), 3600);
}
END_TEST

START_TEST(midnight_is_the_local_one)
{
    struct zone berlin = load("Europe/Berlin");
    struct zone chatham = load("Pacific/Chatham");
    struct zone new_york = load("America/New_York");
    struct zone kolkata = load("Asia/Kolkata");

    ck_assert_int_eq(zone_day(&berlin, at("2026-06-30T21:59:59Z")),
                     day("2026-06-30"));
    ck_assert_int_eq(zone_day(&berlin, at("2026-06-30T22:00:00Z")),
                     day("2026-07-01"));
    ck_assert_int_eq(zone_day(&new_york, at("2026-07-01T03:59:59Z")),
                     day("2026-06-30"));
    ck_assert_int_eq(zone_day(&kolkata, at("2026-06-30T18:30:00Z")),
                     day("2026-07-01"));
    ck_assert_int_eq(zone_day(&chatham, at("2026-01-01T10:14:59Z")),
                     day("2026-01-01"));
    ck_assert_int_eq(zone_day(&chatham, at("2026-01-01T10:15:00Z")),
                     day("2026-01-02"));
}
END_TEST

START_TEST(a_day_that_was_skipped_is_skipped)
{
    struct zone apia = load("Pacific/Apia"); /* no 2011-12-30 there */

    ck_assert_int_eq(zone_day(&apia, at("2011-12-30T09:59:59Z")),
                     day("2011-12-29"));
    ck_assert_int_eq(zone_day(&apia, at("2011-12-30T10:00:00Z")),
                     day("2011-12-31"));
}
END_TEST

/* As close as any zone has had them. */
START_TEST(changes_a_week_apart_are_both_there)
{
    struct zone zone = load("America/Boa_Vista");

    ck_assert_int_eq(zone_offset(&zone, at("2000-10-08T03:59:59Z")), -14400);
    ck_assert_int_eq(zone_offset(&zone, at("2000-10-08T04:00:00Z")), -10800);
    ck_assert_int_eq(zone_offset(&zone, at("2000-10-15T02:59:59Z")), -10800);
    ck_assert_int_eq(zone_offset(&zone, at("2000-10-15T03:00:00Z")), -14400);
}
END_TEST

/* The table against the C library it was sampled from, at other instants. */
START_TEST(the_table_is_the_database)
{
    static const char *const names[] = {"Europe/London", "Africa/Casablanca",
                                        "America/Sao_Paulo", "Asia/Tehran",
                                        "Australia/Lord_Howe"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone zone = load(names[i]);

        setenv("TZ", names[i], 1);
        tzset();
        for (time_t second = 0; second < 4000000000; second += 1000003) {
            struct tm tm;

            localtime_r(&second, &tm);
            ck_assert_msg(zone_offset(&zone, second * US_PER_SECOND) ==
                              tm.tm_gmtoff,
                          "%s at %ld", names[i], (long)second);
        }
    }
}
END_TEST

START_TEST(the_host_zone_is_left_alone)
{
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    load("Europe/Berlin");
    ck_assert_str_eq(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
    load("Europe/Berlin");
    ck_assert_ptr_null(getenv("TZ"));
}
END_TEST

START_TEST(unknown_zones_are_refused)
{
    static const char *const names[] = {
        "",       "Europe/Atlantis", "/etc/passwd", "../../etc/passwd",
        "Europe", "CET-1CEST"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct err err = {0};
        struct zone zone;

        ck_assert_msg(!zone_load(&arena, names[i], &zone, &err), "%s",
                      names[i]);
        ck_assert_int_eq(err.kind, ERR_CONFIG);
    }
}
END_TEST

int
main(void)
{
    return UNIT_RUN("zone", set_up, tear_down, utc_needs_no_database,
                    clocks_change_to_the_microsecond, midnight_is_the_local_one,
                    a_day_that_was_skipped_is_skipped,
                    changes_a_week_apart_are_both_there,
                    the_table_is_the_database, the_host_zone_is_left_alone,
                    unknown_zones_are_refused);
}
