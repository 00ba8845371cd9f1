/* lines.h - a file line by line, however large it is, in fixed memory. */
#ifndef IO_LINES_H
#define IO_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

/* Longer lines are an error. */
enum { LINE_MAX_BYTES = 4 * 1024 * 1024 };

struct lines {
    struct arena arena; /* of the bytes, and only of them */
    const char *path;
    int fd;
    char *bytes;
    size_t room; /* as much as the longest line needed */
    size_t start;
    size_t end;
    bool ended;
    int64_t number;     /* of the last line, from 1 */
    int64_t read_bytes; /* so far */
    int64_t file_bytes; /* 0: nobody knows, as of a pipe */
};

/* "-" is the standard input. ERR_CONFIG when there is no such file. */
MUST_CHECK bool lines_open(const char *path, struct lines *lines,
                           struct err *err);

void lines_close(struct lines *lines);

/* The next line, without its \n or \r\n; empty ones are left out. Borrowed
 * until the next call. *more is false after the last one. ERR_INPUT for a line
 * that is too long, ERR_CONFIG when the file cannot be read. */
MUST_CHECK bool lines_next(struct lines *lines, struct str *line, bool *more,
                           struct err *err);

#endif
