/* simulation_limit.c - finds the limits in the rules, and counts the counters
 * that the ledger has of each. */
#include "simulation_limit.h"

#include "map.h"

struct finder {
    struct arena *arena;
    struct map by_name; /* of `rows` */
    struct simulation_limit **rows;
    size_t count;
    size_t room;
};

/* The forms of a rule, one a trigger, share its limits. */
static void
note_limit(struct finder *finder, const struct ledger_line *line,
           const struct limit *limit)
{
    void **known;

    if (!limit->present)
        return;
    known = map_put(&finder->by_name, line->name);
    if (*known)
        return;
    finder->rows = arena_room(finder->arena, finder->rows, finder->count,
                              &finder->room, 16, sizeof(*finder->rows));
    *known = finder->rows[finder->count++] =
        ARENA_NEW(finder->arena, struct simulation_limit);
    *finder->rows[finder->count - 1] =
        (struct simulation_limit){.name = line->name, .limit = limit};
}

static void
note_rule(struct finder *finder, const struct rule *rule)
{
    for (size_t i = 0; i < rule->form_count; i++) {
        const struct rule_form *form = &rule->forms[i];

        note_limit(finder, rule->ledger, &form->guard.limit);
        for (size_t j = 0; j < form->line_count; j++)
            note_limit(finder, form->lines[j].ledger,
                       &form->lines[j].guard.limit);
    }
}

/* A limit's counter is the only one of its kind under that name. */
static void
count_counter(const struct simulation_side *side, const struct finder *finder,
              const struct counter *counter)
{
    struct simulation_limit *row =
        map_get(&finder->by_name, counter->line->name);
    int64_t used;

    if (!row ||
        counter->kind != window_counter(row->limit->window, row->limit->times))
        return;
    if (!ratio_to_minor(counter->value,
                        row->limit->times ? 0 : side->ruleset->scale,
                        ROUND_CEIL, &used))
        used = INT64_MAX;
    row->windows++;
    row->full += used >= row->limit->max;
    if (used > row->most_used)
        row->most_used = used;
}

struct simulation_limit *
simulation_limits(const struct simulation_side *side, struct arena *arena,
                  size_t *count)
{
    struct finder finder = {.arena = arena};
    struct simulation_limit *rows;

    map_init(&finder.by_name, arena);
    for (size_t i = 0; i < side->ruleset->rule_count; i++)
        note_rule(&finder, side->ruleset->rules[i]);
    for (size_t i = 0; i < side->ledger.moved_count; i++)
        count_counter(side, &finder, side->ledger.moved[i]);
    rows = arena_array(arena, finder.count, sizeof(*rows));
    for (size_t i = 0; i < finder.count; i++)
        rows[i] = *finder.rows[i];
    *count = finder.count;
    return rows;
}
