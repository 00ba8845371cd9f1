/* ledger_inquiry.h - questions to the ledger that are asked together; for the
 * ledger's own files only. */
#ifndef IO_LEDGER_INQUIRY_H
#define IO_LEDGER_INQUIRY_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg_together.h"

/* The statements, and who reads what each has found; none to begin with. */
struct inquiry {
    struct arena *arena;
    struct question *questions;
    size_t count;
    size_t room;
};

typedef bool question_reader(void *context, const struct pg_result *rows,
                             struct err *err);

/* Add a statement; its parameters and the reader's context must last until it
 * was run. `read` may be NULL. */
void inquiry_add(struct inquiry *inquiry, struct pg_statement statement,
                 question_reader *read, void *context);

/* Run them, and have their rows read in the same order. */
MUST_CHECK bool inquiry_run(struct inquiry *inquiry, struct pg *pg,
                            struct err *err);

#endif
