/* house_event.h - events that the program sends itself: they take the same way
 * as all others, as records of a stream that is no topic, @clock. */
#ifndef CMD_HOUSE_EVENT_H
#define CMD_HOUSE_EVENT_H

#include "batch.h"
#include "compiler.h"
#include "err.h"
#include "intake.h"
#include "pipeline.h"

/* No topic can be called that. */
#define HOUSE_STREAM "@clock"

enum { HOUSE_FIELDS = 2 };

struct house_event {
    const char *type; /* without io.gigchain. and .v1 */
    struct str id;    /* the source is /reward */
    struct str account;
    struct {
        const char *name; /* NULL: none */
        struct str value;
    } fields[HOUSE_FIELDS]; /* of data, beside user_address */
    int64_t time_us;
};

/* Post the events as a batch; `batch` is empty, and is again afterwards.
 * Another process may have posted them meanwhile, which is as good. Kinds of
 * failure: see pipeline_post. */
MUST_CHECK bool house_events_post(struct pipeline *pipeline,
                                  const struct intake *intake,
                                  struct batch *batch,
                                  const struct house_event *events,
                                  size_t count, struct err *err);

#endif
