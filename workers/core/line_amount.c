/* line_amount.c - `amount: EXPR`: whatever the expression says. */
#include "line.h"

static void
amount_compile(struct reader *reader, const struct node *node,
               const struct rule_form *form, struct line *line)
{
    (void)form;
    line->plan = read_number_expr(reader, node, "amount");
}

static bool
amount_eval(const struct line *line, struct turn *turn, struct once_key *once,
            struct err *err)
{
    struct ratio amount;

    return turn_number(turn, line->ledger, line->plan, &amount, err) &&
           turn_offer(turn, line, line->ledger, once, amount, err);
}

static struct range
amount_range(const struct line *line, const struct range_scope *scope,
             const struct range *lines)
{
    (void)lines;
    return expr_range(scope, line->plan);
}

static size_t
amount_reads(const struct line *line, const struct expr *exprs[LINE_READS_MAX])
{
    exprs[0] = line->plan;
    return 1;
}

const struct line_kind line_amount = {
    .name = "amount",
    .help = "Whatever the expression says.",
    .shape = &shape_expr,
    .example = "min(10 * event.data.streak_days, 100)",
    .compile = amount_compile,
    .eval = amount_eval,
    .range = amount_range,
    .reads = amount_reads,
};
