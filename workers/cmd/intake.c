/* intake.c - the order of the checks on one record. */
#include "intake.h"

#include <string.h>

#include "house_event.h"
#include "json.h"
#include "token.h"

static const struct envelope *
envelope_of(const struct settings *settings, struct str topic)
{
    static const struct envelope cloudevents;

    for (size_t i = 0; i < settings->kafka.input_count; i++)
        if (str_eq_cstr(topic, settings->kafka.inputs[i].topic))
            return &settings->kafka.inputs[i].envelope;
    return &cloudevents;
}

/* What the program sends itself comes by no topic, and nobody else may take the
 * ids of it. */
static bool
check_source(const struct item *item, struct err *err)
{
    if (!str_eq(item->event.source, STR(TOKEN_SOURCE)) ||
        str_eq(item->record.topic, STR(HOUSE_STREAM)))
        return true;
    return err_set_code(err, ERR_INPUT, reason_name(REASON_MALFORMED_ENVELOPE),
                        "the source \"" TOKEN_SOURCE "\" is the program's own; "
                        "give your events one of yours");
}

static bool
read_event(const struct intake *intake, struct batch *batch, struct item *item,
           struct err *err)
{
    const struct envelope *envelope =
        envelope_of(intake->settings, item->record.topic);
    struct str json;
    struct node *document;

    return record_json(&item->record, envelope, &json, err) &&
           json_read(&batch->arena, json, &document, err) &&
           event_decode(&batch->arena, &item->record, envelope, document,
                        intake->schemas, &item->event, err) &&
           check_source(item, err);
}

void
intake_item(const struct intake *intake, struct batch *batch, struct item *item)
{
    struct err err = {0};

    if (!item->record.value.at) {
        item->outcome = OUTCOME_NO_REWARD; /* a tombstone says nothing */
        return;
    }
    if (read_event(intake, batch, item, &err)) {
        item->is_event = true;
        return;
    }
    if (intake->settings->schemas.unknown_type == UNKNOWN_SKIP &&
        strcmp(err.code, reason_name(REASON_UNKNOWN_TYPE)) == 0)
        item->outcome = OUTCOME_NO_REWARD;
    else
        item_set_aside(batch, item, &err);
}
