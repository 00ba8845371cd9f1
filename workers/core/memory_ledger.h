/* memory_ledger.h - what the facts of all events so far are, in memory: what
 * the ledger is to a worker, for simulations. Facts are asked for, filled in
 * and kept batch by batch; an account, a counter, a once-key or what can be
 * taken back costs some tens of bytes here, and an event by itself nothing. */
#ifndef CORE_MEMORY_LEDGER_H
#define CORE_MEMORY_LEDGER_H

#include <stddef.h>

#include "arena.h"
#include "facts.h"
#include "hash_table.h"

/* All zero is a valid, empty ledger. */
struct memory_ledger {
    struct arena arena;
    struct hash_table accounts; /* places in `states` */
    struct hash_table counters;
    struct hash_table once_keys;
    struct hash_table records;
    struct account_state **states; /* in order of first change */
    size_t state_count;
    size_t state_room;
    struct counter **moved; /* counters, likewise; whose, only the keys say */
    size_t moved_count;
    size_t moved_room;
};

void memory_ledger_free(struct memory_ledger *ledger);

/* Fill in the facts that were asked for and are kept; others stay as they are.
 * Texts are borrowed until the next memory_ledger_keep. */
void memory_ledger_fill(const struct memory_ledger *ledger,
                        struct facts *facts);

/* Keep what decisions changed of the facts, and all records that have rows or
 * had some. */
void memory_ledger_keep(struct memory_ledger *ledger,
                        const struct facts *facts);

/* The account as it was kept last, or NULL. */
const struct account_state *
memory_ledger_account(const struct memory_ledger *ledger, struct str address);

#endif
