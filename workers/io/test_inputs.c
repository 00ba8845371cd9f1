/* test_inputs.c - a file of recorded events as inputs of a test. */
#include "test_inputs.h"

#include "json.h"
#include "lines.h"
#include "recorded.h"

static void
read_json(struct arena *arena, struct test_input *input)
{
    static const struct envelope envelope = {.kind = ENVELOPE_CLOUDEVENTS};
    struct str json;

    input->document = NULL;
    if (record_json(&input->record, &envelope, &json, &input->err) &&
        !json_read(arena, json, &input->document, &input->err))
        input->document = NULL;
}

bool
test_inputs_read(struct arena *arena, const char *path,
                 struct test_input **inputs, size_t *count, struct err *err)
{
    struct str topic = str_from_cstr(path);
    struct lines lines;
    struct str line;
    size_t room = 0;
    bool more = true;
    bool ok = lines_open(path, &lines, err);

    *inputs = NULL;
    *count = 0;
    while (ok && (ok = lines_next(&lines, &line, &more, err)) && more) {
        struct test_input *input;

        *inputs =
            arena_room(arena, *inputs, *count, &room, 16, sizeof(**inputs));
        input = &(*inputs)[(*count)++];
        *input = (struct test_input){0};
        recorded_read(str_dup(arena, line), topic, arena, &input->record);
        read_json(arena, input);
    }
    lines_close(&lines);
    return ok;
}
