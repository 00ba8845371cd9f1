/* rule_fixture.h - a rule set from text, events for it, facts in memory. */
#ifndef TESTS_RULE_FIXTURE_H
#define TESTS_RULE_FIXTURE_H

#include <stdio.h>

#include "decide.h"
#include "json.h"
#include "rule.h"
#include "timestamp.h"
#include "unit.h"
#include "yaml.h"

/* Lines 1 to 4 of every rule file here; rules start in line 5. */
#define HEAD                                                                   \
    "ruleset: test\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\nrules:\n"
#define RULE "- id: r\n  trigger: test.done.v1\n  account: event.data.user\n"
#define LINES RULE "  award:\n"

static const char done_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
    "\"$id\":\"test.done.v1\",\"type\":\"object\",\"properties\":{"
    "\"user\":{\"type\":\"string\",\"format\":\"account\"},"
    "\"friend\":{\"type\":\"string\"},"
    "\"value\":{\"type\":[\"string\",\"number\"],\"format\":\"decimal\"},"
    "\"count\":{\"type\":\"integer\"},"
    "\"from\":{\"type\":\"integer\"},"
    "\"done\":{\"type\":\"boolean\"},"
    "\"label\":{\"type\":\"string\"},"
    "\"day\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"rating\":{\"type\":[\"string\",\"number\"],\"format\":\"decimal\"},"
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"inner\":{\"type\":\"object\",\"properties\":{"
    "\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}},"
    "\"required\":[\"user\",\"friend\",\"value\",\"count\",\"from\",\"done\","
    "\"label\",\"day\",\"at\",\"inner\"]}";

static const char other_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
    "\"$id\":\"test.other.v1\",\"type\":\"object\",\"properties\":{"
    "\"user\":{\"type\":\"string\",\"format\":\"account\"},"
    "\"count\":{\"type\":\"integer\"},"
    "\"contract_id\":{\"type\":\"string\"}},"
    "\"required\":[\"user\",\"count\",\"contract_id\"]}";

static struct arena arena;
static struct diag_list diags;
static struct schema_set *schemas;
static struct facts facts;
static struct record record;

static inline struct node *
json(const char *text)
{
    struct err err = {0};
    struct node *document;

    ck_assert_msg(json_read(&arena, str_from_cstr(text), &document, &err), "%s",
                  err.text);
    return document;
}

static inline void
set_up(void)
{
    arena_init(&arena);
    diag_init(&diags, &arena);
    schemas = schema_set_new(&arena);
    schema_add(schemas, json(done_schema), "done.json", &diags);
    schema_add(schemas, json(other_schema), "other.json", &diags);
    ck_assert_uint_eq(diags.errors, 0);
    facts_init(&facts, &arena);
    facts.tells_skips = true;
    record = (struct record){.topic = STR("test"), .timestamp_ms = -1};
}

static inline void
tear_down(void)
{
    arena_free(&arena);
}

static inline struct ruleset *
try_compile(const char *text)
{
    struct node *document =
        yaml_read(&arena, "rules.yaml", str_from_cstr(text), &diags);

    if (!document)
        return NULL;
    return ruleset_compile(&arena, "rules.yaml", str_from_cstr(text), document,
                           schemas, &diags);
}

static inline struct ruleset *
compile(const char *text)
{
    struct ruleset *ruleset = try_compile(text);

    if (!ruleset)
        diag_print(&diags, stderr);
    ck_assert_msg(ruleset != NULL, "%s", text);
    return ruleset;
}

static inline const struct event_type *
type_named(const char *name)
{
    const struct event_type *type = schema_find(schemas, str_from_cstr(name));

    ck_assert_ptr_nonnull(type);
    return type;
}

static inline struct node_member *
member_of(struct node *data, const char *key)
{
    struct node_member *member = node_member(data, str_from_cstr(key));

    ck_assert_msg(member != NULL, "%s", key);
    return member;
}

/* A test.done.v1 at 2026-01-05T12:00:00Z, a Monday; `change` is a JSON object
 * of fields that differ from the usual ones. */
static inline struct event *
done(const char *change)
{
    static int number;
    struct event *event = ARENA_NEW(&arena, struct event);
    struct node *changed = json(change);
    struct err err = {0};

    *event = (struct event){
        .record = &record,
        .source = STR("/test"),
        .id = str_from_cstr(arena_printf(&arena, "e%d", ++number)),
        .type = type_named("test.done.v1"),
        .data = json("{\"user\":\"u1\",\"friend\":\"u2\",\"value\":\"12.50\","
                     "\"count\":7,\"from\":0,\"done\":true,\"label\":\"abc\","
                     "\"day\":\"2026-01-05\",\"at\":\"2026-01-05T12:00:00Z\","
                     "\"rating\":\"5.0\",\"inner\":{\"a\":3}}"),
    };
    ck_assert(timestamp_parse(STR("2026-01-05T12:00:00Z"), &event->time_us));
    for (size_t i = 0; i < changed->member_count; i++)
        member_of(event->data, changed->members[i].key.at)->value =
            changed->members[i].value;
    ck_assert_msg(schema_check(event->type, event->data, &arena, &err), "%s",
                  err.text);
    return event;
}

static inline struct event *
done_at(const char *change, const char *time)
{
    struct event *event = done(change);

    ck_assert(timestamp_parse(str_from_cstr(time), &event->time_us));
    return event;
}

static inline struct decision
decide_ok(const struct ruleset *ruleset, const struct event *event)
{
    struct decision decision;
    struct err err = {0};

    ruleset_want(ruleset, event, &facts);
    ck_assert_msg(decide(ruleset, event, &facts, &arena, &decision, &err), "%s",
                  err.text);
    return decision;
}

/* What a decision says, as "r.a 5.00 r.b 1.00 -r.c:when". */
static inline const char *
summary(const struct ruleset *ruleset, const struct decision *decision)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct posting *posting = &decision->postings[i];

        buf_printf(&buf, "%s%.*s ", buf.len ? " " : "",
                   STR_ARG(posting->line->name));
        num_print_minor(&buf, posting->amount_minor, ruleset->scale);
        if (posting->clipped)
            buf_add_cstr(&buf, "!");
    }
    for (size_t i = 0; i < decision->skip_count; i++)
        buf_printf(&buf, "%s-%.*s:%s", buf.len ? " " : "",
                   STR_ARG(decision->skips[i].line->name),
                   skip_reason_name(decision->skips[i].reason));
    return arena_strndup(&arena, buf.at, buf.len);
}

static inline void
assert_pays(const struct ruleset *ruleset, const struct event *event,
            const char *expected)
{
    struct decision decision = decide_ok(ruleset, event);

    ck_assert_str_eq(summary(ruleset, &decision), expected);
}

static inline void
assert_fails(const struct ruleset *ruleset, const struct event *event,
             const char *code, const char *text)
{
    struct decision decision;
    struct err err = {0};

    ruleset_want(ruleset, event, &facts);
    ck_assert(!decide(ruleset, event, &facts, &arena, &decision, &err));
    ck_assert_str_eq(err.code, code);
    ck_assert_contains(err.text, text);
    ck_assert_int_eq(err.kind, ERR_INPUT);
    ck_assert_uint_eq(decision.posting_count, 0);
}

#endif
