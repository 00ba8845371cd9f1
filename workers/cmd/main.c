/* main.c - the table of commands, and what happens around each of them. */
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "version.h"

static const struct command_flag check_flags[] = {
    {"print", NULL, "config: print the settings in force"},
    {"print-example", NULL, "config: print config.example.yaml"},
    {"print-schema", NULL, "config: print schemas/config.schema.json"},
    {0},
};

static const struct command_flag history_flags[] = {
    {"limit", "N", "print at most N entries (50)"},
    {"before", "SEQ", "only entries before this account_seq"},
    {0},
};

static const struct command_flag migrate_flags[] = {
    {"wait", "SECONDS", "keep trying while the database is away"},
    {0},
};

static const struct command_flag verify_flags[] = {
    {"topic", NULL, "compare the output topics with the ledger too"},
    {0},
};

const struct command commands[] = {
    {"run", "", "Consume events and post rewards.", true, cmd_run, NULL, NULL},
    {"relay", "", "Publish token events and dead letters.", true, cmd_relay,
     NULL, NULL},
    {"migrate", "up|status|verify",
     "Bring the database's schema up to date, or look at it.", true,
     cmd_migrate, migrate_flags, "table json"},
    {"check", "config|rules|schemas [PATH...]",
     "Find errors in settings, rules and schemas.", false, cmd_check,
     check_flags, NULL},
    {"test", "[PATH...]", "Run the tests in rule files.", true, cmd_test, NULL,
     NULL},
    {"verify", "", "Prove that the books close.", true, cmd_verify,
     verify_flags, "table json"},
    {"balance", "ACCOUNT", "Print an account's balance.", true, cmd_balance,
     NULL, "table json"},
    {"history", "ACCOUNT", "Print an account's entries, newest first.", true,
     cmd_history, history_flags, "table json csv"},
    {0},
};

static int
run_command(struct command_line *line)
{
    if (line->command->needs_settings && !command_settings(line, NULL))
        return EXIT_BAD_CONFIG;
    return line->command->run(line);
}

static int
dispatch(struct arguments *arguments)
{
    const struct command *command = arguments->line.command;

    if (arguments->version) {
        version_print(stdout);
        return EXIT_OK;
    }
    if (arguments->help) {
        arguments_help(command, stdout);
        return EXIT_OK;
    }
    if (!command) {
        arguments_help(NULL, stderr);
        return EXIT_USAGE;
    }
    return run_command(&arguments->line);
}

/* Results that did not reach their file are an error. */
static int
close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("reward: could not write the results");
    return status == EXIT_OK ? EXIT_ERRORS : status;
}

int
main(int argc, char **argv)
{
    struct arena arena = {0};
    struct arguments arguments = {.line.arena = &arena};
    int status;

    if (!arguments_read(&arguments, argc, argv))
        return EXIT_USAGE;
    status = close_output(dispatch(&arguments));
    arena_free(&arena);
    return status;
}
