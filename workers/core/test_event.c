/* test_event.c - makes a record of each event in a test, as a producer would
 * have sent it, and reads it as a worker would. */
#include "test_event.h"

#include <string.h>

#include "quote.h"
#include "rule_read.h"
#include "timestamp.h"

enum { TEXT_MAX_BYTES = 200 };

static const struct shape text_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = TEXT_MAX_BYTES};

static const struct key event_keys[] = {
    {"type", true, &text_shape, "The event's type.",
     "io.gigchain.xp.gained.v1"},
    {"id", false, &text_shape, "e1, e2 ... when left out.", "e1"},
    {"time", false, &text_shape, "When it happened.", "2026-01-01T00:00:00Z"},
    {"source", false, &text_shape, "/test when left out.", "/gigchain"},
    {"received", false, &shape_time,
     "When it reached Kafka; its own time when left out.",
     "2026-01-03T00:00:00Z"},
    {"data", false, &shape_any, "What happened, as the type's schema has it.",
     "{\"user_address\": \"u1\", \"xp_gained\": 250}"},
};

const struct shape test_event_shape = {SHAPE_KEYS("an event", event_keys)};
/* The events of one test being read. */
struct reading {
    struct reader *reader;
    struct test_event_list *list;
};

static struct node *
make_node(struct arena *arena, enum node_kind kind, struct str text)
{
    struct node *node = ARENA_NEW(arena, struct node);

    node->kind = kind;
    node->text = text;
    return node;
}

static void
add_member(struct node *object, const char *key, struct node *value)
{
    object->members[object->member_count++] =
        (struct node_member){.key = str_from_cstr(key), .value = value};
}

/* The text of an optional key, or what stands in for it. */
static struct str
text_or(struct reading *reading, const struct node *spec, const char *key,
        const char *otherwise)
{
    const struct node *node = node_get(spec, str_from_cstr(key));
    struct str text;

    if (node && read_text(reading->reader, node, key, TEXT_MAX_BYTES, &text))
        return text;
    return str_from_cstr(otherwise);
}

/* The event as the JSON document that a producer would have sent. */
static struct node *
make_document(struct reading *reading, const struct node *spec, size_t index)
{
    static const char *const keys[] = {"id", "source", "type", "time"};
    struct arena *arena = reading->reader->arena;
    const char *otherwise[] = {arena_printf(arena, "e%zu", index + 1), "/test",
                               "", "2026-01-01T00:00:00Z"};
    const struct node *data = node_get(spec, STR("data"));
    struct node *document = make_node(arena, NODE_OBJECT, (struct str){0});

    document->members = arena_array(arena, 6, sizeof(*document->members));
    add_member(document, "specversion",
               make_node(arena, NODE_STRING, STR("1.0")));
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        add_member(document, keys[i],
                   make_node(arena, NODE_STRING,
                             text_or(reading, spec, keys[i], otherwise[i])));
    add_member(document, "data",
               data ? node_copy(arena, data)
                    : make_node(arena, NODE_OBJECT, (struct str){0}));
    return document;
}

/* A record that reached Kafka at `received`, or when the event happened. */
static struct record *
make_record(struct reading *reading, const struct node *spec,
            const struct node *document)
{
    const struct node *received = node_get(spec, STR("received"));
    struct record *record = ARENA_NEW(reading->reader->arena, struct record);
    int64_t at_us;

    record->topic = STR("test");
    record->timestamp_ms = -1;
    if (received) {
        if (read_time(reading->reader, received, "received", &at_us))
            record->timestamp_ms = at_us / 1000;
    } else if (timestamp_parse(node_get(document, STR("time"))->text, &at_us)) {
        record->timestamp_ms = at_us / 1000;
    }
    return record;
}

/* Whether the event is a repeat. Another event under the same id is a slip
 * of the test's author. */
static bool
is_repeat(const struct reading *reading, const struct node *place,
          const struct event *event)
{
    for (size_t i = 0; i < reading->list->count; i++) {
        const struct event *other = &reading->list->items[i].event;

        if (reading->list->items[i].outcome != OUTCOME_OPEN ||
            !str_eq(other->id, event->id) ||
            !str_eq(other->source, event->source))
            continue;
        if (memcmp(other->hash, event->hash, EVENT_HASH_BYTES) != 0)
            reader_error(reading->reader, place, MISTAKE_TEST_EVENTS,
                         "two different events have the id %s",
                         quoted(reading->reader->arena, event->id));
        return true;
    }
    return false;
}

/* Count the event that comes after the ones so far. Its record was as old as
 * the event, unless it says otherwise. */
static void
add_event(struct reading *reading, const struct node *place,
          struct record *record, struct node *document, struct err *err)
{
    static const struct envelope envelope = {.kind = ENVELOPE_CLOUDEVENTS};
    struct arena *arena = reading->reader->arena;
    struct test_event *event = &reading->list->items[reading->list->count];

    event->name =
        str_from_cstr(arena_printf(arena, "%zu", reading->list->count + 1));
    if (!document ||
        !event_decode(arena, record, &envelope, document,
                      reading->reader->schemas, &event->event, err)) {
        event->outcome = OUTCOME_DEAD_LETTER;
        event->err = *err;
        err_add(&event->err, "event %.*s", STR_ARG(event->name));
    } else {
        event->name = str_from_cstr(quoted(arena, event->event.id));
        if (record->timestamp_ms < 0)
            record->timestamp_ms = event->event.time_us / 1000;
        if (is_repeat(reading, place, &event->event))
            event->outcome = OUTCOME_DUPLICATE;
    }
    reading->list->count++;
}

static void
read_event(struct reading *reading, const struct node *spec)
{
    struct node *document;
    struct err err = {0};

    if (!read_keys(reading->reader, spec, &test_event_shape))
        return;
    document = make_document(reading, spec, reading->list->count);
    add_event(reading, spec, make_record(reading, spec, document), document,
              &err);
}

static void
add_input(struct reading *reading, const struct node *place,
          const struct test_input *input)
{
    struct record *record = ARENA_NEW(reading->reader->arena, struct record);
    struct err err = input->err;

    *record = input->record;
    add_event(reading, place, record, input->document, &err);
}

void
test_events_read(struct reader *reader, const struct node *test,
                 const struct test_input *inputs, size_t input_count,
                 struct test_event_list *list)
{
    struct reading reading = {.reader = reader, .list = list};
    const struct node *one = node_get(test, STR("event"));
    const struct node *many = node_get(test, STR("events"));
    const struct node *file = node_get(test, STR("events_file"));
    size_t count = many && many->kind == NODE_LIST ? many->item_count
                   : file                          ? input_count
                                                   : 1;

    *list = (struct test_event_list){0};
    if (!one + !many + !file != 2 || (many && many->kind != NODE_LIST)) {
        reader_error(reader, test, MISTAKE_TEST_EVENTS,
                     "a test needs an event or a list of events");
        return;
    }
    list->items = arena_array(reader->arena, count, sizeof(*list->items));
    for (size_t i = 0; i < count; i++) {
        if (file)
            add_input(&reading, file, &inputs[i]);
        else
            read_event(&reading, many ? many->items[i] : one);
    }
}
