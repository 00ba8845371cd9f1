/* simulation_report.c - from totals to rows of texts. A figure has one column,
 * or three where two rule sets are compared. */
#include "simulation_report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "simulation_limit.h"
#include "timestamp.h"
#include "window.h"

/* A table on its way. */
struct rows {
    struct arena *arena;
    struct str *cells;
    size_t count;
    size_t room;
};

static void
add_cell(struct rows *rows, struct str text)
{
    rows->cells = arena_room(rows->arena, rows->cells, rows->count, &rows->room,
                             64, sizeof(*rows->cells));
    rows->cells[rows->count++] = text;
}

/* With a plus before what is more than nothing. */
static struct str
signed_text(struct arena *arena, int64_t minor, int scale)
{
    struct buf buf;

    buf_init(&buf, arena);
    if (minor > 0)
        buf_add_char(&buf, '+');
    num_print_minor(&buf, minor, scale);
    return buf_str(&buf);
}

static const struct simulation_side *
side_at(const struct simulation_report *report, size_t index)
{
    return &report->simulation->sides[index];
}

static int
scale_of(const struct simulation_report *report)
{
    return side_at(report, 0)->ruleset->scale;
}

/* "+5.30" for 1000 to 1053; nothing where there was nothing. */
static struct str
percent_text(struct arena *arena, int64_t before, int64_t after)
{
    struct ratio part = ratio_from_int(0);
    int64_t hundredths = 0;

    if (!before ||
        !ratio_sub(ratio_from_int(after), ratio_from_int(before), &part) ||
        !ratio_div(part, ratio_from_int(before < 0 ? -before : before),
                   &part) ||
        !ratio_to_minor(part, 4, ROUND_HALF_UP, &hundredths))
        return (struct str){0};
    return signed_text(arena, hundredths, 2);
}

/* The cells of a figure; `scale` 0 is for counts. */
static void
add_figure(const struct simulation_report *report, struct rows *rows,
           const int64_t values[SIMULATION_SIDES], int scale)
{
    size_t sides = report->simulation->side_count;
    int64_t difference;

    assert(sides <= SIMULATION_SIDES);
    for (size_t i = 0; i < sides; i++)
        add_cell(rows, minor_text(rows->arena, values[i], scale));
    if (sides < SIMULATION_SIDES)
        return;
    add_cell(rows, num_sub(values[1], values[0], &difference)
                       ? signed_text(rows->arena, difference, scale)
                       : (struct str){0});
    add_cell(rows, percent_text(rows->arena, values[0], values[1]));
}

/* Columns: a name, and the figure. */
static const struct table_column *
figure_columns(const struct simulation_report *report, const char *name,
               size_t *column_count)
{
    static const char *const compared[] = {"before", "after", "difference",
                                           "percent"};
    bool compares = report->simulation->side_count > 1;
    struct table_column *columns =
        arena_array(report->arena, 5, sizeof(*columns));
    size_t at = 0;

    columns[at++].name = name;
    for (size_t i = 0; i < (compares ? 4 : 1); i++)
        columns[at++] = (struct table_column){compares ? compared[i] : "total",
                                              TABLE_AMOUNT};
    *column_count = at;
    return columns;
}

static void
add_table(struct simulation_report *report, const char *name, const char *title,
          const struct table_column *columns, size_t column_count,
          const struct rows *rows)
{
    report->tables[report->table_count++] = (struct report_table){
        .name = name,
        .title = title,
        .table = {.columns = columns,
                  .column_count = column_count,
                  .cells = rows->cells,
                  .row_count = rows->count / column_count},
    };
}

/* ---- totals -----------------------------------------------------------------
 */

static int64_t
earned(const struct simulation_side *side)
{
    return side->earned_minor;
}

static int64_t
spent(const struct simulation_side *side)
{
    return side->spent_minor;
}

static int64_t
held(const struct simulation_side *side)
{
    return side->holds.held_minor;
}

static int64_t
notifications(const struct simulation_side *side)
{
    return side->notifications;
}

static const struct {
    const char *name;
    int64_t (*value)(const struct simulation_side *side);
    bool is_amount;
} totals[] = {
    {"earned", earned, true},
    {"spent", spent, true},
    {"held at the end", held, true},
    {"notifications", notifications, false},
};

/* A row unless it is zero on all sides. */
static void
add_count(const struct simulation_report *report, struct rows *rows,
          const char *name, const int64_t values[SIMULATION_SIDES])
{
    if (!values[0] && !values[1])
        return;
    add_cell(rows, str_from_cstr(name));
    add_figure(report, rows, values, 0);
}

static void
make_totals(struct simulation_report *report)
{
    struct rows rows = {.arena = report->arena};
    size_t column_count;
    const struct table_column *columns =
        figure_columns(report, "figure", &column_count);

    for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++) {
        int64_t values[] = {totals[i].value(side_at(report, 0)),
                            totals[i].value(side_at(report, 1))};

        add_cell(&rows, str_from_cstr(totals[i].name));
        add_figure(report, &rows, values,
                   totals[i].is_amount ? scale_of(report) : 0);
    }
    add_table(report, "totals", "Totals", columns, column_count, &rows);
}

static void
make_outcomes(struct simulation_report *report)
{
    struct rows rows = {.arena = report->arena};
    size_t column_count;
    const struct table_column *columns =
        figure_columns(report, "outcome", &column_count);
    const struct simulation_side *a = side_at(report, 0);
    const struct simulation_side *b = side_at(report, 1);

    for (int i = 0; i < OUTCOME_COUNT; i++)
        add_count(report, &rows, outcome_name((enum outcome)i),
                  (int64_t[]){a->outcomes[i], b->outcomes[i]});
    for (int i = REJECT_NONE + 1; i < REJECTION_COUNT; i++)
        add_count(report, &rows,
                  arena_printf(report->arena, "rejected: %s",
                               rejection_name((enum rejection)i)),
                  (int64_t[]){a->rejections[i], b->rejections[i]});
    for (int i = 0; i < REASON_COUNT; i++)
        add_count(report, &rows,
                  arena_printf(report->arena, "dead_letter: %s",
                               reason_name((enum reason)i)),
                  (int64_t[]){a->reasons[i], b->reasons[i]});
    add_table(report, "outcomes", "What became of the records", columns,
              column_count, &rows);
}

/* ---- by line ----------------------------------------------------------------
 */

struct line_row {
    struct str name;
    int64_t entries;
    int64_t minor[SIMULATION_SIDES];
};

/* By how much it changed, or by how much it is. */
static int64_t
weight(const struct line_row *row)
{
    int64_t change;

    if (!num_sub(row->minor[1], row->minor[0], &change) || change == INT64_MIN)
        return INT64_MAX;
    return change < 0 ? -change : change;
}

static int
by_weight(const void *left, const void *right)
{
    const struct line_row *a = left;
    const struct line_row *b = right;
    int64_t a_weight = weight(a);
    int64_t b_weight = weight(b);

    if (a_weight != b_weight)
        return a_weight > b_weight ? -1 : 1;
    return str_compare(a->name, b->name);
}

static struct str
whole_name(struct str line)
{
    return line;
}

/* The lines of both sides, by what `name` makes of theirs. */
static size_t
collect_lines(const struct simulation_report *report,
              struct str (*name)(struct str line), struct line_row **rows)
{
    const struct simulation *simulation = report->simulation;
    struct map by_name;
    size_t count = 0;
    size_t room = 0;

    map_init(&by_name, report->arena);
    for (size_t i = 0; i < simulation->side_count; i++)
        room += simulation->sides[i].ruleset->line_count;
    *rows = arena_array(report->arena, room, sizeof(**rows));
    for (size_t i = 0; i < simulation->side_count; i++)
        for (size_t j = 0; j < simulation->sides[i].ruleset->line_count; j++) {
            const struct simulation_line *line = &simulation->sides[i].lines[j];
            void **known = map_put(&by_name, name(line->line->name));
            struct line_row *row = *known;

            if (!row)
                row = *known = &(*rows)[count++];
            row->name = name(line->line->name);
            row->entries += line->entries;
            /* A sum beyond 64 bits is no sum of what accounts can hold. */
            if (!num_add(row->minor[i], line->minor, &row->minor[i]))
                row->minor[i] = INT64_MAX;
        }
    return count;
}

static void
make_lines_by(struct simulation_report *report, const char *table,
              const char *title, const char *column,
              struct str (*name)(struct str line))
{
    struct rows rows = {.arena = report->arena};
    size_t column_count;
    const struct table_column *columns =
        figure_columns(report, column, &column_count);
    struct line_row *lines;
    size_t count = collect_lines(report, name, &lines);

    if (count)
        qsort(lines, count, sizeof(*lines), by_weight);
    for (size_t i = 0; i < count; i++) {
        if (!lines[i].entries)
            continue;
        add_cell(&rows, lines[i].name);
        add_figure(report, &rows, lines[i].minor, scale_of(report));
    }
    add_table(report, table, title, columns, column_count, &rows);
}

static void
make_rules(struct simulation_report *report)
{
    make_lines_by(report, "rules", "By rule", "rule", line_rule);
}

static void
make_lines(struct simulation_report *report)
{
    make_lines_by(report, "lines", "By line", "line", whole_name);
}

/* ---- by day, by account
 * --------------------------------------------------------
 */

static void
make_days(struct simulation_report *report)
{
    struct rows rows = {.arena = report->arena};
    size_t column_count;
    const struct table_column *columns =
        figure_columns(report, "day", &column_count);

    for (size_t i = 0; i < report->simulation->day_count; i++) {
        const struct simulation_day *day = &report->simulation->days[i];
        struct buf date;

        buf_init(&date, report->arena);
        date_print(&date, day->day);
        add_cell(&rows, buf_str(&date));
        add_figure(report, &rows, day->earned_minor, scale_of(report));
    }
    add_table(report, "days", "Earned by day", columns, column_count, &rows);
}

static void
add_accounts(const struct simulation_report *report, struct rows *rows,
             const struct simulation_account *accounts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct simulation_account *account = &accounts[i];
        int64_t values[SIMULATION_SIDES] = {account->before_minor,
                                            account->after_minor};

        if (report->simulation->side_count < SIMULATION_SIDES)
            values[0] = account->after_minor;
        add_cell(rows, account->address);
        add_figure(report, rows, values, scale_of(report));
    }
}

static void
make_accounts(struct simulation_report *report)
{
    struct rows gains = {.arena = report->arena};
    struct rows losses = {.arena = report->arena};
    size_t column_count;
    const struct table_column *columns =
        figure_columns(report, "account", &column_count);
    bool compares = report->simulation->side_count > 1;

    simulation_count_accounts(report->simulation, &report->accounts);
    add_accounts(report, &gains, report->accounts.gains,
                 report->accounts.gain_count);
    add_accounts(report, &losses, report->accounts.losses,
                 report->accounts.loss_count);
    add_table(report, "gains",
              compares ? "Accounts that gain most" : "Accounts that have most",
              columns, column_count, &gains);
    add_table(report, "losses",
              compares ? "Accounts that lose most" : "Accounts that spent most",
              columns, column_count, &losses);
}

/* ---- limits
 * -------------------------------------------------------------------
 */

static const struct table_column limit_columns[] = {
    {"limit", TABLE_STRING},     {"per", TABLE_STRING},
    {"window", TABLE_STRING},    {"at_most", TABLE_AMOUNT},
    {"windows", TABLE_NUMBER},   {"full", TABLE_NUMBER},
    {"most_used", TABLE_AMOUNT},
};

/* Of the rules that are judged, the last side's. */
static void
make_limits(struct simulation_report *report)
{
    struct rows rows = {.arena = report->arena};
    const struct simulation_side *side =
        side_at(report, report->simulation->side_count - 1);
    size_t count;
    const struct simulation_limit *limits =
        simulation_limits(side, report->arena, &count);

    for (size_t i = 0; i < count; i++) {
        const struct limit *limit = limits[i].limit;
        int scale = limit->times ? 0 : scale_of(report);

        add_cell(&rows, limits[i].name);
        add_cell(&rows, limit->for_all ? STR("all") : STR("account"));
        add_cell(&rows, str_from_cstr(window_words[limit->window]));
        add_cell(&rows, minor_text(rows.arena, limit->max, scale));
        add_cell(&rows, int_text(rows.arena, limits[i].windows));
        add_cell(&rows, int_text(rows.arena, limits[i].full));
        add_cell(&rows, minor_text(rows.arena, limits[i].most_used, scale));
    }
    add_table(report, "limits", "Limits and budgets", limit_columns,
              sizeof(limit_columns) / sizeof(*limit_columns), &rows);
}

/* ---- all together
 * --------------------------------------------------------------
 */

static void
add_rules(struct buf *buf, const struct ruleset *ruleset)
{
    buf_printf(buf, "%s (version %.*s)", ruleset->stamp,
               STR_ARG(ruleset->version));
}

static const char *
make_heading(const struct simulation_report *report, const char *state)
{
    const struct simulation *simulation = report->simulation;
    struct buf buf;

    buf_init(&buf, report->arena);
    add_rules(&buf, simulation->sides[simulation->side_count - 1].ruleset);
    if (simulation->side_count > 1) {
        buf_add_cstr(&buf, " against ");
        add_rules(&buf, simulation->sides[0].ruleset);
    }
    buf_printf(&buf, ", %lld records", (long long)simulation->records);
    if (simulation->first_us <= simulation->last_us) {
        buf_add_cstr(&buf, ", ");
        timestamp_print(&buf, simulation->first_us);
        buf_add_cstr(&buf, " to ");
        timestamp_print(&buf, simulation->last_us);
    }
    buf_printf(&buf, ", starting from %s", state);
    return arena_strndup(report->arena, buf.at, buf.len);
}

void
simulation_report_make(struct arena *arena, const struct simulation *simulation,
                       const char *state, struct simulation_report *report)
{
    static void (*const makers[])(struct simulation_report *) = {
        make_totals, make_rules,    make_lines,    make_days,
        make_limits, make_accounts, make_outcomes,
    };

    *report =
        (struct simulation_report){.simulation = simulation, .arena = arena};
    report->heading = make_heading(report, state);
    for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++)
        makers[i](report);
}

static void
add_account_counts(const struct simulation_report *report, struct buf *buf)
{
    const struct simulation_accounts *accounts = &report->accounts;

    json_add_key(buf, "accounts");
    buf_printf(buf, "{\"count\":%lld,\"gaining\":%lld,\"losing\":%lld}",
               (long long)accounts->count, (long long)accounts->gaining,
               (long long)accounts->losing);
}

static void
print_json(const struct simulation_report *report, FILE *out)
{
    struct buf buf;

    buf_init(&buf, report->arena);
    buf_add_char(&buf, '{');
    json_add_member(&buf, "heading", str_from_cstr(report->heading));
    add_account_counts(report, &buf);
    for (size_t i = 0; i < report->table_count; i++) {
        const struct report_table *table = &report->tables[i];

        json_add_key(&buf, table->name);
        buf_add_char(&buf, '[');
        for (size_t row = 0; row < table->table.row_count; row++) {
            buf_add_cstr(&buf, row ? ",\n " : "\n ");
            table_add_json_row(&buf, &table->table, row);
        }
        buf_add_char(&buf, ']');
    }
    buf_add_cstr(&buf, "}\n");
    fwrite(buf.at, 1, buf.len, out);
}

void
simulation_report_print(const struct simulation_report *report,
                        enum table_format format, FILE *out)
{
    const struct simulation_accounts *accounts = &report->accounts;

    if (format == TABLE_JSON) {
        print_json(report, out);
        return;
    }
    fprintf(out, "%s\n", report->heading);
    if (report->simulation->side_count > 1)
        fprintf(out, "%lld accounts: %lld gain, %lld lose, %lld neither\n",
                (long long)accounts->count, (long long)accounts->gaining,
                (long long)accounts->losing,
                (long long)(accounts->count - accounts->gaining -
                            accounts->losing));
    else
        fprintf(out, "%lld accounts\n", (long long)accounts->count);
    for (size_t i = 0; i < report->table_count; i++) {
        if (!report->tables[i].table.row_count)
            continue;
        fprintf(out, "\n%s\n", report->tables[i].title);
        table_print(&report->tables[i].table, TABLE_TEXT, out);
    }
}
