/* rules_watch.c - stat() twice a second instead of inotify: it follows the
 * symbolic links by which a ConfigMap, or `ln -sfn`, swaps a whole folder, and
 * works on network file systems. */
#include "rules_watch.h"

#include <sys/stat.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "signals.h"

enum { LOOK_MS = 500 };

static void
add_look(struct buf *look, const char *path)
{
    struct stat info = {0};

    if (stat(path, &info) != 0)
        info.st_size = -1;
    buf_printf(look, "%s %lld %lld %lld.%09ld\n", path, (long long)info.st_ino,
               (long long)info.st_size, (long long)info.st_mtim.tv_sec,
               info.st_mtim.tv_nsec);
}

/* Another number when a file was changed, replaced, added or removed. */
static uint64_t
look_at(const char *path)
{
    struct arena arena = {0};
    struct err err = {0};
    const char *const *files;
    size_t count;
    struct buf look;
    uint64_t hash;

    buf_init(&look, &arena);
    if (!file_list(&arena, path, ".yaml", &files, &count, &err))
        count = 0;
    for (size_t i = 0; i < count; i++)
        add_look(&look, files[i]);
    hash = str_hash(buf_str(&look));
    arena_free(&arena);
    return hash;
}

void
rules_watch_start(struct rules_watch *watch, enum rules_reload reload,
                  const char *path)
{
    *watch = (struct rules_watch){.reload = reload, .path = path};
    watch->read = watch->seen = look_at(path);
}

static void
look(struct rules_watch *watch)
{
    uint64_t now;

    if (clock_monotonic_ms() < watch->next_look_ms)
        return;
    watch->next_look_ms = clock_monotonic_ms() + LOOK_MS;
    now = look_at(watch->path);
    if (now == watch->seen && now != watch->read)
        watch->due = true;
    watch->seen = now;
}

bool
rules_watch_is_due(struct rules_watch *watch)
{
    if (signals_take_hangup()) {
        if (watch->reload == RELOAD_NEVER)
            log_info("SIGHUP is ignored: rules.reload is never");
        else
            watch->due = true;
    }
    if (watch->reload == RELOAD_WATCH)
        look(watch);
    return watch->due;
}

void
rules_watch_done(struct rules_watch *watch)
{
    watch->due = false;
    watch->read = watch->seen;
}
