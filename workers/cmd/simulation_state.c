/* simulation_state.c - what a simulation asks of the database. */
#include "simulation_state.h"

#include "connect.h"
#include "ledger.h"
#include "migration.h"
#include "registry.h"

enum { MIN_TIMEOUT_MS = 60000 };

static bool
look(void *context, struct facts *facts, struct err *err)
{
    const struct simulation_state *state = context;

    return ledger_look(state->pg, facts, err);
}

/* What is held for rules that a side has. */
static bool
read_holds(const struct simulation_state *state, struct simulation_side *side,
           struct err *err)
{
    struct pg_result *rows;

    if (!pg_query(state->pg,
                  "SELECT h.hold_id, a.address, m.address, l.name, h.amount, "
                  "to_us(h.expires_at), EXISTS (SELECT FROM closings c "
                  "WHERE c.account_id = h.matched_id "
                  "AND c.line_id = h.line_id AND c.contract_id = '') "
                  "FROM holds h JOIN accounts a ON a.id = h.account_id "
                  "JOIN accounts m ON m.id = h.matched_id "
                  "JOIN lines l ON l.id = h.line_id "
                  "WHERE NOT EXISTS (SELECT FROM hold_ends x "
                  "WHERE x.hold_id = h.hold_id) ORDER BY h.hold_id",
                  NULL, 0, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        simulation_holds_add(&side->holds, &(struct simulation_hold){
                                               .id = pg_text(rows, i, 0),
                                               .account = pg_text(rows, i, 1),
                                               .waits_for = pg_text(rows, i, 2),
                                               .rule = pg_text(rows, i, 3),
                                               .minor = pg_int(rows, i, 4),
                                               .expires_us = pg_int(rows, i, 5),
                                               .confirmed = pg_bool(rows, i, 6),
                                           });
    pg_result_free(rows);
    return true;
}

static bool
read_side(const struct simulation_state *state, struct simulation_side *side,
          struct err *err)
{
    return registry_bind_known(state->pg, side->ruleset, err) &&
           read_holds(state, side, err);
}

bool
simulation_state_open(struct simulation_state *state,
                      const struct command_line *line,
                      struct simulation *simulation, struct err *err)
{
    struct arena arena = {0};
    bool ok = connect_database(line, MIN_TIMEOUT_MS, &state->pg, err) &&
              migration_require(state->pg, &arena, err) &&
              pg_exec(state->pg, "SET idle_in_transaction_session_timeout = 0",
                      err) && /* events may come slowly */
              pg_exec(state->pg,
                      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err);

    arena_free(&arena);
    for (size_t i = 0; ok && i < simulation->side_count; i++)
        ok = read_side(state, &simulation->sides[i], err);
    simulation->look = look;
    simulation->look_context = state;
    return ok;
}

void
simulation_state_close(struct simulation_state *state)
{
    pg_close(state->pg);
    state->pg = NULL;
}

bool
simulation_state_known(const struct simulation_state *state,
                       struct batch *batch, struct err *err)
{
    return !state->pg || ledger_look_known(state->pg, batch, err);
}
