/* intake.h - from a raw record to an item of the batch: a readable event, a
 * tombstone, or a dead letter with its reason. Pure but for parsing. */
#ifndef CMD_INTAKE_H
#define CMD_INTAKE_H

#include "batch.h"
#include "schema.h"
#include "settings.h"

struct intake {
    const struct settings *settings; /* envelopes, unknown_type */
    const struct schema_set *schemas;
};

/* Judge item->record, which is filled in, and fill in the rest. */
void intake_item(const struct intake *intake, struct batch *batch,
                 struct item *item);

#endif
