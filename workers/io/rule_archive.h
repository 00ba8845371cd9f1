/* rule_archive.h - the rule sets that the database knows, looked up by what
 * people call them, and when each was in force. Reads only; a reader's role is
 * enough. */
#ifndef IO_RULE_ARCHIVE_H
#define IO_RULE_ARCHIVE_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "str.h"

/* A text as it was registered. */
struct archived_rules {
    const char *stamp; /* "gigs@a1b2c3d4" */
    struct str text;
};

/* The rule set in force. ERR_INPUT when there is none. Made in the arena, as
 * below. */
MUST_CHECK bool rule_archive_active(struct pg *pg, struct arena *arena,
                                    struct archived_rules *rules,
                                    struct err *err);

/* The one rule set of that stamp or version, or whose SHA-256 begins with
 * `word` (8 digits at least). ERR_INPUT when there is none, or several. */
MUST_CHECK bool rule_archive_find(struct pg *pg, struct arena *arena,
                                  struct str word, struct archived_rules *rules,
                                  struct err *err);

/* Activations, newest first: activated_at, stamp, version, activated_by,
 * sha256. *result is owned by the caller. */
MUST_CHECK bool rule_archive_history(struct pg *pg, struct str limit,
                                     struct pg_result **result,
                                     struct err *err);

#endif
