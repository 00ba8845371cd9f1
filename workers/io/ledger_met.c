/* ledger_met.c - the events that this process has met: those it has claimed
 * and, once it turns out that others had claimed some before it, the latest of
 * theirs too, a page with each batch. Without them, as after a start or when
 * partitions move, each of their repeats would be a wrong guess (see
 * ledger_claim.c). */
#include "ledger.h"

#include "hash.h"
#include "ledger_parts.h"

enum {
    MET_EVENTS = 500000, /* takes 2 MiB */
    RECALLED_EVENTS = MET_EVENTS / 2,
    RECALL_PAGE = 10000, /* read in a few milliseconds */
};

void
met_init(struct met *met, struct arena *arena)
{
    recent_init(&met->events, arena, MET_EVENTS);
    met_look_back(met);
}

bool
met_add(struct met *met, struct str source, struct str id)
{
    return recent_add(&met->events, hash_text(hash_text(0, source), id));
}

void
met_look_back(struct met *met)
{
    met->before = INT64_MAX;
    met->unread = RECALLED_EVENTS;
    met->missed = false;
}

void
met_missed(struct met *met)
{
    met->missed = true;
}

bool
met_recall(struct met *met, struct pg *pg, struct arena *arena, struct err *err)
{
    struct pg_result *rows;

    if (!met->missed || !met->unread)
        return true;
    if (!pg_query_binary(pg,
                         "SELECT e.id, s.name, e.event_id FROM (SELECT id, "
                         "source_id, event_id FROM events WHERE id < $1 "
                         "ORDER BY id DESC LIMIT $2) e "
                         "JOIN sources s ON s.id = e.source_id",
                         (struct str[]){int_text(arena, met->before),
                                        int_text(arena, RECALL_PAGE)},
                         2, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++) {
        if (pg_int(rows, i, 0) < met->before)
            met->before = pg_int(rows, i, 0);
        met_add(met, pg_text(rows, i, 1), pg_text(rows, i, 2));
    }
    met->unread -= RECALL_PAGE;
    if (pg_rows(rows) < RECALL_PAGE)
        met->unread = 0;
    pg_result_free(rows);
    return true;
}
