/* timer.c - reads reward.timers; the ledger writes it. */
#include "timer.h"

#include "log.h"
#include "pg_array.h"

/* now() is of this statement, which is a transaction of its own; unlike
 * clock_timestamp() it lets the index find what is due, however many there
 * are. */
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
                  "WHERE t.due_at <= now() "
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

bool
timers_put_off(struct pg *pg, const struct timer *timers, size_t count,
               struct err *err)
{
    struct arena arena = {0};
    struct pg_result *rows;
    struct buf ids;
    struct buf times;
    bool ok;

    pg_array_open(&ids, &arena, PG_TEXT);
    pg_array_open(&times, &arena, PG_INT8);
    for (size_t i = 0; i < count; i++) {
        pg_array_text(&ids, timers[i].hold_id);
        pg_array_int(&times, timers[i].due_us);
    }
    ok =
        pg_query(pg,
                 "UPDATE timers t SET due_at = clock_timestamp() + "
                 "interval '1 minute' FROM unnest($1::text[], $2::bigint[]) "
                 "AS v (id, due_us) WHERE t.hold_id = v.id::uuid "
                 "AND t.due_at = from_us(v.due_us) RETURNING t.hold_id",
                 (struct str[]){buf_str(&ids), buf_str(&times)}, 2, &rows, err);
    if (ok) {
        for (size_t i = 0; i < pg_rows(rows); i++)
            log_warn("the hold %.*s could not be ended and is tried again in a "
                     "minute; see reward.dead_letters",
                     STR_ARG(pg_text(rows, i, 0)));
        pg_result_free(rows);
    }
    arena_free(&arena);
    return ok;
}
