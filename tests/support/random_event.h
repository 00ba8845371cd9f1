/* random_event.h - valid events of any type, the same ones in every run, and
 * whether what they are paid stays within the cost of its rule. After
 * rule_fixture.h. */
#ifndef TESTS_RANDOM_EVENT_H
#define TESTS_RANDOM_EVENT_H

#include "cost.h"
#include "rule_fixture.h"

static uint64_t random_state = 20261201;

/* 0 to count - 1 (Knuth's MMIX constants; the high bits are the random ones).
 */
static inline int64_t
random_below(int64_t count)
{
    random_state = random_state * UINT64_C(6364136223846793005) +
                   UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)count);
}

/* A whole number of the range; near the ends more often than not. */
static inline int64_t
random_number(const struct range *range)
{
    int64_t least = range->least.known
                        ? (int64_t)(range->least.at.num / range->least.at.den)
                        : -3;
    int64_t most = range->most.known
                       ? (int64_t)(range->most.at.num / range->most.at.den)
                       : least + (random_below(4) ? 12 : 100000);

    least += range->least.excluded;
    most -= range->most.excluded;
    switch (random_below(3)) {
    case 0:
        return least;
    case 1:
        return most;
    default:
        return least + random_below(most - least + 1);
    }
}

static inline void
add_random_value(struct buf *json, const struct event_type *type,
                 struct str name, enum field_type field, int day)
{
    struct range range = schema_range(type, &name, 1, &arena);

    if (field == FIELD_BOOL)
        buf_add_cstr(json, random_below(2) ? "true" : "false");
    else if (field == FIELD_INT)
        buf_printf(json, "%lld", (long long)random_number(&range));
    else if (field == FIELD_DECIMAL)
        buf_printf(json, "\"%lld\"", (long long)random_number(&range));
    else if (field == FIELD_ACCOUNT)
        buf_printf(json, "\"u%d\"", (int)random_below(3));
    else if (field == FIELD_DATE)
        buf_printf(json, "\"2026-01-%02d\"", day);
    else if (range.has_texts)
        buf_printf(
            json, "\"%.*s\"",
            STR_ARG(range.texts[random_below((int64_t)range.text_count)]));
    else
        buf_printf(json, "\"t%d\"", (int)random_below(4));
}

/* Of January 2026; the dates in it are of its day. Optional fields are there
 * or not. */
static inline struct event *
random_event(const struct event_type *type)
{
    static int number;
    int day = 1 + (int)random_below(31);
    struct event *event = ARENA_NEW(&arena, struct event);
    struct err err = {0};
    struct buf text;

    buf_init(&text, &arena);
    buf_add_char(&text, '{');
    for (size_t i = 0; i < schema_property_count(type); i++) {
        struct str name = schema_property(type, i);
        struct field field;

        ck_assert(schema_field(type, &name, 1, &field));
        if (field.type == FIELD_OTHER || (field.optional && random_below(2)))
            continue;
        buf_printf(&text, "%s\"%.*s\":", text.len > 1 ? "," : "",
                   STR_ARG(name));
        add_random_value(&text, type, name, field.type, day);
    }
    buf_add_cstr(&text, "}");
    buf_add_char(&text, '\0');
    *event = (struct event){
        .record = &record,
        .source = STR("/random"),
        .id = str_from_cstr(arena_printf(&arena, "e%d", ++number)),
        .type = type,
        .data = json(text.at),
    };
    ck_assert(timestamp_parse(
        str_from_cstr(arena_printf(&arena, "2026-01-%02dT12:00:00Z", day)),
        &event->time_us));
    ck_assert_msg(schema_check(type, event->data, &arena, &err), "%s: %s",
                  text.at, err.text);
    return event;
}

/* What one rule has paid each of the accounts u0, u1 and u2. */
struct paid {
    int64_t event_minor;
    int64_t month_minor[3];
};

static inline void
add_paid(struct paid *paid, const struct decision *decision,
         const struct rule *rule)
{
    const char *prefix = arena_printf(&arena, "%.*s.", STR_ARG(rule->id));

    paid->event_minor = 0;
    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct posting *posting = &decision->postings[i];
        int account = posting->account->address.at[1] - '0';

        if (posting->amount_minor < 0 || posting->line->type != &entry_earn ||
            !str_starts_with(posting->line->name, str_from_cstr(prefix)))
            continue;
        paid->event_minor += posting->amount_minor;
        paid->month_minor[account] += posting->amount_minor;
    }
}

/* Decide about so many events of each trigger of the rule. What comes to a
 * rule error pays nothing. Returns the most that an event was paid. */
static inline int64_t
assert_within_cost(const struct ruleset *ruleset, const struct rule *rule,
                   int count)
{
    struct cost cost = rule_cost(ruleset, rule, &arena);
    struct paid paid = {0};
    int64_t most = 0;

    facts_init(&facts, &arena);
    for (int i = 0; i < count; i++) {
        const struct event *event =
            random_event(rule->forms[(size_t)i % rule->form_count].type);
        struct decision decision;
        struct err err = {0};

        ruleset_want(ruleset, event, &facts);
        if (!decide(ruleset, event, &facts, &arena, &decision, &err))
            continue;
        add_paid(&paid, &decision, rule);
        most = paid.event_minor > most ? paid.event_minor : most;
        ck_assert_msg(paid.event_minor <= cost.event_minor,
                      "%.*s paid %lld for an event", STR_ARG(rule->id),
                      (long long)paid.event_minor);
        for (int j = 0; j < 3; j++)
            ck_assert_msg(paid.month_minor[j] <= cost.month_minor,
                          "%.*s paid %lld in a month", STR_ARG(rule->id),
                          (long long)paid.month_minor[j]);
    }
    return most;
}

#endif
