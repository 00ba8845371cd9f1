/* event_file.h - one event from a file, for the commands that try rules out. */
#ifndef CMD_EVENT_FILE_H
#define CMD_EVENT_FILE_H

#include <stdbool.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "event.h"

/* A structured CloudEvents message, as it is published, checked against its
 * schema. Everything is made in the arena; a failure names the file. */
MUST_CHECK bool event_file_read(struct arena *arena, const char *path,
                                const struct schema_set *schemas,
                                struct event *event, struct err *err);

#endif
