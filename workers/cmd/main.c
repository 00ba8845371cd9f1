/* main.c - what happens around each command. */
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "version.h"

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
