/* map.h - byte strings to pointers, in an arena; no removal. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "arena.h"
#include "str.h"

struct map_slot;

/* Lives as long as its arena. Keys are borrowed. */
struct map {
    struct arena *arena; /* borrowed */
    struct map_slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

void map_init(struct map *map, struct arena *arena);

/* The value of key, or NULL. */
void *map_get(const struct map *map, struct str key);

/* The place of key's value, new and NULL when the key was not there. The
 * place is valid until the next map_put; the key must outlive the map. */
void **map_put(struct map *map, struct str key);

#endif
