/* line_percent.c - `percent: {is, of}`: a part of what an earlier line of the
 * rule pays, after that line's own rounding and limit and before any limit of
 * the rule. Percents of one line add up; they do not compound. */
#include "line.h"

#include "quote.h"
#include "template.h"

struct percent {
    struct ratio part; /* is / 100 */
    size_t of;         /* index of the earlier line */
};

static void
report_no_line(struct reader *reader, const struct node *node,
               const struct rule_form *form, struct str id)
{
    const char **ids =
        arena_array(reader->arena, form->line_count + 1, sizeof(*ids));

    for (size_t i = 0; i < form->line_count; i++)
        ids[i] = arena_strndup(reader->arena, form->lines[i].id.at,
                               form->lines[i].id.len);
    reader_error(reader, node, MISTAKE_UNKNOWN_LINE,
                 "there is no earlier line %s in this rule",
                 quoted(reader->arena, id));
    reader_suggest(reader, id, ids, form->line_count);
}

static void
find_line(struct reader *reader, const struct node *node,
          const struct rule_form *form, struct percent *percent)
{
    struct str id;

    if (!read_text(reader, node, "of", ID_MAX_BYTES, &id))
        return;
    for (percent->of = 0; percent->of < form->line_count; percent->of++)
        if (str_eq(form->lines[percent->of].id, id))
            return;
    report_no_line(reader, node, form, id);
}

static const struct key percent_keys[] = {
    {"is", true, &shape_amount, "How many percent.", "20"},
    {"of", true, &shape_id, "The id of an earlier line of the rule.", "base"},
};

static const struct shape percent_shape = {
    SHAPE_KEYS("a percent", percent_keys)};

static void
percent_compile(struct reader *reader, const struct node *node,
                const struct rule_form *form, struct line *line)
{
    struct percent *percent = ARENA_NEW(reader->arena, struct percent);
    struct ratio is = ratio_from_int(0);

    line->plan = percent;
    if (!read_keys(reader, node, &percent_shape))
        return;
    find_line(reader, node_get(node, STR("of")), form, percent);
    if (read_amount(reader, node_get(node, STR("is")), "is", &is) &&
        !ratio_div(is, ratio_from_int(100), &percent->part))
        reader_error(reader, node, MISTAKE_OUT_OF_BOUNDS,
                     "the percent is too large");
}

static bool
percent_eval(const struct line *line, struct turn *turn, struct once_key *once,
             struct err *err)
{
    const struct percent *percent = line->plan;
    struct ratio base =
        ratio_from_minor(turn->line_minor[percent->of], turn->ruleset->scale);
    struct ratio amount;

    if (!ratio_mul(base, percent->part, &amount))
        return turn_overflow(err, line->ledger);
    return turn_offer(turn, line, line->ledger, once, amount, err);
}

static struct range
percent_range(const struct line *line, const struct range_scope *scope,
              const struct range *lines)
{
    const struct percent *percent = line->plan;
    struct range part = range_point(percent->part);

    (void)scope;
    return range_mul(&lines[percent->of], &part);
}

bool
line_part_of(const struct line *line, size_t *of, struct ratio *part)
{
    const struct percent *percent = line->plan;

    if (line->kind != &line_percent)
        return false;
    *of = percent->of;
    *part = percent->part;
    return true;
}

static void
percent_tell(const struct line *line, const struct rule_form *form,
             const struct trace *trace, const int64_t *line_minor,
             struct buf *buf)
{
    const struct percent *percent = line->plan;
    const struct line *base = &form->lines[percent->of];
    struct ratio is;

    (void)trace;
    if (!ratio_mul(percent->part, ratio_from_int(100), &is))
        return;
    ratio_print(buf, is);
    buf_printf(buf, " %% of %.*s, ", STR_ARG(base->id));
    template_amount(buf, line_minor[percent->of], form->scale);
}

const struct line_kind line_percent = {
    .name = "percent",
    .help = "A part of what an earlier line of the rule pays.",
    .shape = &percent_shape,
    .compile = percent_compile,
    .eval = percent_eval,
    .range = percent_range,
    .tell = percent_tell,
};
