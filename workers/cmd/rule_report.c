/* rule_report.c - the rows of `reward check rules --report`. */
#include "rule_report.h"

#include <stdio.h>
#include <string.h>

#include "cost.h"
#include "order.h"
#include "table.h"

static const struct table_column columns[] = {
    {"rule", TABLE_STRING},      {"per_event", TABLE_STRING},
    {"per_month", TABLE_STRING}, {"order", TABLE_STRING},
    {"key", TABLE_STRING},       {"why", TABLE_STRING},
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(*columns) };

static struct str
amount_text(struct arena *arena, int64_t minor, int scale)
{
    return minor == COST_UNBOUNDED ? STR("unbounded")
                                   : minor_text(arena, minor, scale);
}

static void
add_rule(struct rule_report *report, const struct ruleset *ruleset,
         const struct rule *rule)
{
    struct cost cost = rule_cost(ruleset, rule, report->arena);
    struct order order = rule_order(ruleset, rule, report->arena);
    const struct str row[COLUMN_COUNT] = {
        rule->id,
        amount_text(report->arena, cost.event_minor, ruleset->scale),
        amount_text(report->arena, cost.month_minor, ruleset->scale),
        order.is_bound ? STR("order-bound") : STR("order-free"),
        order.keys,
        order.why,
    };

    report->cells = arena_room(report->arena, report->cells, report->count,
                               &report->room, 16, sizeof(row));
    memcpy(report->cells + report->count++ * COLUMN_COUNT, row, sizeof(row));
}

void
rule_report_add(struct rule_report *report, const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->rule_count; i++)
        add_rule(report, ruleset, ruleset->rules[i]);
}

bool
rule_report_has(const char *format)
{
    return !format || strcmp(format, "human") == 0 ||
           strcmp(format, "json") == 0;
}

void
rule_report_print(const struct rule_report *report, const char *format)
{
    struct table table = {columns, COLUMN_COUNT, report->cells, report->count};

    table_print(&table, table_format_from(format), stdout);
}
