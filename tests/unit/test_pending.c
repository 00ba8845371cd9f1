/* test_pending.c - what is held until somebody else's event confirms it, and
 * how the clock ends a hold. */
#include "economy_fixture.h"

#define INVITE                                                                 \
    "- id: ref\n  trigger: io.gigchain.referral.accepted.v1\n"                 \
    "  account: event.data.user_address\n  award:\n"                           \
    "  - {id: a, flat: 500}\n  - {id: b, flat: 0.5}\n"                         \
    "  pending:\n    until: io.gigchain.identity.verified.v1\n"                \
    "    match: event.data.user_address == origin.data.invitee_address\n"      \
    "    void_after: 30d\n"
#define HELD "ref.a u1 500.00, ref.b u1 0.50, pending.held u1 -500.50"
#define HOLD "5d0e2c1a-8f3b-5b6e-9c47-0e1f2a3b4c5d"

static void
set_up_rules(void)
{
    set_up_economy();
    rules = compile(OFFERS INVITE);
}

static struct event *
invite(const char *invitee)
{
    return request("referral.accepted",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\","
                                "\"invitee_address\":\"%s\"}",
                                invitee));
}

static struct event *
verify(const char *user)
{
    return request("identity.verified",
                   arena_printf(&arena, "{\"user_address\":\"%s\"}", user));
}

START_TEST(what_is_held_is_out_of_the_balance)
{
    struct event *event = invite("u2");
    const char *id;

    assert_outcome(event, HELD "; token.pending u1");
    ck_assert_uint_eq(last.effect_count, 1);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_HOLD);
    ck_assert_ptr_eq(last.effects[0].account, account("u1"));
    ck_assert_ptr_eq(last.effects[0].other, account("u2"));
    ck_assert(str_eq(last.effects[0].line->name, STR("ref")));
    id = unit_text(&arena, last.effects[0].values[0]);
    ck_assert_str_eq(effect_text(0),
                     arena_printf(&arena, "%s 50050 1770206400000000", id));
    ck_assert_str_eq(
        detail_of(0),
        arena_printf(&arena,
                     "{\"pending\":{\"hold_id\":\"%s\",\"amount\":\"500.50\","
                     "\"until\":\"io.gigchain.identity.verified.v1\","
                     "\"expires_at\":\"2026-02-04T12:00:00.000Z\"}}",
                     id));
    ck_assert(last.answers[0].notify.at && !last.answers[0].notify.len);
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_PENDING] = 50050});
    ck_assert_int_eq(account("u1")->balance_minor, 0);
}
END_TEST

START_TEST(what_is_confirmed_before_is_paid_at_once)
{
    assert_outcome(verify("u2"), "");
    ck_assert_uint_eq(last.effect_count, 1);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_CLOSING);
    ck_assert_str_eq(effect_text(0), "");
    ck_assert_ptr_eq(last.effects[0].account, account("u2"));
    ck_assert_int_eq(account("u2")->side, SIDE_CLOSINGS);
    assert_outcome(verify("u2"), ""); /* once is enough */
    ck_assert_uint_eq(last.effect_count, 0);
    assert_outcome(invite("u2"), "ref.a u1 500.00, ref.b u1 0.50");
    assert_outcome(invite("u3"), HELD "; token.pending u1");
}
END_TEST

START_TEST(the_ledger_knows_who_was_confirmed)
{
    fill(RECORD_CLOSING, "u2", STR("ref"), STR("u2"), STR(""))->values[0] =
        STR("/test\nx");
    assert_outcome(invite("u2"), "ref.a u1 500.00, ref.b u1 0.50");
}
END_TEST

/* ---- the clock ---- */

static struct event *
due(const char *user)
{
    return request("token.hold.due",
                   arena_printf(&arena,
                                "{\"user_address\":\"%s\","
                                "\"waits_for\":\"u2\",\"hold_id\":\"" HOLD
                                "\"}",
                                user));
}

/* A hold of 5.00 for u1 that expires at NOON. */
static void
fill_hold(const char *ended, const char *confirmed)
{
    struct record_row *row =
        fill(RECORD_HOLD, NULL, STR(HOLD), STR(""), STR(""));

    account("u1")->funds_minor[FUND_PENDING] = 500;
    row->values[0] = STR("u1");
    row->values[1] = STR("500");
    row->values[2] = STR("1767614400000000");
    row->values[3] = str_from_cstr(ended);
    row->values[4] = str_from_cstr(confirmed);
    row->values[5] = STR("ref");
    row->values[6] = STR("u2");
}

START_TEST(a_confirmed_hold_is_released)
{
    set_clock("2026-01-05T11:00:00Z");
    fill_hold("f", "t");
    assert_outcome(due("u1"), "pending.released u1 5.00; token.released u1");
    ck_assert_int_eq(last.effects[0].kind, EFFECT_HOLD_END);
    ck_assert_str_eq(effect_text(0), HOLD " released");
    ck_assert_str_eq(detail_of(0), "{\"pending\":{\"hold_id\":\"" HOLD
                                   "\",\"amount\":\"5.00\"}}");
    ck_assert(str_eq(last.answers[0].notify, STR("ref")));
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_EARNED] = 500});
    assert_outcome(due("u1"), "");
}
END_TEST

START_TEST(a_hold_that_is_too_old_is_voided)
{
    set_clock(NOON);
    fill_hold("f", "f");
    assert_outcome(due("u1"), "pending.released u1 5.00, "
                              "pending.voided u1 -5.00; token.voided u1");
    ck_assert_str_eq(effect_text(0), HOLD " voided");
    ck_assert(last.answers[0].notify.at && !last.answers[0].notify.len);
    assert_funds("u1", &(const int64_t[FUND_COUNT]){0});
    ck_assert_int_eq(account("u1")->balance_minor, 0);
    assert_outcome(due("u1"), "");
}
END_TEST

START_TEST(other_holds_stay_as_they_are)
{
    static const struct {
        const char *user;
        const char *ended;
        const char *confirmed;
    } rows[] = {
        {"u1", "f", "f"}, /* not due */
        {"u1", "t", "t"}, /* ended */
        {"u2", "f", "t"}, /* somebody else's */
    };

    set_clock("2026-01-05T11:59:59.999999Z");
    assert_outcome(due("u1"), ""); /* unknown */
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        facts_clear(&facts);
        fill_hold(rows[i].ended, rows[i].confirmed);
        assert_outcome(due(rows[i].user), "");
        ck_assert_uint_eq(last.effect_count, 0);
        ck_assert_int_eq(account("u1")->last_seq, 0);
    }
}
END_TEST

START_TEST(what_is_released_pays_debts_first)
{
    fill_hold("f", "t");
    account("u1")->funds_minor[FUND_DEBT] = 300;
    assert_outcome(due("u1"), "pending.released u1 5.00, "
                              "debt.repaid u1 -3.00; token.released u1");
}
END_TEST

START_TEST(what_is_held_or_voided_pays_no_debts)
{
    account("u1")->funds_minor[FUND_DEBT] = 300;
    assert_outcome(invite("u2"), HELD "; token.pending u1");
    fill_hold("f", "f");
    assert_outcome(due("u1"), "pending.released u1 5.00, "
                              "pending.voided u1 -5.00; token.voided u1");
}
END_TEST

START_TEST(a_failure_after_a_confirmation_forgets_it)
{
    struct event *event;

    rules = compile(
        OFFERS INVITE
        "- id: big\n  trigger: io.gigchain.contract.completed.v1\n"
        "  account: event.data.user_address\n  award: [{id: a, flat: 1}]\n"
        "  pending:\n    until: io.gigchain.contract.refunded.v1\n"
        "    match: event.data.user_address == origin.data.user_address\n"
        "    void_after: 1d\n"
        "- id: job\n  trigger: io.gigchain.review.written.v1\n"
        "  account: event.data.user_address\n  award: [{id: a, flat: 1}]\n"
        "- id: back\n  trigger: io.gigchain.contract.completed.v1\n"
        "  account: \"event.data.contract_id\"\n  award: [{id: a, flat: 1}]\n"
        "  reversed_by:\n    trigger: io.gigchain.contract.refunded.v1\n"
        "    match: event.data.contract_id == origin.data.contract_id\n"
        "    once_keys: keep\n    limits: keep\n");
    /* The first rule is closed; then "@x" turns out to be no account. */
    event = request("contract.refunded",
                    "{\"user_address\":\"u1\",\"contract_id\":\"@x\"}");
    assert_set_aside(event, "rule_error");
    assert_fails(rules, event, "rule_error",
                 "\"back\": \"@x\" is no account id");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "pending", set_up_rules, tear_down, what_is_held_is_out_of_the_balance,
        what_is_confirmed_before_is_paid_at_once,
        the_ledger_knows_who_was_confirmed, a_confirmed_hold_is_released,
        a_hold_that_is_too_old_is_voided, other_holds_stay_as_they_are,
        what_is_released_pays_debts_first, what_is_held_or_voided_pays_no_debts,
        a_failure_after_a_confirmation_forgets_it);
}
