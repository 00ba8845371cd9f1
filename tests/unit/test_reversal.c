/* test_reversal.c - taking back what a rule paid: before or after, once, line
 * by line, and what becomes of what was spent meanwhile. */
#include "economy_fixture.h"

#define CONTRACT                                                               \
    "- id: job\n  trigger: io.gigchain.contract.completed.v1\n"                \
    "  account: event.data.user_address\n  award:\n"                           \
    "  - {id: base, rate: {give: 1, of: event.data.contract_value_usd}}\n"     \
    "  - {id: first, flat: 5, once: [account]}\n"
#define REVERSED                                                               \
    "  reversed_by:\n    trigger: io.gigchain.contract.refunded.v1\n"          \
    "    match: event.data.contract_id == origin.data.contract_id\n"           \
    "    once_keys: keep\n    limits: keep\n"

/* What completing and refunding a contract of 100 comes to. */
#define PAID "job.base u1 100.00, job.first u1 5.00"
#define TAKEN "job.base:reversed u1 -100.00, job.first:reversed u1 -5.00"

static void
set_up_rules(void)
{
    set_up_economy();
    facts.is_whole = true;
    rules = compile(OFFERS CONTRACT REVERSED);
}

static struct event *
complete(const char *contract, const char *value)
{
    return request(
        "contract.completed",
        arena_printf(&arena,
                     "{\"user_address\":\"u1\",\"contract_id\":\"%s\","
                     "\"contract_value_usd\":\"%s\","
                     "\"delivered_on_time\":true}",
                     contract, value));
}

static struct event *
refund(const char *contract)
{
    return request("contract.refunded", arena_printf(&arena,
                                                     "{\"user_address\":\"u1\","
                                                     "\"contract_id\":\"%s\"}",
                                                     contract));
}

START_TEST(a_refund_takes_back_line_by_line)
{
    struct event *origin = complete("c1", "100");
    struct event *reversal = refund("c1");

    assert_outcome(origin, PAID);
    assert_outcome(reversal, TAKEN "; token.reversed u1");
    ck_assert_str_eq(detail_of(0),
                     arena_printf(&arena,
                                  "{\"reversed\":{\"event_source\":\"/test\","
                                  "\"event_id\":\"%.*s\",\"amount\":\"105.00\","
                                  "\"debt\":\"0.00\"}}",
                                  STR_ARG(origin->id)));
    ck_assert_uint_eq(last.effect_count, 2);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_CLOSING);
    ck_assert_int_eq(last.effects[1].kind, EFFECT_REVERSAL);
    ck_assert(str_eq(last.effects[1].line->name, STR("job")));
    ck_assert_str_eq(effect_text(1),
                     arena_printf(&arena, "/test\n%.*s /test\n%.*s",
                                  STR_ARG(origin->id), STR_ARG(reversal->id)));
    ck_assert(last.answers[0].notify.at && !last.answers[0].notify.len);
    assert_funds("u1", &(const int64_t[FUND_COUNT]){0});
    /* Once, and the key stays taken. */
    assert_outcome(refund("c1"), "");
    assert_outcome(complete("c2", "7"), "job.base u1 7.00");
    assert_outcome(refund("c2"),
                   "job.base:reversed u1 -7.00; token.reversed u1");
}
END_TEST

START_TEST(a_refund_that_comes_first_waits)
{
    assert_outcome(refund("c1"), "");
    ck_assert_uint_eq(last.effect_count, 1);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_CLOSING);
    ck_assert_str_eq(effect_text(0), "c1");
    ck_assert_int_eq(account("u1")->side, SIDE_CLOSINGS);
    ck_assert(account("u1")->funds_changed && !account("u1")->changed);
    assert_outcome(complete("c2", "1"), "job.base u1 1.00, job.first u1 5.00");
    assert_outcome(complete("c1", "100"),
                   "job.base u1 100.00, job.base:reversed u1 -100.00; "
                   "token.reversed u1");
    ck_assert_int_eq(account("u1")->balance_minor, 600);
}
END_TEST

/* The order does not matter, nor how often it is said. */
START_TEST(a_refund_holds_for_its_contract_for_good)
{
    static const char taken[] =
        "job.base u1 3.00, job.base:reversed u1 -3.00; token.reversed u1";

    assert_outcome(refund("c1"), "");
    assert_outcome(refund("c1"), "");
    ck_assert_uint_eq(last.effect_count, 0);
    assert_outcome(complete("c1", "100"),
                   PAID ", " TAKEN "; token.reversed u1");
    assert_outcome(refund("c1"), "");
    ck_assert_uint_eq(last.effect_count, 0);
    assert_outcome(complete("c1", "3"), taken);
    assert_outcome(complete("c2", "3"), "job.base u1 3.00");
    assert_outcome(refund("c2"),
                   "job.base:reversed u1 -3.00; token.reversed u1");
    assert_outcome(complete("c2", "3"), taken);
}
END_TEST

/* Two rules, one refund: what is lacking is lent once. */
START_TEST(all_that_a_refund_takes_is_lent_at_once)
{
    rules = compile(OFFERS CONTRACT REVERSED
                    "  overlap: allowed\n"
                    "- id: more\n"
                    "  trigger: io.gigchain.contract.completed.v1\n"
                    "  account: event.data.user_address\n"
                    "  overlap: allowed\n"
                    "  award: [{id: a, flat: 10}]\n" REVERSED);
    assert_outcome(complete("c1", "100"), PAID ", more.a u1 10.00");
    account("u1")->balance_minor = 500;
    assert_outcome(refund("c1"),
                   "debt.lent u1 110.00, " TAKEN ", more.a:reversed u1 -10.00; "
                   "token.reversed u1, token.reversed u1");
    ck_assert_int_eq(last.answers[0].place, 0);
    ck_assert_int_eq(last.answers[1].place, 1);
    ck_assert_int_eq(account("u1")->balance_minor, 0);
}
END_TEST

START_TEST(what_was_spent_is_owed_and_paid_back)
{
    assert_outcome(complete("c1", "100"), PAID);
    account("u1")->balance_minor = 2500; /* 80.00 are gone */
    assert_outcome(refund("c1"),
                   "debt.lent u1 80.00, " TAKEN "; token.reversed u1");
    ck_assert_contains(detail_of(0),
                       "\"amount\":\"105.00\",\"debt\":\"80.00\"");
    ck_assert_int_eq(account("u1")->balance_minor, 0);
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_DEBT] = 8000});
    /* What is earned goes there first, to the cent. */
    assert_outcome(complete("c2", "79.99"),
                   "job.base u1 79.99, debt.repaid u1 -79.99");
    assert_outcome(complete("c3", "0.02"),
                   "job.base u1 0.02, debt.repaid u1 -0.01");
    assert_outcome(complete("c4", "1"), "job.base u1 1.00");
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_EARNED] = 8101});
    ck_assert_int_eq(account("u1")->balance_minor, 101);
}
END_TEST

START_TEST(only_earnings_pay_back)
{
    account("u1")->funds_minor[FUND_DEBT] = 1000;
    give("u2", 5000);
    assert_outcome(request("token.transfer.requested",
                           "{\"user_address\":\"u2\",\"to_address\":\"u1\","
                           "\"amount\":20}"),
                   "transfer.sent u2 -20.00, transfer.received u1 20.00; "
                   "token.transferred u2, token.transferred u1");
    assert_outcome(complete("c1", "2"),
                   "job.base u1 2.00, job.first u1 5.00, debt.repaid u1 -7.00");
    /* What is taken back at once was never earned. */
    assert_outcome(refund("c2"), "");
    assert_outcome(complete("c2", "2"),
                   "job.base u1 2.00, job.base:reversed u1 -2.00; "
                   "token.reversed u1");
}
END_TEST

/* A row of RECORD_ORIGIN. */
static void
fill_origin(const char *event, const char *line, const char *minor,
            const char *reversed)
{
    struct record_row *row =
        fill(RECORD_ORIGIN, "u1", STR("job"), STR("u1"), STR("c1"));

    row->values[0] = str_from_cstr(arena_printf(&arena, "/test\n%s", event));
    row->values[1] = str_from_cstr(line);
    row->values[2] = str_from_cstr(minor);
    row->values[3] = str_from_cstr(reversed);
}

START_TEST(the_ledger_knows_what_was_paid)
{
    facts.is_whole = false;
    give("u1", 50000);
    fill_origin("a", "job.base", "1000", "t");
    fill_origin("b", "job.base", "700", "f");
    fill_origin("b", "job.gone", "30", "f");
    fill_origin("b", "job.lost", "2", "f");
    fill_origin("c", "job.base", "5000", "f");
    assert_outcome(refund("c1"), "job.base:reversed u1 -57.00, "
                                 "job:reversed u1 -0.32; token.reversed u1");
    ck_assert_uint_eq(last.effect_count, 3);
    ck_assert_contains(effect_text(1), "/test\nb /test\n");
    ck_assert_contains(effect_text(2), "/test\nc /test\n");
    assert_outcome(refund("c1"), "");
    ck_assert_uint_eq(last.effect_count, 0);
}
END_TEST

START_TEST(the_ledger_knows_what_was_closed)
{
    facts.is_whole = false;
    fill(RECORD_CLOSING, "u1", STR("job"), STR("u1"), STR("c1"))->values[0] =
        STR("/test\nz");
    assert_outcome(complete("c1", "100"),
                   PAID ", " TAKEN "; token.reversed u1");
    ck_assert_contains(effect_text(0), " /test\nz");
    assert_outcome(complete("c1", "3"),
                   "job.base u1 3.00, job.base:reversed u1 -3.00; "
                   "token.reversed u1");
    ck_assert_contains(effect_text(0), " /test\nz");
}
END_TEST

START_TEST(a_failed_refund_can_come_again)
{
    facts.is_whole = false;
    account("u1")->funds_minor[FUND_EARNED] = BALANCE_MAX_MINOR;
    account("u1")->funds_minor[FUND_DEBT] = BALANCE_MAX_MINOR - 100;
    fill_origin("a", "job.base", "1000", "f");
    assert_set_aside(refund("c1"), "amount_overflow");
    account("u1")->funds_minor[FUND_DEBT] = 0;
    assert_outcome(refund("c1"), "debt.lent u1 10.00, "
                                 "job.base:reversed u1 -10.00; "
                                 "token.reversed u1");
}
END_TEST

START_TEST(a_failed_completion_leaves_its_refund_waiting)
{
    rules = compile(OFFERS CONTRACT REVERSED
                    "  overlap: allowed\n"
                    "- id: big\n"
                    "  trigger: io.gigchain.contract.completed.v1\n"
                    "  account: event.data.user_address\n"
                    "  overlap: allowed\n  award:\n"
                    "  - {id: a, amount: 90000000000000000, "
                    "when: event.data.contract_value_usd > 100}\n");
    give("u1", 1);
    assert_outcome(refund("c1"), "");
    assert_set_aside(complete("c1", "101"), "amount_overflow");
    assert_set_aside(complete("c2", "101"), "amount_overflow");
    assert_outcome(refund("c2"), "");
    assert_outcome(complete("c1", "100"),
                   PAID ", " TAKEN "; token.reversed u1");
}
END_TEST

START_TEST(a_rule_that_is_off_reverses_nothing)
{
    rules = compile(OFFERS CONTRACT REVERSED "  mode: \"off\"\n");
    assert_outcome(refund("c1"), "");
    ck_assert_uint_eq(last.effect_count, 0);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "reversal", set_up_rules, tear_down, a_refund_takes_back_line_by_line,
        a_refund_that_comes_first_waits,
        a_refund_holds_for_its_contract_for_good,
        all_that_a_refund_takes_is_lent_at_once,
        what_was_spent_is_owed_and_paid_back, only_earnings_pay_back,
        the_ledger_knows_what_was_paid, the_ledger_knows_what_was_closed,
        a_failed_refund_can_come_again,
        a_failed_completion_leaves_its_refund_waiting,
        a_rule_that_is_off_reverses_nothing);
}
