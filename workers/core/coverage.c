/* coverage.c - points are made of the compiled rules, and found again by what a
 * step of a trace points to. A rule with several triggers has each point once:
 * it is one place in the file. */
#include "coverage.h"

#include "charge.h"
#include "line.h"
#include "num.h"
#include "shadow.h"

/* What a step of a trace shows of a point. */
struct cover_key {
    const void *what; /* an expression, a limit, the name of a line */
    size_t kind;
    size_t row;
};

/* ---- points -----------------------------------------------------------------
 */

static struct cover_key *
make_key(struct arena *arena, enum cover_kind kind, const void *what,
         size_t row)
{
    struct cover_key *key = ARENA_NEW(arena, struct cover_key);

    key->what = what;
    key->kind = (size_t)kind;
    key->row = row;
    return key;
}

static struct str
key_bytes(const struct cover_key *key)
{
    return str_make((const char *)key, sizeof(*key));
}

/* The point of that kind at that place, or NULL. */
static struct cover_point *
find_place(const struct coverage *coverage, const struct cover_point *like)
{
    for (size_t i = coverage->count; i-- > 0;) {
        struct cover_point *point = &coverage->points[i];

        if (point->rule != like->rule)
            break;
        if (point->kind == like->kind &&
            point->place.line == like->place.line &&
            point->place.column == like->place.column)
            return point;
    }
    return NULL;
}

/* Add the point, unless another form of the rule has, and have steps about
 * `what` lead to it. */
static void
add_point(struct coverage *coverage, struct cover_point point, const void *what,
          size_t row)
{
    struct cover_key *key = make_key(coverage->arena, point.kind, what, row);
    struct cover_point *known = find_place(coverage, &point);
    size_t index = known ? (size_t)(known - coverage->points) : coverage->count;

    if (!known) {
        coverage->points =
            arena_room(coverage->arena, coverage->points, coverage->count,
                       &coverage->room, 64, sizeof(*coverage->points));
        coverage->points[coverage->count++] = point;
    }
    *map_put(&coverage->places, key_bytes(key)) =
        (void *)(uintptr_t)(index + 1);
}

static void
add_guard(struct coverage *coverage, const struct rule *rule,
          const struct guard *guard, const struct ledger_line *ledger)
{
    struct cover_point point = {.rule = rule, .name = ledger->name};

    if (guard->when && !expr_is_constant(guard->when)) {
        point.kind = COVER_WHEN;
        point.place = guard->when_place;
        add_point(coverage, point, guard->when, 0);
    }
    if (guard->once.present) {
        point.kind = COVER_ONCE;
        point.place = guard->once_place;
        add_point(coverage, point, ledger, 0);
    }
    if (guard->limit.present) {
        point.kind = COVER_LIMIT;
        point.place = guard->limit_place;
        add_point(coverage, point, &guard->limit, 0);
    }
}

static void
add_row(struct coverage *coverage, const struct rule *rule,
        const struct ledger_line *ledger, size_t index,
        const struct row_view *row)
{
    add_point(coverage,
              (struct cover_point){
                  .kind = COVER_ROW,
                  .rule = rule,
                  .name = ledger->name,
                  .row = row->key,
                  .place = row->place,
                  .ledger = row->ledger,
                  .is_zero = row->is_zero,
              },
              ledger, index);
}

static void
add_line(struct coverage *coverage, const struct rule *rule,
         const struct line *line)
{
    struct row_view row;

    if (line->guard.off)
        return;
    if (!line->kind->row)
        add_point(coverage,
                  (struct cover_point){
                      .kind = COVER_PAID,
                      .rule = rule,
                      .name = line->ledger->name,
                      .place = {line->row, line->column},
                      .ledger = line->ledger,
                  },
                  line->ledger, 0);
    add_guard(coverage, rule, &line->guard, line->ledger);
    for (size_t i = 0; line->kind->row && line->kind->row(line, i, &row); i++)
        add_row(coverage, rule, line->ledger, i, &row);
}

static void
add_charge(struct coverage *coverage, const struct rule *rule,
           const struct charge *charge)
{
    struct cover_point point = {
        .kind = COVER_GUARD,
        .rule = rule,
        .name = charge_ledger(charge)->name,
    };
    const struct expr *guard = charge_guard(charge, &point.place);
    struct row_view row;

    if (guard && !expr_is_constant(guard))
        add_point(coverage, point, guard, 0);
    for (size_t i = 0; charge_row(charge, i, &row); i++)
        add_row(coverage, rule, charge_ledger(charge), i, &row);
}

static void
add_form(struct coverage *coverage, const struct rule_form *form)
{
    const struct rule *rule = form->rule;

    if (form->guard.off)
        return;
    add_guard(coverage, rule, &form->guard, rule->ledger);
    for (size_t i = 0; i < form->line_count; i++)
        add_line(coverage, rule, &form->lines[i]);
    if (form->charge)
        add_charge(coverage, rule, form->charge);
}

void
coverage_init(struct coverage *coverage, const struct ruleset *ruleset,
              struct arena *arena)
{
    *coverage = (struct coverage){.arena = arena, .ruleset = ruleset};
    map_init(&coverage->places, arena);
    for (size_t i = 0; i < ruleset->rule_count; i++)
        for (size_t j = 0; j < ruleset->rules[i]->form_count; j++)
            add_form(coverage, &ruleset->rules[i]->forms[j]);
}

/* ---- steps ------------------------------------------------------------------
 */

/* The point that steps about `what` are of, or NULL. */
static struct cover_point *
find_point(const struct coverage *coverage, enum cover_kind kind,
           const void *what, size_t row)
{
    struct cover_key key = {what, (size_t)kind, row};
    size_t index =
        (size_t)(uintptr_t)map_get(&coverage->places, key_bytes(&key));

    return index ? &coverage->points[index - 1] : NULL;
}

static void
see(struct cover_point *point, bool half)
{
    if (point)
        point->seen[half] = true;
}

static void
see_limit(const struct coverage *coverage, const struct trace_step *step)
{
    if (step->limit.wanted_minor > 0)
        see(find_point(coverage, COVER_LIMIT, step->limit.limit, 0),
            step->limit.granted_minor < step->limit.wanted_minor);
}

static void
see_value(const struct coverage *coverage, const struct trace_step *step)
{
    if (step->eval.value.type != VALUE_BOOL)
        return;
    see(find_point(coverage, COVER_WHEN, step->eval.expr, 0),
        step->eval.value.boolean);
    see(find_point(coverage, COVER_GUARD, step->eval.expr, 0),
        step->eval.value.boolean);
}

/* What rules in shadow would have paid is as good as paid. */
static bool
shadow_pays(const struct shadow *shadow, const struct ledger_line *ledger)
{
    for (size_t i = 0; shadow && i < shadow->payment_count; i++)
        if (shadow->payments[i].line == ledger)
            return true;
    return false;
}

static bool
is_posted(const struct decision *decision, const struct ledger_line *ledger)
{
    for (size_t i = 0; i < decision->posting_count; i++)
        if (decision->postings[i].line == ledger)
            return true;
    return shadow_pays(decision->shadow, ledger);
}

static void
see_row(const struct coverage *coverage, const struct trace_step *step,
        const struct decision *decision)
{
    struct cover_point *point =
        find_point(coverage, COVER_ROW, step->line, step->row);

    if (point && (point->is_zero || is_posted(decision, point->ledger)))
        see(point, true);
}

static void
see_paid(const struct coverage *coverage, const struct ledger_line *ledger)
{
    see(find_point(coverage, COVER_PAID, ledger, 0), true);
}

void
coverage_add(struct coverage *coverage, const struct trace *trace,
             const struct decision *decision)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_step *step = &trace->steps[i];

        if (step->kind == TRACE_EVAL)
            see_value(coverage, step);
        else if (step->kind == TRACE_ONCE)
            see(find_point(coverage, COVER_ONCE, step->line, 0),
                step->once.taken);
        else if (step->kind == TRACE_LIMIT)
            see_limit(coverage, step);
        else if (step->kind == TRACE_ROW)
            see_row(coverage, step, decision);
    }
    for (size_t i = 0; i < decision->posting_count; i++)
        see_paid(coverage, decision->postings[i].line);
    for (size_t i = 0; decision->shadow && i < decision->shadow->payment_count;
         i++)
        see_paid(coverage, decision->shadow->payments[i].line);
}

/* ---- results ----------------------------------------------------------------
 */

/* What is said of a half that was not seen; NULL: there is no such half. */
static const char *const never[][2] = {
    [COVER_WHEN] = {"when was never false", "when was never true"},
    [COVER_GUARD] = {"guard was never false", "guard was never true"},
    [COVER_ONCE] = {"once never met a free key", "once never met a taken key"},
    [COVER_LIMIT] = {"limit was never kept", "limit was never hit"},
    [COVER_ROW] = {NULL, "never paid"},
    [COVER_PAID] = {NULL, "never paid"},
};

struct cover_count
cover_point_count(const struct cover_point *point)
{
    struct cover_count count = {0};

    for (int half = 0; half < 2; half++) {
        count.all += never[point->kind][half] != NULL;
        count.seen += never[point->kind][half] && point->seen[half];
    }
    return count;
}

struct cover_count
coverage_count(const struct coverage *coverage, const struct rule *rule)
{
    struct cover_count sum = {0};

    for (size_t i = 0; i < coverage->count; i++) {
        struct cover_count count = cover_point_count(&coverage->points[i]);

        if (rule && coverage->points[i].rule != rule)
            continue;
        sum.seen += count.seen;
        sum.all += count.all;
    }
    return sum;
}

const char *
cover_point_missing(const struct cover_point *point, int half,
                    struct arena *arena)
{
    const char *what = never[point->kind][half];

    if (!what || point->seen[half])
        return NULL;
    if (point->kind == COVER_ROW)
        return arena_printf(arena, "row \"%.*s\" was %s", STR_ARG(point->row),
                            what);
    return what;
}

struct str
cover_percent(struct cover_count count, struct arena *arena)
{
    size_t tenths = count.all ? count.seen * 1000 / count.all : 1000;

    return str_from_cstr(
        arena_printf(arena, "%zu.%zu", tenths / 10, tenths % 10));
}
