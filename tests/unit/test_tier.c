/* test_tier.c - fee tiers: a message when an event takes an account across a
 * threshold, up or down, and once. */
#include "economy_fixture.h"

/* Tiers at 0, 10 and 20; `more` is a line of the block. */
#define TIERS(more)                                                            \
    HEAD_WITHOUT_RULES "tiers:\n" more                                         \
                       "  levels:\n    top: {balance: 20, fee: \"0.5\"}\n"     \
                       "    low: {balance: 0, fee: 2.50}\n"                    \
                       "    mid: {balance: 10, fee: 1}\n"                      \
                       "staking: {periods: {30: {}}}\nrules:\n" IDLE
#define HEAD_WITHOUT_RULES                                                     \
    "ruleset: test\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"

static struct event *
adjust(const char *amount)
{
    return request("token.adjustment.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"amount\":\"%s\","
                                "\"reason\":\"r\",\"approved_by\":\"k\"}",
                                amount));
}

START_TEST(each_crossing_is_told_once)
{
    static const struct {
        const char *amount;
        const char *detail; /* NULL: no crossing */
    } rows[] = {
        {"9.99", NULL},
        {"0.01", "{\"tier\":{\"from\":\"low\",\"to\":\"mid\","
                 "\"fee_percent\":\"1\",\"direction\":\"up\"}}"},
        {"9.99", NULL},
        {"-9.99", NULL},
        {"-0.01", "{\"tier\":{\"from\":\"mid\",\"to\":\"low\","
                  "\"fee_percent\":\"2.5\",\"direction\":\"down\"}}"},
        {"10.01", "{\"tier\":{\"from\":\"low\",\"to\":\"top\","
                  "\"fee_percent\":\"0.5\",\"direction\":\"up\"}}"},
        {"100", NULL},
        {"-120", "{\"tier\":{\"from\":\"top\",\"to\":\"low\","
                 "\"fee_percent\":\"2.5\",\"direction\":\"down\"}}"},
    };

    rules = compile(TIERS(""));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *text = arena_printf(
            &arena, "adjustment.booked u1 %s%s; token.adjusted u1%s",
            rows[i].amount, strchr(rows[i].amount, '.') ? "" : ".00",
            rows[i].detail ? ", token.tier.changed u1" : "");

        assert_outcome(adjust(rows[i].amount), text);
        if (rows[i].detail) {
            ck_assert_str_eq(detail_of(1), rows[i].detail);
            ck_assert_int_eq(last.answers[1].place, 1);
        }
    }
}
END_TEST

START_TEST(both_sides_of_a_transfer_may_cross)
{
    rules = compile(TIERS(""));
    give("u1", 1500);
    assert_outcome(request("token.transfer.requested",
                           "{\"user_address\":\"u1\",\"to_address\":\"u2\","
                           "\"amount\":10}"),
                   "transfer.sent u1 -10.00, transfer.received u2 10.00; "
                   "token.transferred u1, token.transferred u2, "
                   "token.tier.changed u1, token.tier.changed u2");
}
END_TEST

/* u1 has 15 and stakes 10 of them. */
static void
assert_staked(const char *text, const char *expected)
{
    rules = compile(text);
    give("u1", 1500);
    account("u1")->funds_minor[FUND_STAKED] = 0;
    assert_outcome(request("token.stake.requested",
                           "{\"user_address\":\"u1\",\"amount\":10,"
                           "\"lock_period\":30}"),
                   expected);
}

START_TEST(staked_gigs_count_unless_told_otherwise)
{
    static const char quiet[] = "stake.locked u1 -10.00; token.staked u1";
    static const char told[] =
        "stake.locked u1 -10.00; token.staked u1, token.tier.changed u1";

    assert_staked(TIERS(""), quiet);
    assert_staked(TIERS("  count_staked: true\n"), quiet);
    assert_staked(TIERS("  count_staked: false\n"), told);
}
END_TEST

START_TEST(what_comes_and_goes_in_one_event_crosses_nothing)
{
    rules = compile(
        TIERS("") "- id: ref\n  trigger: io.gigchain.referral.accepted.v1\n"
                  "  account: event.data.user_address\n"
                  "  award: [{id: a, flat: 15}]\n"
                  "  pending:\n    until: io.gigchain.identity.verified.v1\n"
                  "    match: event.data.user_address == "
                  "origin.data.invitee_address\n    void_after: 1d\n");
    assert_outcome(
        request("referral.accepted",
                "{\"user_address\":\"u1\",\"invitee_address\":\"u2\"}"),
        "ref.a u1 15.00, pending.held u1 -15.00; token.pending u1");
}
END_TEST

START_TEST(a_message_of_a_reward_keeps_its_type)
{
    rules = compile(TIERS("") "- id: big\n"
                              "  trigger: io.gigchain.profile.completed.v1\n"
                              "  account: event.data.user_address\n"
                              "  award: [{id: a, flat: 10}]\n");
    assert_outcome(request("profile.completed", "{\"user_address\":\"u1\"}"),
                   "big.a u1 10.00; token.tier.changed u1");
    /* The first message is still that of the entries. */
    ck_assert_int_eq(last.answers[0].place, 1);
}
END_TEST

START_TEST(without_tiers_there_is_nothing_to_say)
{
    rules = compile(HEAD IDLE);
    assert_outcome(adjust("100"), "adjustment.booked u1 100.00; "
                                  "token.adjusted u1");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("tier", set_up_economy, tear_down,
                    each_crossing_is_told_once,
                    both_sides_of_a_transfer_may_cross,
                    staked_gigs_count_unless_told_otherwise,
                    what_comes_and_goes_in_one_event_crosses_nothing,
                    a_message_of_a_reward_keeps_its_type,
                    without_tiers_there_is_nothing_to_say);
}
