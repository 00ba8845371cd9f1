/* envelope.h - what is around the data of an event: CloudEvents in either of
 * its Kafka forms, or a topic's own fields. For event.c only. */
#ifndef CORE_ENVELOPE_H
#define CORE_ENVELOPE_H

#include "event.h"

/* What the envelope said. All borrowed. */
struct letter {
    struct str id;
    struct str source;
    struct str type;
    struct str traceparent; /* empty when there is none */
    bool has_time;          /* else time_us is that of the record */
    int64_t time_us;
    struct node *data; /* an object */
};

/* ERR_INPUT with code malformed_envelope. */
MUST_CHECK bool envelope_open(struct arena *arena, const struct record *record,
                              const struct envelope *envelope,
                              struct node *document, struct letter *letter,
                              struct err *err);

#endif
