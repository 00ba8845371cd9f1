/* cmd_migrate.c - `reward migrate`: the database's schema brought up to date,
 * shown, or checked. */
#include <stdio.h>
#include <string.h>

#include "audit_report.h"
#include "clock.h"
#include "command.h"
#include "connect.h"
#include "migration.h"
#include "rights.h"
#include "table.h"

/* A migration may have to rewrite a large table. */
enum { MIGRATE_TIMEOUT_MS = 3600 * 1000, WAIT_STEP_MS = 500 };

struct action {
    const char *name;
    int (*run)(struct command_line *line, struct pg *pg);
};

static int
migrate_up(struct command_line *line, struct pg *pg)
{
    struct err err = {0};
    size_t applied;

    if (!migration_up(pg, line->arena, &applied, &err))
        return command_failed(&err);
    if (!line->quiet)
        printf("%zu migrations applied, the database has schema %d\n", applied,
               migrations[migration_count - 1].version);
    return EXIT_OK;
}

static const char *
state_name(const struct migration_row *row)
{
    static const char *const names[] = {
        [MIGRATION_PENDING] = "pending",
        [MIGRATION_APPLIED] = "applied",
        [MIGRATION_CHANGED] = "changed",
    };

    if (row->version > migrations[migration_count - 1].version)
        return "unknown";
    return names[row->state];
}

static int
migrate_status(struct command_line *line, struct pg *pg)
{
    static const struct table_column columns[] = {
        {"version", TABLE_NUMBER},
        {"name", TABLE_STRING},
        {"state", TABLE_STRING},
        {"applied_at", TABLE_STRING},
    };
    enum { COLUMNS = sizeof(columns) / sizeof(*columns) };
    struct err err = {0};
    struct migration_row *rows;
    size_t count;
    size_t unknown;
    struct str *cells;

    if (!migration_list(pg, line->arena, &rows, &count, &unknown, &err))
        return command_failed(&err);
    cells = arena_array(line->arena, count * COLUMNS, sizeof(*cells));
    for (size_t i = 0; i < count; i++) {
        struct str *cell = cells + i * COLUMNS;

        cell[0] =
            str_from_cstr(arena_printf(line->arena, "%d", rows[i].version));
        cell[1] = str_from_cstr(rows[i].name);
        cell[2] = str_from_cstr(state_name(&rows[i]));
        if (*rows[i].applied_at)
            cell[3] = str_from_cstr(rows[i].applied_at);
    }
    table_print(&(struct table){columns, COLUMNS, cells, count},
                table_format_from(line->format), stdout);
    return EXIT_OK;
}

/* Says all that is wrong, not just the first thing. */
static int
migrate_verify(struct command_line *line, struct pg *pg)
{
    struct err err = {0};
    struct migration_row *rows;
    size_t count;
    size_t unknown;
    size_t faults = 0;
    struct audit_report rights = {
        .arena = line->arena, .out = stderr, .failures_only = true};

    if (!migration_list(pg, line->arena, &rows, &count, &unknown, &err))
        return command_failed(&err);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state == MIGRATION_APPLIED)
            continue;
        fprintf(stderr, "reward: migration %04d_%s is %s\n", rows[i].version,
                rows[i].name, state_name(&rows[i]));
        faults++;
    }
    if (faults == 0 &&
        !audit_report_run(&rights, pg, rights_audits, rights_audit_count, &err))
        return command_failed(&err);
    if (faults || rights.failed)
        return EXIT_ERRORS;
    if (!line->quiet)
        printf("the database has schema %d, and its rights are as they must "
               "be\n",
               rows[count - 1].version);
    return EXIT_OK;
}

static const struct action actions[] = {
    {"up", migrate_up},
    {"status", migrate_status},
    {"verify", migrate_verify},
};

static const struct action *
find_action(const char *name)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
        if (strcmp(name, actions[i].name) == 0)
            return &actions[i];
    return NULL;
}

/* Tries again until the deadline while the server is away. */
static bool
connect_until(struct command_line *line, int64_t wait_s, struct pg **pg,
              struct err *err)
{
    int64_t deadline = clock_monotonic_ms() + wait_s * 1000;

    while (!connect_database(line, MIGRATE_TIMEOUT_MS, pg, err)) {
        if (err->kind != ERR_RETRY || clock_monotonic_ms() >= deadline)
            return false;
        err_reset(err);
        clock_sleep_ms(WAIT_STEP_MS);
    }
    return true;
}

int
cmd_migrate(struct command_line *line)
{
    const struct action *action =
        line->argc == 1 ? find_action(line->argv[0]) : NULL;
    struct err err = {0};
    struct pg *pg;
    int64_t wait_s;
    int status;

    if (!action)
        return command_misused(line, "say what to do");
    if (!command_number(line, "wait", 0, &wait_s))
        return EXIT_USAGE;
    if (!connect_until(line, wait_s, &pg, &err))
        return command_failed(&err);
    status = action->run(line, pg);
    pg_close(pg);
    return status;
}
