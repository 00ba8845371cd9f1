/* window.h - the calendar windows of limits: which one a day falls in. */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "facts.h"
#include "str.h"

enum window {
    WINDOW_DAY,
    WINDOW_WEEK,
    WINDOW_MONTH,
    WINDOW_EVER,
    WINDOW_COUNT,
};

/* "day", "week", "month", "ever": as rule files spell them. */
extern const char *const window_words[WINDOW_COUNT];

/* The first day of the window that `day` is in; 0 for ever. Days are counted
 * from 1970-01-01 in the rule set's zone; weeks start on Monday. */
int32_t window_bucket(enum window window, int32_t day);

/* The kind of counter that says how much of a limit is used. */
enum counter_kind window_counter(enum window window, bool times);

/* Read a window as people write it, `2026-12-24` (for a week any of its
 * days), `2026-12` or `ever`, and give its bucket. */
MUST_CHECK bool window_parse(enum window window, struct str text,
                             int32_t *bucket);

#endif
