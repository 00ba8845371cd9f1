/* audit_report.c - audits one after the other, each row of an offence on a line
 * of its own. */
#include "audit_report.h"

#include <string.h>

#include "json_text.h"
#include "table.h"

static void
add_offence(struct buf *buf, const struct table *table, size_t row)
{
    buf_add_cstr(buf, "    ");
    for (size_t i = 0; i < table->column_count; i++) {
        struct str cell = table->cells[row * table->column_count + i];

        buf_printf(buf, "%s%s=", i ? " " : "", table->columns[i].name);
        json_add_string(buf, cell.at ? cell : STR("null"));
    }
    buf_add_char(buf, '\n');
}

static void
print_text(const struct audit_report *report, const struct audit *audit,
           const struct table *offences, struct buf *buf)
{
    bool ok = offences->row_count == 0;

    if (ok && report->failures_only)
        return;
    buf_printf(buf, "%-4s %-22s %s\n", ok ? "ok" : "FAIL", audit->name,
               audit->what);
    for (size_t i = 0; i < offences->row_count; i++)
        add_offence(buf, offences, i);
    if (offences->row_count == AUDIT_ROWS)
        buf_add_cstr(buf, "    (there may be more)\n");
}

static void
print_json(const struct audit_report *report, const struct audit *audit,
           const struct table *offences, struct buf *buf)
{
    buf_add_cstr(buf, report->done ? ",\n {" : "{");
    json_add_member(buf, "name", str_from_cstr(audit->name));
    json_add_member(buf, "what", str_from_cstr(audit->what));
    json_add_key(buf, "ok");
    buf_add_cstr(buf, offences->row_count ? "false" : "true");
    json_add_key(buf, "offences");
    buf_add_char(buf, '[');
    for (size_t i = 0; i < offences->row_count; i++) {
        if (i)
            buf_add_char(buf, ',');
        table_add_json_row(buf, offences, i);
    }
    buf_add_cstr(buf, "]}");
}

static bool
run_one(struct audit_report *report, struct pg *pg, const struct audit *audit,
        struct err *err)
{
    struct pg_result *result;
    struct table offences;
    struct buf buf;

    if (!audit_run(pg, audit, &result, err))
        return false;
    offences = table_from_result(report->arena, result, NULL);
    buf_init(&buf, report->arena);
    (report->json ? print_json : print_text)(report, audit, &offences, &buf);
    if (buf.len)
        fwrite(buf.at, 1, buf.len, report->out);
    fflush(report->out);
    report->done++;
    report->failed += offences.row_count > 0;
    pg_result_free(result);
    return true;
}

bool
audit_report_run(struct audit_report *report, struct pg *pg,
                 const struct audit *audits, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if ((!report->only || strcmp(report->only, audits[i].name) == 0) &&
            !run_one(report, pg, &audits[i], err))
            return false;
    return true;
}
