/* event.c - puts the steps of the intake together: envelope, type, schema,
 * hash. */
#include "event.h"

#include "canonical.h"
#include "digest.h"
#include "envelope.h"
#include "json_text.h"
#include "quote.h"
#include "suggest.h"

const char *
reason_name(enum reason reason)
{
    static const char *const names[] = {
        [REASON_MALFORMED_JSON] = "malformed_json",
        [REASON_MALFORMED_ENVELOPE] = "malformed_envelope",
        [REASON_CONFLUENT_FRAMING] = "confluent_framing",
        [REASON_UNKNOWN_TYPE] = "unknown_type",
        [REASON_SCHEMA_VIOLATION] = "schema_violation",
        [REASON_DECIMAL_PRECISION] = "decimal_precision",
        [REASON_TOO_LARGE] = "too_large",
        [REASON_FUTURE_TIMESTAMP] = "future_timestamp",
        [REASON_ID_CONFLICT] = "id_conflict",
        [REASON_AMOUNT_OVERFLOW] = "amount_overflow",
        [REASON_RULE_ERROR] = "rule_error",
    };

    return names[reason];
}

enum reason
reason_of(const struct err *error)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (strcmp(error->code, reason_name((enum reason)i)) == 0)
            return (enum reason)i;
    return REASON_RULE_ERROR;
}

static bool
refuse_type(struct arena *arena, const struct schema_set *schemas,
            struct str type, struct err *err)
{
    struct suggest suggest = suggest_for(type);
    struct buf name;

    for (size_t i = 0; i < schema_count(schemas); i++)
        suggest_offer(&suggest, schema_at(schemas, i)->name);
    /* Whole: it is what one searches for, and 256 bytes at most. */
    buf_init(&name, arena);
    json_add_string(&name, type);
    return err_set_code(
        err, ERR_INPUT, reason_name(REASON_UNKNOWN_TYPE),
        "there is no schema for the event type %.*s" SUGGEST_FORMAT,
        STR_ARG(buf_str(&name)), SUGGEST_ARG(suggest));
}

/* Never change this: the hashes of all events so far are in the database. */
void
event_hash(struct arena *arena, struct event *event, bool has_time)
{
    struct arena_mark mark = arena_mark(arena);
    uint8_t digest[SHA256_BYTES];
    struct buf text;

    buf_init(&text, arena);
    buf_reserve(&text, event->record->value.len + 64);
    json_add_string(&text, event->type->name);
    buf_add_char(&text, ',');
    if (has_time)
        buf_add_int(&text, event->time_us);
    buf_add_char(&text, ',');
    canonical_add(&text, event->data);
    digest_sha256(buf_str(&text), digest);
    memcpy(event->hash, digest, EVENT_HASH_BYTES);
    arena_rewind(arena, mark);
}

bool
event_decode(struct arena *arena, const struct record *record,
             const struct envelope *envelope, struct node *document,
             const struct schema_set *schemas, struct event *event,
             struct err *err)
{
    struct letter letter = {0};

    if (!envelope_open(arena, record, envelope, document, &letter, err))
        return false;
    *event = (struct event){
        .record = record,
        .source = letter.source,
        .id = letter.id,
        .type = schema_find(schemas, letter.type),
        .time_us = letter.time_us,
        .traceparent = letter.traceparent,
        .data = letter.data,
    };
    if (!event->type)
        return refuse_type(arena, schemas, letter.type, err);
    if (!schema_check(event->type, event->data, arena, err))
        return false;
    event_hash(arena, event, letter.has_time);
    return true;
}

size_t
field_keys(struct str path, struct str keys[FIELD_DEPTH_MAX])
{
    size_t depth = 0;

    while (depth < FIELD_DEPTH_MAX) {
        const char *dot = path.len ? memchr(path.at, '.', path.len) : NULL;
        size_t len = dot ? (size_t)(dot - path.at) : path.len;

        keys[depth++] = str_make(path.at, len);
        if (!dot)
            break;
        path = str_make(dot + 1, path.len - len - 1);
    }
    return depth;
}

const struct node *
event_field(const struct event *event, const struct str *path, size_t path_len)
{
    const struct node *node = event->data;

    for (size_t i = 0; node && i < path_len; i++)
        node = node_get(node, path[i]);
    return node && node->kind != NODE_NULL ? node : NULL;
}

bool
event_field_text(const struct event *event, const struct str *path,
                 size_t path_len, struct arena *arena, struct str *text)
{
    const struct node *node = event_field(event, path, path_len);

    if (!node || node->kind == NODE_LIST || node->kind == NODE_OBJECT)
        return false;
    if (node->kind == NODE_BOOL)
        *text = node->boolean ? STR("true") : STR("false");
    else if (node->kind == NODE_INT && !node->text.len)
        *text = int_text(arena, node->integer);
    else
        *text = node->text;
    return true;
}
