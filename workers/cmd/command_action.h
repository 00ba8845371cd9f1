/* command_action.h - the first word of a command that does several things:
 * `activate` of `reward rules`. */
#ifndef CMD_COMMAND_ACTION_H
#define CMD_COMMAND_ACTION_H

#include "command.h"

/* A row of a table that ends with a NULL name. */
struct command_action {
    const char *name;
    const char *help; /* one line */
    int (*run)(struct command_line *line);
};

extern const struct command_action rules_actions[];

#endif
