/* account_ids.h - ids of accounts by address, of which an account keeps its for
 * ever; of one connection. Takes 2 MiB, however many accounts there are: what
 * it does not know, or has wrong since another database was restored, the
 * database says. */
#ifndef IO_ACCOUNT_IDS_H
#define IO_ACCOUNT_IDS_H

#include <stdint.h>

#include "arena.h"
#include "str.h"

struct account_ids {
    uint64_t *places;
};

/* Knows nobody yet; the memory is the arena's. */
void account_ids_init(struct account_ids *ids, struct arena *arena);

/* Most likely the account's id; 0 when it is not known. */
int64_t account_ids_find(const struct account_ids *ids, struct str address);

/* Remember the id, in place of some other; 0: forget it. */
void account_ids_note(struct account_ids *ids, struct str address, int64_t id);

#endif
