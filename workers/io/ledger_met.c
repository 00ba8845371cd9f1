/* ledger_met.c - the events that this process has met: those it has claimed
 * and, once it turns out that others had claimed some before it, the latest of
 * theirs too, a page with each batch. Without them, as after a start or when
 * partitions move, each of their repeats would be a wrong guess (see
 * ledger_claim.c). */
#include "ledger.h"

#include "hash.h"
#include "ledger_parts.h"

enum { MET_EVENTS = 500000 }; /* takes 2 MiB */

static const struct page_source events = {
    .sql = "SELECT e.id, s.name, e.event_id FROM (SELECT id, source_id, "
           "event_id FROM events WHERE id < $1::bigint "
           "ORDER BY id DESC LIMIT $2) e "
           "JOIN sources s ON s.id = e.source_id ORDER BY e.id DESC",
    .page = 10000, /* takes a few milliseconds */
    .most = MET_EVENTS / 2,
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
    met->pages = (struct pages){0};
    met->missed = false;
}

void
met_missed(struct met *met)
{
    met->missed = true;
}

bool
met_recall(struct met *met, struct pg *pg, struct err *err)
{
    struct pg_result *rows;

    if (!met->missed)
        return true;
    if (!pages_next(&met->pages, &events, pg, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        met_add(met, pg_text(rows, i, 1), pg_text(rows, i, 2));
    pg_result_free(rows);
    return true;
}
