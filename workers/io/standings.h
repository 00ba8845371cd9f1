/* standings.h - the copy that leaderboard and stats are read from, see
 * schemas/sql/0006_read_side.sql. They are exact however far it lags; brought
 * forward, they are fast too. */
#ifndef IO_STANDINGS_H
#define IO_STANDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler.h"
#include "err.h"
#include "pg.h"

/* Bring the copy forward by the given number of entries at most (one batch at
 * least). *current: it is at the last batch now. It stays where it is, which is
 * no error, where nothing may be written and while another is at it. */
MUST_CHECK bool standings_refresh(struct pg *pg, int64_t most_entries,
                                  bool *current, struct err *err);

/* The same before a read, by so little that the read is not late. Whether it
 * works does not matter to the reader. */
void standings_help(struct pg *pg);

#endif
