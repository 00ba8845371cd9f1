/* odds.c - for each kind a run of free ones, and how long it must be. */
#include "odds.h"

#include <string.h>

struct odds_run {
    uint32_t free;
    uint32_t wanted; /* 0: ODDS_FIRST_RUN */
};

#define RUN_MAX (UINT32_C(1) << 30) /* of either */

enum { ROOM_FIRST = 64, LONGER = 4 };

void
odds_free(struct odds *odds)
{
    arena_free(&odds->arena);
}

static uint32_t
wanted(const struct odds_run *run)
{
    return run->wanted ? run->wanted : ODDS_FIRST_RUN;
}

static void
grow(struct odds *odds, size_t kind)
{
    struct odds grown = {.room = odds->room ? odds->room : ROOM_FIRST};

    while (grown.room <= kind)
        grown.room *= 2;
    grown.runs = arena_array(&grown.arena, grown.room, sizeof(*grown.runs));
    if (odds->room)
        memcpy(grown.runs, odds->runs, odds->room * sizeof(*odds->runs));
    arena_free(&odds->arena);
    *odds = grown;
}

static struct odds_run *
run_of(struct odds *odds, int32_t kind)
{
    if ((size_t)kind >= odds->room)
        grow(odds, (size_t)kind);
    return &odds->runs[kind];
}

void
odds_trust(struct odds *odds, int32_t kind)
{
    struct odds_run *run = run_of(odds, kind);

    run->wanted = ODDS_FIRST_RUN / LONGER;
    run->free = run->wanted;
}

void
odds_note(struct odds *odds, int32_t kind, bool taken)
{
    struct odds_run *run = run_of(odds, kind);

    if (!taken) {
        run->free += run->free < RUN_MAX;
        return;
    }
    if (run->free >= wanted(run) && wanted(run) < RUN_MAX)
        run->wanted = wanted(run) * LONGER;
    run->free = 0;
}

bool
odds_are_good(const struct odds *odds, int32_t kind)
{
    const struct odds_run *run;

    if ((size_t)kind >= odds->room)
        return false;
    run = &odds->runs[kind];
    return run->free >= wanted(run);
}
