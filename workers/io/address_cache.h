/* address_cache.h - addresses of accounts by id, of which an account keeps its
 * for ever. Takes some 32 bytes an account, and 32 MiB at most, for a million.
 * Not kept are those of more than 20 bytes that are neither 0x and 40 digits
 * nor UUIDs. */
#ifndef IO_ADDRESS_CACHE_H
#define IO_ADDRESS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "str.h"

struct address_cache;

struct address_cache *address_cache_new(void);

/* NULL is allowed. */
void address_cache_free(struct address_cache *cache);

/* addresses[i] is that of account ids[i], made in the arena; what the cache
 * lacks is read in one query. ERR_FATAL when an account does not exist. */
MUST_CHECK bool address_cache_find(struct address_cache *cache, struct pg *pg,
                                   const int64_t *ids, size_t count,
                                   struct arena *arena, struct str *addresses,
                                   struct err *err);

#endif
