/* past_read.h - what the ledger has on one event; reads only, and the reader's
 * role is enough. */
#ifndef IO_PAST_READ_H
#define IO_PAST_READ_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "facts.h"
#include "past.h"
#include "pg.h"
#include "str.h"

/* The event called `id`, of `source` unless that is at NULL; row_id 0 when
 * there is none. ERR_INPUT when several sources have such an event. Everything
 * is made in the arena. */
MUST_CHECK bool past_read(struct pg *pg, struct str source, struct str id,
                          struct arena *arena, struct past *past,
                          struct err *err);

/* The text of the rule set that was in force when it was posted. */
MUST_CHECK bool past_read_rules(struct pg *pg, const struct past *past,
                                struct arena *arena, struct str *text,
                                struct err *err);

/* Fill in the once-keys of the facts: taken when an event before this one has
 * taken it; taken_by names the event, this one or an earlier one. The lines
 * have their ids. */
MUST_CHECK bool past_read_keys(struct pg *pg, const struct past *past,
                               struct arena *arena, struct facts *facts,
                               struct err *err);

/* Repeats of the event, and records set aside that name the id: the ledger has
 * those as bytes only, so this looks through all of them. */
MUST_CHECK bool past_read_records(struct pg *pg, const struct past *past,
                                  struct arena *arena,
                                  const struct past_record **records,
                                  size_t *count, struct err *err);

#endif
