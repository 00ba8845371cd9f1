/* event_file.c - a line is a record's value, or tells of one: what kcat prints
 * has its topic and payload, which no CloudEvent has both of. */
#include "event_file.h"

#include "file.h"
#include "json.h"

/* A record without anything around it, as old as its event. */
static struct record
plain_record(struct str topic, struct str value)
{
    return (struct record){.topic = topic, .timestamp_ms = -1, .value = value};
}

static struct str
text_of(const struct node *object, const char *key)
{
    const struct node *node = node_get(object, str_from_cstr(key));

    return node_is_string(node) ? node->text : (struct str){0};
}

static int64_t
number_of(const struct node *object, const char *key, int64_t otherwise)
{
    const struct node *node = node_get(object, str_from_cstr(key));

    return node && node->kind == NODE_INT ? node->integer : otherwise;
}

/* Names and values by turns. */
static void
read_headers(struct arena *arena, const struct node *list,
             struct record *record)
{
    size_t count = list && list->kind == NODE_LIST ? list->item_count / 2 : 0;
    struct record_header *headers = arena_array(arena, count, sizeof(*headers));

    for (size_t i = 0; i < count; i++) {
        const struct node *value = list->items[2 * i + 1];

        headers[i].name = list->items[2 * i]->text;
        if (node_is_string(value))
            headers[i].value = value->text;
    }
    record->headers = headers;
    record->header_count = count;
}

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

static void
read_line(struct arena *arena, struct str topic, struct str line,
          struct test_input *input)
{
    const struct node *document;

    input->record = plain_record(topic, line);
    read_json(arena, input);
    document = input->document;
    if (!document || !node_get(document, STR("payload")) ||
        !node_is_string(node_get(document, STR("topic"))))
        return;
    input->record =
        plain_record(text_of(document, "topic"), text_of(document, "payload"));
    input->record.partition = (int32_t)number_of(document, "partition", 0);
    input->record.offset = number_of(document, "offset", 0);
    input->record.timestamp_ms = number_of(document, "ts", -1);
    input->record.key = text_of(document, "key");
    read_headers(arena, node_get(document, STR("headers")), &input->record);
    read_json(arena, input);
}

/* Take a line off *text. */
static struct str
take_line(struct str *text)
{
    const char *end = memchr(text->at, '\n', text->len);
    struct str line =
        str_make(text->at, end ? (size_t)(end - text->at) : text->len);
    size_t taken = line.len + (end != NULL);

    *text = str_make(text->at + taken, text->len - taken);
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

bool
event_file_read(struct arena *arena, const char *path,
                struct test_input **inputs, size_t *count, struct err *err)
{
    size_t room = 0;
    struct str text;

    *inputs = NULL;
    *count = 0;
    if (!file_read(arena, path, &text, err))
        return false;
    while (text.len) {
        struct str line = take_line(&text);

        if (!line.len)
            continue;
        *inputs =
            arena_room(arena, *inputs, *count, &room, 16, sizeof(**inputs));
        (*inputs)[*count] = (struct test_input){0};
        read_line(arena, str_from_cstr(path), line, &(*inputs)[(*count)++]);
    }
    return true;
}
