/* test_order.c - which rules come to the same in any order of events, and by
 * which key the others must be in order. */
#include "bound_fixture.h"
#include "order.h"
#include "random_event.h"

enum { ROUNDS = 10, EVENTS = 6, SHUFFLES = 10 };

struct row {
    const char *keys;  /* of the rule */
    const char *lines; /* of its award */
    const char *by;    /* the key; NULL: order-free */
    const char *why;   /* a part of it */
};

/* What each of the accounts of random events has in the end. */
static void
sums_of(const struct ruleset *ruleset, struct event *const *events,
        int64_t sums[3])
{
    memset(sums, 0, 3 * sizeof(*sums));
    facts_init(&facts, &arena);
    for (size_t i = 0; i < EVENTS; i++) {
        struct decision decision;
        struct err err = {0};

        ruleset_want(ruleset, events[i], &facts);
        if (!decide(ruleset, events[i], &facts, &arena, &decision, &err))
            continue;
        for (size_t j = 0; j < decision.posting_count; j++)
            sums[decision.postings[j].account->address.at[1] - '0'] +=
                decision.postings[j].amount_minor;
    }
}

/* Every shuffle of some events comes to the same. */
static void
assert_free(const struct ruleset *ruleset)
{
    struct event *events[EVENTS];
    int64_t first[3];
    int64_t sums[3];

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < EVENTS; i++)
            events[i] = random_event(ruleset->rules[0]->forms[0].type);
        sums_of(ruleset, events, first);
        for (int shuffle = 0; shuffle < SHUFFLES; shuffle++) {
            for (int i = EVENTS - 1; i > 0; i--) {
                int64_t other = random_below(i + 1);
                struct event *event = events[i];

                events[i] = events[other];
                events[other] = event;
            }
            sums_of(ruleset, events, sums);
            ck_assert_mem_eq(sums, first, sizeof(sums));
        }
    }
}

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ruleset *ruleset = compile_bound(rows[i].keys, rows[i].lines);
        struct order order = rule_order(ruleset, ruleset->rules[0], &arena);
        const char *key = unit_text(&arena, order.keys);

        ck_assert_msg(order.is_bound == (rows[i].by != NULL), "%s%s: %s",
                      rows[i].keys, rows[i].lines, key);
        ck_assert_msg(!rows[i].by || strcmp(key, rows[i].by) == 0,
                      "%s%s: by %s, expected %s", rows[i].keys, rows[i].lines,
                      key, rows[i].by);
        ck_assert_msg(str_contains(order.why, str_from_cstr(rows[i].why)),
                      "%s%s: %.*s", rows[i].keys, rows[i].lines,
                      STR_ARG(order.why));
        if (!order.is_bound)
            assert_free(ruleset);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(rows[0]))
#define D "event.data."
#define LIMIT "limit: {per: account, window: month, amount: 9, over: clip}"
#define EVERY(give, leftover)                                                  \
    "every: {step: 3, give: " give ", of: " D "count, leftover: " leftover "}"

START_TEST(what_an_event_alone_decides_is_free)
{
    static const struct row rows[] = {
        {"", "  - {id: a, flat: 5}\n", NULL, ""},
        {"",
         "  - {id: a, rate: {give: 1, of: " D "value}, when: " D "done}\n"
         "  - {id: b, percent: {is: 20, of: a}, when: " D "done}\n",
         NULL, ""},
        {"",
         "  - {id: a, table: {of: " D "kind, rows: {a: 1}, missing: none}}\n",
         NULL, ""},
        {"  late: {accept: 48h}\n", "  - {id: a, amount: " D "free}\n", NULL,
         ""},
        {"", "  - {id: a, " EVERY("1", "drop") "}\n", NULL, ""},
        {"", "  - {id: a, " EVERY("\"0.001\"", "pro_rata") "}\n", NULL, ""},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(carried_steps_come_to_the_same_unless_each_is_rounded)
{
    static const struct row rows[] = {
        {"", "  - {id: a, " EVERY("\"0.01\"", "carry") "}\n", NULL, ""},
        {"", "  - {id: a, " EVERY("\"0.015\"", "carry") "}\n", "account",
         "a: a step is rounded"},
        {"",
         "  - {id: a, " EVERY(
             "1", "carry") "}\n"
                           "  - {id: b, percent: {is: 50, of: a}}\n",
         "account", "b: which event its base is paid for"},
        {"",
         "  - {id: a, " EVERY(
             "1", "carry") "}\n"
                           "  - {id: b, percent: {is: 50, of: a}}\n"
                           "  - {id: c, percent: {is: 50, of: b}}\n",
         "account", "c: which event its base is paid for"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(a_key_is_free_when_all_its_events_are_paid_alike)
{
    static const struct row rows[] = {
        {"", "  - {id: a, flat: 5, once: [account]}\n", NULL, ""},
        {"",
         "  - {id: a, flat: 5, when: " D "done, once: [account, " D "kind]}\n",
         NULL, ""},
        {"", "  - {id: a, amount: " D "count, once: [account]}\n", "account",
         "a: of several events, the first one"},
        {"", "  - {id: a, amount: " D "count, once: [account, " D "kind]}\n",
         "account, event.data.kind", "first one"},
        {"", "  - {id: a, amount: " D "count, once: [account, " D "count]}\n",
         NULL, ""},
        {"",
         "  - {id: a, amount: " D "count, when: " D
         "count == 3, once: [account]}\n",
         NULL, ""},
        {"",
         "  - {id: a, table: {of: " D "kind, rows: {a: 1, b: 2}, missing: "
         "none}, once: [account, " D "kind]}\n",
         NULL, ""},
        {"",
         "  - {id: a, table: {crossed: {from: " D "from, to: " D
         "to}, rows: {1: 1, 2: 2}, missing: none}, once: [account, row]}\n",
         NULL, ""},
        {"",
         "  - {id: a, table: {crossed: {from: " D "from, to: " D
         "to}, rows: {1: 1, 2: 2}, missing: none}, once: [account]}\n",
         "account", "first one"},
        {"", "  - {id: a, amount: size(" D "user), once: [account]}\n", NULL,
         ""},
        /* The key is everybody's. */
        {"", "  - {id: a, flat: 5, once: [" D "friend]}\n", "event.data.friend",
         "a: of several accounts"},
        {"", "  - {id: a, flat: 5, once: [" D "user, day]}\n", NULL, ""},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(the_key_of_a_rule_stops_all_its_lines)
{
    static const struct row rows[] = {
        {"  once: [account]\n", "  - {id: a, flat: 5}\n  - {id: b, flat: 7}\n",
         NULL, ""},
        {"  once: [account]\n", "  - {id: a, flat: 5, when: " D "done}\n", NULL,
         ""},
        {"  once: [account]\n",
         "  - {id: a, flat: 5, when: " D "done}\n  - {id: b, flat: 7}\n",
         "account", "rule: of several events"},
        {"  once: [account, " D "kind]\n", "  - {id: a, amount: " D "count}\n",
         "account, event.data.kind", "rule: of several events"},
        {"  once: [account, day]\n",
         "  - {id: a, flat: 5, once: [account, " D "kind]}\n"
         "  - {id: b, flat: 7}\n",
         "account, day", "rule: of several events"},
        {"  once: [" D "label]\n", "  - {id: a, flat: 5}\n", "event.data.label",
         "rule: of several accounts"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(what_remembers_is_bound)
{
    static const struct row rows[] = {
        {"", "  - {id: a, flat: 5, " LIMIT "}\n", "account",
         "a: what a limit leaves"},
        {"  " LIMIT "\n", "  - {id: a, flat: 5}\n", "account",
         "rule: what a limit leaves"},
        {"", "  - {id: a, flat: 5, limit: {per: all, window: day, times: 9}}\n",
         "all accounts", "limit"},
        {"",
         "  - {id: a, streak: {day: " D
         "day, start: 1, add: 1, max: 3, gap: reset}, once: [account, "
         "day]}\n",
         "account", "a: a day is paid by the days that came before"},
        {"", "  - {id: a, amount: account.bonus_xp}\n", "account",
         "rule: account.bonus_xp"},
        /* Each key must be in order, but those that another implies. */
        {"",
         "  - {id: a, flat: 5, once: [" D "friend], limit: {per: all, "
         "window: day, times: 9}}\n",
         "all accounts", "a: of several accounts"},
        {"", "  - {id: a, flat: 5, once: [" D "friend], " LIMIT "}\n",
         "event.data.friend; account", "limit"},
        {"",
         "  - {id: a, amount: " D "free, once: [account, " D "kind], " LIMIT
         "}\n",
         "account", "first one"},
    };

    CHECK_ROWS(rows);
}
END_TEST

#define REVERSED                                                               \
    "  reversed_by:\n    trigger: test.other.v1\n    match: "                  \
    "event.data.contract_id == origin.data.contract_id\n    once_keys: keep\n" \
    "    limits: keep\n"

/* Which of two events was the first one matters once one of them is taken
 * back. */
START_TEST(what_is_taken_back_is_what_one_event_was_paid)
{
    static const struct row rows[] = {
        {REVERSED, "  - {id: a, rate: {give: 1, of: " D "value}}\n", NULL, ""},
        {REVERSED, "  - {id: a, flat: 5, once: [account]}\n", "account",
         "a: what one event was paid can be taken back"},
        {REVERSED "  once: [account]\n", "  - {id: a, flat: 5}\n", "account",
         "rule: what one event was paid can be taken back"},
        {REVERSED, "  - {id: a, " EVERY("1", "carry") "}\n", "account",
         "a: what one event was paid can be taken back"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(what_is_held_is_what_one_event_was_paid)
{
    static const char pending[] =
        "  pending: {until: test.other.v1, match: event.data.user_address == "
        "origin.data.friend, void_after: 1d}\n";
    static const struct row rows[] = {
        {pending, "  - {id: a, flat: 5}\n", NULL, ""},
        {pending, "  - {id: a, flat: 5, once: [account]}\n", "account",
         "a: what one event was paid can be voided"},
    };
    const char *closing =
        "{\"$id\":\"test.other.v1\",\"type\":\"object\",\"properties\":{"
        "\"user_address\":{\"type\":\"string\",\"format\":\"account\"}},"
        "\"required\":[\"user_address\"]}";

    schemas = schema_set_new(&arena);
    schema_add(schemas, json(bound_schema), "bound.json", &diags);
    schema_add(schemas, json(closing), "closing.json", &diags);
    CHECK_ROWS(rows);
}
END_TEST

/* An account that is chosen by a field does not show which one it was. */
START_TEST(a_key_with_a_chosen_account_hides_the_choice)
{
    struct ruleset *ruleset = compile(
        HEAD "- id: r\n  trigger: test.bound.v1\n"
             "  account: \"event.data.done ? event.data.user : "
             "event.data.friend\"\n  award:\n"
             "  - {id: a, amount: \"event.data.done ? event.data.count : "
             "event.data.free\", once: [account]}\n");

    ck_assert(rule_order(ruleset, ruleset->rules[0], &arena).is_bound);
}
END_TEST

/* A day that was paid is not paid again by itself: its key adds nothing. */
START_TEST(the_key_of_a_streak_is_no_reason_of_its_own)
{
    struct ruleset *ruleset = compile_bound(
        "", "  - {id: a, streak: {day: " D "day, start: 1, add: 1, max: 3, "
            "gap: reset}, once: [account, day]}\n");
    struct order order = rule_order(ruleset, ruleset->rules[0], &arena);

    ck_assert_str_eq(unit_text(&arena, order.why),
                     "a: a day is paid by the days that came before it");
}
END_TEST

START_TEST(a_charge_is_bound_to_its_account)
{
    struct ruleset *ruleset = compile(
        HEAD "- id: r\n  trigger: test.bound.v1\n  account: event.data.user\n"
             "  charge:\n  - {id: a, price: {by: event.data.kind, rows: {a: "
             "{cost: 5}}, missing: reject}}\n  short: reject\n");
    struct order order = rule_order(ruleset, ruleset->rules[0], &arena);

    ck_assert(order.is_bound);
    ck_assert(str_eq(order.keys, STR("account")));
}
END_TEST

/* By deciding: a rule called free pays the same in every order of its events;
 * of one that is called bound there is an order that it does not. */
static int64_t
paid_in_order(const struct ruleset *ruleset, struct event **events,
              const int *places, size_t count)
{
    int64_t sum = 0;

    facts_init(&facts, &arena);
    for (size_t i = 0; i < count; i++) {
        struct decision decision = decide_ok(ruleset, events[places[i]]);

        for (size_t j = 0; j < decision.posting_count; j++)
            sum += decision.postings[j].amount_minor;
    }
    return sum;
}

static bool
same_in_any_order(const struct ruleset *ruleset)
{
    static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct event *events[] = {
        done("{\"count\":2,\"from\":0,\"done\":true,\"label\":\"x\"}"),
        done("{\"count\":5,\"from\":3,\"done\":false,\"label\":\"x\"}"),
        done("{\"count\":9,\"from\":1,\"done\":true,\"label\":\"y\"}"),
    };
    int64_t first = paid_in_order(ruleset, events, orders[0], 3);
    bool same = true;

    for (size_t i = 1; i < sizeof(orders) / sizeof(*orders); i++)
        same = same && paid_in_order(ruleset, events, orders[i], 3) == first;
    return same;
}

START_TEST(the_label_is_what_deciding_shows)
{
    static const struct {
        const char *lines;
        bool is_free;
    } rows[] = {
        {"  - {id: a, flat: 5, when: " D "done, once: [account]}\n", true},
        {"  - {id: a, amount: " D "count, once: [account, " D "count]}\n",
         true},
        {"  - {id: a, " EVERY("1", "carry") "}\n", true},
        {"  - {id: a, table: {crossed: {from: " D "from, to: " D
         "count}, rows: {1: 1, 4: 2, 7: 4}, missing: none}, once: [account, "
         "row]}\n",
         true},
        {"  - {id: a, amount: " D "count, once: [account]}\n", false},
        {"  - {id: a, amount: " D "count, once: [account, " D "label]}\n",
         false},
        {"  - {id: a, " EVERY("\"0.015\"", "carry") "}\n", false},
        {"  - {id: a, amount: " D
         "count, limit: {per: account, window: ever, amount: 10, over: "
         "skip}}\n",
         false},
        {"  - {id: a, flat: 5, once: [account]}\n"
         "  - {id: b, percent: {is: 50, of: a}, when: " D "done}\n",
         false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ruleset *ruleset =
            compile(arena_printf(&arena, HEAD LINES "%s", rows[i].lines));
        struct order order = rule_order(ruleset, ruleset->rules[0], &arena);

        ck_assert_msg(order.is_bound != rows[i].is_free, "%s", rows[i].lines);
        ck_assert_msg(same_in_any_order(ruleset) == rows[i].is_free, "%s",
                      rows[i].lines);
    }
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "order", set_up_bound, tear_down, what_an_event_alone_decides_is_free,
        carried_steps_come_to_the_same_unless_each_is_rounded,
        a_key_is_free_when_all_its_events_are_paid_alike,
        the_key_of_a_rule_stops_all_its_lines, what_remembers_is_bound,
        what_is_taken_back_is_what_one_event_was_paid,
        what_is_held_is_what_one_event_was_paid,
        a_key_with_a_chosen_account_hides_the_choice,
        the_key_of_a_streak_is_no_reason_of_its_own,
        a_charge_is_bound_to_its_account, the_label_is_what_deciding_shows);
}
