/* git.h - files as they were at a revision; the only user of git(1), which is
 * run without a shell. */
#ifndef IO_GIT_H
#define IO_GIT_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

/* The bytes of the file at `path` at a revision of the repository that its
 * folder is in, made in the arena. ERR_INPUT with git's own words when there is
 * no such revision or file, ERR_CONFIG when git cannot be run, or the file is
 * larger than FILE_MAX_BYTES. */
MUST_CHECK bool git_read(struct arena *arena, const char *revision,
                         const char *path, struct str *text, struct err *err);

#endif
