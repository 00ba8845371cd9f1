/* migration.h - the database schema the program carries, and how it gets into
 * a database: numbered SQL files of schemas/sql, applied once each, in order,
 * with their digest kept. */
#ifndef IO_MIGRATION_H
#define IO_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"

struct migration {
    int version;      /* 1, 2, 3 ... */
    const char *name; /* "ledger" */
    const char *sql;
};

/* Made at build time from schemas/sql/NNNN_name.sql, in order. */
extern const struct migration migrations[];
extern const size_t migration_count;

enum migration_state {
    MIGRATION_PENDING,
    MIGRATION_APPLIED,
    MIGRATION_CHANGED
};

struct migration_row {
    int version;
    const char *name;
    enum migration_state state; /* CHANGED: the digest differs from ours */
    const char *applied_at;     /* text, "" while pending */
};

/* What the database has against what the program carries, in order of
 * version; versions only the database knows come last with state CHANGED and
 * are counted in *unknown (a newer program was here). Rows are made in the
 * arena. */
MUST_CHECK bool migration_list(struct pg *pg, struct arena *arena,
                               struct migration_row **rows, size_t *count,
                               size_t *unknown, struct err *err);

/* Apply what is pending, each in its own transaction, under an advisory lock;
 * *applied says how many. ERR_CONFIG when the database is newer or a digest
 * differs. */
MUST_CHECK bool migration_up(struct pg *pg, struct arena *arena,
                             size_t *applied, struct err *err);

/* Whether the database has just what the program carries: ERR_CONFIG with what
 * to do when it has less ("run reward migrate up"), more, or other. */
MUST_CHECK bool migration_require(struct pg *pg, struct arena *arena,
                                  struct err *err);

#endif
