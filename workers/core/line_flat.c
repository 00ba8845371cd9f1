/* line_flat.c - `flat: 500`: always the same amount. */
#include "line.h"

static void
flat_compile(struct reader *reader, const struct node *node,
             const struct rule_form *form, struct line *line)
{
    struct ratio *amount = ARENA_NEW(reader->arena, struct ratio);

    (void)form;
    if (read_amount(reader, node, "flat", amount))
        line->plan = amount;
}

static bool
flat_eval(const struct line *line, struct turn *turn, struct once_key *once,
          struct err *err)
{
    const struct ratio *amount = line->plan;

    return turn_offer(turn, line, line->ledger, once, *amount, err);
}

static struct range
flat_range(const struct line *line, const struct range_scope *scope,
           const struct range *lines)
{
    const struct ratio *amount = line->plan;

    (void)scope;
    (void)lines;
    return range_point(*amount);
}

const struct line_kind line_flat = {
    .name = "flat",
    .help = "Always the same amount.",
    .shape = &shape_amount,
    .example = "500",
    .compile = flat_compile,
    .eval = flat_eval,
    .range = flat_range,
};
