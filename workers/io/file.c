/* file.c - reads files and lists folders for rules, schemas and settings. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
read_all(int fd, char *bytes, size_t size, size_t *len)
{
    ssize_t got;

    *len = 0;
    while (*len < size && (got = read(fd, bytes + *len, size - *len)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        *len += (size_t)got;
    }
    return true;
}

static bool
read_open_file(struct arena *arena, int fd, const char *path, struct str *text,
               struct err *err)
{
    struct stat info;
    char *bytes;

    if (fstat(fd, &info) != 0)
        return err_set(err, ERR_CONFIG, "could not read \"%s\": %s", path,
                       strerror(errno));
    if (info.st_size > FILE_MAX_BYTES)
        return err_set(err, ERR_CONFIG,
                       "cannot read \"%s\": it is larger than %d bytes", path,
                       FILE_MAX_BYTES);
    bytes = arena_alloc(arena, (size_t)info.st_size + 1);
    text->at = bytes;
    if (!read_all(fd, bytes, (size_t)info.st_size, &text->len))
        return err_set(err, ERR_CONFIG, "could not read \"%s\": %s", path,
                       strerror(errno));
    return true;
}

bool
file_read(struct arena *arena, const char *path, struct str *text,
          struct err *err)
{
    /* A FIFO is empty, and is not waited for. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_set(err, ERR_CONFIG, "could not open \"%s\": %s", path,
                       strerror(errno));
    ok = read_open_file(arena, fd, path, text, err);
    close(fd);
    return ok;
}

static int
path_order(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool
wanted(const struct dirent *entry, struct str suffix)
{
    return entry->d_name[0] != '.' &&
           str_ends_with(str_from_cstr(entry->d_name), suffix);
}

static bool
list_folder(struct arena *arena, DIR *folder, const char *path,
            struct str suffix, const char *const **paths, size_t *count)
{
    const char **found = NULL;
    size_t room = 0;
    struct dirent *entry;

    *count = 0;
    while ((entry = readdir(folder))) {
        if (!wanted(entry, suffix))
            continue;
        found = arena_room(arena, found, *count, &room, 16, sizeof(*found));
        found[(*count)++] = arena_printf(arena, "%s/%s", path, entry->d_name);
    }
    if (*count)
        qsort(found, *count, sizeof(*found), path_order);
    *paths = found;
    return true;
}

bool
file_list(struct arena *arena, const char *path, const char *suffix,
          const char *const **paths, size_t *count, struct err *err)
{
    char *folder_path = arena_strdup(arena, path);
    size_t len = strlen(folder_path);
    DIR *folder = opendir(path);
    bool ok;

    if (!folder && errno == ENOTDIR) {
        const char **single = arena_array(arena, 1, sizeof(*single));

        single[0] = folder_path;
        *paths = single;
        *count = 1;
        return true;
    }
    if (!folder)
        return err_set(err, ERR_CONFIG, "could not open \"%s\": %s", path,
                       strerror(errno));
    while (len > 1 && folder_path[len - 1] == '/')
        folder_path[--len] = '\0';
    ok = list_folder(arena, folder, folder_path, str_from_cstr(suffix), paths,
                     count);
    closedir(folder);
    return ok;
}

bool
file_is_same(const char *left, const char *right)
{
    struct stat a;
    struct stat b;

    return stat(left, &a) == 0 && stat(right, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool
write_all(int fd, struct str text)
{
    while (text.len) {
        ssize_t put = write(fd, text.at, text.len);

        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0)
            text = str_make(text.at + put, text.len - (size_t)put);
    }
    return fsync(fd) == 0;
}

/* The file that a process of the same number left behind, killed just before it
 * gave it its name, is in nobody's way. */
bool
file_replace(struct arena *arena, const char *path, struct str text,
             struct err *err)
{
    const char *next = arena_printf(arena, "%s.%ld", path, (long)getpid());
    int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && write_all(fd, text);

    if (fd >= 0 && close(fd) != 0)
        ok = false;
    if (ok && rename(next, path) == 0)
        return true;
    err_set(err, errno == ENOSPC || errno == EDQUOT ? ERR_RETRY : ERR_CONFIG,
            "could not write \"%s\": %s", path, strerror(errno));
    if (fd >= 0)
        unlink(next);
    return false;
}
