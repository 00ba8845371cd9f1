/* notify_size.c - adds up what notification.c would write before it leaves
 * anything out. */
#include "notify_size.h"

#include "rule_read.h"
#include "template.h"
#include "token.h"

enum {
    CHARACTER_BYTES = 4,
    AMOUNT_BYTES = sizeof("90,000,000,000,000,000.00") - 1,
    EVENT_ID_BYTES = 256,
    MEMBER_BYTES = sizeof(",\"\":\"\"") - 1,
    FRAME_BYTES = sizeof("{\"category\":\"\",\"title\":\"\",\"body\":\"\","
                         "\"collapse_id\":\"\",\"ttl_seconds\":2419200,"
                         "\"data\":{}}") -
                  1,
};

/* What counts is the text; 0 stands for what the schema says of strings. */
static const size_t type_bytes[] = {
    [FIELD_BOOL] = sizeof("false") - 1,
    [FIELD_INT] = sizeof("-9223372036854775808") - 1,
    [FIELD_DECIMAL] = NUM_MAX_INTEGER_DIGITS + NUM_MAX_DECIMALS + 2,
    [FIELD_STRING] = 0,
    [FIELD_ACCOUNT] = 42,
    [FIELD_DATE] = sizeof("2026-12-01") - 1,
    [FIELD_TIMESTAMP] = 0,
    [FIELD_OTHER] = 0,
};

/* The keys of a path such as `a.b`. */
static size_t
split_path(struct arena *arena, struct str path, struct str **keys)
{
    size_t count = 1;
    size_t start = 0;

    *keys = arena_array(arena, path.len + 1, sizeof(**keys));
    for (size_t i = 0; i <= path.len; i++) {
        if (i < path.len && path.at[i] != '.')
            continue;
        (*keys)[count - 1] = str_make(path.at + start, i - start);
        start = i + 1;
        count += i < path.len;
    }
    return count;
}

static size_t
field_size(const struct event_type *type, struct str path, struct arena *arena)
{
    struct field field;
    struct range range;
    struct str *keys;
    size_t count;

    if (!find_field(type, path, &field))
        return 0;
    if (type_bytes[field.type])
        return type_bytes[field.type];
    count = split_path(arena, path, &keys);
    range = schema_range(type, keys, count, arena);
    return range.length_most <= RECORD_MAX_BYTES
               ? range.length_most * CHARACTER_BYTES
               : 0;
}

static size_t
name_size(const struct event_type *type, struct str name, struct arena *arena)
{
    struct str path;

    if (template_data_path(name, &path))
        return field_size(type, path, arena);
    if (str_eq_cstr(name, "event.id"))
        return EVENT_ID_BYTES;
    return str_eq_cstr(name, "account") ? type_bytes[FIELD_ACCOUNT]
                                        : AMOUNT_BYTES;
}

static size_t
text_size(const struct event_type *type, struct str text, size_t most,
          struct arena *arena)
{
    struct template_part part;
    size_t size = 0;
    size_t at = 0;

    while (template_next(text, &at, &part))
        size += part.kind == TEMPLATE_NAME ? name_size(type, part.text, arena)
                                           : part.text.len;
    return size < most ? size : most;
}

static bool
is_own(const struct notify *notify, struct str key)
{
    for (size_t i = 0; i < notify->data_count; i++)
        if (str_eq(notify->data[i].key, key))
            return true;
    return false;
}

/* A field of the event that goes along, unless the rule has a text of that
 * name. */
static size_t
kept_size(const struct event_type *type, struct str path,
          const struct notify *notify, struct arena *arena)
{
    if (is_own(notify, path))
        return 0;
    return MEMBER_BYTES + path.len + field_size(type, path, arena);
}

static size_t
data_size(const struct ruleset *ruleset, const struct event_type *type,
          const struct notify *notify, struct arena *arena)
{
    struct str contract = STR("contract_id");
    const struct str *kept;
    size_t count = ruleset_kept_fields(ruleset, type, &kept);
    struct field ignored;
    size_t size = 0;

    if (find_field(type, contract, &ignored))
        size += kept_size(type, contract, notify, arena);
    for (size_t i = 0; i < count; i++)
        size += kept_size(type, kept[i], notify, arena);
    for (size_t i = 0; i < notify->data_count; i++)
        size += MEMBER_BYTES + notify->data[i].key.len +
                text_size(type, notify->data[i].text, RECORD_MAX_BYTES, arena);
    return size;
}

size_t
notify_size_most(const struct ruleset *ruleset, const struct event_type *type,
                 const struct notify *notify, struct arena *arena)
{
    return FRAME_BYTES + notify->category.len +
           text_size(type, notify->title, TOKEN_TITLE_MAX_BYTES, arena) +
           text_size(type, notify->body, TOKEN_BODY_MAX_BYTES, arena) +
           text_size(type, notify->collapse, TOKEN_COLLAPSE_MAX_BYTES, arena) +
           data_size(ruleset, type, notify, arena);
}
