/* window.c - one row of a table for each kind of window. */
#include "window.h"

#include <stdio.h>

#include "timestamp.h"

const char *const window_words[WINDOW_COUNT] = {
    [WINDOW_DAY] = "day",
    [WINDOW_WEEK] = "week",
    [WINDOW_MONTH] = "month",
    [WINDOW_EVER] = "ever",
};

static int32_t
day_itself(int32_t day)
{
    return day;
}

static int32_t
monday_of(int32_t day)
{
    return day - weekday_of(day);
}

static int32_t
first_of_month(int32_t day)
{
    return day - civil_from_day(day).day + 1;
}

static int32_t
first_of_all(int32_t day)
{
    (void)day;
    return 0;
}

static bool
parse_month(struct str text, int32_t *bucket)
{
    char date[11];

    if (text.len != 7)
        return false;
    snprintf(date, sizeof(date), "%.*s-01", STR_ARG(text));
    return date_parse(str_from_cstr(date), bucket);
}

static bool
parse_ever(struct str text, int32_t *bucket)
{
    *bucket = 0;
    return str_eq(text, STR("ever"));
}

static const struct window_kind {
    int32_t (*bucket)(int32_t day);
    bool (*parse)(struct str text, int32_t *bucket);
    enum counter_kind amount;
    enum counter_kind times;
} window_kinds[WINDOW_COUNT] = {
    [WINDOW_DAY] = {day_itself, date_parse, COUNTER_AMOUNT_DAY,
                    COUNTER_TIMES_DAY},
    [WINDOW_WEEK] = {monday_of, date_parse, COUNTER_AMOUNT_WEEK,
                     COUNTER_TIMES_WEEK},
    [WINDOW_MONTH] = {first_of_month, parse_month, COUNTER_AMOUNT_MONTH,
                      COUNTER_TIMES_MONTH},
    [WINDOW_EVER] = {first_of_all, parse_ever, COUNTER_AMOUNT_EVER,
                     COUNTER_TIMES_EVER},
};

int32_t
window_bucket(enum window window, int32_t day)
{
    return window_kinds[window].bucket(day);
}

enum counter_kind
window_counter(enum window window, bool times)
{
    return times ? window_kinds[window].times : window_kinds[window].amount;
}

bool
window_parse(enum window window, struct str text, int32_t *bucket)
{
    if (!window_kinds[window].parse(text, bucket))
        return false;
    *bucket = window_bucket(window, *bucket);
    return true;
}
