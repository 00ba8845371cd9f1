/* connect.c - settings to pg_open(). */
#include "connect.h"

bool
connect_database(const struct command_line *line, int64_t min_timeout_ms,
                 struct pg **pg, struct err *err)
{
    const struct settings *settings = line->settings;
    int64_t timeout_ms = settings->postgres.statement_timeout_ms;
    struct pg_options options = {
        .dsn = settings->postgres.dsn,
        .password = settings->postgres.password,
        .name = arena_printf(line->arena, "reward %s", line->command->name),
        .statement_timeout_ms =
            timeout_ms > min_timeout_ms ? timeout_ms : min_timeout_ms,
    };

    return pg_open(&options, pg, err);
}
