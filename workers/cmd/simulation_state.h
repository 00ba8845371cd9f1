/* simulation_state.h - the ledger as it is now, for simulations that go on from
 * there: one snapshot, read and never locked. */
#ifndef CMD_SIMULATION_STATE_H
#define CMD_SIMULATION_STATE_H

#include "batch.h"
#include "command.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "simulation.h"

/* All zero: there is none, simulations start from nothing. */
struct simulation_state {
    struct pg *pg;
};

/* Connect, take the snapshot, and have the simulation, whose sides are there,
 * start from it. It needs the right to read. ERR_CONFIG,
 * ERR_RETRY: see pg_open(). */
MUST_CHECK bool simulation_state_open(struct simulation_state *state,
                                      const struct command_line *line,
                                      struct simulation *simulation,
                                      struct err *err);

void simulation_state_close(struct simulation_state *state);

/* Find the events of the batch that the ledger has; with no state, none. */
MUST_CHECK bool simulation_state_known(const struct simulation_state *state,
                                       struct batch *batch, struct err *err);

#endif
