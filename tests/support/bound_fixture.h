/* bound_fixture.h - an event type whose fields have bounds, beside that of
 * rule_fixture.h whose have none; and rules on it from a few words. */
#ifndef TESTS_BOUND_FIXTURE_H
#define TESTS_BOUND_FIXTURE_H

#include "rule_fixture.h"

static const char bound_schema[] =
    "{\"$id\":\"test.bound.v1\",\"type\":\"object\",\"properties\":{"
    "\"user\":{\"type\":\"string\",\"format\":\"account\"},"
    "\"friend\":{\"type\":\"string\",\"format\":\"account\"},"
    "\"value\":{\"type\":[\"string\",\"number\"],\"format\":\"decimal\","
    "\"minimum\":0,\"maximum\":1000},"
    "\"count\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10},"
    "\"free\":{\"type\":\"integer\"},"
    "\"from\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5},"
    "\"to\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":5},"
    "\"kind\":{\"type\":\"string\",\"enum\":[\"a\",\"b\",\"c\"]},"
    "\"label\":{\"type\":\"string\",\"maxLength\":20},"
    "\"done\":{\"type\":\"boolean\"},"
    "\"contract_id\":{\"type\":\"string\"},"
    "\"day\":{\"type\":\"string\",\"format\":\"date\"}},"
    "\"required\":[\"user\",\"friend\",\"value\",\"count\",\"free\",\"from\","
    "\"to\",\"kind\",\"label\",\"done\",\"contract_id\",\"day\"]}";

static inline void
set_up_bound(void)
{
    set_up();
    schema_add(schemas, json(bound_schema), "bound.json", &diags);
    ck_assert_uint_eq(diags.count, 0);
}

/* A rule set of one rule for test.bound.v1: `keys` are lines of the rule
 * itself, indented by two, and `lines` items of its award. */
static inline struct ruleset *
compile_bound(const char *keys, const char *lines)
{
    return compile(arena_printf(&arena,
                                HEAD
                                "- id: r\n  trigger: test.bound.v1\n"
                                "  account: event.data.user\n%s  award:\n%s",
                                keys, lines));
}

#endif
