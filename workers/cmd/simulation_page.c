/* simulation_page.c - the report as one HTML page, its plots as SVG in it.
 * Coordinates are whole numbers: no amount becomes a double on the way. */
#include <errno.h>
#include <string.h>

#include "simulation_report.h"
#include "timestamp.h"
#include "xml_text.h"

enum { PLOT_WIDTH = 860, PLOT_HEIGHT = 220, MARGIN = 10, TOP = 20 };

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;color:#1c2530;background:#fff;"
    "margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}"
    "p.about{color:#52606d;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid "
    "#e4e8ec}th.n,td.n{text-align:right}td{overflow-wrap:anywhere}"
    "svg{display:block;width:100%;height:auto}svg text{font-size:11px;"
    "fill:#52606d}"
    ".before{stroke:#9aa5b1;fill:#9aa5b1}.after{stroke:#0b69a3;fill:#0b69a3}"
    "polyline{fill:none!important;stroke-width:2}rect{stroke:none}"
    ".axis{stroke:#9aa5b1;stroke-width:1}.loss{fill:#ba2525}"
    ".key{margin-right:1.2rem}.key::before{content:\"\";display:inline-block;"
    "width:.8rem;height:.8rem;margin-right:.4rem;background:#0b69a3}"
    ".key.b::before{background:#9aa5b1}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#d9e2ec}"
    "th,td{border-color:#2d3742}}";

/* ---- tables
 * ------------------------------------------------------------------
 */

static void
add_cell(struct buf *html, const char *tag, const struct table_column *column,
         struct str text)
{
    buf_printf(html, "<%s%s>", tag,
               column->kind == TABLE_STRING ? "" : " class=\"n\"");
    xml_add_text(html, text);
    buf_printf(html, "</%s>", tag);
}

static void
add_row(struct buf *html, const struct table *table, size_t row)
{
    buf_add_cstr(html, "<tr>");
    for (size_t i = 0; i < table->column_count; i++)
        add_cell(html, "td", &table->columns[i],
                 table->cells[row * table->column_count + i]);
    buf_add_cstr(html, "</tr>\n");
}

static void
add_table(struct buf *html, const struct report_table *report)
{
    const struct table *table = &report->table;

    buf_printf(html, "<h2>%s</h2>\n<table id=\"%s\">\n<tr>", report->title,
               report->name);
    for (size_t i = 0; i < table->column_count; i++)
        add_cell(html, "th", &table->columns[i],
                 str_from_cstr(table->columns[i].name));
    buf_add_cstr(html, "</tr>\n");
    for (size_t i = 0; i < table->row_count; i++)
        add_row(html, table, i);
    buf_add_cstr(html, "</table>\n");
}

/* ---- plots
 * -------------------------------------------------------------------
 */

/* A scale of amounts: `low` is at the bottom of the plot, `high` at its top. */
struct axis {
    int64_t low;
    int64_t high;
};

static int
height_at(const struct axis *axis, int64_t value)
{
    int128 range = (int128)axis->high - axis->low;

    return TOP + (int)(((int128)axis->high - value) *
                       (PLOT_HEIGHT - TOP - MARGIN) / (range ? range : 1));
}

static int
place_of(const struct simulation *simulation, size_t index)
{
    size_t steps = simulation->day_count > 1 ? simulation->day_count - 1 : 1;

    return MARGIN + (int)(index * (PLOT_WIDTH - 2 * MARGIN) / steps);
}

static struct axis
day_axis(const struct simulation *simulation)
{
    struct axis axis = {0, 0};

    for (size_t i = 0; i < simulation->day_count; i++)
        for (size_t j = 0; j < simulation->side_count; j++) {
            int64_t value = simulation->days[i].earned_minor[j];

            if (value < axis.low)
                axis.low = value;
            if (value > axis.high)
                axis.high = value;
        }
    return axis;
}

static void
open_plot(struct buf *html, const char *id, const char *title)
{
    buf_printf(html,
               "<h2>%s</h2>\n<svg id=\"%s\" viewBox=\"0 0 %d %d\" "
               "role=\"img\"><title>%s</title>\n",
               title, id, PLOT_WIDTH, PLOT_HEIGHT + 20, title);
}

static void
add_day_line(struct buf *html, const struct simulation *simulation,
             const struct axis *axis, size_t side)
{
    bool is_last = side + 1 == simulation->side_count;

    buf_printf(html, "<polyline class=\"%s\" points=\"",
               is_last ? "after" : "before");
    for (size_t i = 0; i < simulation->day_count; i++)
        buf_printf(html, "%d,%d ", place_of(simulation, i),
                   height_at(axis, simulation->days[i].earned_minor[side]));
    buf_add_cstr(html, "\"/>\n");
}

static void
add_day_text(struct buf *html, const struct simulation *simulation,
             size_t index, const char *anchor)
{
    buf_printf(html, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">",
               place_of(simulation, index), PLOT_HEIGHT + 12, anchor);
    date_print(html, simulation->days[index].day);
    buf_add_cstr(html, "</text>\n");
}

static void
add_days(struct buf *html, const struct simulation *simulation)
{
    struct axis axis = day_axis(simulation);

    if (simulation->day_count < 2)
        return;
    open_plot(html, "plot-days", "Earned by day");
    buf_printf(html,
               "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
               "y2=\"%d\"/>\n<text x=\"%d\" y=\"12\">",
               MARGIN, height_at(&axis, 0), PLOT_WIDTH - MARGIN,
               height_at(&axis, 0), MARGIN);
    num_print_minor(html, axis.high, simulation->sides[0].ruleset->scale);
    buf_add_cstr(html, "</text>\n");
    for (size_t i = 0; i < simulation->side_count; i++)
        add_day_line(html, simulation, &axis, i);
    add_day_text(html, simulation, 0, "start");
    add_day_text(html, simulation, simulation->day_count - 1, "end");
    buf_add_cstr(html, "</svg>\n");
    if (simulation->side_count > 1)
        buf_add_cstr(html, "<p><span class=\"key b\">before</span>"
                           "<span class=\"key\">after</span></p>\n");
}

static void
add_bar(struct buf *html, const struct axis *axis, int index, int64_t accounts,
        const char *name)
{
    enum { MIDDLE = SIMULATION_BUCKETS / 2 };
    int step = PLOT_WIDTH / SIMULATION_BUCKETS;
    int centre = index * step + step / 2;
    int top = height_at(axis, accounts);

    buf_printf(html,
               "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
               "height=\"%d\"/><text x=\"%d\" y=\"%d\" "
               "text-anchor=\"middle\">%lld</text><text x=\"%d\" y=\"%d\" "
               "text-anchor=\"middle\">",
               index < MIDDLE   ? "loss"
               : index > MIDDLE ? "after"
                                : "before",
               index * step + 4, top, step - 8, height_at(axis, 0) - top,
               centre, top - 2, (long long)accounts, centre, PLOT_HEIGHT + 12);
    xml_add_text(html, str_from_cstr(name));
    buf_add_cstr(html, "</text>\n");
}

/* How many accounts gain or lose how much. */
static void
add_spread(struct buf *html, const struct simulation_report *report)
{
    static const char *const names[SIMULATION_BUCKETS] = {
        "< -100k", "-100k", "-10k", "-1k", "-100", "-10",  "-1",    "0",
        "1",       "10",    "100",  "1k",  "10k",  "100k", "> 100k"};
    const int64_t *buckets = report->accounts.buckets;
    struct axis axis = {0, 1};

    for (int i = 0; i < SIMULATION_BUCKETS; i++)
        if (buckets[i] > axis.high)
            axis.high = buckets[i];
    open_plot(html, "plot-accounts",
              report->simulation->side_count > 1
                  ? "Accounts by what they gain or lose, up to"
                  : "Accounts by what they have, up to");
    for (int i = 0; i < SIMULATION_BUCKETS; i++)
        add_bar(html, &axis, i, buckets[i], names[i]);
    buf_add_cstr(html, "</svg>\n");
}

/* ---- the page
 * ----------------------------------------------------------------
 */

static void
add_page(struct buf *html, const struct simulation_report *report)
{
    buf_printf(html,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
               "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
               "content=\"width=device-width\">\n<meta name=\"color-scheme\" "
               "content=\"light dark\">\n<title>reward simulate</title>\n"
               "<style>%s</style>\n</head>\n<body>\n<h1>What the rules "
               "cost</h1>\n<p class=\"about\">",
               style);
    xml_add_text(html, str_from_cstr(report->heading));
    buf_add_cstr(html, "</p>\n");
    buf_printf(html,
               "<p id=\"accounts\">%lld accounts: %lld gain, %lld lose, %lld "
               "neither</p>\n",
               (long long)report->accounts.count,
               (long long)report->accounts.gaining,
               (long long)report->accounts.losing,
               (long long)(report->accounts.count - report->accounts.gaining -
                           report->accounts.losing));
    add_table(html, &report->tables[0]);
    add_days(html, report->simulation);
    add_spread(html, report);
    for (size_t i = 1; i < report->table_count; i++)
        if (report->tables[i].table.row_count)
            add_table(html, &report->tables[i]);
    buf_add_cstr(html, "</body>\n</html>\n");
}

static bool
write_failed(const char *path, struct err *err)
{
    return err_set(err, ERR_CONFIG, "could not write \"%s\": %s", path,
                   strerror(errno));
}

bool
simulation_page_write(const struct simulation_report *report, const char *path,
                      struct err *err)
{
    FILE *out = fopen(path, "we");
    struct buf html;
    bool ok;

    if (!out)
        return write_failed(path, err);
    buf_init(&html, report->arena);
    add_page(&html, report);
    ok = fwrite(html.at, 1, html.len, out) == html.len;
    return (fclose(out) == 0 && ok) || write_failed(path, err);
}
