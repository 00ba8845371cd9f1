/* connect.h - the database connection of commands that are run by hand. */
#ifndef CMD_CONNECT_H
#define CMD_CONNECT_H

#include <stdint.h>

#include "command.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"

/* Statements of people may take longer than those of the worker: at least
 * min_timeout_ms. *pg is owned by the caller. */
MUST_CHECK bool connect_database(const struct command_line *line,
                                 int64_t min_timeout_ms, struct pg **pg,
                                 struct err *err);

#endif
