/* rule_test.c - makes a record of each event in a test, decides about it as
 * the worker would, and compares what was paid with what the test expects. */
#include "rule_test.h"

#include <string.h>

#include "decide.h"
#include "event.h"
#include "quote.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "shadow.h"
#include "test_expect.h"
#include "test_state.h"
#include "timestamp.h"

/* One test at work. */
struct test_run {
    struct reader reader; /* with diagnostics of its own */
    struct diag_list diags;
    struct facts facts;
    struct event *events; /* those that could be read, repeats left out */
    size_t event_count;
    struct test_paid paid;
    struct buf message;
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
text_or(struct test_run *run, const struct node *spec, const char *key,
        const char *otherwise)
{
    const struct node *node = node_get(spec, str_from_cstr(key));
    struct str text;

    if (node && read_text(&run->reader, node, key, 200, &text))
        return text;
    return str_from_cstr(otherwise);
}

/* The event as the JSON document that a producer would have sent. */
static struct node *
make_document(struct test_run *run, const struct node *spec, size_t index)
{
    static const char *const keys[] = {"id", "source", "type", "time"};
    struct arena *arena = run->reader.arena;
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
                             text_or(run, spec, keys[i], otherwise[i])));
    add_member(document, "data",
               data ? node_copy(arena, data)
                    : make_node(arena, NODE_OBJECT, (struct str){0}));
    return document;
}

/* A record that reached Kafka at `received`, or when the event happened. */
static struct record *
make_record(struct test_run *run, const struct node *spec,
            const struct node *document)
{
    const struct node *received = node_get(spec, STR("received"));
    struct record *record = ARENA_NEW(run->reader.arena, struct record);
    int64_t at_us;

    record->topic = STR("test");
    record->timestamp_ms = -1;
    if (received) {
        if (read_time(&run->reader, received, "received", &at_us))
            record->timestamp_ms = at_us / 1000;
    } else if (timestamp_parse(node_get(document, STR("time"))->text, &at_us)) {
        record->timestamp_ms = at_us / 1000;
    }
    return record;
}

/* Whether the event is a repeat. Another event under the same id is a slip
 * of the test's author. */
static bool
is_repeat(struct test_run *run, const struct node *spec,
          const struct event *event)
{
    for (size_t i = 0; i < run->event_count; i++) {
        const struct event *other = &run->events[i];

        if (!str_eq(other->id, event->id) ||
            !str_eq(other->source, event->source))
            continue;
        if (memcmp(other->hash, event->hash, EVENT_HASH_BYTES) != 0)
            reader_error(&run->reader, spec, MISTAKE_TEST_EVENTS,
                         "two different events have the id %s",
                         quoted(run->reader.arena, event->id));
        return true;
    }
    return false;
}

/* The first event that was set aside is the one that `error` is about. */
static void
note_failure(struct test_run *run, struct err *err, struct str which)
{
    err_add(err, "event %.*s", STR_ARG(which));
    if (!err_is_set(&run->paid.err))
        run->paid.err = *err;
}

/* Read an event of the test; one that is at fault counts as set aside. */
static void
read_event(struct test_run *run, const struct node *spec, size_t index)
{
    static const struct key keys[] = {{"type", true},      {"id", false},
                                      {"time", false},     {"source", false},
                                      {"received", false}, {"data", false}};
    static const struct envelope envelope = {.kind = ENVELOPE_CLOUDEVENTS};
    struct event *event = &run->events[run->event_count];
    struct node *document;
    struct record *record;
    struct err err = {0};

    if (!read_keys(&run->reader, spec, "an event", keys,
                   sizeof(keys) / sizeof(*keys)))
        return;
    document = make_document(run, spec, index);
    record = make_record(run, spec, document);
    if (!event_decode(run->reader.arena, record, &envelope, document,
                      run->reader.schemas, event, &err))
        note_failure(
            run, &err,
            str_from_cstr(arena_printf(run->reader.arena, "%zu", index + 1)));
    else if (!is_repeat(run, spec, event))
        run->event_count++;
}

static void
read_events(struct test_run *run, const struct node *test)
{
    const struct node *one = node_get(test, STR("event"));
    const struct node *many = node_get(test, STR("events"));
    size_t count = many && many->kind == NODE_LIST ? many->item_count : 1;

    if (!one == !many || (many && many->kind != NODE_LIST)) {
        reader_error(&run->reader, test, MISTAKE_TEST_EVENTS,
                     "a test needs an event or a list of events");
        return;
    }
    run->events = arena_array(run->reader.arena, count, sizeof(*run->events));
    for (size_t i = 0; i < count; i++)
        read_event(run, many ? many->items[i] : one, i);
}

static void
count_amount(struct test_run *run, const struct ledger_line *line,
             int64_t minor, int64_t *total)
{
    run->paid.by_line[line->index] += minor;
    *total += minor;
}

static void
count_shadow(struct test_run *run, const struct shadow *shadow)
{
    for (size_t i = 0; shadow && i < shadow->payment_count; i++)
        count_amount(run, shadow->payments[i].line,
                     shadow->payments[i].amount_minor, &run->paid.shadow_total);
    if (shadow && shadow->error_count && !err_is_set(&run->paid.shadow_err))
        err_set_code(&run->paid.shadow_err, ERR_INPUT,
                     reason_name(shadow->errors[0].reason), "%.*s",
                     STR_ARG(shadow->errors[0].message));
}

static void
decide_events(struct test_run *run)
{
    const struct ruleset *ruleset = run->reader.ruleset;
    struct arena *arena = run->reader.arena;
    struct decision decision;

    for (size_t i = 0; i < run->event_count; i++) {
        const struct event *event = &run->events[i];
        struct err err = {0};

        run->facts.now_us = event->record->timestamp_ms * 1000;
        if (!decide(ruleset, event, &run->facts, arena, &decision, &err))
            note_failure(run, &err, str_from_cstr(quoted(arena, event->id)));
        if (!run->paid.rejection)
            run->paid.rejection = decision.rejection;
        for (size_t j = 0; j < decision.posting_count; j++)
            count_amount(run, decision.postings[j].line,
                         decision.postings[j].amount_minor, &run->paid.total);
        count_shadow(run, decision.shadow);
    }
}

static void
run_events(struct test_run *run, const struct node *test)
{
    const struct ruleset *ruleset = run->reader.ruleset;
    struct arena *arena = run->reader.arena;
    const struct node *state = node_get(test, STR("state"));

    run->paid.by_line =
        arena_array(arena, ruleset->line_count, sizeof(*run->paid.by_line));
    facts_init(&run->facts, arena);
    run->facts.is_whole = true;
    read_events(run, test);
    for (size_t i = 0; i < run->event_count; i++)
        ruleset_want(ruleset, &run->events[i], &run->facts);
    if (state)
        test_state_apply(&run->reader, state, &run->facts);
    if (run->diags.errors == 0)
        decide_events(run);
}

/* A test with a fault of its own fails with the first of them. */
static const char *
run_message(struct test_run *run)
{
    const struct diag *diag = run->diags.items;

    if (run->diags.count) {
        buf_init(&run->message, run->reader.arena);
        buf_printf(&run->message, "%d:%d: ", diag->line, diag->column);
        diag_add_words(diag, &run->message);
        buf_printf(&run->message, " [%s]", diag->code);
    }
    return arena_printf(run->reader.arena, "%.*s",
                        STR_ARG(buf_str(&run->message)));
}

static const char *
run_test(struct test_run *run, const struct node *test)
{
    static const struct key keys[] = {{"name", true},
                                      {"state", false},
                                      {"event", false},
                                      {"events", false},
                                      {"expect", true}};

    if (!read_keys(&run->reader, test, "a test", keys, 5))
        return run_message(run);
    run_events(run, test);
    if (run->diags.errors == 0)
        test_expect_compare(&run->reader, node_get(test, STR("expect")),
                            &run->paid, &run->message);
    return run_message(run);
}

static void
run_start(struct test_run *run, const struct ruleset *ruleset,
          const struct schema_set *schemas, struct arena *arena)
{
    *run = (struct test_run){0};
    diag_init(&run->diags, arena);
    buf_init(&run->message, arena);
    run->reader.arena = arena;
    run->reader.file = ruleset->file;
    run->reader.diags = &run->diags;
    run->reader.schemas = schemas;
    run->reader.ruleset = ruleset;
}

static struct str
test_name(struct arena *arena, const struct node *test, size_t index)
{
    const struct node *name = node_get(test, STR("name"));

    if (node_is_string(name))
        return name->text;
    return str_from_cstr(arena_printf(arena, "test %zu", index + 1));
}

bool
rule_tests_run(const struct ruleset *ruleset, const struct schema_set *schemas,
               const struct regex *only, struct arena *arena,
               struct rule_test_report *report)
{
    size_t count = ruleset->tests ? ruleset->tests->item_count : 0;

    *report = (struct rule_test_report){0};
    report->results = arena_array(arena, count, sizeof(*report->results));
    for (size_t i = 0; i < count; i++) {
        const struct node *test = ruleset->tests->items[i];
        struct str name = test_name(arena, test, i);
        struct rule_test_result *result;
        struct test_run run;

        if (only && !regex_search(only, name))
            continue;
        run_start(&run, ruleset, schemas, arena);
        result = &report->results[report->count++];
        result->name = name;
        result->line = test->line;
        result->column = test->column;
        result->message = run_test(&run, test);
        result->passed = result->message[0] == '\0';
        report->passed += result->passed;
    }
    return report->passed == report->count;
}
