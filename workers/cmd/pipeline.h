/* pipeline.h - the steps over one batch, in order, once: begin and fence,
 * check the rule set, claim, lock, decide, write, commit. Splits a batch that
 * the database refuses until the record at fault is alone. */
#ifndef CMD_PIPELINE_H
#define CMD_PIPELINE_H

#include "arena.h"
#include "batch.h"
#include "compiler.h"
#include "err.h"
#include "ledger.h"
#include "rules_in_force.h"

struct pipeline_counts {
    int64_t outcomes[OUTCOME_COUNT];
    int64_t batches;
    int64_t shadow_errors; /* of rules in shadow */
};

struct pipeline {
    struct ledger *ledger;        /* borrowed; changes on reconnection */
    struct rules_in_force *rules; /* borrowed */
    int64_t notify_max_age_us;
    struct pipeline_counts counts; /* since the start */
    struct arena attempt_arena;    /* of a try at a range */
    size_t attempt_bytes;          /* that the last one took */
};

/* What it has made for itself. */
void pipeline_free(struct pipeline *pipeline);

/* Post the batch, as intake has filled it, and move its streams' next_offset.
 * The items' decisions and accounts are gone when it returns. On failure part
 * of the batch may be posted; the database's positions tell which. Kinds:
 * ERR_RETRY, ERR_CONFIG and ERR_FATAL; records at fault are set aside, never an
 * error. */
MUST_CHECK bool pipeline_post(struct pipeline *pipeline, struct batch *batch,
                              struct err *err);

#endif
