/* hash_table.h - numbers by the hash of what they are about, for tables that
 * are too large to keep their keys. Two keys with the same 128 bits would be
 * taken for one: of 10^9 keys that happens once in 10^20 tables. */
#ifndef BASE_HASH_TABLE_H
#define BASE_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

struct hash_key {
    uint64_t high;
    uint64_t low;
};

struct hash_slot;

/* All zero is a valid, empty table. */
struct hash_table {
    struct arena arena; /* its own: it moves as it grows */
    struct hash_slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

/* Give the memory back; the table is empty and usable again. */
void hash_table_free(struct hash_table *table);

/* The key of nothing yet, and with a word or a text more. */
struct hash_key hash_key_start(void);
struct hash_key hash_key_word(struct hash_key key, uint64_t word);
struct hash_key hash_key_text(struct hash_key key, struct str text);

/* Have the processor fetch what a look at the key will need: large tables are
 * not in its caches, and waiting for many keys at once takes no longer than for
 * one. */
void hash_table_expect(const struct hash_table *table, struct hash_key key);

/* Where the key's number is; NULL when it is not there. Valid until the next
 * hash_table_put. */
uint64_t *hash_table_get(const struct hash_table *table, struct hash_key key);

/* The same, entered as 0 when it was not there, which *is_new says. */
uint64_t *hash_table_put(struct hash_table *table, struct hash_key key,
                         bool *is_new);

#endif
