/* line_streak.c - `streak: {day, start, add, max, gap}`: more for each day in
 * a row. The account's days are kept as bits, 32 to a counter, so that a day
 * that comes late still counts with the days before it; what later days were
 * paid is never taken up again. */
#include "line.h"

#include "basis.h"
#include "timestamp.h"
#include "trace.h"

enum { DAYS_A_BUCKET = 32 };

struct streak {
    const struct expr *day;
    struct ratio start;
    struct ratio add;
    struct ratio max;
    int32_t days; /* in a row until `max` is paid */
};

/* The bits of one bucket, as far as a walk over days has read them. */
struct day_bits {
    struct counter *counter;
    int32_t bucket;
    uint32_t bits;
};

static const char *const gap_words[] = {"reset"};
static const struct shape gap_shape = {SHAPE_WORDS(gap_words)};

static const struct key streak_keys[] = {
    {"day", true, &shape_expr, "A date, or a time whose day counts.",
     "event.data.login_date"},
    {"start", true, &shape_amount, "The amount of the first day.", "10"},
    {"add", true, &shape_amount, "What each further day has more.", "10"},
    {"max", true, &shape_amount, "The most that a day pays.", "100"},
    {"gap", true, &gap_shape, "A day left out starts over.", "reset"},
};

static const struct shape streak_shape = {SHAPE_KEYS("a streak", streak_keys)};

static void
compile_gap(struct reader *reader, const struct node *node)
{
    size_t index;

    if (!read_word(reader, node, "gap", gap_words, 1, &index))
        return;
}

static void
compile_day(struct reader *reader, const struct node *node,
            struct streak *streak)
{
    /* Days are asked for before any stake is known. */
    reader->scope.has_account = false;
    streak->day = read_expr(reader, node, "day");
    if (streak->day && expr_type(streak->day) != VALUE_TIMESTAMP &&
        expr_type(streak->day) != VALUE_STRING)
        reader_error(reader, node, MISTAKE_WRONG_RESULT,
                     "day must be a time or a date, but has type %s",
                     value_type_name(expr_type(streak->day)));
}

/* The number of days after which a longer streak pays no more. */
static bool
count_days(const struct streak *streak, struct ratio *days)
{
    *days = ratio_from_int(1);
    if (streak->add.num == 0)
        return true;
    return ratio_sub(streak->max, streak->start, days) &&
           ratio_div(*days, streak->add, days) &&
           ratio_round(*days, 0, ROUND_CEIL, days) &&
           ratio_add(*days, ratio_from_int(1), days);
}

static void
compile_days(struct reader *reader, const struct node *node,
             struct streak *streak)
{
    struct ratio days;

    if (ratio_compare(streak->start, streak->max) > 0)
        reader_error(reader, node_get(node, STR("max")), MISTAKE_WRONG_ORDER,
                     "max must not be below start");
    else if (!count_days(streak, &days) ||
             ratio_compare(days, ratio_from_int(STREAK_DAYS_MAX)) > 0)
        reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                     "the streak must reach its max within %d days",
                     STREAK_DAYS_MAX);
    else
        streak->days = (int32_t)(days.num / days.den);
}

static void
streak_compile(struct reader *reader, const struct node *node,
               const struct rule_form *form, struct line *line)
{
    struct streak *streak = ARENA_NEW(reader->arena, struct streak);

    (void)form;
    line->plan = streak;
    line->change_room += 1;
    if (!read_keys(reader, node, &streak_shape))
        return;
    compile_gap(reader, node_get(node, STR("gap")));
    compile_day(reader, node_get(node, STR("day")), streak);
    if (read_amount(reader, node_get(node, STR("start")), "start",
                    &streak->start) &&
        read_amount(reader, node_get(node, STR("add")), "add", &streak->add) &&
        read_amount(reader, node_get(node, STR("max")), "max", &streak->max))
        compile_days(reader, node, streak);
}

int32_t
streak_bucket(int32_t day)
{
    int32_t rest = day % DAYS_A_BUCKET;

    return day - (rest < 0 ? rest + DAYS_A_BUCKET : rest);
}

static struct counter *
bucket_counter(const struct line *line, const struct turn *turn, int32_t bucket)
{
    return facts_counter(turn->facts, line->ledger, turn->account,
                         COUNTER_STREAK, bucket);
}

static bool
streak_day(const struct line *line, const struct turn *turn, int32_t *day,
           struct err *err)
{
    const struct streak *streak = line->plan;
    struct value value;

    if (!turn_eval(turn, line->ledger, streak->day, &value, err))
        return false;
    if (value.type == VALUE_TIMESTAMP) {
        *day = zone_day(&turn->ruleset->index->zone, value.at_us);
        return true;
    }
    return date_parse(value.string, day) ||
           turn_error(err, line->ledger, "day is not a date YYYY-MM-DD");
}

static void
streak_want(const struct line *line, const struct turn *turn,
            struct err *ignored)
{
    const struct streak *streak = line->plan;
    int32_t day;

    if (!streak_day(line, turn, &day, ignored))
        return;
    for (int32_t bucket = streak_bucket(day - streak->days + 1); bucket <= day;
         bucket += DAYS_A_BUCKET)
        (void)bucket_counter(line, turn, bucket);
}

static bool
day_seen(const struct line *line, struct turn *turn, int32_t day,
         struct day_bits *bits)
{
    int32_t bucket = streak_bucket(day);

    if (!bits->counter || bits->bucket != bucket) {
        bits->counter = bucket_counter(line, turn, bucket);
        bits->bucket = bucket;
        basis_look(turn, bits->counter);
        bits->bits =
            (uint32_t)(bits->counter->value.num / bits->counter->value.den);
    }
    return bits->bits >> (day - bucket) & 1;
}

/* How many days in a row end at `day`, which counts as seen. */
static int32_t
run_length(const struct line *line, struct turn *turn, int32_t day)
{
    const struct streak *streak = line->plan;
    struct day_bits bits = {0};
    int32_t run = 1;

    while (run < streak->days && day_seen(line, turn, day - run, &bits))
        run++;
    return run;
}

static bool
streak_amount(const struct streak *streak, int32_t run, struct ratio *amount)
{
    if (!ratio_mul(streak->add, ratio_from_int(run - 1), amount) ||
        !ratio_add(*amount, streak->start, amount))
        return false;
    if (ratio_compare(*amount, streak->max) > 0)
        *amount = streak->max;
    return true;
}

static bool
streak_eval(const struct line *line, struct turn *turn, struct once_key *once,
            struct err *err)
{
    const struct streak *streak = line->plan;
    struct day_bits bits = {0};
    struct ratio amount;
    int32_t day;
    int64_t seen;

    if (!streak_day(line, turn, &day, err))
        return false;
    if (day_seen(line, turn, day, &bits)) {
        turn_skip(turn, line->ledger, SKIP_ZERO);
        return true;
    }
    seen = (int64_t)bits.bits | INT64_C(1) << (day - bits.bucket);
    turn_change(turn, bits.counter, ratio_from_int(seen));
    if (!streak_amount(streak, run_length(line, turn, day), &amount))
        return turn_overflow(err, line->ledger);
    return turn_offer(turn, line, line->ledger, once, amount, err);
}

static struct range
streak_range(const struct line *line, const struct range_scope *scope,
             const struct range *lines)
{
    const struct streak *streak = line->plan;
    struct range start = range_point(streak->start);
    struct range max = range_point(streak->max);

    (void)lines;
    if (streak->add.num == 0)
        return start;
    return range_join(&start, &max, scope->arena);
}

static size_t
streak_reads(const struct line *line, const struct expr *exprs[LINE_READS_MAX])
{
    const struct streak *streak = line->plan;

    exprs[0] = streak->day;
    return 1;
}

static struct line_order
streak_order(const struct line *line, int scale)
{
    (void)line;
    (void)scale;
    return (struct line_order){
        .why = "a day is paid by the days that came before it"};
}

static void
streak_tell(const struct line *line, const struct rule_form *form,
            const struct trace *trace, const int64_t *line_minor,
            struct buf *buf)
{
    const struct streak *streak = line->plan;
    const struct trace_step *offer =
        trace_last(trace, TRACE_OFFER, line->ledger);

    (void)form;
    (void)line_minor;
    buf_add_cstr(buf, "day ");
    trace_print_value(buf, trace, line->ledger, streak->day);
    if (!offer) {
        buf_add_cstr(buf, " was seen before");
        return;
    }
    buf_add_cstr(buf, ": ");
    ratio_print(buf, streak->start);
    buf_add_cstr(buf, " + ");
    ratio_print(buf, streak->add);
    buf_add_cstr(buf, " for each day before it in a row, ");
    ratio_print(buf, streak->max);
    buf_add_cstr(buf, " at most");
}

const struct line_kind line_streak = {
    .name = "streak",
    .help = "An amount that grows with each day in a row.",
    .shape = &streak_shape,
    .compile = streak_compile,
    .want = streak_want,
    .eval = streak_eval,
    .tell = streak_tell,
    .day = streak_day,
    .range = streak_range,
    .reads = streak_reads,
    .order = streak_order,
};
