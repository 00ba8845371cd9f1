/* timestamp.h - instants as microseconds since 1970-01-01T00:00:00Z (no leap
 * seconds, as in POSIX), and days of the proleptic Gregorian calendar. */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "compiler.h"
#include "str.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

struct civil_date {
    int year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

/* RFC 3339 section 5.6, years 0001 to 9999, offset required. Digits of the
 * second beyond the microsecond are cut off; second 60 is read as the first
 * instant of the next minute. */
MUST_CHECK bool timestamp_parse(struct str text, int64_t *at_us);

/* Append as RFC 3339 in UTC with 3 or, where needed, 6 digits of a second. */
void timestamp_print(struct buf *buf, int64_t at_us);

/* `YYYY-MM-DD` to days since 1970-01-01. */
MUST_CHECK bool date_parse(struct str text, int32_t *day);
void date_print(struct buf *buf, int32_t day);

/* Source of both: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int32_t day_from_civil(struct civil_date date);
struct civil_date civil_from_day(int32_t day);

/* 0 is Monday, 6 is Sunday. */
int weekday_of(int32_t day);

/* Whole days since 1970-01-01 in UTC, rounded down. */
int32_t day_of_utc(int64_t at_us);

#endif
