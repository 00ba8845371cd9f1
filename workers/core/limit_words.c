/* limit_words.c - a word for each kind of window and counter. */
#include "limit_words.h"

void
limit_print(struct buf *buf, const struct limit *limit, int scale)
{
    ratio_print(buf, ratio_from_minor(limit->max, limit->times ? 0 : scale));
    buf_printf(buf, "%s %s, %s%s", limit->times ? " times" : "",
               limit->for_all ? "for all accounts" : "per account",
               limit->window == WINDOW_EVER ? "" : "a ",
               window_words[limit->window]);
}

const char *
counter_words(enum counter_kind kind)
{
    if (kind == COUNTER_CARRY)
        return "carried";
    return kind == COUNTER_STREAK ? "days seen, as bits" : "used";
}
