/* arguments.h - the words of the command line: which command, which flags. */
#ifndef CMD_ARGUMENTS_H
#define CMD_ARGUMENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "compiler.h"

struct arguments {
    struct command_line line; /* command is NULL when none was named */
    bool help;                /* -h or --help was there */
    bool version;             /* --version was there */
};

/* Read the command line. False after saying on stderr what is wrong with it;
 * line.arena must be set before. */
MUST_CHECK bool arguments_read(struct arguments *arguments, int argc,
                               char **argv);

/* Print what there is: about one command, or all of it when that is NULL. */
void arguments_help(const struct command *command, FILE *out);

#endif
