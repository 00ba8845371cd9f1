/* test_timestamp.c - RFC 3339 and the calendar. */
#include "timestamp.h"

#include <time.h>

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

struct time_case {
    const char *text;
    int64_t at_us;
};

static const struct time_case good_times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01t00:00:00z", 0},
    {"1969-12-31T23:59:59.999999Z", -1},
    {"2025-10-08T12:34:56.789Z", 1759926896789000},
    {"2025-10-08T14:34:56.789+02:00", 1759926896789000},
    {"2025-10-08T07:04:56.789-05:30", 1759926896789000},
    {"2025-10-08T12:34:56.7891234567Z", 1759926896789123},
    {"2025-10-08T12:34:56.000000999Z", 1759926896000000},
    {"2025-10-08T12:34:56-00:00", 1759926896000000},
    {"2016-12-31T23:59:60Z", 1483228800000000},
    {"2000-02-29T00:00:00Z", 951782400000000},
    {"0001-01-01T00:00:00Z", -62135596800000000},
    {"9999-12-31T23:59:59.999999Z", 253402300799999999},
};

START_TEST(good_times_are_read)
{
    for (size_t i = 0; i < sizeof(good_times) / sizeof(good_times[0]); i++) {
        int64_t at_us;

        ck_assert_msg(
            timestamp_parse(str_from_cstr(good_times[i].text), &at_us), "%s",
            good_times[i].text);
        ck_assert_msg(at_us == good_times[i].at_us, "%s", good_times[i].text);
    }
}
END_TEST

static const char *const bad_times[] = {
    "",
    "2025-10-08",
    "2025-10-08T12:34:56",
    "2025-10-08T12:34Z",
    "2025-10-08 12:34:56Z",
    "2025-10-08T12:34:56.Z",
    "2025-10-08T12:34:56,5Z",
    "2025-10-08T12:34:56+02",
    "2025-10-08T12:34:56+0200",
    "2025-10-08T12:34:56+24:00",
    "2025-10-08T12:34:56+02:60",
    "2025-10-08T12:34:56ZZ",
    "2025-10-08T12:34:56Z ",
    " 2025-10-08T12:34:56Z",
    "2025-10-08T24:00:00Z",
    "2025-10-08T12:60:00Z",
    "2025-10-08T12:34:61Z",
    "2025-13-08T12:34:56Z",
    "2025-00-08T12:34:56Z",
    "2025-10-00T12:34:56Z",
    "2025-02-29T12:34:56Z",
    "1900-02-29T12:34:56Z",
    "2025-04-31T12:34:56Z",
    "0000-01-01T00:00:00Z",
    "2025-1-08T12:34:56Z",
    "25-10-08T12:34:56Z",
    "+2025-10-08T12:34:56Z",
    "2025-10-08T1a:34:56Z",
    "20251008T123456Z",
    "1759926896",
};

START_TEST(bad_times_are_refused)
{
    for (size_t i = 0; i < sizeof(bad_times) / sizeof(bad_times[0]); i++) {
        int64_t at_us;

        ck_assert_msg(!timestamp_parse(str_from_cstr(bad_times[i]), &at_us),
                      "%s", bad_times[i]);
    }
}
END_TEST

START_TEST(no_byte_behind_the_text_is_read)
{
    struct str text = STR("2025-10-08T12:34:56.789+02:00");

    for (size_t len = 0; len < text.len; len++) {
        /* Its own memory, so that a sanitizer sees a byte too many. */
        char *bytes = malloc(len ? len : 1);
        int64_t at_us;

        memcpy(bytes, text.at, len);
        ck_assert(!timestamp_parse(str_make(bytes, len), &at_us));
        free(bytes);
    }
}
END_TEST

static const char *
printed(int64_t at_us)
{
    struct buf buf;

    buf_init(&buf, &arena);
    timestamp_print(&buf, at_us);
    return unit_text(&arena, buf_str(&buf));
}

START_TEST(times_are_printed_in_utc)
{
    ck_assert_str_eq(printed(0), "1970-01-01T00:00:00.000Z");
    ck_assert_str_eq(printed(1759926896789000), "2025-10-08T12:34:56.789Z");
    ck_assert_str_eq(printed(1759926896789123), "2025-10-08T12:34:56.789123Z");
    ck_assert_str_eq(printed(-1), "1969-12-31T23:59:59.999999Z");
    ck_assert_str_eq(printed(253402300799999999),
                     "9999-12-31T23:59:59.999999Z");
}
END_TEST

START_TEST(what_is_printed_is_read_back)
{
    for (int64_t at_us = -62135596800000000; at_us < 253402300799999999;
         at_us += 7919777777777777 / 1000) {
        int64_t again;

        ck_assert(timestamp_parse(str_from_cstr(printed(at_us)), &again));
        ck_assert_int_eq(again, at_us);
        arena_reset(&arena);
    }
}
END_TEST

START_TEST(days_follow_each_other)
{
    struct civil_date before = civil_from_day(-800000);

    for (int32_t day = -799999; day < 3000000; day++) {
        struct civil_date date = civil_from_day(day);
        bool next = date.day == before.day + 1 && date.month == before.month &&
                    date.year == before.year;
        bool first = date.day == 1 && before.day >= 28 &&
                     (date.month == before.month + 1 ||
                      (date.month == 1 && before.month == 12 &&
                       date.year == before.year + 1));

        ck_assert(next || first);
        ck_assert_int_eq(day_from_civil(date), day);
        before = date;
    }
}
END_TEST

START_TEST(days_are_those_of_the_c_library)
{
    for (int32_t day = -25567; day < 100000; day += 13) {
        time_t at = (time_t)day * 86400;
        struct tm tm;
        struct civil_date date = civil_from_day(day);

        gmtime_r(&at, &tm);
        ck_assert_int_eq(date.year, tm.tm_year + 1900);
        ck_assert_int_eq(date.month, tm.tm_mon + 1);
        ck_assert_int_eq(date.day, tm.tm_mday);
        ck_assert_int_eq(weekday_of(day), (tm.tm_wday + 6) % 7);
    }
}
END_TEST

START_TEST(the_day_of_an_instant_is_rounded_down)
{
    ck_assert_int_eq(day_of_utc(0), 0);
    ck_assert_int_eq(day_of_utc(-1), -1);
    ck_assert_int_eq(day_of_utc(-US_PER_DAY), -1);
    ck_assert_int_eq(day_of_utc(-US_PER_DAY - 1), -2);
    ck_assert_int_eq(day_of_utc(US_PER_DAY - 1), 0);
    ck_assert_int_eq(day_of_utc(US_PER_DAY), 1);
}
END_TEST

START_TEST(dates_are_strict)
{
    int32_t day;
    static const char *const bad[] = {
        "",           "2026-12-1",  "2026-12-011", "2026/12/01", "20261201",
        "2026-02-29", "2026-12-32", "2026-00-01",  " 2026-12-01"};

    ck_assert(date_parse(STR("2026-12-01"), &day));
    ck_assert_int_eq(day, 20788);
    ck_assert(date_parse(STR("2024-02-29"), &day));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!date_parse(str_from_cstr(bad[i]), &day), "%s", bad[i]);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("timestamp", set_up, tear_down, good_times_are_read,
                    bad_times_are_refused, no_byte_behind_the_text_is_read,
                    times_are_printed_in_utc, what_is_printed_is_read_back,
                    days_follow_each_other, days_are_those_of_the_c_library,
                    the_day_of_an_instant_is_rounded_down, dates_are_strict);
}
