/* account_ids.h - ids of accounts by address, of which an account keeps its for
 * ever; of one connection. Takes 8 MiB at most, for a million accounts, and
 * little for few. What it does not know the database says, and what it has
 * wrong: since another database was restored, or one new address in some 30,000
 * that it takes for another when it is full. */
#ifndef IO_ACCOUNT_IDS_H
#define IO_ACCOUNT_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

/* All zero knows nobody. */
struct account_ids {
    struct arena arena; /* holds the places */
    uint64_t *places;
    size_t room; /* places, a power of two */
    size_t count;
};

/* Most likely the account's id; 0 when it is not known. */
int64_t account_ids_find(const struct account_ids *ids, struct str address);

/* Remember the id, where there is no room left in place of some other; 0:
 * forget it. */
void account_ids_note(struct account_ids *ids, struct str address, int64_t id);

void account_ids_free(struct account_ids *ids);

#endif
