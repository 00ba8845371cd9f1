/* timestamp.c - strict parsing and plain calendar arithmetic; no libc time
 * functions, so no locale and no time zone of the host. */
#include "timestamp.h"

int32_t
day_from_civil(struct civil_date date)
{
    int year = date.month <= 2 ? date.year - 1 : date.year;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int shifted = date.month > 2 ? date.month - 3 : date.month + 9;
    int day_of_year = (153 * shifted + 2) / 5 + date.day - 1;
    int day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct civil_date
civil_from_day(int32_t day)
{
    int shifted_day = day + 719468;
    int era = (shifted_day >= 0 ? shifted_day : shifted_day - 146096) / 146097;
    int day_of_era = shifted_day - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                       day_of_era / 146096) /
                      365;
    int day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * day_of_year + 2) / 153;
    int month = shifted < 10 ? shifted + 3 : shifted - 9;

    return (struct civil_date){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * shifted + 2) / 5 + 1,
    };
}

int
weekday_of(int32_t day)
{
    int rest = (day + 3) % 7; /* day 0 was a Thursday */

    return rest < 0 ? rest + 7 : rest;
}

int32_t
day_of_utc(int64_t at_us)
{
    return (int32_t)(at_us / US_PER_DAY - (at_us % US_PER_DAY < 0));
}

/* The number in `count` digits at *at, or -1. */
static int
digits_at(struct str text, size_t at, size_t count)
{
    int value = 0;

    if (text.len < at + count)
        return -1;
    for (size_t i = at; i < at + count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return -1;
        value = value * 10 + (text.at[i] - '0');
    }
    return value;
}

static bool
char_at(struct str text, size_t at, char c)
{
    return at < text.len && text.at[at] == c;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

bool
date_parse(struct str text, int32_t *day)
{
    struct civil_date date = {digits_at(text, 0, 4), digits_at(text, 5, 2),
                              digits_at(text, 8, 2)};

    if (text.len != 10 || !char_at(text, 4, '-') || !char_at(text, 7, '-') ||
        date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > days_in_month(date.year, date.month))
        return false;
    *day = day_from_civil(date);
    return true;
}

/* The fraction at text[*at], with its point, in microseconds; 0 if none. */
static bool
fraction_parse(struct str text, size_t *at, int64_t *us)
{
    int64_t unit = US_PER_SECOND / 10;
    size_t start = *at + 1;

    *us = 0;
    if (!char_at(text, *at, '.'))
        return true;
    for (*at = start; digits_at(text, *at, 1) >= 0; (*at)++) {
        *us += digits_at(text, *at, 1) * unit;
        unit /= 10;
    }
    return *at > start;
}

/* `Z` or `+hh:mm`, to the end of the text. */
static bool
offset_parse(struct str text, size_t at, int64_t *seconds)
{
    int hours = digits_at(text, at + 1, 2);
    int minutes = digits_at(text, at + 4, 2);

    *seconds = 0;
    if (char_at(text, at, 'Z') || char_at(text, at, 'z'))
        return text.len == at + 1;
    if (text.len != at + 6 || !char_at(text, at + 3, ':') || hours < 0 ||
        hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *seconds = hours * 3600 + minutes * 60;
    if (char_at(text, at, '-'))
        *seconds = -*seconds;
    return char_at(text, at, '-') || char_at(text, at, '+');
}

bool
timestamp_parse(struct str text, int64_t *at_us)
{
    int hour = digits_at(text, 11, 2);
    int minute = digits_at(text, 14, 2);
    int second = digits_at(text, 17, 2);
    size_t at = 19;
    int64_t fraction_us;
    int64_t offset;
    int32_t day;

    if (text.len < 20 || !date_parse(str_make(text.at, 10), &day) ||
        (!char_at(text, 10, 'T') && !char_at(text, 10, 't')) ||
        !char_at(text, 13, ':') || !char_at(text, 16, ':') || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 ||
        !fraction_parse(text, &at, &fraction_us) ||
        !offset_parse(text, at, &offset))
        return false;
    *at_us = day * US_PER_DAY + fraction_us +
             (hour * 3600 + minute * 60 + second - offset) * US_PER_SECOND;
    return true;
}

/* Digits with leading zeros; printf costs more than all else in a row. */
static char *
add_digits(char *to, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + count;
}

static char *
add_date(char *to, int32_t day)
{
    struct civil_date date = civil_from_day(day);

    to = add_digits(to, date.year, 4);
    *to++ = '-';
    to = add_digits(to, date.month, 2);
    *to++ = '-';
    return add_digits(to, date.day, 2);
}

void
date_print(struct buf *buf, int32_t day)
{
    char text[10];

    add_date(text, day);
    buf_add(buf, text, sizeof(text));
}

void
timestamp_print(struct buf *buf, int64_t at_us)
{
    int32_t day = day_of_utc(at_us);
    int64_t rest = at_us - day * US_PER_DAY;
    int second = (int)(rest / US_PER_SECOND);
    int us = (int)(rest % US_PER_SECOND);
    char text[32];
    char *to = add_date(text, day);

    *to++ = 'T';
    to = add_digits(to, second / 3600, 2);
    *to++ = ':';
    to = add_digits(to, second / 60 % 60, 2);
    *to++ = ':';
    to = add_digits(to, second % 60, 2);
    *to++ = '.';
    to = us % 1000 ? add_digits(to, us, 6) : add_digits(to, us / 1000, 3);
    *to++ = 'Z';
    buf_add(buf, text, (size_t)(to - text));
}
