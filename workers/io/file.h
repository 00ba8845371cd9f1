/* file.h - whole files as bytes. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

enum { FILE_MAX_BYTES = 8 * 1024 * 1024 };

/* Read a regular file; ERR_CONFIG when it cannot be read or is larger than
 * FILE_MAX_BYTES. The bytes are made in the arena. */
MUST_CHECK bool file_read(struct arena *arena, const char *path,
                          struct str *text, struct err *err);

/* The paths of the files in a folder whose names end in `suffix`, in order of
 * name, without sub-folders. A path that is a file itself gives just itself.
 * ERR_CONFIG when there is no such folder or file. */
MUST_CHECK bool file_list(struct arena *arena, const char *path,
                          const char *suffix, const char *const **paths,
                          size_t *count, struct err *err);

/* Whether both paths lead to one file that is there. */
bool file_is_same(const char *left, const char *right);

/* Put the text in the place of what the file at path says: nobody ever sees a
 * part of it. ERR_RETRY when the disk is full, else ERR_CONFIG when that cannot
 * be. */
MUST_CHECK bool file_replace(struct arena *arena, const char *path,
                             struct str text, struct err *err);

#endif
