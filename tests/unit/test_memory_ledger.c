/* test_memory_ledger.c - facts that are kept come back as they were. */
#include "memory_ledger.h"

#include "rule_fixture.h"

static struct memory_ledger ledger;
static const struct ruleset *rules;

static void
set_up_ledger(void)
{
    set_up();
    ledger = (struct memory_ledger){0};
    rules = compile(HEAD LINES
                    "  - {id: a, flat: 5, once: [account, event.data.label]}\n"
                    "  - {id: b, every: {step: 5, give: 1, of: "
                    "event.data.count, leftover: carry}}\n");
}

static void
tear_down_ledger(void)
{
    memory_ledger_free(&ledger);
    tear_down();
}

/* Decide in facts of their own, as each batch has them. */
static const char *
batch(const struct event *event)
{
    struct decision decision;
    struct err err = {0};

    facts_init(&facts, &arena);
    ruleset_want(rules, event, &facts);
    memory_ledger_fill(&ledger, &facts);
    ck_assert(decide(rules, event, &facts, &arena, &decision, &err));
    memory_ledger_keep(&ledger, &facts);
    return summary(rules, &decision);
}

START_TEST(keys_and_counters_outlive_the_batch)
{
    const struct account_state *account;

    ck_assert_str_eq(batch(done("{}")), "r.a 5.00 r.b 1.00");
    ck_assert_str_eq(batch(done("{}")), "r.b 1.00 -r.a:once");
    ck_assert_str_eq(batch(done("{\"count\":1}")), "r.b 1.00 -r.a:once");
    ck_assert_str_eq(batch(done("{\"user\":\"u9\",\"count\":1}")),
                     "r.a 5.00 -r.b:zero");
    account = memory_ledger_account(&ledger, STR("u1"));
    ck_assert_ptr_nonnull(account);
    ck_assert_int_eq(account->balance_minor, 800);
    ck_assert_int_eq(account->last_seq, 4);
    ck_assert_uint_eq(ledger.state_count, 2);
    ck_assert_ptr_null(memory_ledger_account(&ledger, STR("u2")));
}
END_TEST

/* A balance that nobody has moved is for whoever knew it before. */
START_TEST(a_counter_alone_keeps_no_account)
{
    rules = compile(HEAD LINES "  - {id: b, every: {step: 50, give: 1, of: "
                               "event.data.count, leftover: carry}}\n");
    ck_assert_str_eq(batch(done("{}")), "-r.b:zero");
    ck_assert_uint_eq(ledger.moved_count, 1);
    ck_assert_uint_eq(ledger.state_count, 0);
}
END_TEST

static const struct str keys[RECORD_KEYS] = {{"k", 1}, {"", 0}, {"x", 1}};

static struct fact_record *
ask(void)
{
    struct fact_record *asked;

    facts_init(&facts, &arena);
    asked = facts_record(&facts, RECORD_ORIGIN, NULL, keys);
    memory_ledger_fill(&ledger, &facts);
    return asked;
}

/* NULLs, empty texts, long ones, and rows that are taken away again. */
START_TEST(records_come_back_row_by_row)
{
    struct str long_text = str_from_cstr(arena_printf(&arena, "%5000d", 7));
    struct fact_record *asked = ask();
    struct record_row *row;

    ck_assert_uint_eq(asked->row_count, 0);
    row = facts_add_row(&facts, asked);
    row->values[0] = STR("a");
    row->values[2] = STR("");
    row->values[RECORD_COLUMNS - 1] = long_text;
    facts_add_row(&facts, asked);
    memory_ledger_keep(&ledger, &facts);

    asked = ask();
    ck_assert_uint_eq(asked->row_count, 2);
    row = &asked->rows[0];
    ck_assert(str_eq(row->values[0], STR("a")));
    ck_assert_ptr_null(row->values[1].at);
    ck_assert_ptr_nonnull(row->values[2].at);
    ck_assert_uint_eq(row->values[2].len, 0);
    ck_assert(str_eq(row->values[RECORD_COLUMNS - 1], long_text));
    ck_assert_ptr_null(asked->rows[1].values[0].at);
    asked->row_count = 0;
    memory_ledger_keep(&ledger, &facts);
    ck_assert_uint_eq(ask()->row_count, 0);
}
END_TEST

/* As a database gives them, which knows nothing of what is kept here. */
START_TEST(rows_of_elsewhere_stay_taken_away)
{
    struct fact_record *asked = ask();

    facts_add_row(&facts, asked);
    asked->row_count = 0;
    memory_ledger_keep(&ledger, &facts);

    facts_init(&facts, &arena);
    asked = facts_record(&facts, RECORD_ORIGIN, NULL, keys);
    facts_add_row(&facts, asked);
    memory_ledger_fill(&ledger, &facts);
    ck_assert_uint_eq(asked->row_count, 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "memory_ledger", set_up_ledger, tear_down_ledger,
        keys_and_counters_outlive_the_batch, a_counter_alone_keeps_no_account,
        records_come_back_row_by_row, rows_of_elsewhere_stay_taken_away);
}
