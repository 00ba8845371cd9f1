/* command.h - what a command is, and what every command gets. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "diag.h"
#include "err.h"
#include "schema.h"
#include "settings.h"

/* Exit statuses, from sysexits and promtool's habit. */
enum {
    EXIT_OK = 0,
    EXIT_ERRORS = 1, /* something was found or went wrong */
    EXIT_USAGE = 2,
    EXIT_LINT = 3,    /* nothing but warnings, with --lint-fatal */
    EXIT_DIFFERS = 3, /* simulate: some account does, with --detailed-exitcode
                       */
    EXIT_BAD_CONFIG = 78,
};

/* A flag of one command. */
struct command_flag {
    const char *name;  /* "limit", for --limit */
    const char *value; /* what stands after it, for usage: "N"; NULL: nothing */
    const char *help;
};

struct command_line {
    struct arena *arena;           /* lives as long as the process */
    const struct command *command; /* whose row this is */
    struct settings *settings;     /* loaded, unless the row says no */
    const char *config_path;       /* --config, or NULL */
    struct setting_flag *flags;    /* --section.key=value */
    size_t flag_count;
    struct setting_flag *own_flags; /* of the command, see command_flag() */
    size_t own_flag_count;
    int argc; /* words after the command's name, flags off */
    char **argv;
    const char *format; /* --format, or NULL */
    bool quiet;
};

struct command {
    const char *name;
    const char *arguments; /* for usage: "up|status|verify" */
    const char *help;      /* one line */
    bool needs_settings;
    int (*run)(struct command_line *line);
    const struct command_flag *flags; /* its own; ends with a NULL name */
    const char *formats; /* words for --format, "table json"; NULL: no such */
    const struct command_action *actions; /* for help; NULL: none */
};

/* One row a command, in order of usage; ends with a NULL name. */
extern const struct command commands[];

/* The value of a flag of the command's row ("" for one that takes none), or
 * NULL when it was not given. */
const char *command_option(const struct command_line *line, const char *name);

/* The value of a flag as a number of at least 1, or `otherwise` when it was
 * not given. False after saying what is wrong with it. */
MUST_CHECK bool command_number(const struct command_line *line,
                               const char *name, int64_t otherwise,
                               int64_t *number);

/* Load the settings into line->settings, printing faults; `path` NULL stands
 * for --config. */
MUST_CHECK bool command_settings(struct command_line *line, const char *path);

/* The same, with the faults in diags. */
MUST_CHECK bool command_settings_noting(struct command_line *line,
                                        const char *path,
                                        struct diag_list *diags);

/* Compile the event schemas of the settings, printing faults. */
MUST_CHECK bool command_schemas(struct command_line *line,
                                struct schema_set **schemas, struct err *err);

/* Say what is wrong with the command line; the result is EXIT_USAGE. */
int command_misused(const struct command_line *line, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Say what went wrong; the result is the exit status for it. */
int command_failed(const struct err *err);

int cmd_run(struct command_line *line);
int cmd_rules(struct command_line *line);
int cmd_relay(struct command_line *line);
int cmd_migrate(struct command_line *line);
int cmd_check(struct command_line *line);
int cmd_test(struct command_line *line);
int cmd_eval(struct command_line *line);
int cmd_simulate(struct command_line *line);
int cmd_explain(struct command_line *line);
int cmd_verify(struct command_line *line);
int cmd_balance(struct command_line *line);
int cmd_tally(struct command_line *line);
int cmd_history(struct command_line *line);
int cmd_stake(struct command_line *line);
int cmd_fee(struct command_line *line);
int cmd_leaderboard(struct command_line *line);
int cmd_stats(struct command_line *line);

#endif
