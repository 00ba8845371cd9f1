/* schema_field.c - what a schema promises about a field, for the type checker
 * of rules; which values it can have is for schema_range.c. It believes what
 * every valid document must have: a promise made in one branch of anyOf or
 * oneOf is none. */
#include "schema_holding.h"

enum { TYPE_ANY = 2 * TYPE_OBJECT - 1 };

static void
gather(const struct schema *schema, struct promise *promise)
{
    unsigned types = schema->types ? schema->types : TYPE_ANY;

    /* Every integer is a number too, but not the other way round. */
    if (types & TYPE_NUMBER)
        types |= TYPE_INTEGER;
    promise->types &= types;
    if (schema->format && !promise->format)
        promise->format = schema->format;
    for (const struct schema_group *group = schema->groups; group;
         group = group->next)
        for (size_t i = 0; group->join == JOIN_ALL && i < group->count; i++)
            gather(group->schemas[i], promise);
}

static enum field_type
string_field(const struct schema_format *format)
{
    return format ? format->field : FIELD_STRING;
}

static enum field_type
promised_type(struct promise promise)
{
    const unsigned decimal = TYPE_STRING | TYPE_INTEGER | TYPE_NUMBER;
    unsigned types = promise.types & ~(unsigned)TYPE_NULL;

    if (promise.format && promise.format->field == FIELD_DECIMAL)
        return types && !(types & ~decimal) ? FIELD_DECIMAL : FIELD_OTHER;
    if (types == TYPE_BOOLEAN)
        return FIELD_BOOL;
    if (types == TYPE_INTEGER)
        return FIELD_INT;
    return types == TYPE_STRING ? string_field(promise.format) : FIELD_OTHER;
}

/* Visit every schema that the property `name` must satisfy, in all schemas
 * that hold for the object. */
static void
gather_property(const struct schema *schema, struct str name,
                const struct schema **found, size_t *count, size_t room,
                bool *required)
{
    const struct schema_property *property = map_get(&schema->by_name, name);

    if (property && property->schema && *count < room)
        found[(*count)++] = property->schema;
    *required = *required || (property && property->required);
    for (const struct schema_group *group = schema->groups; group;
         group = group->next)
        for (size_t i = 0; group->join == JOIN_ALL && i < group->count; i++)
            gather_property(group->schemas[i], name, found, count, room,
                            required);
}

struct holding
holding_below(const struct holding *holding, struct str name, bool *required)
{
    struct holding below = {.count = 0};

    *required = false;
    for (size_t i = 0; i < holding->count; i++)
        gather_property(holding->schemas[i], name, below.schemas, &below.count,
                        HOLDING_MAX, required);
    return below;
}

struct promise
holding_promise(const struct holding *holding)
{
    struct promise promise = {.types = TYPE_ANY};

    for (size_t i = 0; i < holding->count; i++)
        gather(holding->schemas[i], &promise);
    return promise;
}

bool
schema_field(const struct event_type *type, const struct str *path,
             size_t path_len, struct field *field)
{
    struct holding holding = {{type->data}, 1};

    field->optional = false;
    for (size_t i = 0; i < path_len; i++) {
        bool required;

        holding = holding_below(&holding, path[i], &required);
        if (!holding.count)
            return false;
        /* A null is as good as missing. */
        if (!required || (holding_promise(&holding).types & TYPE_NULL))
            field->optional = true;
    }
    field->type = promised_type(holding_promise(&holding));
    return path_len > 0;
}

/* The property number *index of the schema and those that hold with it;
 * *index counts down to 0. */
static const struct schema_property *
nth_property(const struct schema *schema, size_t *index)
{
    const struct schema_property *found = NULL;

    for (size_t i = 0; i < schema->property_count; i++)
        if (schema->properties[i]->schema && (*index)-- == 0)
            return schema->properties[i];
    for (const struct schema_group *group = schema->groups; group && !found;
         group = group->next)
        for (size_t i = 0;
             group->join == JOIN_ALL && i < group->count && !found; i++)
            found = nth_property(group->schemas[i], index);
    return found;
}

size_t
schema_property_count(const struct event_type *type)
{
    size_t index = SIZE_MAX;

    if (nth_property(type->data, &index))
        return 0;
    return SIZE_MAX - index;
}

struct str
schema_property(const struct event_type *type, size_t index)
{
    const struct schema_property *property = nth_property(type->data, &index);

    return property ? property->name : (struct str){0};
}
