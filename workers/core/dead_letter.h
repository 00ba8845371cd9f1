/* dead_letter.h - a record that was set aside, on its way to the dead-letter
 * topic: as it came, with headers that say why and where from. */
#ifndef CORE_DEAD_LETTER_H
#define CORE_DEAD_LETTER_H

#include <stdint.h>

#include "arena.h"
#include "message.h"
#include "record.h"
#include "str.h"

/* A compressed record may be larger than any topic takes. The value of such a
 * one stays in the database (view dead_letters); the message has none, and a
 * header reward_dlq_value_bytes says how large it is. */
enum { DEAD_LETTER_MAX_BYTES = 4000000 };

/* A posted row. All borrowed. */
struct dead_letter {
    struct record record;
    struct str reason; /* "schema_violation" */
    struct str text;   /* what is wrong, for people */
    struct str ruleset;
    int64_t set_aside_us;
};

/* Key, value and headers byte for byte, then the headers reward_dlq_reason,
 * _message, _topic, _partition, _offset, _timestamp (milliseconds, -1 when the
 * record had none), _ruleset and _time (RFC 3339). A record that was set aside
 * before has them twice: the last ones count. Borrows from the letter; new
 * texts are made in the arena. */
void dead_letter_message(struct arena *arena, const struct dead_letter *letter,
                         struct message *message);

#endif
