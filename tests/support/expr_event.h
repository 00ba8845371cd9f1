/* expr_event.h - an event type, an event and a scope to try expressions in. */
#ifndef TESTS_EXPR_EVENT_H
#define TESTS_EXPR_EVENT_H

#include <stdio.h>
#include <stdlib.h>

#include "expr.h"
#include "json.h"

static const char schema_text[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
    "\"$id\":\"test.done.v1\",\"type\":\"object\",\"properties\":{"
    "\"user\":{\"type\":\"string\",\"format\":\"account\"},"
    "\"value\":{\"type\":[\"string\",\"number\"],\"format\":\"decimal\"},"
    "\"count\":{\"type\":\"integer\"},"
    "\"zero\":{\"type\":\"integer\"},"
    "\"done\":{\"type\":\"boolean\"},"
    "\"label\":{\"type\":\"string\"},"
    "\"day\":{\"type\":\"string\",\"format\":\"date\"},"
    "\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"rating\":{\"type\":[\"string\",\"number\"],\"format\":\"decimal\"},"
    "\"bonus\":{\"type\":\"integer\"},"
    "\"note\":{\"type\":\"string\"},"
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"inner\":{\"type\":\"object\",\"properties\":{"
    "\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"integer\"}},"
    "\"required\":[\"a\"]}},"
    "\"required\":[\"user\",\"value\",\"count\",\"zero\",\"done\",\"label\","
    "\"day\",\"at\",\"inner\"]}";

static const char data_text[] =
    "{\"user\":\"0x52908400098527886E0F7030069857D2E4169EE7\","
    "\"value\":\"12.50\",\"count\":7,\"zero\":0,\"done\":true,"
    "\"label\":\"gr\\u00fc\\u00dfe\",\"day\":\"2026-02-28\","
    "\"at\":\"2026-03-29T00:30:00Z\",\"rating\":\"5.0\","
    "\"tags\":[],\"inner\":{\"a\":3}}";

static struct arena arena;
static struct diag_list diags;
static struct schema_set *schemas;
static struct expr_scope scope;
static struct event event;

static inline void
must(bool holds, const char *otherwise)
{
    if (holds)
        return;
    fprintf(stderr, "expr_event: %s\n", otherwise);
    abort();
}

static inline struct node *
json(const char *text)
{
    struct err err = {0};
    struct node *document;

    must(json_read(&arena, str_from_cstr(text), &document, &err), err.text);
    return document;
}

static inline void
set_up(void)
{
    struct err err = {0};

    arena_init(&arena);
    diag_init(&diags, &arena);
    schemas = schema_set_new(&arena);
    schema_add(schemas, json(schema_text), "done.json", &diags);
    diag_print(&diags, stderr);
    must(diags.errors == 0, "the schema does not compile");
    event = (struct event){
        .source = STR("/test"),
        .id = STR("e-1"),
        .type = schema_find(schemas, STR("test.done.v1")),
        .time_us = INT64_C(1759926896789000), /* 2025-10-08T12:34:56.789Z */
        .data = json(data_text),
    };
    must(schema_check(event.type, event.data, &arena, &err), err.text);
    scope = (struct expr_scope){
        .arena = &arena,
        .type = event.type,
        .diags = &diags,
        .file = "rules.yaml",
    };
}

static inline void
tear_down(void)
{
    arena_free(&arena);
}

#endif
