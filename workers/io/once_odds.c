/* once_odds.c - for each line a run of free keys, and how long it must be. */
#include "once_odds.h"

#include <string.h>

struct once_run {
    uint32_t free;
    uint32_t wanted; /* 0: ONCE_ODDS_FIRST_RUN */
};

#define RUN_MAX (UINT32_C(1) << 30) /* of either */

enum { ROOM_FIRST = 64, LONGER = 4 };

void
once_odds_free(struct once_odds *odds)
{
    arena_free(&odds->arena);
}

static uint32_t
wanted(const struct once_run *run)
{
    return run->wanted ? run->wanted : ONCE_ODDS_FIRST_RUN;
}

static void
grow(struct once_odds *odds, size_t line_id)
{
    struct once_odds grown = {.room = odds->room ? odds->room : ROOM_FIRST};

    while (grown.room <= line_id)
        grown.room *= 2;
    grown.runs = arena_array(&grown.arena, grown.room, sizeof(*grown.runs));
    if (odds->room)
        memcpy(grown.runs, odds->runs, odds->room * sizeof(*odds->runs));
    arena_free(&odds->arena);
    *odds = grown;
}

void
once_odds_note(struct once_odds *odds, int32_t line_id, bool taken)
{
    struct once_run *run;

    if ((size_t)line_id >= odds->room)
        grow(odds, (size_t)line_id);
    run = &odds->runs[line_id];
    if (!taken) {
        run->free += run->free < RUN_MAX;
        return;
    }
    if (run->free >= wanted(run) && wanted(run) < RUN_MAX)
        run->wanted = wanted(run) * LONGER;
    run->free = 0;
}

bool
once_odds_are_good(const struct once_odds *odds, int32_t line_id)
{
    const struct once_run *run;

    if ((size_t)line_id >= odds->room)
        return false;
    run = &odds->runs[line_id];
    return run->free >= wanted(run);
}
