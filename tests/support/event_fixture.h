/* event_fixture.h - an event type, and records to decode; ' stands for " in
 * JSON texts. */
#ifndef TESTS_EVENT_FIXTURE_H
#define TESTS_EVENT_FIXTURE_H

#include "event.h"
#include "schema_fixture.h"

static const char schema_text[] =
    "{'$id':'io.test.done.v1','type':'object','required':['user','value'],"
    "'properties':{'user':{'type':'string','format':'account'},'value':{"
    "'type':['string','integer','number'],'format':'decimal'},'n':{'type':"
    "'integer'},'ok':{'type':'boolean'},'o':{'type':'object','properties':{"
    "'s':{'type':'string'}}}}}";

#define TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define DATA "{'user':'u1','value':'5.00'}"
#define HEAD                                                                   \
    "'specversion':'1.0','id':'e1','source':'/s','type':'io.test.done.v1',"
#define WHOLE "{" HEAD "'time':'2025-10-08T12:34:56.789Z','data':" DATA "}"

enum { TIME_MS = 896789000, MAX_HEADERS = 8 };

static struct schema_set *schemas;
static struct record_header headers[MAX_HEADERS];
static struct record record;
static struct envelope envelope;
static struct event event;

static inline void
set_up_event(void)
{
    set_up();
    schemas = schema_set_new(&arena);
    schema_add(schemas, json(schema_text), "done.json", &diags);
    ck_assert_uint_eq(diags.count, 0);
    memset(&envelope, 0, sizeof(envelope));
    record = (struct record){
        .topic = STR("events"), .timestamp_ms = TIME_MS, .headers = headers};
}

static inline void
add_header(const char *name, struct str value)
{
    ck_assert_uint_lt(record.header_count, MAX_HEADERS);
    headers[record.header_count++] =
        (struct record_header){str_from_cstr(name), value};
}

static inline void
add_binary_headers(void)
{
    add_header("ce_specversion", STR("1.0"));
    add_header("ce_id", STR("e1"));
    add_header("ce_source", STR("/s"));
    add_header("ce_type", STR("io.test.done.v1"));
}

static inline bool
decode(const char *value)
{
    struct node *document = json(value);

    record.value = str_from_cstr(value);
    memset(&event, 0, sizeof(event));
    return event_decode(&arena, &record, &envelope, document, schemas, &event,
                        &err);
}

static inline void
accept(const char *value)
{
    ck_assert_msg(decode(value), "%s: %s: %s", value, err.code, err.text);
    ck_assert(!err_is_set(&err));
}

static inline void
refuse(const char *value, const char *code, const char *part)
{
    ck_assert_msg(!decode(value), "%s", value);
    ck_assert_int_eq(err.kind, ERR_INPUT);
    ck_assert_str_eq(err.code, code);
    ck_assert_contains(err.text, part);
    ck_assert_uint_le(strlen(err.text), 500);
    ck_assert(str_is_utf8(str_from_cstr(err.text)));
}

static inline void
refuse_envelope(const char *value, const char *part)
{
    refuse(value, "malformed_envelope", part);
}

static inline const char *
text_of(struct str text)
{
    return unit_text(&arena, text);
}

#endif
