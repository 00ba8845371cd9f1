/* test_turn.c - kinds of entry: what each moves, that the database has the same
 * table, and what a turn keeps of them. */
#include "economy_fixture.h"
#include "turn.h"

static struct turn turn;

static void
set_up_turn(void)
{
    set_up_economy();
    turn = (struct turn){.ruleset = rules, .facts = &facts, .arena = &arena};
}

/* ---- the table in the database ---- */

/* The text between two quotes, and what follows; false when there is none. */
static bool
take_quoted(const char **at, struct str *text)
{
    const char *start = strchr(*at, '\'');
    const char *end = start ? strchr(start + 1, '\'') : NULL;

    if (!end)
        return false;
    *text = str_make(start + 1, (size_t)(end - start - 1));
    *at = end + 1;
    return true;
}

/* A row of the INSERT: two texts, and a number for each fund. */
static void
check_row(const struct entry_type *type, const char **at)
{
    struct str name;
    struct str counterparty;

    ck_assert(take_quoted(at, &name) && take_quoted(at, &counterparty));
    ck_assert_str_eq(unit_text(&arena, name), type->name);
    ck_assert_str_eq(unit_text(&arena, counterparty), type->counterparty);
    for (int i = 0; i < FUND_COUNT; i++) {
        char *end;

        ck_assert_msg(**at == ',', "%s", type->name);
        ck_assert_int_eq(strtol(*at + 1, &end, 10), type->moves[i]);
        *at = end;
    }
    ck_assert_int_eq(**at, ')');
}

START_TEST(the_database_has_the_same_table)
{
    static const char head[] =
        "    name         text COLLATE \"C\" PRIMARY KEY,\n"
        "    counterparty text NOT NULL, -- empty: the other user of a "
        "transfer\n"
        "    earned       smallint NOT NULL,\n"
        "    spent        smallint NOT NULL,\n"
        "    staked       smallint NOT NULL,\n"
        "    pending      smallint NOT NULL,\n"
        "    reserved     smallint NOT NULL,\n"
        "    debt         smallint NOT NULL\n";
    struct err err = {0};
    struct str text;
    const char *sql;
    const char *at;
    char *end;

    ck_assert(file_read(&arena, "schemas/sql/0005_economy.sql", &text, &err));
    sql = unit_text(&arena, text);
    ck_assert_contains(sql, head); /* columns are in the order of the funds */
    at = strstr(sql, "INSERT INTO transaction_types VALUES");
    ck_assert_ptr_nonnull(at);
    end = strchr(at, ';');
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    for (size_t i = 0; entry_types[i]; i++)
        check_row(entry_types[i], &at);
    ck_assert_str_eq(at, ")");
}
END_TEST

/* ---- funds ---- */

/* By how much an entry of +1.00 or -1.00 moves each fund, as the texts of
 * entry_type.h have it. */
static const struct {
    const struct entry_type *type;
    const char *side;
    int64_t minor; /* the sign that such entries have */
    int64_t moves[FUND_COUNT];
} kinds[] = {
    {&entry_earn, "@rewards", 100, {[FUND_EARNED] = 100}},
    {&entry_hold,
     "@pending",
     -100,
     {[FUND_EARNED] = -100, [FUND_PENDING] = 100}},
    {&entry_release,
     "@pending",
     100,
     {[FUND_EARNED] = 100, [FUND_PENDING] = -100}},
    {&entry_void, "@rewards", -100, {[FUND_EARNED] = -100}},
    {&entry_reversal, "@rewards", -100, {[FUND_EARNED] = -100}},
    {&entry_debt, "@debt", 100, {[FUND_DEBT] = 100}},
    {&entry_repay, "@debt", -100, {[FUND_DEBT] = -100}},
    {&entry_spend, "@shop", -100, {[FUND_SPENT] = 100}},
    {&entry_transfer, "", -100, {0}},
    {&entry_stake, "@staking", -100, {[FUND_STAKED] = 100}},
    {&entry_unstake, "@staking", 100, {[FUND_STAKED] = -100}},
    {&entry_reserve, "@conversion", -100, {[FUND_RESERVED] = 100}},
    {&entry_unreserve, "@conversion", 100, {[FUND_RESERVED] = -100}},
    {&entry_convert, "@blockchain", -100, {0}},
    {&entry_adjust, "@adjustments", 100, {0}},
};

enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

START_TEST(an_entry_moves_the_funds_of_its_type)
{
    struct err err = {0};

    for (size_t i = 0; i < KINDS; i++) {
        struct ledger_line line = {.name = STR("x.y"), .type = kinds[i].type};
        struct account_state *state = account(arena_printf(&arena, "u%zu", i));
        bool beyond = false;

        ck_assert_ptr_eq(entry_types[i], kinds[i].type);
        ck_assert_str_eq(kinds[i].type->counterparty, kinds[i].side);
        state->balance_minor = 500;
        for (int j = 0; j < FUND_COUNT; j++)
            state->funds_minor[j] = 1000;
        ck_assert(turn_post(&turn, &line, state, kinds[i].minor, &err));
        for (int j = 0; j < FUND_COUNT; j++) {
            ck_assert_int_eq(turn.purses[i].now.funds_minor[j] - 1000,
                             kinds[i].moves[j]);
            beyond = beyond || (j > FUND_SPENT && kinds[i].moves[j]);
        }
        ck_assert_int_eq(turn.purses[i].now.funds_changed, beyond);
        ck_assert_int_eq(turn.purses[i].earned_minor,
                         kinds[i].moves[FUND_EARNED]);
        ck_assert_int_eq(turn.purses[i].now.balance_minor,
                         500 + kinds[i].minor);
        ck_assert_int_eq(state->balance_minor, 500); /* not before it stands */
    }
    ck_assert_ptr_null(entry_types[KINDS]);
}
END_TEST

START_TEST(nothing_leaves_its_range)
{
    static const struct {
        const struct entry_type *type;
        int64_t minor;
        enum fund fund;
        int64_t before;
    } rows[] = {
        {&entry_release, 100, FUND_PENDING, 99},
        {&entry_hold, -100, FUND_PENDING, BALANCE_MAX_MINOR - 99},
        {&entry_hold, -100, FUND_EARNED, 99},
        {&entry_earn, 100, FUND_EARNED, BALANCE_MAX_MINOR - 99},
        {&entry_spend, -100, FUND_SPENT, BALANCE_MAX_MINOR - 99},
        {&entry_unstake, 100, FUND_STAKED, 99},
        {&entry_unreserve, 100, FUND_RESERVED, 99},
        {&entry_repay, -100, FUND_DEBT, 99},
        {&entry_debt, 100, FUND_DEBT, BALANCE_MAX_MINOR - 99},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ledger_line line = {.name = STR("x.y"), .type = rows[i].type};
        struct account_state *state = account(arena_printf(&arena, "u%zu", i));
        struct err err = {0};

        state->balance_minor = 500;
        for (int j = 0; j < FUND_COUNT; j++)
            state->funds_minor[j] = 1000;
        state->funds_minor[rows[i].fund] = rows[i].before;
        ck_assert(!turn_post(&turn, &line, state, rows[i].minor, &err));
        ck_assert_str_eq(err.code, "amount_overflow");
        ck_assert_contains(err.text, "\"x.y\"");
        ck_assert_uint_eq(turn.posting_count, 0);
    }
}
END_TEST

START_TEST(a_balance_stays_in_its_range)
{
    static const struct {
        int64_t before;
        int64_t minor;
        bool fits;
    } rows[] = {
        {99, -100, false},
        {100, -100, true},
        {BALANCE_MAX_MINOR - 99, 100, false},
        {BALANCE_MAX_MINOR - 100, 100, true},
        {BALANCE_MAX_MINOR, BALANCE_MAX_MINOR, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ledger_line line = {.name = STR("x.y"), .type = &entry_adjust};
        struct account_state *state = account(arena_printf(&arena, "u%zu", i));
        struct err err = {0};

        state->balance_minor = rows[i].before;
        ck_assert_int_eq(turn_post(&turn, &line, state, rows[i].minor, &err),
                         rows[i].fits);
    }
}
END_TEST

/* ---- lines of the house ---- */

START_TEST(lines_of_the_house_have_their_type)
{
    static const struct {
        const char *name;
        const struct entry_type *type;
    } rows[HOUSE_LINE_COUNT] = {
        [HOUSE_TRANSFER_SENT] = {"transfer.sent", &entry_transfer},
        [HOUSE_TRANSFER_RECEIVED] = {"transfer.received", &entry_transfer},
        [HOUSE_STAKE_LOCKED] = {"stake.locked", &entry_stake},
        [HOUSE_STAKE_RETURNED] = {"stake.returned", &entry_unstake},
        [HOUSE_PENDING_HELD] = {"pending.held", &entry_hold},
        [HOUSE_PENDING_RELEASED] = {"pending.released", &entry_release},
        [HOUSE_PENDING_VOIDED] = {"pending.voided", &entry_void},
        [HOUSE_DEBT_LENT] = {"debt.lent", &entry_debt},
        [HOUSE_DEBT_REPAID] = {"debt.repaid", &entry_repay},
        [HOUSE_CONVERSION_RESERVED] = {"conversion.reserved", &entry_reserve},
        [HOUSE_CONVERSION_RETURNED] = {"conversion.returned", &entry_unreserve},
        [HOUSE_CONVERSION_COMPLETED] = {"conversion.completed", &entry_convert},
        [HOUSE_ADJUSTMENT_BOOKED] = {"adjustment.booked", &entry_adjust},
    };

    for (int i = 0; i < HOUSE_LINE_COUNT; i++) {
        const struct ledger_line *line = turn_house(&turn, i);
        struct str id = line->name;

        id.len = (size_t)(strchr(rows[i].name, '.') - rows[i].name);
        ck_assert_str_eq(unit_text(&arena, line->name), rows[i].name);
        ck_assert_ptr_eq(line->type, rows[i].type);
        ck_assert(line->pays && line->description.len);
        ck_assert(house_line_reserves(id));
    }
    ck_assert(!house_line_reserves(STR("transf")));
    ck_assert(!house_line_reserves(STR("transfers")));
    ck_assert(!house_line_reserves(STR("spend")));
}
END_TEST

/* ---- answers and rows ---- */

START_TEST(answers_of_an_account_have_places)
{
    static const int expected[] = {0, 0, 1, 1, 2};
    struct account_state *first = account("u1");
    struct account_state *second = account("u2");
    struct account_state *third = account("u3");

    turn_answer(&turn, first, "a", STR("{}"));
    turn_answer(&turn, second, "a", STR("{}"));
    turn_answer(&turn, first, "b", STR("{}"));
    turn_answer_apart(&turn, third, "c", STR("{}"));
    turn_answer_apart(&turn, first, "c", STR("{}"));
    ck_assert_uint_eq(turn.answer_count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(turn.answers[i].place, expected[i]);
}
END_TEST

START_TEST(a_refusal_leaves_its_answer_alone)
{
    struct account_state *state = account("u1");
    struct err err = {0};

    state->balance_minor = 100;
    ck_assert(turn_post(&turn, turn_house(&turn, HOUSE_STAKE_LOCKED), state,
                        -100, &err));
    turn_answer(&turn, state, "token.staked", STR("{}"));
    turn_effect(&turn, EFFECT_STAKE, state);
    ck_assert(turn_reject(&turn, state, REJECT_UNKNOWN_ITEM, "no \"%s\"", "x"));
    ck_assert_uint_eq(turn.posting_count + turn.effect_count + turn.purse_count,
                      0);
    ck_assert_uint_eq(turn.answer_count, 1);
    ck_assert_str_eq(unit_text(&arena, turn.answers[0].detail),
                     "{\"reason\":\"unknown_item\",\"message\":\"no "
                     "\\\"x\\\"\"}");
}
END_TEST

START_TEST(rows_are_taken_back_in_order)
{
    struct fact_record *stakes;
    const char *before;

    for (int i = 0; i < 3; i++)
        fill(RECORD_STAKES_OF, "u1", STR("u1"), STR(""), STR(""))->values[0] =
            str_from_cstr(arena_printf(&arena, "%d", i));
    stakes = facts.records[0];
    before = facts_text();
    turn_change_row(&turn, stakes, 1)->values[0] = STR("x");
    turn_change_row(&turn, stakes, 1)->values[0] = STR("y");
    ck_assert(str_eq(turn_take_row(&turn, stakes)->values[0], STR("2")));
    turn_take_row(&turn, stakes);
    for (int i = 0; i < 9; i++)
        turn_add_row(&turn, stakes)->values[0] = STR("z");
    turn_change_row(&turn, stakes, 0)->values[0] = STR("w");
    ck_assert_uint_eq(stakes->row_count, 10);
    turn_restore_rows(&turn);
    ck_assert_str_eq(facts_text(), before);
    turn_restore_rows(&turn);
    ck_assert_str_eq(facts_text(), before);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "turn", set_up_turn, tear_down, the_database_has_the_same_table,
        an_entry_moves_the_funds_of_its_type, nothing_leaves_its_range,
        a_balance_stays_in_its_range, lines_of_the_house_have_their_type,
        answers_of_an_account_have_places, a_refusal_leaves_its_answer_alone,
        rows_are_taken_back_in_order);
}
