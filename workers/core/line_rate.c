/* line_rate.c - `rate: {give, per, of}`: so much for each so many. */
#include "line.h"

#include "trace.h"

struct rate {
    struct ratio factor; /* give / per */
    const struct expr *of;
};

static const struct key rate_keys[] = {
    {"give", true, &shape_amount, "The amount for each `per` of `of`.", "100"},
    {"per", false, &shape_positive, "1 when left out.", "1"},
    {"of", true, &shape_expr, "What is counted.",
     "event.data.contract_value_usd"},
};

static const struct shape rate_shape = {SHAPE_KEYS("a rate", rate_keys)};

static void
rate_compile(struct reader *reader, const struct node *node,
             const struct rule_form *form, struct line *line)
{
    struct rate *rate = ARENA_NEW(reader->arena, struct rate);
    const struct node *per = node_get(node, STR("per"));
    struct ratio give = ratio_from_int(0);
    struct ratio unit = ratio_from_int(1);

    (void)form;
    line->plan = rate;
    if (!read_keys(reader, node, &rate_shape))
        return;
    rate->of = read_number_expr(reader, node_get(node, STR("of")), "of");
    if (read_amount(reader, node_get(node, STR("give")), "give", &give) &&
        (!per || read_positive(reader, per, "per", &unit)) &&
        !ratio_div(give, unit, &rate->factor))
        reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                     "give / per is too large");
}

static bool
rate_eval(const struct line *line, struct turn *turn, struct once_key *once,
          struct err *err)
{
    const struct rate *rate = line->plan;
    struct ratio of;
    struct ratio amount;

    if (!turn_number(turn, line->ledger, rate->of, &of, err))
        return false;
    if (!ratio_mul(rate->factor, of, &amount))
        return turn_overflow(err, line->ledger);
    return turn_offer(turn, line, line->ledger, once, amount, err);
}

static struct range
rate_range(const struct line *line, const struct range_scope *scope,
           const struct range *lines)
{
    const struct rate *rate = line->plan;
    struct range factor = range_point(rate->factor);
    struct range of = expr_range(scope, rate->of);

    (void)lines;
    return range_mul(&factor, &of);
}

static size_t
rate_reads(const struct line *line, const struct expr *exprs[LINE_READS_MAX])
{
    const struct rate *rate = line->plan;

    exprs[0] = rate->of;
    return 1;
}

static void
rate_tell(const struct line *line, const struct rule_form *form,
          const struct trace *trace, const int64_t *line_minor, struct buf *buf)
{
    const struct rate *rate = line->plan;

    (void)form;
    (void)line_minor;
    ratio_print(buf, rate->factor);
    buf_add_cstr(buf, " x ");
    trace_print_value(buf, trace, line->ledger, rate->of);
}

const struct line_kind line_rate = {
    .name = "rate",
    .help = "An amount for each so many of something, parts included.",
    .shape = &rate_shape,
    .compile = rate_compile,
    .eval = rate_eval,
    .range = rate_range,
    .reads = rate_reads,
    .tell = rate_tell,
};
