/* command.c - what the commands do alike: their flags, settings and errors. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "load.h"
#include "log.h"
#include "num.h"
#include "str.h"

const char *
command_option(const struct command_line *line, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < line->own_flag_count; i++)
        if (strcmp(line->own_flags[i].name, name) == 0)
            value = line->own_flags[i].value;
    return value;
}

bool
command_number(const struct command_line *line, const char *name,
               int64_t otherwise, int64_t *number)
{
    const char *text = command_option(line, name);

    *number = otherwise;
    if (!text || (num_parse_int(str_from_cstr(text), number) && *number >= 1))
        return true;
    command_misused(line, "--%s must be a number of at least 1, not \"%s\"",
                    name, text);
    return false;
}

bool
command_settings_noting(struct command_line *line, const char *path,
                        struct diag_list *diags)
{
    line->settings = ARENA_NEW(line->arena, struct settings);
    if (!settings_load(line->arena, path ? path : line->config_path,
                       line->flags, line->flag_count, line->settings, diags))
        return false;
    log_open(line->settings->log.level, line->settings->log.format,
             line->command->name);
    return true;
}

bool
command_settings(struct command_line *line, const char *path)
{
    struct diag_list diags;
    bool ok;

    diag_init(&diags, line->arena);
    ok = command_settings_noting(line, path, &diags);
    diag_print(&diags, stderr);
    return ok;
}

bool
command_schemas(struct command_line *line, struct schema_set **schemas,
                struct err *err)
{
    struct diag_list diags;
    bool ok;

    diag_init(&diags, line->arena);
    ok = load_schemas(line->arena, line->settings->schemas.dir, schemas, &diags,
                      err);
    diag_print(&diags, stderr);
    return ok;
}

int
command_misused(const struct command_line *line, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "reward %s: ", line->command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nusage: reward %s %s\n", line->command->name,
            line->command->arguments);
    return EXIT_USAGE;
}

int
command_failed(const struct err *err)
{
    fprintf(stderr, "reward: %s\n", err->text);
    return err->kind == ERR_CONFIG ? EXIT_BAD_CONFIG : EXIT_ERRORS;
}
