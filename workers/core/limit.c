/* limit.c - limits count in whole units of the asset, or in payments. The
 * counter is read at the start of the event and moved at its end. */
#include "limit.h"

#include "basis.h"
#include "trace.h"

static const char *const per_words[] = {"account", "all"};
static const struct shape per_shape = {SHAPE_WORDS(per_words)};

static const struct shape window_shape = {
    .kind = SHAPE_WORD, .words = window_words, .max = WINDOW_COUNT};

static const char *const over_words[] = {"skip", "clip"};
static const struct shape over_shape = {SHAPE_WORDS(over_words)};

static const struct key limit_keys[] = {
    {"per", true, &per_shape, "Whose payments count together.", "account"},
    {"window", true, &window_shape,
     "Of the calendar in the rule file's zone; weeks start on Monday.",
     "month"},
    {"amount", false, &shape_positive, "The most that is paid.", "10000"},
    {"times", false, &shape_positive, "How often it is paid.", "5"},
    {"over", false, &over_shape,
     "What does not fit is cut to what is left (clip), or nothing is paid "
     "(skip).",
     "clip"},
};

const struct shape limit_shape = {
    SHAPE_KEYS("a limit", limit_keys),
    .one_of = (const char *const[]){"amount", "times", NULL},
    .needs = (const struct key_need[]){{"amount", "over"}, {0}},
};

static bool
read_whole(struct reader *reader, const struct node *node, const char *what,
           int64_t *number)
{
    struct ratio value;

    if (!read_positive(reader, node, what, &value))
        return false;
    if (!ratio_is_integer(value))
        return reader_error(reader, node, MISTAKE_BAD_NUMBER,
                            "%s must be a whole number", what);
    *number = (int64_t)(value.num / value.den);
    return true;
}

static bool
read_minor(struct reader *reader, const struct node *node, const char *what,
           int64_t *minor)
{
    int scale = reader->ruleset->scale;
    struct ratio value;

    if (!read_positive(reader, node, what, &value))
        return false;
    if (!ratio_to_minor(value, scale, ROUND_FLOOR, minor) ||
        *minor > BALANCE_MAX_MINOR)
        return reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                            "%s is beyond what an account can "
                            "hold",
                            what);
    if (ratio_compare(ratio_from_minor(*minor, scale), value) != 0)
        return reader_error(reader, node, MISTAKE_TOO_PRECISE,
                            "%s must have at most the %d decimals of the asset",
                            what, scale);
    return true;
}

static bool
read_measure(struct reader *reader, const struct node *node,
             struct limit *limit)
{
    const struct node *amount = node_get(node, STR("amount"));
    const struct node *times = node_get(node, STR("times"));

    if (!amount == !times)
        return reader_error(reader, node, MISTAKE_EXACTLY_ONE,
                            "a limit needs exactly one of amount and times");
    limit->times = times != NULL;
    if (times)
        return read_whole(reader, times, "times", &limit->max);
    return read_minor(reader, amount, "amount", &limit->max);
}

static bool
read_over(struct reader *reader, const struct node *node, struct limit *limit)
{
    const struct node *over = node_get(node, STR("over"));
    size_t index = 0;

    if (!over && !limit->times)
        return reader_error(reader, node, MISTAKE_UNSAID,
                            "a limit of an amount needs over: clip (pay what "
                            "is left) or over: skip (pay nothing)");
    if (over && !read_word(reader, over, "over", over_words, 2, &index))
        return false;
    limit->clip = index == 1;
    return true;
}

bool
limit_compile(struct reader *reader, const struct node *node,
              struct limit *limit)
{
    size_t errors = reader->diags->errors;
    size_t per = 0;
    size_t window = 0;

    if (!read_keys(reader, node, &limit_shape))
        return false;
    if (read_word(reader, node_get(node, STR("per")), "per", per_words, 2,
                  &per))
        limit->for_all = per == 1;
    if (read_word(reader, node_get(node, STR("window")), "window", window_words,
                  WINDOW_COUNT, &window))
        limit->window = (enum window)window;
    if (read_measure(reader, node, limit) && read_over(reader, node, limit))
        limit->present = true;
    return reader->diags->errors == errors;
}

struct counter *
limit_counter(const struct limit *limit, const struct turn *turn,
              const struct ledger_line *ledger)
{
    return facts_counter(turn->facts, ledger,
                         limit->for_all ? NULL : turn->account,
                         window_counter(limit->window, limit->times),
                         window_bucket(limit->window, turn->day));
}

/* Take `excess` off the offers from `first` on, the last one first. */
static void
clip_offers(struct turn *turn, size_t first, int64_t excess)
{
    for (size_t i = turn->offer_count; excess > 0 && i > first; i--) {
        struct offer *offer = &turn->offers[i - 1];
        int64_t cut = excess < offer->minor ? excess : offer->minor;

        offer->minor -= cut;
        offer->clipped = cut > 0 || offer->clipped;
        excess -= cut;
    }
}

/* How much may still be paid. A counter may stand above the limit when the
 * rule file has lowered it since. */
static bool
limit_left(const struct limit *limit, struct turn *turn,
           const struct ledger_line *ledger, int64_t *left)
{
    const struct counter *counter = limit_counter(limit, turn, ledger);
    int scale = limit->times ? 0 : turn->ruleset->scale;
    int64_t used;

    basis_look(turn, counter);
    if (!ratio_to_minor(counter->value, scale, ROUND_CEIL, &used))
        return false;
    *left = used < limit->max ? limit->max - used : 0;
    return true;
}

static void
trace_limit(const struct limit *limit, const struct turn *turn,
            const struct ledger_line *ledger, int64_t wanted, int64_t granted)
{
    struct trace_step *step = trace_add(turn->trace, TRACE_LIMIT, ledger);

    step->limit.limit = limit;
    step->limit.counter = limit_counter(limit, turn, ledger);
    step->limit.used = step->limit.counter->value;
    step->limit.wanted_minor = wanted;
    step->limit.granted_minor = granted;
}

bool
limit_apply(const struct limit *limit, struct turn *turn,
            const struct ledger_line *ledger, size_t first, struct err *err)
{
    int64_t wanted;
    int64_t left;

    if (!limit->present)
        return true;
    if (!turn_sum(turn, first, ledger, &wanted, err))
        return false;
    if (!limit_left(limit, turn, ledger, &left))
        return turn_overflow(err, ledger);
    if (limit->times)
        left = left ? wanted : 0;
    else if (left < wanted && !limit->clip)
        left = 0;
    if (turn->trace)
        trace_limit(limit, turn, ledger, wanted, left < wanted ? left : wanted);
    clip_offers(turn, first, wanted - left);
    return true;
}

bool
limit_use(const struct limit *limit, struct turn *turn,
          const struct ledger_line *ledger, int64_t minor, struct err *err)
{
    struct counter *counter = limit_counter(limit, turn, ledger);
    struct ratio used = ratio_from_minor(minor, turn->ruleset->scale);
    struct ratio value;

    if (limit->times)
        used = ratio_from_int(1);
    if (!ratio_add(counter->value, used, &value))
        return turn_overflow(err, ledger);
    turn_change(turn, counter, value);
    return true;
}
