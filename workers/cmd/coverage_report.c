/* coverage_report.c - numbers first, then what to do about them. */
#include "coverage_report.h"

#include <stdlib.h>

#include "table.h"

enum { COLUMNS = 4 };

static int
place_order(const void *left, const void *right)
{
    const struct cover_point *a = *(const struct cover_point *const *)left;
    const struct cover_point *b = *(const struct cover_point *const *)right;

    if (a->place.line != b->place.line)
        return a->place.line - b->place.line;
    return a->place.column - b->place.column;
}

const struct cover_point **
coverage_in_order(const struct coverage *coverage)
{
    const struct cover_point **points =
        arena_array(coverage->arena, coverage->count + 1, sizeof(*points));

    for (size_t i = 0; i < coverage->count; i++)
        points[i] = &coverage->points[i];
    if (coverage->count)
        qsort(points, coverage->count, sizeof(*points), place_order);
    return points;
}

static void
fill_row(struct str *cells, struct str name, struct cover_count count,
         struct arena *arena)
{
    cells[0] = name;
    cells[1] = int_text(arena, (int64_t)count.seen);
    cells[2] = int_text(arena, (int64_t)count.all);
    cells[3] = cover_percent(count, arena);
}

static void
print_counts(const struct coverage *coverage, FILE *out)
{
    static const struct table_column columns[COLUMNS] = {
        {"rule", TABLE_STRING},
        {"seen", TABLE_NUMBER},
        {"of", TABLE_NUMBER},
        {"percent", TABLE_NUMBER},
    };
    const struct ruleset *ruleset = coverage->ruleset;
    size_t rows = ruleset->rule_count + 1;
    struct str *cells =
        arena_array(coverage->arena, rows * COLUMNS, sizeof(*cells));
    struct table table = {columns, COLUMNS, cells, rows};

    for (size_t i = 0; i < ruleset->rule_count; i++)
        fill_row(&cells[i * COLUMNS], ruleset->rules[i]->id,
                 coverage_count(coverage, ruleset->rules[i]), coverage->arena);
    fill_row(&cells[ruleset->rule_count * COLUMNS], STR("(all)"),
             coverage_count(coverage, NULL), coverage->arena);
    table_print(&table, TABLE_TEXT, out);
}

static void
print_missing(const struct cover_point *point, const char *file,
              struct arena *arena, FILE *out)
{
    for (int half = 0; half < 2; half++) {
        const char *missing = cover_point_missing(point, half, arena);
        struct buf buf;

        if (!missing)
            continue;
        buf_init(&buf, arena);
        buf_add_visible(&buf, str_from_cstr(missing));
        fprintf(out, "%s:%d:%d: %.*s: %.*s\n", file, point->place.line,
                point->place.column, STR_ARG(point->name),
                STR_ARG(buf_str(&buf)));
    }
}

void
coverage_print(const struct coverage *coverage, const char *file, FILE *out)
{
    const struct cover_point **points = coverage_in_order(coverage);

    fprintf(out, "coverage of %s\n", file);
    print_counts(coverage, out);
    for (size_t i = 0; i < coverage->count; i++)
        print_missing(points[i], file, coverage->arena, out);
}
