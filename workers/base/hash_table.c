/* hash_table.c - open addressing with linear probing, at most two thirds full.
 * A key of zeros marks a free slot. */
#include "hash_table.h"

#include "hash.h"

enum { FIRST_ROOM = 1024 };

struct hash_slot {
    struct hash_key key;
    uint64_t value;
};

void
hash_table_free(struct hash_table *table)
{
    arena_free(&table->arena);
    *table = (struct hash_table){0};
}

struct hash_key
hash_key_start(void)
{
    /* Two unlike numbers, so that both halves go different ways. */
    return (struct hash_key){UINT64_C(0x2545F4914F6CDD1D),
                             UINT64_C(0xD6E8FEB86659FD93)};
}

struct hash_key
hash_key_word(struct hash_key key, uint64_t word)
{
    return (struct hash_key){hash_mix(key.high, word),
                             hash_mix(key.low, word ^ key.high >> 32)};
}

struct hash_key
hash_key_text(struct hash_key key, struct str text)
{
    return (struct hash_key){hash_text(key.high, text),
                             hash_text(key.low, text)};
}

/* No key is all zeros. */
static struct hash_key
usable(struct hash_key key)
{
    if (!key.high && !key.low)
        key.low = 1;
    return key;
}

static bool
is_free(const struct hash_slot *slot)
{
    return !slot->key.high && !slot->key.low;
}

static bool
is_key(const struct hash_slot *slot, struct hash_key key)
{
    return slot->key.high == key.high && slot->key.low == key.low;
}

static size_t
home_of(const struct hash_table *table, struct hash_key key)
{
    return (key.high ^ key.low >> 17) & (table->room - 1);
}

static struct hash_slot *
probe(const struct hash_table *table, struct hash_key key)
{
    size_t at = home_of(table, key);

    while (!is_free(&table->slots[at]) && !is_key(&table->slots[at], key))
        at = (at + 1) & (table->room - 1);
    return &table->slots[at];
}

static void
grow(struct hash_table *table)
{
    struct hash_table larger = {.room =
                                    table->room ? table->room * 2 : FIRST_ROOM,
                                .count = table->count};

    larger.slots =
        arena_array(&larger.arena, larger.room, sizeof(*larger.slots));
    for (size_t i = 0; i < table->room; i++)
        if (!is_free(&table->slots[i]))
            *probe(&larger, table->slots[i].key) = table->slots[i];
    arena_free(&table->arena);
    *table = larger;
}

void
hash_table_expect(const struct hash_table *table, struct hash_key key)
{
    if (table->count)
        __builtin_prefetch(&table->slots[home_of(table, usable(key))]);
}

uint64_t *
hash_table_get(const struct hash_table *table, struct hash_key key)
{
    struct hash_slot *slot;

    if (!table->count)
        return NULL;
    slot = probe(table, usable(key));
    return is_free(slot) ? NULL : &slot->value;
}

uint64_t *
hash_table_put(struct hash_table *table, struct hash_key key, bool *is_new)
{
    struct hash_slot *slot;

    key = usable(key);
    if (table->count * 3 >= table->room * 2)
        grow(table);
    slot = probe(table, key);
    *is_new = is_free(slot);
    if (*is_new) {
        slot->key = key;
        table->count++;
    }
    return &slot->value;
}
