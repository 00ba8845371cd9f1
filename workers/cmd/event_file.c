/* event_file.c - the intake of a worker, for a file. */
#include "event_file.h"

#include "file.h"
#include "json.h"

bool
event_file_read(struct arena *arena, const char *path,
                const struct schema_set *schemas, struct event *event,
                struct err *err)
{
    static const struct envelope envelope = {.kind = ENVELOPE_CLOUDEVENTS};
    struct record *record = ARENA_NEW(arena, struct record);
    struct node *document;

    record->topic = str_from_cstr(path);
    record->timestamp_ms = -1;
    return file_read(arena, path, &record->value, err) &&
           ((json_read(arena, record->value, &document, err) &&
             event_decode(arena, record, &envelope, document, schemas, event,
                          err)) ||
            err_add(err, "%s", path));
}
