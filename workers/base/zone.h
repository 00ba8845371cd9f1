/* zone.h - which calendar day an instant falls on in a named time zone. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"

struct zone_change {
    int64_t at_us; /* from here on */
    int32_t offset_s;
};

/* Offsets east of UTC, 1970 to 2100, oldest first; the first holds before. */
struct zone {
    const struct zone_change *changes;
    size_t count;
};

/* Read the IANA zone `name` ("UTC", "Europe/Berlin") from the system's time
 * zone database once; later changes of the database do not reach *zone.
 * ERR_CONFIG when there is no such zone. Not for use beside other threads
 * that call localtime(). */
MUST_CHECK bool zone_load(struct arena *arena, const char *name,
                          struct zone *zone, struct err *err);

/* Offset east of UTC in seconds at the instant. */
int32_t zone_offset(const struct zone *zone, int64_t at_us);

/* Days since 1970-01-01 of the local calendar day. */
int32_t zone_day(const struct zone *zone, int64_t at_us);

#endif
