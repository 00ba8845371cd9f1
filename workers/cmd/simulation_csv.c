/* simulation_csv.c - all accounts of a simulation, a row at a time: there may
 * be more of them than fit a table. */
#include <errno.h>
#include <string.h>

#include "simulation_report.h"

static const struct table_column columns[] = {
    {"account", TABLE_STRING},
    {"before", TABLE_AMOUNT},
    {"after", TABLE_AMOUNT},
    {"difference", TABLE_AMOUNT},
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(*columns) };

struct csv {
    FILE *out;
    int scale;
    struct arena arena; /* of one row */
};

static void
write_account(void *context, const struct simulation_account *account)
{
    struct csv *csv = context;
    const struct str cells[COLUMN_COUNT] = {
        account->address,
        minor_text(&csv->arena, account->before_minor, csv->scale),
        minor_text(&csv->arena, account->after_minor, csv->scale),
        minor_text(&csv->arena, account->difference_minor, csv->scale),
    };
    struct table table = {columns, COLUMN_COUNT, cells, 1};
    struct buf row;

    buf_init(&row, &csv->arena);
    table_add_csv_row(&row, &table, 0);
    fwrite(row.at, 1, row.len, csv->out);
    arena_reset(&csv->arena);
}

bool
simulation_accounts_write(const struct simulation *simulation, const char *path,
                          struct err *err)
{
    struct csv csv = {.out = fopen(path, "we"),
                      .scale = simulation->sides[0].ruleset->scale};
    struct table head = {.columns = columns, .column_count = COLUMN_COUNT};
    bool ok = csv.out != NULL;

    if (ok) {
        table_print(&head, TABLE_CSV, csv.out);
        simulation_each_account(simulation, write_account, &csv);
        arena_free(&csv.arena);
        ok = !ferror(csv.out);
        ok = fclose(csv.out) == 0 && ok;
    }
    return ok || err_set(err, ERR_CONFIG, "could not write \"%s\": %s", path,
                         strerror(errno));
}
