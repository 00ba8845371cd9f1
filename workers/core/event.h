/* event.h - a checked domain event: what the record says, once its envelope
 * is off, its type known, its data valid and canonical. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "node.h"
#include "record.h"
#include "schema.h"
#include "str.h"

/* Dead-letter reasons: the closed set of DESIGN 4. */
enum reason {
    REASON_MALFORMED_JSON,
    REASON_MALFORMED_ENVELOPE,
    REASON_CONFLUENT_FRAMING,
    REASON_UNKNOWN_TYPE,
    REASON_SCHEMA_VIOLATION,
    REASON_DECIMAL_PRECISION,
    REASON_TOO_LARGE,
    REASON_FUTURE_TIMESTAMP,
    REASON_ID_CONFLICT,
    REASON_AMOUNT_OVERFLOW,
    REASON_RULE_ERROR,
    REASON_COUNT,
};

/* "malformed_json", ...: the code of an ERR_INPUT error. */
const char *reason_name(enum reason reason);

/* The reason of an error's code; an unknown code counts as rule_error. */
enum reason reason_of(const struct err *error);

enum envelope_kind { ENVELOPE_CLOUDEVENTS, ENVELOPE_PLAIN };

enum framing { FRAMING_NONE, FRAMING_CONFLUENT };

/* How the records of one topic are wrapped; from the settings. */
struct envelope {
    enum envelope_kind kind;
    enum framing framing;
    /* ENVELOPE_PLAIN: JSON Pointers into the value; an empty one is not set.
     * A text that does not start with `/` is taken as the value itself. */
    struct str id;
    struct str type;
    struct str time;
    struct str source;
    struct str data; /* empty: the whole value is data */
};

/* How far ahead of the ledger's clock an event's time may be. */
#define EVENT_AHEAD_MAX_US (5 * 60 * INT64_C(1000000))

enum { EVENT_HASH_BYTES = 16, RECORD_MAX_BYTES = 256 * 1024 };

/* What some expressions know beside the event itself. */
enum event_extra {
    EXTRA_BONUS_XP, /* account.bonus_xp, in percent */
    EXTRA_CHARGE,   /* charge.LINE */
    EXTRA_COUNT,
};

struct event {
    const struct record *record;
    struct str source;
    struct str id;
    const struct event_type *type;
    int64_t time_us;                /* when it happened */
    struct str traceparent;         /* W3C; empty when the producer sent none */
    struct node *data;              /* canonical */
    uint8_t hash[EVENT_HASH_BYTES]; /* of type, time and canonical data */
    int64_t row_id; /* given by the ledger when it is written; 0 before */
    const struct ratio *extras; /* EXTRA_COUNT; NULL outside of a decision */
};

/* The JSON text of a record's value: size checked, framing taken off.
 * ERR_INPUT with code too_large, confluent_framing or malformed_json (empty
 * value). */
MUST_CHECK bool record_json(const struct record *record,
                            const struct envelope *envelope, struct str *json,
                            struct err *err);

/* Take the envelope off `document` (the parsed value), find the type, check
 * the data. ERR_INPUT with one of the reason names as code. Borrows from
 * record and document. With code unknown_type the text names the type; *event
 * then holds the envelope's part, as it does when the data is at fault. */
MUST_CHECK bool event_decode(struct arena *arena, const struct record *record,
                             const struct envelope *envelope,
                             struct node *document,
                             const struct schema_set *schemas,
                             struct event *event, struct err *err);

/* Fill in event->hash: what the event says, apart from how it was written down
 * and sent. Part of event_decode; has_time is false where the record's time
 * stands in for the event's. */
void event_hash(struct arena *arena, struct event *event, bool has_time);

/* The keys of a path as rules spell it, "a.b"; returns how many, and what is
 * deeper than FIELD_DEPTH_MAX is left off. */
enum { FIELD_DEPTH_MAX = 8 };
size_t field_keys(struct str path, struct str keys[FIELD_DEPTH_MAX]);

/* The node at a path of keys below data, or NULL when it is missing or null. */
const struct node *event_field(const struct event *event,
                               const struct str *path, size_t path_len);

/* The field as people read it, or false when it is missing or not a scalar:
 * strings as they are, decimals and integers as sent, true/false. */
bool event_field_text(const struct event *event, const struct str *path,
                      size_t path_len, struct arena *arena, struct str *text);

#endif
