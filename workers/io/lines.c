/* lines.c - one buffer that is filled again when it holds no whole line. */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_ROOM = 64 * 1024 };

bool
lines_open(const char *path, struct lines *lines, struct err *err)
{
    struct stat info;

    *lines = (struct lines){.path = path, .fd = STDIN_FILENO};
    if (strcmp(path, "-") != 0)
        lines->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (lines->fd < 0)
        return err_set(err, ERR_CONFIG, "could not open \"%s\": %s", path,
                       strerror(errno));
    if (fstat(lines->fd, &info) == 0 && S_ISREG(info.st_mode))
        lines->file_bytes = info.st_size;
    lines->room = FIRST_ROOM;
    lines->bytes = arena_alloc(&lines->arena, lines->room);
    return true;
}

void
lines_close(struct lines *lines)
{
    if (lines->fd > STDIN_FILENO)
        close(lines->fd);
    lines->fd = -1;
    arena_free(&lines->arena);
}

/* Twice the room, up to that for the longest line. */
static void
grow(struct lines *lines)
{
    struct arena arena = {0};
    size_t room = lines->room * 2;
    char *bytes = arena_alloc(&arena, room);

    memcpy(bytes, lines->bytes, lines->end);
    arena_free(&lines->arena);
    lines->arena = arena;
    lines->bytes = bytes;
    lines->room = room;
}

/* More bytes behind those that are there. */
static bool
fill(struct lines *lines, struct err *err)
{
    ssize_t got;

    memmove(lines->bytes, lines->bytes + lines->start,
            lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    if (lines->end == lines->room && lines->room < LINE_MAX_BYTES)
        grow(lines);
    if (lines->end == lines->room)
        return err_set(
            err, ERR_INPUT, "line %lld of \"%s\" is longer than %d bytes",
            (long long)lines->number + 1, lines->path, LINE_MAX_BYTES);
    do
        got = read(lines->fd, lines->bytes + lines->end,
                   lines->room - lines->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_set(err, ERR_CONFIG, "could not read \"%s\": %s",
                       lines->path, strerror(errno));
    lines->ended = got == 0;
    lines->end += (size_t)got;
    lines->read_bytes += got;
    return true;
}

/* A line out of the buffer; false when it holds no whole one. */
static bool
take(struct lines *lines, struct str *line)
{
    const char *start = lines->bytes + lines->start;
    size_t len = lines->end - lines->start;
    const char *newline = memchr(start, '\n', len);

    if (!newline && !(lines->ended && len))
        return false;
    if (newline)
        len = (size_t)(newline - start);
    lines->start += len + (newline != NULL);
    lines->number++;
    if (len && start[len - 1] == '\r')
        len--;
    *line = str_make(start, len);
    return true;
}

bool
lines_next(struct lines *lines, struct str *line, bool *more, struct err *err)
{
    for (;;) {
        if (take(lines, line)) {
            *more = true;
            if (line->len)
                return true;
        } else if (lines->ended) {
            *more = false;
            return true;
        } else if (!fill(lines, err)) {
            return false;
        }
    }
}
