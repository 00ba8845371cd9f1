/* git.c - `git cat-file`, which prints a file as it is (`git show` lists what
 * is a folder); its output and its complaints each go to a file without a name:
 * neither can fill up while the other one is read. */
#include "git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"

extern char **environ;

enum { CANNOT_RUN = 127 }; /* as shells have it */

/* Where a command writes to; -1: not open. */
struct output {
    int out;
    int complaints;
};

static bool
open_output(struct output *output, struct err *err)
{
    output->out = memfd_create("git", MFD_CLOEXEC);
    output->complaints = memfd_create("git", MFD_CLOEXEC);
    if (output->out >= 0 && output->complaints >= 0)
        return true;
    return err_set(err, ERR_CONFIG, "could not run git: %s", strerror(errno));
}

static void
close_output(struct output *output)
{
    if (output->out >= 0)
        close(output->out);
    if (output->complaints >= 0)
        close(output->complaints);
}

/* Run it to its end; the exit status, CANNOT_RUN also when a signal ended it.
 */
static int
run(char *const *words, const struct output *output)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    int failure;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                     O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output->out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output->complaints,
                                     STDERR_FILENO);
    failure = posix_spawnp(&child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure)
        return CANNOT_RUN;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return CANNOT_RUN;
    return WIFEXITED(status) ? WEXITSTATUS(status) : CANNOT_RUN;
}

/* What was written, up to `max` bytes; false when it is more, or lost. */
static bool
read_back(struct arena *arena, int fd, size_t max, struct str *text)
{
    struct stat info;
    char *bytes;
    ssize_t got;

    if (fstat(fd, &info) != 0 || (size_t)info.st_size > max)
        return false;
    bytes = arena_alloc(arena, (size_t)info.st_size + 1);
    got = pread(fd, bytes, (size_t)info.st_size, 0);
    *text = str_make(bytes, got > 0 ? (size_t)got : 0);
    return got == info.st_size;
}

/* The first line of what git says, without its "fatal: ". */
static struct str
first_complaint(struct arena *arena, const struct output *output)
{
    struct str text = {0};
    const char *end;

    if (!read_back(arena, output->complaints, FILE_MAX_BYTES, &text) ||
        !text.len)
        return STR("it did not say why");
    end = memchr(text.at, '\n', text.len);
    if (end)
        text.len = (size_t)(end - text.at);
    if (str_starts_with(text, STR("fatal: ")))
        text = str_make(text.at + 7, text.len - 7);
    return text;
}

static bool
cat(struct arena *arena, char *const *words, const struct output *output,
    struct str *text, struct err *err)
{
    int status = run(words, output);

    if (status == CANNOT_RUN)
        return err_set(err, ERR_CONFIG, "could not run git; is it installed?");
    if (status)
        return err_set(err, ERR_INPUT, "git: %.*s",
                       STR_ARG(first_complaint(arena, output)));
    if (read_back(arena, output->out, FILE_MAX_BYTES, text))
        return true;
    return err_set(err, ERR_CONFIG, "the file is larger than %d bytes",
                   FILE_MAX_BYTES);
}

bool
git_read(struct arena *arena, const char *revision, const char *path,
         struct str *text, struct err *err)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        !slash          ? "."
        : slash == path ? "/"
                        : arena_strndup(arena, path, (size_t)(slash - path));
    char *words[] = {
        "git",
        "-C",
        arena_strdup(arena, folder),
        "cat-file",
        "blob",
        "--end-of-options",
        arena_printf(arena, "%s:./%s", revision, slash ? slash + 1 : path),
        NULL,
    };
    struct output output;
    bool ok =
        open_output(&output, err) && cat(arena, words, &output, text, err);

    close_output(&output);
    return ok;
}
