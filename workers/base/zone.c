/* zone.c - the system's zone rules sampled into a table, so that looking up a
 * day later needs neither libc's hidden state nor the file. */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "timestamp.h"

enum {
    STEP_S = 3 * 86400, /* no zone has changed twice within six days */
    FIRST_YEAR = 1970,
    LAST_YEAR = 2100,
};

static int32_t
offset_at(time_t at)
{
    struct tm local;

    return localtime_r(&at, &local) ? (int32_t)local.tm_gmtoff : 0;
}

/* The first second in (low, high] with high's offset. */
static time_t
find_change(time_t low, time_t high)
{
    int32_t after = offset_at(high);

    while (high - low > 1) {
        time_t middle = low + (high - low) / 2;

        if (offset_at(middle) == after)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static size_t
sample_changes(struct zone_change *changes)
{
    time_t end =
        (time_t)day_from_civil((struct civil_date){LAST_YEAR, 1, 1}) * 86400;
    size_t count = 0;
    int32_t offset = offset_at(0);

    changes[count++] = (struct zone_change){INT64_MIN, offset};
    for (time_t at = 0; at < end; at += STEP_S) {
        int32_t next = offset_at(at + STEP_S);

        if (next == offset)
            continue;
        changes[count++] = (struct zone_change){
            (int64_t)find_change(at, at + STEP_S) * US_PER_SECOND, next};
        offset = next;
    }
    return count;
}

static bool
zone_exists(const char *name)
{
    char path[256];
    const char *folder = getenv("TZDIR");
    struct stat info;

    if (!name[0] || name[0] == '/' || strstr(name, ".."))
        return false;
    snprintf(path, sizeof(path), "%s/%s",
             folder ? folder : "/usr/share/zoneinfo", name);
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
           access(path, R_OK) == 0;
}

static void
set_libc_zone(const char *name)
{
    if (name)
        setenv("TZ", name, 1);
    else
        unsetenv("TZ");
    tzset();
}

bool
zone_load(struct arena *arena, const char *name, struct zone *zone,
          struct err *err)
{
    static const struct zone_change utc = {INT64_MIN, 0};
    struct zone_change changes[4 * (LAST_YEAR - FIRST_YEAR)];
    const char *before = getenv("TZ");
    char *restore = before ? arena_strdup(arena, before) : NULL;

    *zone = (struct zone){&utc, 1};
    if (strcmp(name, "UTC") == 0)
        return true;
    if (!zone_exists(name))
        return err_set(err, ERR_CONFIG,
                       "there is no time zone \"%s\"; use a name such as "
                       "UTC or Europe/Berlin",
                       name);
    set_libc_zone(name);
    zone->count = sample_changes(changes);
    set_libc_zone(restore);
    zone->changes =
        arena_grow(arena, changes, zone->count, zone->count, sizeof(*changes));
    return true;
}

int32_t
zone_offset(const struct zone *zone, int64_t at_us)
{
    size_t low = 0;
    size_t high = zone->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (zone->changes[middle].at_us <= at_us)
            low = middle;
        else
            high = middle;
    }
    return zone->changes[low].offset_s;
}

int32_t
zone_day(const struct zone *zone, int64_t at_us)
{
    return day_of_utc(at_us + zone_offset(zone, at_us) * US_PER_SECOND);
}
