/* schema.c - the set of event types, by name. */
#include "schema.h"

#include <stdlib.h>

#include "map.h"
#include "quote.h"
#include "schema_parts.h"

enum { TYPE_MAX_BYTES = 255 };

struct schema_set {
    struct arena *arena;
    struct map by_name;
    const struct event_type **types; /* in order of name */
    size_t count;
    size_t room;
};

struct schema_set *
schema_set_new(struct arena *arena)
{
    struct schema_set *schemas = ARENA_NEW(arena, struct schema_set);

    schemas->arena = arena;
    map_init(&schemas->by_name, arena);
    return schemas;
}

static bool
is_type_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= 0x20 || text.at[i] >= 0x7F)
            return false;
    return text.len > 0 && text.len <= TYPE_MAX_BYTES;
}

static bool
check_name(const struct schema_set *schemas, const struct node *name,
           const char *file, struct diag_list *diags)
{
    const struct event_type *other;

    if (!node_is_string(name) || !is_type_name(name->text)) {
        diag_add(diags, DIAG_ERROR, file, 1, 1,
                 "#/$id: must be the name of the event type, such as "
                 "\"io.gigchain.contract.completed.v1\"");
        return false;
    }
    other = schema_find(schemas, name->text);
    if (other)
        diag_add(diags, DIAG_ERROR, file, 1, 1,
                 "#/$id: the event type %s is already described in \"%s\"",
                 quoted(schemas->arena, name->text), other->file);
    return !other;
}

static void
insert_type(struct schema_set *schemas, const struct event_type *type)
{
    size_t at = schemas->count;

    schemas->types = arena_room(schemas->arena, schemas->types, schemas->count,
                                &schemas->room, 16, sizeof(*schemas->types));
    for (; at && str_compare(schemas->types[at - 1]->name, type->name) > 0;
         at--)
        schemas->types[at] = schemas->types[at - 1];
    schemas->types[at] = type;
    schemas->count++;
}

void
schema_add(struct schema_set *schemas, const struct node *document,
           const char *file, struct diag_list *diags)
{
    const struct node *name = node_get(document, STR("$id"));
    const struct schema *data =
        schema_compile(schemas->arena, document, file, diags);
    struct event_type *type;

    if (!check_name(schemas, name, file, diags) || !data)
        return;
    type = ARENA_NEW(schemas->arena, struct event_type);
    type->name = str_dup(schemas->arena, name->text);
    type->file = arena_strdup(schemas->arena, file);
    type->data = data;
    *map_put(&schemas->by_name, type->name) = type;
    insert_type(schemas, type);
}

const struct event_type *
schema_find(const struct schema_set *schemas, struct str type)
{
    return map_get(&schemas->by_name, type);
}

size_t
schema_count(const struct schema_set *schemas)
{
    return schemas->count;
}

const struct event_type *
schema_at(const struct schema_set *schemas, size_t index)
{
    return index < schemas->count ? schemas->types[index] : NULL;
}
