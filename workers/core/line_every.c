/* line_every.c - `every: {step, give, of, leftover}`: so much for each whole
 * step. With `carry`, a lifetime sum n of the account is kept, and x more pay
 * for the steps between n and n + x: no unit is lost between two events, and
 * the order of events does not change the total. */
#include "line.h"

#include "basis.h"
#include "trace.h"

struct every {
    struct ratio step;
    struct ratio give;
    const struct expr *of;
    enum { EVERY_CARRY, EVERY_DROP, EVERY_PRO_RATA } leftover;
};

static const char *const leftover_words[] = {
    [EVERY_CARRY] = "carry",
    [EVERY_DROP] = "drop",
    [EVERY_PRO_RATA] = "pro_rata",
};

static const struct shape leftover_shape = {SHAPE_WORDS(leftover_words)};

static const struct key every_keys[] = {
    {"step", true, &shape_positive, "How many make a step.", "100"},
    {"give", true, &shape_amount, "The amount for each step.", "500"},
    {"of", true, &shape_expr, "What is counted.", "event.data.xp_gained"},
    {"leftover", false, &leftover_shape,
     "What becomes of the rest: carry keeps it for the account's next event, "
     "drop loses it, pro_rata pays its part of a step.",
     "carry"},
};

static const struct shape every_shape = {
    SHAPE_KEYS("an every", every_keys),
    .needs = (const struct key_need[]){{NULL, "leftover"}, {0}},
};

static void
compile_leftover(struct reader *reader, const struct node *node,
                 struct every *every)
{
    const struct node *leftover = node_get(node, STR("leftover"));
    size_t index = EVERY_CARRY;

    if (!leftover)
        reader_error(reader, node, MISTAKE_UNSAID,
                     "an every needs leftover: carry (keep it for later), "
                     "drop (lose it) or pro_rata (pay part of a step)");
    else if (read_word(reader, leftover, "leftover", leftover_words, 3, &index))
        every->leftover = index;
}

static void
every_compile(struct reader *reader, const struct node *node,
              const struct rule_form *form, struct line *line)
{
    struct every *every = ARENA_NEW(reader->arena, struct every);

    (void)form;
    line->plan = every;
    if (!read_keys(reader, node, &every_shape))
        return;
    every->of = read_number_expr(reader, node_get(node, STR("of")), "of");
    compile_leftover(reader, node, every);
    if (read_positive(reader, node_get(node, STR("step")), "step",
                      &every->step) &&
        read_amount(reader, node_get(node, STR("give")), "give", &every->give))
        line->change_room += every->leftover == EVERY_CARRY;
}

static struct counter *
carry_counter(const struct line *line, const struct turn *turn)
{
    return facts_counter(turn->facts, line->ledger, turn->account,
                         COUNTER_CARRY, 0);
}

static void
every_want(const struct line *line, const struct turn *turn,
           struct err *ignored)
{
    const struct every *every = line->plan;

    (void)ignored;
    if (every->leftover == EVERY_CARRY)
        (void)carry_counter(line, turn);
}

/* How many whole steps fit into the number. */
static bool
whole_steps(const struct every *every, struct ratio number, struct ratio *steps)
{
    return ratio_div(number, every->step, steps) &&
           ratio_round(*steps, 0, ROUND_FLOOR, steps);
}

/* A counter is stored as a decimal: bring the sum to that form, without
 * changing it. */
static bool
check_sum(const struct line *line, struct ratio *sum, struct err *err)
{
    static const int128 sum_max = (int128)1000000000 * 1000000000;
    struct ratio decimal;

    if (ratio_compare(*sum, (struct ratio){sum_max, 1}) >= 0 ||
        !ratio_round(*sum, NUM_MAX_DECIMALS, ROUND_FLOOR, &decimal))
        return turn_overflow(err, line->ledger);
    if (ratio_compare(decimal, *sum) != 0)
        return turn_error(err, line->ledger,
                          "a carried number must be a decimal of at most %d "
                          "places; round it",
                          NUM_MAX_DECIMALS);
    if (ratio_is_integer(*sum))
        decimal = (struct ratio){sum->num / sum->den, 1};
    *sum = decimal;
    return true;
}

static bool
carried_steps(const struct line *line, struct turn *turn, struct ratio number,
              struct ratio *steps, struct err *err)
{
    const struct every *every = line->plan;
    struct counter *counter = carry_counter(line, turn);
    struct ratio before;
    struct ratio after;
    struct ratio sum;

    basis_look(turn, counter);
    if (!ratio_add(counter->value, number, &sum))
        return turn_overflow(err, line->ledger);
    if (!check_sum(line, &sum, err))
        return false;
    if (!whole_steps(every, counter->value, &before) ||
        !whole_steps(every, sum, &after) || !ratio_sub(after, before, steps))
        return turn_overflow(err, line->ledger);
    turn_change(turn, counter, sum);
    return true;
}

static bool
count_steps(const struct line *line, struct turn *turn, struct ratio number,
            struct ratio *steps, struct err *err)
{
    const struct every *every = line->plan;

    if (every->leftover == EVERY_CARRY)
        return carried_steps(line, turn, number, steps, err);
    if (every->leftover == EVERY_DROP ? whole_steps(every, number, steps)
                                      : ratio_div(number, every->step, steps))
        return true;
    return turn_overflow(err, line->ledger);
}

static bool
every_eval(const struct line *line, struct turn *turn, struct once_key *once,
           struct err *err)
{
    const struct every *every = line->plan;
    struct ratio number;
    struct ratio steps = ratio_from_int(0);
    struct ratio amount;

    if (!turn_number(turn, line->ledger, every->of, &number, err))
        return false;
    if (number.num < 0)
        return turn_error(err, line->ledger, "`of` is below zero");
    if (!count_steps(line, turn, number, &steps, err))
        return false;
    if (!ratio_mul(steps, every->give, &amount))
        return turn_overflow(err, line->ledger);
    return turn_offer(turn, line, line->ledger, once, amount, err);
}

/* With x now and any leftover before, from floor(x / step) to ceil(x / step)
 * steps are paid. */
static struct range
every_range(const struct line *line, const struct range_scope *scope,
            const struct range *lines)
{
    const struct every *every = line->plan;
    struct range of = expr_range(scope, every->of);
    struct range step = range_point(every->step);
    struct range give = range_point(every->give);
    struct range steps = range_div(&of, &step);
    struct range whole = range_round(&steps, 0, ROUND_FLOOR);

    (void)lines;
    if (every->leftover == EVERY_CARRY)
        whole.most = range_round(&steps, 0, ROUND_CEIL).most;
    return range_mul(every->leftover == EVERY_PRO_RATA ? &steps : &whole,
                     &give);
}

static size_t
every_reads(const struct line *line, const struct expr *exprs[LINE_READS_MAX])
{
    const struct every *every = line->plan;

    exprs[0] = every->of;
    return 1;
}

/* The steps of all events together are the same in any order; but steps whose
 * amount is rounded come to more when they are paid at once. */
static struct line_order
every_order(const struct line *line, int scale)
{
    const struct every *every = line->plan;
    bool carries = every->leftover == EVERY_CARRY;
    int64_t minor;

    return (struct line_order){
        .by_sum = carries,
        .why = carries && !ratio_to_minor_exactly(every->give, scale, &minor)
                   ? "a step is rounded, several at once are rounded together"
                   : NULL,
    };
}

/* How many steps were taken, and at how much. */
static void
tell_steps(const struct every *every, struct ratio steps, struct buf *buf)
{
    ratio_print(buf, steps);
    buf_add_cstr(buf, " steps of ");
    ratio_print(buf, every->step);
    buf_add_cstr(buf, ", ");
    ratio_print(buf, steps);
    buf_add_cstr(buf, " x ");
    ratio_print(buf, every->give);
}

static void
every_tell(const struct line *line, const struct rule_form *form,
           const struct trace *trace, const int64_t *line_minor,
           struct buf *buf)
{
    const struct every *every = line->plan;
    const struct trace_step *change =
        trace_first(trace, TRACE_CHANGE, line->ledger);
    const struct trace_step *offer =
        trace_last(trace, TRACE_OFFER, line->ledger);
    struct ratio steps;

    (void)form;
    (void)line_minor;
    if (change) {
        ratio_print(buf, change->change.before);
        buf_add_cstr(buf, " + ");
    }
    trace_print_value(buf, trace, line->ledger, every->of);
    if (change) {
        buf_add_cstr(buf, " = ");
        ratio_print(buf, change->change.after);
    }
    if (!offer || every->give.num == 0 ||
        !ratio_div(offer->offer.exact, every->give, &steps))
        return;
    buf_add_cstr(buf, ": ");
    tell_steps(every, steps, buf);
}

const struct line_kind line_every = {
    .name = "every",
    .help = "An amount for each whole step.",
    .shape = &every_shape,
    .compile = every_compile,
    .want = every_want,
    .eval = every_eval,
    .range = every_range,
    .reads = every_reads,
    .order = every_order,
    .tell = every_tell,
};
