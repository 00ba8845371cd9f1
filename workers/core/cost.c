/* cost.c - largest amounts. Months are those of the calendar in which limits
 * and days are counted: the time of the event, and for a key that is a date
 * that date. */
#include "cost.h"

#include "line.h"
#include "staking.h"

enum { DAYS_A_MONTH = 31, WEEKS_A_MONTH = 6 };

/* ---- sums without an end ---------------------------------------------------
 */

/* More than an account can hold is not paid, and so bounds nothing. */
static int64_t
bounded(int128 minor)
{
    return minor > BALANCE_MAX_MINOR ? COST_UNBOUNDED : (int64_t)minor;
}

static int64_t
cost_sum(int64_t left, int64_t right)
{
    return bounded((int128)left + right);
}

static int64_t
cost_times(int64_t minor, int64_t times)
{
    return bounded((int128)minor * times);
}

static int64_t
smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static int64_t
larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

/* ---- one event --------------------------------------------------------------
 */

struct range_scope
form_scope(const struct rule_form *form, struct arena *arena)
{
    return (struct range_scope){.arena = arena, .type = form->type};
}

struct range_scope
guard_scope(struct range_scope scope, const struct guard *guard)
{
    if (guard->when)
        expr_narrow(&scope, guard->when);
    scope.is_empty = scope.is_empty || guard->off;
    return scope;
}

static const struct range_end zero_end = {.known = true, .at = {0, 1}};

/* What the line pays when it pays; `lines` are those before it. */
static struct range
line_range(const struct ruleset *ruleset, const struct line *line,
           const struct range_scope *scope, const struct range *lines)
{
    const struct limit *limit = &line->guard.limit;
    struct range_scope within = guard_scope(*scope, &line->guard);
    struct range range = line->kind->range(line, &within, lines);
    struct range_end most = {.known = limit->present && !limit->times,
                             .at =
                                 ratio_from_minor(limit->max, ruleset->scale)};

    range = range_round(&range, ruleset->scale, ruleset->index->round);
    range_cut_below(&range, zero_end);
    range_cut_above(&range, most);
    if (within.is_empty || range_is_empty(&range))
        return range_whole(0, 0);
    return range;
}

void
form_ranges(const struct ruleset *ruleset, const struct rule_form *form,
            struct arena *arena, struct range lines[RULE_LINES_MAX])
{
    struct range_scope scope =
        guard_scope(form_scope(form, arena), &form->guard);

    for (size_t i = 0; i < form->line_count; i++)
        lines[i] = line_range(ruleset, &form->lines[i], &scope, lines);
}

static int64_t
range_minor(const struct range *range, int scale)
{
    int64_t minor;

    if (!range->most.known ||
        !ratio_to_minor(range->most.at, scale, ROUND_CEIL, &minor))
        return COST_UNBOUNDED;
    return bounded(minor);
}

/* ---- a month ----------------------------------------------------------------
 */

/* In how many windows of the kind a month can lie. */
static int64_t
windows_a_month(enum window window)
{
    static const int64_t counts[WINDOW_COUNT] = {
        [WINDOW_DAY] = DAYS_A_MONTH,
        [WINDOW_WEEK] = WEEKS_A_MONTH,
        [WINDOW_MONTH] = 1,
        [WINDOW_EVER] = 1,
    };

    return counts[window];
}

/* The values that a part of a once-key can have in a month. Rows are counted
 * by the amount: what crosses them all pays each once. */
static int64_t
part_values(const struct once_part *part, const struct range_scope *scope)
{
    struct range range;

    if (part->kind == ONCE_ROW)
        return 1;
    if (part->kind == ONCE_DAY || expr_is_date(part->field))
        return DAYS_A_MONTH;
    range = expr_range(scope, part->field);
    return range_count(&range);
}

/* How often the guard lets pay in a month; COST_UNBOUNDED: any number. Without
 * `account` the keys are shared, and may all be one account's. */
static int64_t
guard_times(const struct guard *guard, const struct range_scope *scope)
{
    int64_t times = guard->once.present ? 1 : COST_UNBOUNDED;

    for (size_t i = 0; i < guard->once.part_count; i++)
        times = cost_times(times, part_values(&guard->once.parts[i], scope));
    if (guard->limit.present && guard->limit.times)
        times =
            smaller(times, cost_times(guard->limit.max,
                                      windows_a_month(guard->limit.window)));
    return times;
}

/* How much its limit lets be paid in a month. */
static int64_t
guard_amount(const struct guard *guard)
{
    const struct limit *limit = &guard->limit;

    if (!limit->present || limit->times)
        return COST_UNBOUNDED;
    return cost_times(limit->max, windows_a_month(limit->window));
}

/* The keys of several triggers are the same ones, unless fields are in them. */
static int64_t
times_of_forms(int64_t times, int64_t more, const struct once *once)
{
    for (size_t i = 0; i < once->part_count; i++)
        if (once->parts[i].kind == ONCE_FIELD)
            return cost_sum(times, more);
    return larger(times, more);
}

/* A rule's limits, or a line's, over all of its triggers. */
struct allowance {
    int64_t event_minor; /* the most that one event pays */
    int64_t times;       /* a month */
    int64_t minor;       /* a month */
};

static void
allow(struct allowance *allowance, const struct guard *guard,
      const struct range_scope *scope, int64_t event_minor)
{
    struct range_scope within = guard_scope(*scope, guard);

    if (within.is_empty)
        return;
    allowance->event_minor = larger(allowance->event_minor, event_minor);
    allowance->times = times_of_forms(
        allowance->times, guard_times(guard, &within), &guard->once);
    allowance->minor = guard_amount(guard);
}

static int64_t
allowance_month(const struct allowance *allowance)
{
    return smaller(cost_times(allowance->event_minor, allowance->times),
                   allowance->minor);
}

struct bill {
    struct allowance rule;
    struct allowance lines[RULE_LINES_MAX];
};

/* The lines together, within the rule's limit. */
static int64_t
form_event(const struct rule_form *form, const int64_t *minors)
{
    const struct limit *limit = &form->guard.limit;
    int64_t sum = 0;

    for (size_t i = 0; i < form->line_count; i++)
        sum = cost_sum(sum, minors[i]);
    return limit->present && !limit->times ? smaller(sum, limit->max) : sum;
}

/* A streak line pays a day once, whatever its once-key. */
static void
allow_line(struct allowance *allowance, const struct line *line,
           const struct range_scope *scope, int64_t event_minor)
{
    allow(allowance, &line->guard, scope, event_minor);
    if (line->kind->day)
        allowance->times = smaller(allowance->times, DAYS_A_MONTH);
}

static void
bill_form(struct bill *bill, const struct ruleset *ruleset,
          const struct rule_form *form, struct arena *arena)
{
    struct range_scope scope = form_scope(form, arena);
    struct range_scope within = guard_scope(scope, &form->guard);
    struct range ranges[RULE_LINES_MAX];
    int64_t minors[RULE_LINES_MAX];

    form_ranges(ruleset, form, arena, ranges);
    for (size_t i = 0; i < form->line_count; i++) {
        minors[i] = range_minor(&ranges[i], ruleset->scale);
        allow_line(&bill->lines[i], &form->lines[i], &within, minors[i]);
    }
    allow(&bill->rule, &form->guard, &scope, form_event(form, minors));
}

/* A percent is paid when its base is. Rounded down, all of them together are
 * no more than that part of all that the base pays. */
static void
allow_part(struct bill *bill, const struct ruleset *ruleset,
           const struct rule *rule, const struct line *line)
{
    struct allowance *allowance = &bill->lines[line->index];
    const struct allowance *base;
    struct ratio part;
    int64_t month;
    size_t of;

    if (!line_part_of(line, &of, &part))
        return;
    base = &bill->lines[of];
    month = allowance_month(base);
    /* Each row of the base may be paid by an event of its own. */
    allowance->times = smaller(
        allowance->times,
        cost_times(base->times, (int64_t)rule->forms[0].lines[of].offer_room));
    if (month != COST_UNBOUNDED && ruleset->index->round == ROUND_FLOOR &&
        ratio_mul(ratio_from_minor(month, ruleset->scale), part, &part) &&
        ratio_to_minor(part, ruleset->scale, ROUND_FLOOR, &month))
        allowance->minor = smaller(allowance->minor, month);
}

struct cost
rule_cost(const struct ruleset *ruleset, const struct rule *rule,
          struct arena *arena)
{
    struct cost cost = {0};
    struct bill bill = {0};

    for (size_t i = 0; i < rule->form_count; i++)
        if (!rule->forms[i].guard.off)
            bill_form(&bill, ruleset, &rule->forms[i], arena);
    for (size_t i = 0; i < rule->forms[0].line_count; i++) {
        const struct allowance *line = &bill.lines[i];
        int64_t month;

        allow_part(&bill, ruleset, rule, &rule->forms[0].lines[i]);
        month = smaller(allowance_month(line),
                        cost_times(line->event_minor, bill.rule.times));
        if (!cost.culprit && smaller(month, bill.rule.minor) == COST_UNBOUNDED)
            cost.culprit = &rule->forms[0].lines[i];
        cost.month_minor = cost_sum(cost.month_minor, month);
    }
    cost.event_minor = bill.rule.event_minor;
    cost.month_minor = smaller(cost.month_minor, allowance_month(&bill.rule));
    return cost;
}
