/* house_event.c - makes records of the program's own events. The stream's
 * position, locked like any other, sees to it that of two processes with the
 * same idea one comes too late. */
#include "house_event.h"

#include "json_text.h"
#include "timestamp.h"

static const struct str clock_topic = {HOUSE_STREAM, sizeof(HOUSE_STREAM) - 1};

/* Where the stream stands; entered when it is not there yet. */
static bool
find_stream(struct ledger *ledger, struct stream *stream, struct err *err)
{
    struct position position;

    if (!ledger_position(ledger, clock_topic, 0, &position, err))
        return false;
    if (!position.known &&
        (!ledger_start_stream(ledger, clock_topic, 0, 0, err) ||
         !ledger_position(ledger, clock_topic, 0, &position, err)))
        return false;
    *stream = (struct stream){.topic = clock_topic,
                              .id = position.stream_id,
                              .next_offset = position.next_offset};
    return true;
}

static struct str
event_json(struct arena *arena, const struct house_event *event)
{
    struct buf json;

    buf_init(&json, arena);
    buf_printf(&json,
               "{\"specversion\":\"1.0\",\"source\":\"/reward\","
               "\"type\":\"io.gigchain.%s.v1\"",
               event->type);
    json_add_member(&json, "id", event->id);
    json_add_key(&json, "time");
    buf_add_char(&json, '"');
    timestamp_print(&json, event->time_us);
    buf_add_cstr(&json, "\",\"data\":{");
    json_add_member(&json, "user_address", event->account);
    for (int i = 0; i < HOUSE_FIELDS && event->fields[i].name; i++)
        json_add_member(&json, event->fields[i].name, event->fields[i].value);
    buf_add_cstr(&json, "}}");
    return buf_str(&json);
}

static void
add_item(const struct intake *intake, struct batch *batch,
         struct stream *stream, const struct house_event *event)
{
    int64_t offset = stream->next_offset + (int64_t)batch->count;
    struct item *item = batch_add(batch);

    item->stream = stream;
    item->record = (struct record){
        .topic = stream->topic,
        .offset = offset,
        .timestamp_ms = event->time_us / 1000,
        .key = event->account,
        .value = event_json(&batch->arena, event),
    };
    intake_item(intake, batch, item);
}

bool
house_events_post(struct pipeline *pipeline, const struct intake *intake,
                  struct batch *batch, const struct house_event *events,
                  size_t count, struct err *err)
{
    struct stream stream;
    bool ok;

    if (!count)
        return true;
    if (!find_stream(pipeline->ledger, &stream, err))
        return false;
    for (size_t i = 0; i < count && batch->count < batch->max_records; i++)
        add_item(intake, batch, &stream, &events[i]);
    ok = pipeline_post(pipeline, batch, err);
    batch_reset(batch);
    return ok;
}
