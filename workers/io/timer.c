/* timer.c - reads reward.timers; the ledger writes it. */
#include "timer.h"

bool
timers_due(struct pg *pg, size_t most, struct arena *arena,
           struct timer **timers, size_t *count, struct err *err)
{
    struct str param = int_text(arena, (int64_t)most);
    struct pg_result *rows;

    if (!pg_query(pg,
                  "SELECT t.hold_id, a.address, m.address, to_us(t.due_at) "
                  "FROM timers t JOIN holds h ON h.hold_id = t.hold_id "
                  "JOIN accounts a ON a.id = h.account_id "
                  "JOIN accounts m ON m.id = h.matched_id "
                  "WHERE t.due_at <= clock_timestamp() "
                  "ORDER BY t.due_at, t.hold_id LIMIT $1::bigint",
                  &param, 1, &rows, err))
        return false;
    *count = pg_rows(rows);
    *timers = arena_array(arena, *count, sizeof(**timers));
    for (size_t i = 0; i < *count; i++)
        (*timers)[i] = (struct timer){
            .hold_id = str_dup(arena, pg_text(rows, i, 0)),
            .account = str_dup(arena, pg_text(rows, i, 1)),
            .waits_for = str_dup(arena, pg_text(rows, i, 2)),
            .due_us = pg_int(rows, i, 3),
        };
    pg_result_free(rows);
    return true;
}
