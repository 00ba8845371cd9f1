/* test_cost.c - the most that rules can pay, to the cent. */
#include "bound_fixture.h"
#include "random_event.h"

enum { EVENTS = 120 }; /* decided about, for each rule here */
#include "cost.h"

static const char *
amount(int64_t minor)
{
    struct buf buf;

    if (minor == COST_UNBOUNDED)
        return "unbounded";
    buf_init(&buf, &arena);
    num_print_minor(&buf, minor, 2);
    return arena_strndup(&arena, buf.at, buf.len);
}

struct row {
    const char *keys;  /* of the rule */
    const char *lines; /* of its award */
    const char *event;
    const char *month;
};

static void
check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ruleset *ruleset = compile_bound(rows[i].keys, rows[i].lines);
        struct cost cost = rule_cost(ruleset, ruleset->rules[0], &arena);
        bool bounded = strcmp(rows[i].month, "unbounded") != 0;

        ck_assert_msg(strcmp(amount(cost.event_minor), rows[i].event) == 0,
                      "%s%s pays %s an event, expected %s", rows[i].keys,
                      rows[i].lines, amount(cost.event_minor), rows[i].event);
        ck_assert_msg(strcmp(amount(cost.month_minor), rows[i].month) == 0,
                      "%s%s pays %s a month, expected %s", rows[i].keys,
                      rows[i].lines, amount(cost.month_minor), rows[i].month);
        ck_assert(bounded == (cost.culprit == NULL));
        assert_within_cost(ruleset, ruleset->rules[0], EVENTS);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(rows[0]))
#define D "event.data."
#define ONCE ", once: [account]}\n"
#define NONE "unbounded"

START_TEST(each_kind_of_line)
{
    static const struct row rows[] = {
        {"", "  - {id: a, flat: 5" ONCE, "5.00", "5.00"},
        {"", "  - {id: a, flat: \"0.005\"" ONCE, "0.00", "0.00"},
        {"", "  - {id: a, rate: {give: 3, per: 2, of: " D "value}" ONCE,
         "1500.00", "1500.00"},
        {"", "  - {id: a, rate: {give: 3, of: " D "free}" ONCE, NONE, NONE},
        {"", "  - {id: a, amount: " D "value / 3" ONCE, "333.33", "333.33"},
        {"", "  - {id: a, amount: \"min(10 * " D "free, 100)\"" ONCE, "100.00",
         "100.00"},
        {"", "  - {id: a, amount: \"max(10 * " D "free, 100)\"" ONCE, NONE,
         NONE},
        {"", "  - {id: a, amount: 5 - " D "count" ONCE, "5.00", "5.00"},
        {"", "  - {id: a, amount: -1 - " D "count" ONCE, "0.00", "0.00"},
        {"",
         "  - {id: a, every: {step: 3, give: 2, of: " D
         "count, leftover: drop}" ONCE,
         "6.00", "6.00"},
        /* One step more, with what was left over before. */
        {"",
         "  - {id: a, every: {step: 3, give: 2, of: " D
         "count, leftover: carry}" ONCE,
         "8.00", "8.00"},
        {"",
         "  - {id: a, every: {step: 5, give: 2, of: " D
         "count, leftover: carry}" ONCE,
         "4.00", "4.00"},
        {"",
         "  - {id: a, every: {step: 4, give: 2, of: " D
         "count, leftover: pro_rata}" ONCE,
         "5.00", "5.00"},
        {"",
         "  - {id: a, table: {of: " D
         "kind, rows: {a: 5, b: 7, z: 100}, missing: none}" ONCE,
         "7.00", "7.00"},
        {"",
         "  - {id: a, table: {of: " D
         "count, rows: {1: 5, 10: 7, 11: 100}, missing: none}" ONCE,
         "7.00", "7.00"},
        {"",
         "  - {id: a, table: {crossed: {from: " D "from, to: " D
         "to}, rows: {0: 1000, 1: 1, 2: 2, 5: 5, 6: 1000}, missing: none}" ONCE,
         "8.00", "8.00"},
        {"",
         "  - {id: a, table: {crossed: {from: " D "from, to: " D
         "to}, rows: {1: 1, 2: 2}, missing: none}, once: [account, row]}\n",
         "3.00", "3.00"},
        /* A day pays once by itself. */
        {"",
         "  - {id: a, streak: {day: " D
         "day, start: 10, add: 10, max: 45, gap: reset}}\n",
         "45.00", "1395.00"},
        {"",
         "  - {id: a, streak: {day: " D
         "day, start: 10, add: 0, max: 45, gap: reset}}\n",
         "10.00", "310.00"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(percents_are_of_what_the_line_pays)
{
    static const struct row rows[] = {
        {"  once: [account]\n",
         "  - {id: a, rate: {give: 1, of: " D "value}}\n"
         "  - {id: b, percent: {is: 20, of: a}}\n"
         "  - {id: c, percent: {is: 10, of: b}, when: " D "done}\n",
         "1220.00", "1220.00"},
        /* Of what is left of it. */
        {"",
         "  - {id: a, rate: {give: 1, of: " D "value}, limit: {per: account, "
         "window: month, amount: 100, over: clip}}\n"
         "  - {id: b, percent: {is: 20, of: a}, once: [account]}\n",
         "120.00", "120.00"},
        {"  once: [account]\n",
         "  - {id: a, rate: {give: 1, of: " D "free}}\n"
         "  - {id: b, percent: {is: 20, of: a}}\n",
         NONE, NONE},
        /* As often as it. */
        {"",
         "  - {id: a, flat: 5, once: [account, day]}\n"
         "  - {id: b, percent: {is: 20, of: a}}\n"
         "  - {id: c, percent: {is: 50, of: b}}\n",
         "6.50", "201.50"},
        {"",
         "  - {id: a, rate: {give: 1, of: " D "value}, limit: {per: account, "
         "window: month, amount: 500, over: clip}}\n"
         "  - {id: b, percent: {is: 20, of: a}}\n",
         "600.00", "600.00"},
        {"  once: [account]\n",
         "  - {id: a, flat: 5, mode: \"off\"}\n"
         "  - {id: b, percent: {is: 20, of: a}}\n",
         "0.00", "0.00"},
    };

    CHECK_ROWS(rows);
}
END_TEST

#define LIMIT(per, window, what)                                               \
    ", limit: {per: " per ", window: " window ", " what "}}\n"

START_TEST(limits_and_keys_bound_a_month)
{
    static const struct row rows[] = {
        {"", "  - {id: a, flat: 5}\n", "5.00", NONE},
        {"", "  - {id: a, flat: 5" LIMIT("account", "day", "times: 2"), "5.00",
         "310.00"},
        {"", "  - {id: a, flat: 5" LIMIT("account", "week", "times: 2"), "5.00",
         "60.00"},
        {"", "  - {id: a, flat: 5" LIMIT("account", "month", "times: 2"),
         "5.00", "10.00"},
        {"", "  - {id: a, flat: 5" LIMIT("all", "ever", "times: 3"), "5.00",
         "15.00"},
        {"",
         "  - {id: a, amount: " D
         "free" LIMIT("account", "week", "amount: 70, over: clip"),
         "70.00", "420.00"},
        {"",
         "  - {id: a, amount: " D
         "free" LIMIT("account", "day", "amount: 1, over: skip"),
         "1.00", "31.00"},
        {"",
         "  - {id: a, amount: " D "free" LIMIT("account", "day", "times: 1"),
         NONE, NONE},
        {"", "  - {id: a, flat: 5, once: [account, day]}\n", "5.00", "155.00"},
        {"", "  - {id: a, flat: 5, once: [account, " D "day]}\n", "5.00",
         "155.00"},
        {"", "  - {id: a, flat: 5, once: [account, " D "kind]}\n", "5.00",
         "15.00"},
        {"", "  - {id: a, flat: 5, once: [account, " D "count]}\n", "5.00",
         "55.00"},
        {"", "  - {id: a, flat: 5, once: [account, " D "done, " D "kind]}\n",
         "5.00", "30.00"},
        {"", "  - {id: a, flat: 5, once: [account, " D "label]}\n", "5.00",
         NONE},
        /* Another account's key may be this one's as well. */
        {"", "  - {id: a, flat: 5, once: [" D "kind]}\n", "5.00", "15.00"},
        {"", "  - {id: a, flat: 5, once: [" D "friend]}\n", "5.00", NONE},
        /* What `when` leaves of the values. */
        {"",
         "  - {id: a, flat: 5, when: " D "count > 7, once: [account, " D
         "count]}\n",
         "5.00", "15.00"},
    };

    CHECK_ROWS(rows);
}
END_TEST

START_TEST(rules_bound_their_lines)
{
    static const char two[] = "  - {id: a, flat: 5}\n  - {id: b, flat: 7}\n";
    static const struct row rows[] = {
        {"  once: [account]\n", two, "12.00", "12.00"},
        {"  limit: {per: account, window: day, amount: 10, over: clip}\n", two,
         "10.00", "310.00"},
        {"  limit: {per: account, window: month, times: 3}\n", two, "12.00",
         "36.00"},
        {"  once: [account, day]\n",
         "  - {id: a, flat: 5, once: [account]}\n  - {id: b, flat: 7}\n",
         "12.00", "222.00"},
        {"  when: " D "value <= 10\n  once: [account]\n",
         "  - {id: a, amount: " D "value}\n", "10.00", "10.00"},
        {"  when: " D "free <= 10\n  once: [account]\n",
         "  - {id: a, amount: " D "free, when: " D "free < 8}\n", "7.00",
         "7.00"},
        {"  when: " D "value > 1000\n", "  - {id: a, amount: " D "free}\n",
         "0.00", "0.00"},
        /* An amount below zero takes nothing off the others. */
        {"  once: [account]\n",
         "  - {id: a, flat: 5}\n  - {id: b, amount: -1 - " D "count}\n", "5.00",
         "5.00"},
        {"  mode: \"off\"\n", "  - {id: a, amount: " D "free}\n", "0.00",
         "0.00"},
    };

    CHECK_ROWS(rows);
}
END_TEST

/* Rounded up, many percents can come to more than the percent of many. */
START_TEST(amounts_are_rounded_as_the_file_says)
{
    static const struct {
        const char *round;
        const char *lines;
        const char *month;
    } rows[] = {
        {"floor",
         "  - {id: a, amount: event.data.value / 3, once: [account]}\n"
         "  - {id: b, flat: \"0.005\", once: [account]}\n",
         "333.33"},
        {"half_up",
         "  - {id: a, amount: event.data.value / 3, once: [account]}\n"
         "  - {id: b, flat: \"0.005\", once: [account]}\n",
         "333.34"},
        {"half_up",
         "  - {id: a, flat: 5, once: [account, day]}\n"
         "  - {id: b, percent: {is: \"0.1\", of: a}}\n",
         "155.31"},
        {"floor",
         "  - {id: a, flat: 5, once: [account, day]}\n"
         "  - {id: b, percent: {is: \"0.1\", of: a}}\n",
         "155.00"},
        {"half_up",
         "  - {id: a, flat: 5, limit: {per: account, window: month, amount: "
         "10, over: clip}}\n  - {id: b, percent: {is: 10, of: a}}\n",
         NONE},
        {"floor",
         "  - {id: a, flat: 5, limit: {per: account, window: month, amount: "
         "10, over: clip}}\n  - {id: b, percent: {is: 10, of: a}}\n",
         "11.00"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ruleset *ruleset = compile(arena_printf(
            &arena,
            "ruleset: t\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"
            "defaults: {round: %s}\nrules:\n- id: r\n  trigger: test.bound.v1\n"
            "  account: event.data.user\n  award:\n%s",
            rows[i].round, rows[i].lines));
        struct cost cost = rule_cost(ruleset, ruleset->rules[0], &arena);

        ck_assert_str_eq(amount(cost.month_minor), rows[i].month);
        assert_within_cost(ruleset, ruleset->rules[0], EVENTS);
    }
}
END_TEST

START_TEST(an_account_that_is_full_is_no_bound)
{
    static const struct row rows[] = {
        {"  once: [account]\n",
         "  - {id: a, rate: {give: 90000000000000, of: " D "value}}\n",
         "90000000000000000.00", "90000000000000000.00"},
        {"  once: [account]\n",
         "  - {id: a, rate: {give: 90000000000001, of: " D "value}}\n", NONE,
         NONE},
        {"  once: [account, day]\n",
         "  - {id: a, rate: {give: 90000000000000, of: " D "value}}\n",
         "90000000000000000.00", NONE},
    };

    CHECK_ROWS(rows);
}
END_TEST

/* Keys without fields are the same for all triggers; others are not. */
START_TEST(several_triggers_add_up)
{
    static const struct {
        const char *line;
        const char *month;
    } rows[] = {
        {"{id: a, amount: event.data.count, when: event.data.count < 4, once: "
         "[account]}",
         "3.00"},
        {"{id: a, amount: event.data.count, when: \"event.data.count in [2, "
         "3]\", "
         "once: [account, event.data.count]}",
         "12.00"},
        {"{id: a, amount: event.data.count, limit: {per: account, window: "
         "month, amount: 8, over: clip}}",
         "8.00"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ruleset *ruleset = compile(
            arena_printf(&arena,
                         HEAD "- id: r\n"
                              "  trigger: [test.bound.v1, test.other.v1]\n"
                              "  account: event.data.user\n  award:\n  - %s\n",
                         rows[i].line));
        struct cost cost = rule_cost(ruleset, ruleset->rules[0], &arena);

        ck_assert_str_eq(amount(cost.month_minor), rows[i].month);
        assert_within_cost(ruleset, ruleset->rules[0], EVENTS);
    }
}
END_TEST

/* Made under earlier rules, it can have any. */
START_TEST(a_stake_can_add_any_bonus)
{
    struct ruleset *ruleset = compile(
        "ruleset: t\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"
        "staking: {periods: {30: {bonus_xp: 10}, 90: {bonus_xp: 30}}}\n"
        "rules:\n- id: r\n  trigger: test.bound.v1\n"
        "  account: event.data.user\n  award:\n"
        "  - {id: a, amount: event.data.count * (100 + account.bonus_xp) / "
        "100, once: [account]}\n");
    struct cost cost = rule_cost(ruleset, ruleset->rules[0], &arena);

    ck_assert_str_eq(amount(cost.event_minor), "unbounded");
}
END_TEST

START_TEST(the_line_without_a_bound_is_named)
{
    struct ruleset *ruleset =
        compile_bound("", "  - {id: a, flat: 5, once: [account]}\n"
                          "  - {id: b, flat: 5}\n  - {id: c, flat: 5}\n");
    struct cost cost = rule_cost(ruleset, ruleset->rules[0], &arena);

    ck_assert_ptr_nonnull(cost.culprit);
    ck_assert(str_eq(cost.culprit->id, STR("b")));
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "cost", set_up_bound, tear_down, each_kind_of_line,
        percents_are_of_what_the_line_pays, limits_and_keys_bound_a_month,
        rules_bound_their_lines, amounts_are_rounded_as_the_file_says,
        an_account_that_is_full_is_no_bound, several_triggers_add_up,
        a_stake_can_add_any_bonus, the_line_without_a_bound_is_named);
}
