/* map.c - open addressing with linear probing, at most half full. */
#include "map.h"

#include "hash.h"

struct map_slot {
    uint64_t hash;
    struct str key;
    void *value;
    bool taken;
};

void
map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){.arena = arena};
}

static struct map_slot *
map_probe(struct map_slot *slots, size_t room, struct str key, uint64_t hash)
{
    size_t at = hash & (room - 1);

    while (slots[at].taken &&
           (slots[at].hash != hash || !str_eq(slots[at].key, key)))
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static void
map_grow(struct map *map)
{
    size_t room = map->room ? map->room * 2 : 16;
    struct map_slot *slots =
        arena_array(map->arena, room, sizeof(struct map_slot));

    for (size_t i = 0; i < map->room; i++) {
        struct map_slot *old = &map->slots[i];

        if (old->taken)
            *map_probe(slots, room, old->key, old->hash) = *old;
    }
    map->slots = slots;
    map->room = room;
}

void *
map_get(const struct map *map, struct str key)
{
    if (!map->room)
        return NULL;
    return map_probe(map->slots, map->room, key, hash_text(0, key))->value;
}

void **
map_put(struct map *map, struct str key)
{
    uint64_t hash = hash_text(0, key);
    struct map_slot *slot;

    if (map->count * 2 >= map->room)
        map_grow(map);
    slot = map_probe(map->slots, map->room, key, hash);
    if (!slot->taken) {
        slot->taken = true;
        slot->hash = hash;
        slot->key = key;
        map->count++;
    }
    return &slot->value;
}
