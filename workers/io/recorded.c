/* recorded.c - tells records from events. In what kcat prints, the event is a
 * text with its quotes escaped, so that its names cannot be mistaken. */
#include "recorded.h"

#include "err.h"
#include "json.h"

static bool
has_text(const struct node *node)
{
    return node && node->kind == NODE_STRING;
}

static struct str
text_of(const struct node *node)
{
    return has_text(node) ? node->text : (struct str){0};
}

static int64_t
number_of(const struct node *node, int64_t otherwise)
{
    return node && node->kind == NODE_INT ? node->integer : otherwise;
}

/* Names and values in turn. */
static void
read_headers(const struct node *list, struct arena *arena,
             struct record *record)
{
    struct record_header *headers;

    if (!list || list->kind != NODE_LIST)
        return;
    headers = arena_array(arena, list->item_count / 2 + 1, sizeof(*headers));
    for (size_t i = 0; i + 1 < list->item_count; i += 2)
        if (has_text(list->items[i]))
            headers[record->header_count++] = (struct record_header){
                list->items[i]->text, text_of(list->items[i + 1])};
    record->headers = headers;
}

/* A line of `kcat -C -J`. */
static bool
read_kcat(struct str line, struct arena *arena, struct record *record)
{
    struct err ignored = {0};
    struct node *document;
    const struct node *payload;

    if (!json_read(arena, line, &document, &ignored))
        return false;
    payload = node_get(document, STR("payload"));
    if (!payload || !has_text(node_get(document, STR("topic"))))
        return false;
    *record = (struct record){
        .topic = node_get(document, STR("topic"))->text,
        .partition =
            (int32_t)number_of(node_get(document, STR("partition")), 0),
        .offset = number_of(node_get(document, STR("offset")), 0),
        .timestamp_ms = number_of(node_get(document, STR("ts")), -1),
        .key = text_of(node_get(document, STR("key"))),
        .value = text_of(payload),
    };
    read_headers(node_get(document, STR("headers")), arena, record);
    return true;
}

void
recorded_read(struct str line, struct str topic, struct arena *arena,
              struct record *record)
{
    static const char word[] = "\"specversion\"";

    if (!memmem(line.at, line.len, word, sizeof(word) - 1) &&
        read_kcat(line, arena, record))
        return;
    *record =
        (struct record){.topic = topic, .timestamp_ms = -1, .value = line};
}
