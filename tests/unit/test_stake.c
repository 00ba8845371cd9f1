/* test_stake.c - locking, the clock that unlocks, and the bonus on XP. */
#include "economy_fixture.h"

#define XP                                                                     \
    "- id: xp\n  trigger: io.gigchain.xp.gained.v1\n"                          \
    "  account: event.data.user_address\n  award:\n"                           \
    "  - {id: xp, amount: event.data.xp_gained * (100 + account.bonus_xp) / "  \
    "100}\n"

static struct event *
stake(const char *amount, const char *days)
{
    return request("token.stake.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"amount\":%s,"
                                "\"lock_period\":%s}",
                                amount, days));
}

static struct event *
unstake(const char *user, const char *id)
{
    return request("token.unstake.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"%s\",\"staking_id\":"
                                "\"%s\"}",
                                user, id));
}

/* The id of the stake that the latest decision made. */
static const char *
new_id(void)
{
    ck_assert_int_eq(last.effects[0].kind, EFFECT_STAKE);
    return unit_text(&arena, last.effects[0].values[0]);
}

START_TEST(a_stake_moves_from_the_balance)
{
    give("u1", 10000);
    assert_outcome(stake("\"60.50\"", "90"),
                   "stake.locked u1 -60.50; token.staked u1");
    ck_assert_str_eq(
        effect_text(0),
        arena_printf(&arena,
                     "%s 6050 90 1767614400000000 1775390400000000 12.5 "
                     "{\"bonus_xp\":12.5,\"featured_badge\":true}",
                     new_id()));
    ck_assert_str_eq(
        detail_of(0),
        arena_printf(&arena,
                     "{\"stake\":{\"staking_id\":\"%s\",\"amount\":\"60.50\","
                     "\"lock_period\":90,"
                     "\"start_date\":\"2026-01-05T12:00:00.000Z\","
                     "\"end_date\":\"2026-04-05T12:00:00.000Z\","
                     "\"benefits\":{\"bonus_xp\":12.5,"
                     "\"featured_badge\":true}}}",
                     new_id()));
    ck_assert_int_eq(account("u1")->side, SIDE_STAKES);
    ck_assert(account("u1")->funds_changed);
    assert_funds("u1", &(const int64_t[FUND_COUNT]){
                           [FUND_EARNED] = 10000, [FUND_STAKED] = 6050});
}
END_TEST

START_TEST(stakes_are_refused_with_a_reason)
{
    static const struct {
        const char *amount;
        const char *days;
        const char *reason;
    } rows[] = {
        {"0", "30", "invalid_amount"},
        {"-1", "30", "invalid_amount"},
        {"\"0.001\"", "30", "invalid_amount"},
        {"\"100.01\"", "30", "insufficient_funds"},
        {"5", "31", "unknown_period"},
        {"5", "300", "unknown_period"},
    };

    give("u1", 10000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_rejected(stake(rows[i].amount, rows[i].days), rows[i].reason);
    rules = compile(HEAD IDLE);
    assert_rejected(stake("5", "30"), "not_offered");
}
END_TEST

START_TEST(the_clock_says_when_a_stake_is_over)
{
    const char *id;

    give("u1", 10000);
    last = decide_ok(rules, stake("100", "30"));
    id = new_id();
    set_clock("2026-02-04T11:59:59.999999Z");
    assert_rejected(unstake("u1", id), "not_yet_unlocked");
    ck_assert_contains(detail_of(0),
                       "the stake is locked until 2026-02-04T12:00:00.000Z");
    set_clock("2026-02-04T12:00:00Z");
    assert_rejected(unstake("u2", id), "unknown_stake");
    assert_outcome(unstake("u1", id),
                   "stake.returned u1 100.00; token.unstaked u1");
    ck_assert_int_eq(last.effects[0].kind, EFFECT_UNSTAKE);
    ck_assert_str_eq(effect_text(0), id);
    ck_assert_str_eq(detail_of(0),
                     arena_printf(&arena,
                                  "{\"stake\":{\"staking_id\":\"%s\","
                                  "\"amount\":\"100.00\"}}",
                                  id));
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_EARNED] = 10000});
    assert_rejected(unstake("u1", id), "already_unstaked");
}
END_TEST

START_TEST(a_stake_of_the_ledger_is_found_in_capitals)
{
    struct record_row *row =
        fill(RECORD_STAKE, NULL, STR("5d0e2c1a-8f3b-5b6e-9c47-0e1f2a3b4c5d"),
             STR(""), STR(""));

    account("u1")->funds_minor[FUND_STAKED] = 700;
    row->values[0] = STR("u1");
    row->values[1] = STR("700");
    row->values[2] = STR("1767614400000000"); /* NOON */
    row->values[3] = STR("f");
    assert_rejected(unstake("u1", "none"), "unknown_stake");
    assert_outcome(unstake("u1", "5D0E2C1A-8F3B-5B6E-9C47-0E1F2A3B4C5D"),
                   "stake.returned u1 7.00; token.unstaked u1");
}
END_TEST

/* ---- the bonus ---- */

static struct event *
gain(const char *time, const char *user)
{
    return request_at(time, "xp.gained",
                      arena_printf(&arena,
                                   "{\"user_address\":\"%s\","
                                   "\"xp_gained\":10}",
                                   user));
}

static void
fill_bonus(const char *start, const char *end, const char *bonus)
{
    struct record_row *row =
        fill(RECORD_STAKES_OF, "u1", STR("u1"), STR(""), STR(""));
    int64_t at_us;

    ck_assert(timestamp_parse(str_from_cstr(start), &at_us));
    row->values[0] = int_text(&arena, at_us);
    ck_assert(timestamp_parse(str_from_cstr(end), &at_us));
    row->values[1] = int_text(&arena, at_us);
    row->values[2] = str_from_cstr(bonus);
}

START_TEST(the_highest_bonus_of_the_time_counts)
{
    static const struct {
        const char *time;
        const char *expected;
    } rows[] = {
        {"2026-01-31T23:59:59.999999Z", "xp.xp u1 10.00"},
        {"2026-02-01T00:00:00Z", "xp.xp u1 11.00"},
        {"2026-02-02T00:00:00Z", "xp.xp u1 13.33"}, /* 33.33 percent of 10 */
        {"2026-02-02T23:59:59.999999Z", "xp.xp u1 13.33"},
        {"2026-02-03T00:00:00Z", "xp.xp u1 11.00"},
        {"2026-02-05T00:00:00Z", "xp.xp u1 10.00"},
    };

    rules = compile(OFFERS XP);
    fill_bonus("2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z", "33.33");
    fill_bonus("2026-02-01T00:00:00Z", "2026-02-05T00:00:00Z", "10");
    fill_bonus("2026-02-01T00:00:00Z", "2026-02-05T00:00:00Z", "0");
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_outcome(gain(rows[i].time, "u1"), rows[i].expected);
    assert_outcome(gain("2026-02-02T00:00:00Z", "u2"), "xp.xp u2 10.00");
}
END_TEST

START_TEST(a_stake_of_this_batch_counts)
{
    rules = compile(OFFERS XP);
    give("u1", 50000);
    assert_outcome(gain(NOON, "u1"), "xp.xp u1 10.00");
    last = decide_ok(rules, stake("100", "90"));
    assert_outcome(gain(NOON, "u1"), "xp.xp u1 11.25");
    assert_outcome(gain("2026-04-05T12:00:00Z", "u1"), "xp.xp u1 10.00");
}
END_TEST

START_TEST(the_bonus_is_read_only_where_a_line_names_it)
{
    rules =
        compile(OFFERS "- id: xp\n  trigger: io.gigchain.xp.gained.v1\n"
                       "  account: event.data.user_address\n"
                       "  award: [{id: xp, amount: event.data.xp_gained}]\n");
    assert_outcome(gain(NOON, "u1"), "xp.xp u1 10.00");
    ck_assert_uint_eq(facts.record_count, 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "stake", set_up_economy, tear_down, a_stake_moves_from_the_balance,
        stakes_are_refused_with_a_reason, the_clock_says_when_a_stake_is_over,
        a_stake_of_the_ledger_is_found_in_capitals,
        the_highest_bonus_of_the_time_counts, a_stake_of_this_batch_counts,
        the_bonus_is_read_only_where_a_line_names_it);
}
