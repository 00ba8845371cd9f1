/* test_charge.c - price lists: what is sold, for how long, and every reason not
 * to sell it. */
#include "economy_fixture.h"

#define BUY                                                                    \
    "- id: buy\n  trigger: io.gigchain.token.spend.requested.v1\n"             \
    "  account: event.data.user_address\n"
#define ITEM "  charge:\n  - id: item\n    price:\n      by: event.data.item\n"

/* A shop with one item of each kind. */
#define SHOP                                                                   \
    BUY ITEM                                                                   \
        "      rows:\n"                                                        \
        "        badge: {cost: 20}\n"                                          \
        "        boost: {cost: 10, days: 7}\n"                                 \
        "        cover: {cost: 5.25, per: contract}\n"                         \
        "        seat: {cost: 1, per: contract, days: 2}\n"                    \
        "        art: {cost: {from: event.data.price, min: 5, max: 50.5}}\n"   \
        "      missing: reject\n"                                              \
        "  guard: \"!has(event.data.expected_cost) || "                        \
        "event.data.expected_cost == charge.item\"\n  short: reject\n"

static void
set_up_shop(void)
{
    set_up_economy();
    rules = compile(OFFERS SHOP);
    give("u1", 10000);
}

/* u1 asks for the item; `more` is JSON members with a comma before them. */
static struct event *
buy(const char *item, const char *more)
{
    return request("token.spend.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"item\":\"%s\"%s}",
                                item, more));
}

START_TEST(items_are_charged_in_full)
{
    static const struct {
        const char *item;
        const char *more;
        const char *price;
        const char *effect;
        const char *detail;
    } rows[] = {
        {"badge", "", "-20.00", "badge  1767614400000000",
         "{\"entitlement\":{\"item\":\"badge\","
         "\"from\":\"2026-01-05T12:00:00.000Z\",\"until\":null,"
         "\"contract_id\":null}}"},
        {"boost", ",\"expected_cost\":\"10.00\"", "-10.00",
         "boost  1767614400000000 1768219200000000",
         "{\"entitlement\":{\"item\":\"boost\","
         "\"from\":\"2026-01-05T12:00:00.000Z\","
         "\"until\":\"2026-01-12T12:00:00.000Z\",\"contract_id\":null}}"},
        {"cover", ",\"contract_id\":\"c1\",\"expected_cost\":5.25", "-5.25",
         "cover c1 1767614400000000",
         "{\"entitlement\":{\"item\":\"cover\","
         "\"from\":\"2026-01-05T12:00:00.000Z\",\"until\":null,"
         "\"contract_id\":\"c1\"}}"},
        {"art", ",\"price\":\"50.5\"", "-50.50", "art  1767614400000000",
         "{\"entitlement\":{\"item\":\"art\","
         "\"from\":\"2026-01-05T12:00:00.000Z\",\"until\":null,"
         "\"contract_id\":null}}"},
        {"art", ",\"price\":5", "-5.00", "art  1767614400000000",
         "{\"entitlement\":{\"item\":\"art\","
         "\"from\":\"2026-01-05T12:00:00.000Z\",\"until\":null,"
         "\"contract_id\":null}}"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_outcome(buy(rows[i].item, rows[i].more),
                       arena_printf(&arena, "buy.item u1 %s; token.spent u1",
                                    rows[i].price));
        ck_assert_uint_eq(last.effect_count, 1);
        ck_assert_int_eq(last.effects[0].kind, EFFECT_ENTITLEMENT);
        ck_assert_str_eq(effect_text(0), rows[i].effect);
        ck_assert_str_eq(detail_of(0), rows[i].detail);
        ck_assert_int_eq(last.answers[0].seq, account("u1")->last_seq);
        ck_assert_int_eq(last.answers[0].balance_after_minor,
                         account("u1")->balance_minor);
    }
    assert_funds("u1", &(const int64_t[FUND_COUNT]){
                           [FUND_EARNED] = 10000, [FUND_SPENT] = 9075});
}
END_TEST

START_TEST(requests_are_refused_with_a_reason)
{
    static const struct {
        const char *item;
        const char *more;
        const char *reason;
        const char *message;
    } rows[] = {
        {"moon", "", "unknown_item", "there is no item \\\"moon\\\""},
        {"Badge", "", "unknown_item", "there is no item \\\"Badge\\\""},
        {"badge", ",\"expected_cost\":\"19.99\"", "price_changed",
         "the price of badge is 20.00"},
        {"art", ",\"price\":20,\"expected_cost\":21", "price_changed",
         "the price of art is 20.00"},
        {"cover", "", "missing_contract",
         "cover is bought for a contract; name it in contract_id"},
        {"art", "", "price_out_of_range",
         "the request must name a price for art, from 5 to 50.5"},
        {"art", ",\"price\":\"4.99\"", "price_out_of_range",
         "the request must name a price for art, from 5 to 50.5"},
        {"art", ",\"price\":\"50.51\"", "price_out_of_range",
         "the request must name a price for art, from 5 to 50.5"},
        {"art", ",\"price\":\"5.001\"", "invalid_amount",
         "a price has at most 2 decimals"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_rejected(buy(rows[i].item, rows[i].more), rows[i].reason);
        ck_assert_contains(detail_of(0), rows[i].message);
    }
}
END_TEST

START_TEST(one_cent_short_is_short)
{
    give("u1", 1999);
    assert_rejected(buy("badge", ""), "insufficient_funds");
    ck_assert_contains(detail_of(0), "20.00 are needed, the balance is 19.99");
    give("u1", 2000);
    assert_outcome(buy("badge", ""), "buy.item u1 -20.00; token.spent u1");
    ck_assert_int_eq(account("u1")->balance_minor, 0);
}
END_TEST

START_TEST(buying_again_adds_to_what_is_left)
{
    static const struct {
        const char *time;
        const char *item;
        const char *effect;
        int from_h; /* after NOON */
        int until_h;
    } rows[] = {
        {NOON, "boost", "boost ", 0, 168},
        {"2026-01-06T12:00:00Z", "boost", "boost ", 168, 336},
        {"2026-01-19T12:00:00Z", "boost", "boost ", 336, 504},
        /* It ran out meanwhile; an hour before, it had not. */
        {"2026-01-26T13:00:00Z", "boost", "boost ", 505, 673},
        {"2026-01-26T12:00:00Z", "seat", "seat c1", 504, 552},
        {"2026-01-26T12:00:00Z", "seat", "seat c1", 552, 600},
    };
    const int64_t noon = INT64_C(1767614400000000);
    const int64_t hour = INT64_C(3600000000);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct event *event = buy(rows[i].item, ",\"contract_id\":\"c1\"");

        ck_assert(
            timestamp_parse(str_from_cstr(rows[i].time), &event->time_us));
        last = decide_ok(rules, event);
        ck_assert_str_eq(
            effect_text(0),
            arena_printf(&arena, "%s %lld %lld", rows[i].effect,
                         (long long)(noon + rows[i].from_h * hour),
                         (long long)(noon + rows[i].until_h * hour)));
    }
}
END_TEST

START_TEST(the_ledger_knows_what_was_bought)
{
    fill(RECORD_ENTITLEMENT, "u1", STR("u1"), STR("boost"), STR(""))
        ->values[0] = STR("1767700800000000"); /* a day after NOON */
    fill(RECORD_ENTITLEMENT, "u1", STR("u1"), STR("cover"), STR("c1"))
        ->values[0] = STR("");
    last = decide_ok(rules, buy("boost", ""));
    ck_assert_str_eq(effect_text(0),
                     "boost  1767700800000000 1768305600000000");
    assert_rejected(buy("cover", ",\"contract_id\":\"c1\""),
                    "already_entitled");
    assert_outcome(buy("cover", ",\"contract_id\":\"c2\""),
                   "buy.item u1 -5.25; token.spent u1");
    assert_rejected(buy("cover", ",\"contract_id\":\"c2\""),
                    "already_entitled");
    /* What is for no contract and for good can be had again. */
    assert_outcome(buy("badge", ""), "buy.item u1 -20.00; token.spent u1");
    assert_outcome(buy("badge", ""), "buy.item u1 -20.00; token.spent u1");
}
END_TEST

START_TEST(a_charge_has_conditions_and_rules_beside_it)
{
    rules =
        compile(OFFERS BUY "  when: event.data.item != \"gift\"\n" ITEM
                           "      rows: {badge: {cost: 20}, gift: {cost: 1}}\n"
                           "      missing: reject\n  short: reject\n"
                           "  overlap: allowed\n" IDLE
                           "- id: back\n  overlap: allowed\n"
                           "  trigger: io.gigchain.token.spend.requested.v1\n"
                           "  account: event.data.user_address\n"
                           "  award: [{id: a, flat: 2, once: [account]}]\n");
    /* A refusal is one of the whole event. */
    assert_rejected(buy("moon", ""), "unknown_item");
    assert_outcome(buy("badge", ""),
                   "buy.item u1 -20.00, back.a u1 2.00; token.spent u1");
    assert_rejected(buy("gift", ""), "not_offered");
}
END_TEST

/* Two shops and a reward for one request: what comes later takes back what
 * came before. */
#define SECOND(item, cost)                                                     \
    "  overlap: allowed\n"                                                     \
    "- id: more\n  trigger: io.gigchain.token.spend.requested.v1\n"            \
    "  account: event.data.user_address\n  overlap: allowed\n" ITEM            \
    "      rows: {" item ": {cost: " cost "}}\n      missing: reject\n"        \
    "  short: reject\n"

START_TEST(a_later_refusal_takes_back_the_purchase)
{
    rules = compile(OFFERS SHOP SECOND("moon", "1"));
    assert_rejected(buy("boost", ""), "unknown_item");
    rules = compile(OFFERS SHOP SECOND("boost", "1000"));
    assert_rejected(buy("boost", ""), "insufficient_funds");
    rules = compile(OFFERS SHOP);
    last = decide_ok(rules, buy("boost", ""));
    ck_assert_str_eq(effect_text(0),
                     "boost  1767614400000000 1768219200000000");
}
END_TEST

START_TEST(a_later_failure_takes_back_the_purchase)
{
    rules =
        compile(OFFERS SHOP "  overlap: allowed\n"
                            "- id: back\n  overlap: allowed\n"
                            "  trigger: io.gigchain.token.spend.requested.v1\n"
                            "  account: event.data.user_address\n"
                            "  award: [{id: a, amount: 90000000000000000}]\n");
    assert_set_aside(buy("cover", ",\"contract_id\":\"c1\""),
                     "amount_overflow");
    rules = compile(OFFERS SHOP);
    assert_outcome(buy("cover", ",\"contract_id\":\"c1\""),
                   "buy.item u1 -5.25; token.spent u1");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("charge", set_up_shop, tear_down, items_are_charged_in_full,
                    requests_are_refused_with_a_reason, one_cent_short_is_short,
                    buying_again_adds_to_what_is_left,
                    the_ledger_knows_what_was_bought,
                    a_charge_has_conditions_and_rules_beside_it,
                    a_later_refusal_takes_back_the_purchase,
                    a_later_failure_takes_back_the_purchase);
}
