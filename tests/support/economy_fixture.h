/* economy_fixture.h - requests of the real schemas, in a rule set that offers
 * everything, and what becomes of them in one line of text. */
#ifndef TESTS_ECONOMY_FIXTURE_H
#define TESTS_ECONOMY_FIXTURE_H

#include "file.h"
#include "rule_fixture.h"

/* The head of a rule file that offers everything; rules start in line 13. */
#define OFFERS                                                                 \
    "ruleset: test\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"           \
    "tiers:\n  levels:\n    low: {balance: 0, fee: 2.5}\n"                     \
    "    high: {balance: 1000, fee: 0.5}\n"                                    \
    "staking: {periods: {30: {trust_score: 5, bonus_xp: 10}, "                 \
    "90: {bonus_xp: 12.5, featured_badge: true}}}\n"                           \
    "conversion: {rate: \"1.5000\"}\nvoting: {period: 7d}\n"                   \
    "description: All there is\nrules:\n"

/* A rule that no request here triggers. */
#define IDLE                                                                   \
    "- id: idle\n  trigger: io.gigchain.template.accepted.v1\n"                \
    "  account: event.data.user_address\n  award: [{id: a, flat: 1}]\n"

#define NOON "2026-01-05T12:00:00Z"

static struct ruleset *rules;
static struct decision last; /* the latest one */

static inline void
set_up_economy(void)
{
    const char *const *paths;
    struct err err = {0};
    size_t count;

    set_up();
    ck_assert_msg(
        file_list(&arena, "schemas/events", ".json", &paths, &count, &err),
        "%s", err.text);
    for (size_t i = 0; i < count; i++) {
        struct node *document;

        ck_assert(json_read_file(&arena, paths[i], &document, &err));
        schema_add(schemas, document, paths[i], &diags);
    }
    ck_assert_uint_eq(diags.errors, 0);
    rules = compile(OFFERS IDLE);
    ck_assert(timestamp_parse(STR(NOON), &facts.now_us));
}

static inline void
set_clock(const char *time)
{
    ck_assert(timestamp_parse(str_from_cstr(time), &facts.now_us));
}

/* An event of io.gigchain.TYPE.v1 at NOON; ids are r1, r2 ... */
static inline struct event *
request(const char *type, const char *data)
{
    static int number;
    struct event *event = ARENA_NEW(&arena, struct event);
    struct err err = {0};

    *event = (struct event){
        .record = &record,
        .source = STR("/test"),
        .id = str_from_cstr(arena_printf(&arena, "r%d", ++number)),
        .type = type_named(arena_printf(&arena, "io.gigchain.%s.v1", type)),
        .data = json(data),
    };
    ck_assert(timestamp_parse(STR(NOON), &event->time_us));
    ck_assert_msg(schema_check(event->type, event->data, &arena, &err), "%s",
                  err.text);
    return event;
}

static inline struct event *
request_at(const char *time, const char *type, const char *data)
{
    struct event *event = request(type, data);

    ck_assert(timestamp_parse(str_from_cstr(time), &event->time_us));
    return event;
}

static inline struct account_state *
account(const char *address)
{
    return facts_account(&facts, str_from_cstr(address));
}

/* What the account had before the batch. */
static inline void
give(const char *address, int64_t minor)
{
    account(address)->balance_minor = minor;
    account(address)->funds_minor[FUND_EARNED] = minor;
}

/* A row of the record, as the ledger would have filled it in. */
static inline struct record_row *
fill(enum record_kind kind, const char *owner, struct str first,
     struct str second, struct str third)
{
    const struct str keys[RECORD_KEYS] = {first, second, third};

    return facts_add_row(
        &facts,
        facts_record(&facts, kind, owner ? account(owner) : NULL, keys));
}

/* All that the facts say, in one text. */
static inline const char *
facts_text(void)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < facts.account_count; i++) {
        const struct account_state *state = facts.accounts[i];

        buf_printf(&buf, "%.*s %lld #%lld side %d %d%d",
                   STR_ARG(state->address), (long long)state->balance_minor,
                   (long long)state->last_seq, state->side, state->changed,
                   state->funds_changed);
        for (int j = 0; j < FUND_COUNT; j++)
            buf_printf(&buf, " %lld", (long long)state->funds_minor[j]);
        buf_add_char(&buf, '\n');
    }
    for (size_t i = 0; i < facts.counter_count; i++) {
        ratio_print(&buf, facts.counters[i]->value);
        buf_printf(&buf, " %d\n", facts.counters[i]->changed);
    }
    for (size_t i = 0; i < facts.once_count; i++)
        buf_printf(&buf, "%d%d %p\n", facts.once_keys[i]->taken,
                   facts.once_keys[i]->changed,
                   (const void *)facts.once_keys[i]->taken_by);
    for (size_t i = 0; i < facts.record_count; i++) {
        const struct fact_record *known = facts.records[i];

        buf_printf(&buf, "record %d of %.*s:", known->kind,
                   STR_ARG(known->keys[0]));
        for (size_t j = 0; j < known->row_count; j++)
            for (int k = 0; k < RECORD_COLUMNS; k++)
                buf_printf(&buf, " [%.*s]", STR_ARG(known->rows[j].values[k]));
        buf_add_char(&buf, '\n');
    }
    return arena_strndup(&arena, buf.at, buf.len);
}

/* The latest decision, as
 * "transfer.sent u1 -5.00, transfer.received u2 5.00; token.transferred u1". */
static inline const char *
last_text(void)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < last.posting_count; i++) {
        const struct posting *posting = &last.postings[i];

        buf_printf(&buf, "%s%.*s %.*s ", i ? ", " : "",
                   STR_ARG(posting->line->name),
                   STR_ARG(posting->account->address));
        num_print_minor(&buf, posting->amount_minor, rules->scale);
    }
    for (size_t i = 0; i < last.answer_count; i++)
        buf_printf(&buf, "%s%s %.*s", i ? ", " : "; ", last.answers[i].type,
                   STR_ARG(last.answers[i].account->address));
    return arena_strndup(&arena, buf.at, buf.len);
}

static inline void
assert_outcome(const struct event *event, const char *expected)
{
    last = decide_ok(rules, event);
    ck_assert_str_eq(last_text(), expected);
    ck_assert_int_eq(last.rejection, REJECT_NONE);
}

/* Nothing but the answer comes of it, to the account that asks. */
static inline void
assert_rejected(const struct event *event, const char *reason)
{
    const char *before;
    const char *detail;

    ruleset_want(rules, event, &facts);
    before = facts_text();
    last = decide_ok(rules, event);
    ck_assert_str_eq(rejection_name(last.rejection), reason);
    ck_assert_str_eq(facts_text(), before);
    ck_assert_uint_eq(last.posting_count + last.effect_count, 0);
    ck_assert_uint_eq(last.answer_count, 1);
    ck_assert_str_eq(last.answers[0].type, "token.rejected");
    detail = unit_text(&arena, last.answers[0].detail);
    ck_assert_contains(
        detail,
        arena_printf(&arena, "{\"reason\":\"%s\",\"message\":\"", reason));
}

/* The event is set aside, and the facts are as they were. */
static inline void
assert_set_aside(const struct event *event, const char *code)
{
    const char *before;

    ruleset_want(rules, event, &facts);
    before = facts_text();
    assert_fails(rules, event, code, "");
    ck_assert_str_eq(facts_text(), before);
}

static inline void
assert_funds(const char *address, const int64_t (*expected)[FUND_COUNT])
{
    for (int i = 0; i < FUND_COUNT; i++)
        ck_assert_int_eq(account(address)->funds_minor[i], (*expected)[i]);
}

static inline const char *
detail_of(size_t answer)
{
    ck_assert_uint_lt(answer, last.answer_count);
    return unit_text(&arena, last.answers[answer].detail);
}

/* The values of an effect, with spaces between; `-` is a NULL. */
static inline const char *
effect_text(size_t index)
{
    const struct effect *effect = &last.effects[index];
    struct buf buf;
    int count = EFFECT_VALUES;

    ck_assert_uint_lt(index, last.effect_count);
    while (count && !effect->values[count - 1].at)
        count--;
    buf_init(&buf, &arena);
    for (int i = 0; i < count; i++) {
        struct str value = effect->values[i].at ? effect->values[i] : STR("-");

        buf_printf(&buf, "%s%.*s", i ? " " : "", STR_ARG(value));
    }
    return arena_strndup(&arena, buf.at, buf.len);
}

#endif
