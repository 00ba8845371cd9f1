/* test_facts.c - facts: one object a key, values that can be forgotten. */
#include "facts.h"

#include "bits.h"
#include "event.h"
#include "unit.h"

static struct arena arena;
static struct facts facts;
static const struct ledger_line base = {.name = {"r.base", 6}};
static const struct ledger_line first = {.name = {"r.first", 7}};

static void
set_up(void)
{
    arena_init(&arena);
    facts_init(&facts, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(an_account_is_one_object)
{
    char text[] = "u1";
    struct account_state *account = facts_account(&facts, str_make(text, 2));

    ck_assert_int_eq(account->balance_minor, 0);
    ck_assert(!account->changed);
    text[1] = '2'; /* the facts keep a copy */
    ck_assert_ptr_eq(facts_account(&facts, STR("u1")), account);
    ck_assert_ptr_ne(facts_account(&facts, STR("u2")), account);
    ck_assert_uint_eq(facts.account_count, 2);
    ck_assert_ptr_eq(facts.accounts[0], account);
}
END_TEST

START_TEST(a_counter_is_told_apart_by_everything)
{
    struct account_state *account = facts_account(&facts, STR("u1"));
    struct counter *counter =
        facts_counter(&facts, &base, account, COUNTER_AMOUNT_DAY, 5);

    ck_assert_ptr_eq(
        facts_counter(&facts, &base, account, COUNTER_AMOUNT_DAY, 5), counter);
    ck_assert_ptr_ne(
        facts_counter(&facts, &first, account, COUNTER_AMOUNT_DAY, 5), counter);
    ck_assert_ptr_ne(facts_counter(&facts, &base, NULL, COUNTER_AMOUNT_DAY, 5),
                     counter);
    ck_assert_ptr_ne(
        facts_counter(&facts, &base, account, COUNTER_TIMES_DAY, 5), counter);
    ck_assert_ptr_ne(
        facts_counter(&facts, &base, account, COUNTER_AMOUNT_DAY, 6), counter);
    ck_assert_uint_eq(facts.counter_count, 5);
    ck_assert_int_eq(ratio_compare(counter->value, ratio_from_int(0)), 0);
}
END_TEST

START_TEST(a_once_key_is_told_apart_by_everything)
{
    struct account_state *account = facts_account(&facts, STR("u1"));
    struct once_key *once = facts_once(&facts, &base, account, STR("a"));

    ck_assert(!once->taken && !once->changed);
    ck_assert_ptr_eq(facts_once(&facts, &base, account, STR("a")), once);
    ck_assert_ptr_ne(facts_once(&facts, &first, account, STR("a")), once);
    ck_assert_ptr_ne(facts_once(&facts, &base, NULL, STR("a")), once);
    ck_assert_ptr_ne(facts_once(&facts, &base, account, STR("")), once);
    ck_assert_ptr_ne(facts_once(&facts, &base, account, STR("ab")), once);
    ck_assert_uint_eq(facts.once_count, 5);
    ck_assert(str_eq(once->key, STR("a")));
}
END_TEST

START_TEST(the_longest_key_fits)
{
    char *text = arena_alloc(&arena, ONCE_KEY_MAX_BYTES);
    struct str key = str_make(text, ONCE_KEY_MAX_BYTES);

    memset(text, 'x', ONCE_KEY_MAX_BYTES);
    ck_assert_ptr_eq(facts_once(&facts, &base, NULL, key),
                     facts_once(&facts, &base, NULL, key));
}
END_TEST

/* ---- records ---- */

START_TEST(a_record_is_told_apart_by_everything)
{
    static const struct str keys[][RECORD_KEYS] = {
        {STR("a"), STR("b"), STR("c")}, {STR("a"), STR("b"), STR("")},
        {STR("a"), STR(""), STR("b")},  {STR("ab"), STR(""), STR("c")},
        {STR(""), STR(""), STR("")},
    };
    enum { KEYS = sizeof(keys) / sizeof(*keys) };
    struct account_state *account = facts_account(&facts, STR("a"));
    struct fact_record *records[2 * KEYS];

    for (size_t i = 0; i < KEYS; i++) {
        ck_assert_ptr_null(
            facts_find_record(&facts, RECORD_CLOSING, account, keys[i]));
        records[i] = facts_record(&facts, RECORD_CLOSING, account, keys[i]);
        ck_assert_ptr_null(
            facts_find_record(&facts, RECORD_ORIGIN, NULL, keys[i]));
        records[KEYS + i] = facts_record(&facts, RECORD_ORIGIN, NULL, keys[i]);
    }
    ck_assert_uint_eq(facts.record_count, 2 * KEYS);
    for (size_t i = 0; i < 2 * KEYS; i++) {
        enum record_kind kind = i < KEYS ? RECORD_CLOSING : RECORD_ORIGIN;
        struct account_state *owner = i < KEYS ? account : NULL;

        ck_assert_ptr_eq(facts_record(&facts, kind, owner, keys[i % KEYS]),
                         records[i]);
        ck_assert_ptr_eq(facts_find_record(&facts, kind, owner, keys[i % KEYS]),
                         records[i]);
        ck_assert_int_eq(records[i]->kind, kind);
        ck_assert_ptr_eq(records[i]->account, owner);
        ck_assert_uint_eq(records[i]->row_count, 0);
        for (int j = 0; j < RECORD_KEYS; j++)
            ck_assert(str_eq(records[i]->keys[j], keys[i % KEYS][j]));
    }
    ck_assert_uint_eq(facts.record_count, 2 * KEYS);
}
END_TEST

START_TEST(rows_are_added_in_order)
{
    static const struct str keys[RECORD_KEYS] = {STR("u1")};
    struct fact_record *record =
        facts_record(&facts, RECORD_STAKES_OF, NULL, keys);

    for (int i = 0; i < 100; i++) {
        struct record_row *row = facts_add_row(&facts, record);

        for (int j = 0; j < RECORD_COLUMNS; j++)
            ck_assert_uint_eq(row->values[j].len, 0);
        row->values[0] = str_from_cstr(arena_printf(&arena, "%d", i - 50));
        row->values[5] = i % 2 ? STR("t") : STR("f");
    }
    ck_assert_uint_eq(record->row_count, 100);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(record_int(&record->rows[i], 0), i - 50);
        ck_assert_int_eq(record_flag(&record->rows[i], 5), i % 2);
        ck_assert(!record_flag(&record->rows[i], 1));
    }
    facts_clear(&facts);
    ck_assert_uint_eq(record->row_count, 0);
    ck_assert_ptr_eq(facts_find_record(&facts, RECORD_STAKES_OF, NULL, keys),
                     record);
    ck_assert_uint_eq(facts_add_row(&facts, record)->values[0].len, 0);
}
END_TEST

START_TEST(many_facts_keep_their_order)
{
    for (int i = 0; i < 1000; i++)
        facts_account(&facts, str_from_cstr(arena_printf(&arena, "u%d", i)));
    ck_assert_uint_eq(facts.account_count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        struct str name = str_from_cstr(arena_printf(&arena, "u%zu", i));

        ck_assert(str_eq(facts.accounts[i]->address, name));
        ck_assert_ptr_eq(facts_account(&facts, name), facts.accounts[i]);
    }
}
END_TEST

START_TEST(clear_forgets_values_and_keeps_keys)
{
    struct account_state *account = facts_account(&facts, STR("u1"));
    struct counter *counter =
        facts_counter(&facts, &base, account, COUNTER_CARRY, 0);
    struct once_key *once = facts_once(&facts, &base, account, STR("a"));

    *account = (struct account_state){.address = account->address,
                                      .id = 7,
                                      .balance_minor = 1,
                                      .funds_minor = {2, 3},
                                      .last_seq = 4,
                                      .changed = true};
    counter->value = ratio_from_int(9);
    counter->changed = true;
    once->taken = once->changed = true;
    facts_clear(&facts);
    ck_assert(str_eq(account->address, STR("u1")));
    ck_assert_int_eq(account->id + account->balance_minor +
                         account->funds_minor[FUND_EARNED] +
                         account->funds_minor[FUND_SPENT] + account->last_seq +
                         account->side,
                     0);
    ck_assert(!account->funds_changed);
    ck_assert(!account->changed && !counter->changed && !once->changed);
    ck_assert(!once->taken);
    ck_assert_int_eq(ratio_compare(counter->value, ratio_from_int(0)), 0);
    ck_assert_ptr_eq(facts_once(&facts, &base, account, STR("a")), once);
    ck_assert_uint_eq(facts.once_count, 1);
}
END_TEST

START_TEST(verdicts_are_found_by_their_event)
{
    enum { EVENTS = 40 };
    static struct event events[EVENTS + 1];

    ck_assert_ptr_null(facts_find_verdict(&facts, &events[0]));
    for (size_t i = 0; i < EVENTS; i++)
        bits_set(facts_add_verdict(&facts, &events[i], 100), 60 + i);
    for (size_t i = 0; i < EVENTS; i++) {
        const uint64_t *open = facts_find_verdict(&facts, &events[i]);

        ck_assert_uint_eq(bits_next(open, 100, 0), 60 + i);
        ck_assert_uint_eq(bits_next(open, 100, 61 + i), 100);
    }
    ck_assert(bits_has(facts_find_verdict(&facts, &events[7]), 67));
    ck_assert_ptr_null(facts_find_verdict(&facts, &events[EVENTS]));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("facts", set_up, tear_down, an_account_is_one_object,
                    a_counter_is_told_apart_by_everything,
                    a_once_key_is_told_apart_by_everything,
                    the_longest_key_fits, a_record_is_told_apart_by_everything,
                    rows_are_added_in_order, many_facts_keep_their_order,
                    clear_forgets_values_and_keeps_keys,
                    verdicts_are_found_by_their_event);
}
