/* test_conversion.c - the queue to a blockchain: reserved, then burnt or given
 * back, whatever is said twice. */
#include "economy_fixture.h"

#define CHAIN "0x52908400098527886e0f7030069857d2e4169ee7"
#define HASH                                                                   \
    "0xabababababababababababababababababababababababababababababababab"
#define OTHER_HASH                                                             \
    "0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

#define RESERVED "conversion.reserved u1 -70.00; token.conversion.pending u1"
#define RETURNED "conversion.returned u1 70.00"
#define BURNT RETURNED ", conversion.completed u1 -70.00; token.converted u1"

static void
set_up_funds(void)
{
    set_up_economy();
    give("u1", 10000);
}

static struct event *
convert(const char *amount, const char *address)
{
    return request("token.conversion.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"amount\":%s,"
                                "\"blockchain_address\":\"%s\"}",
                                amount, address));
}

/* `hash` may be empty. */
static struct event *
settle(const char *user, const char *id, const char *status, const char *hash)
{
    const char *more =
        hash[0] ? arena_printf(&arena, ",\"blockchain_tx_hash\":\"%s\"", hash)
                : "";

    return request("token.conversion.settled",
                   arena_printf(&arena,
                                "{\"user_address\":\"%s\","
                                "\"conversion_id\":\"%s\",\"status\":\"%s\"%s}",
                                user, id, status, more));
}

/* Ask for 70 of the 100; the id of the conversion. */
static const char *
open_conversion(void)
{
    assert_outcome(convert("70", CHAIN), RESERVED);
    return unit_text(&arena, last.effects[0].values[0]);
}

START_TEST(a_request_reserves_the_amount)
{
    const char *id;

    assert_outcome(
        convert("\"70.00\"", "0x52908400098527886E0F7030069857D2E4169EE7"),
        RESERVED);
    ck_assert_int_eq(last.effects[0].kind, EFFECT_CONVERSION);
    id = unit_text(&arena, last.effects[0].values[0]);
    ck_assert_str_eq(effect_text(0),
                     arena_printf(&arena, "%s 7000 1.5 " CHAIN, id));
    ck_assert_str_eq(detail_of(0),
                     arena_printf(&arena,
                                  "{\"conversion\":{\"conversion_id\":\"%s\","
                                  "\"amount\":\"70.00\",\"status\":\"pending\","
                                  "\"blockchain_tx_hash\":null}}",
                                  id));
    assert_funds("u1", &(const int64_t[FUND_COUNT]){
                           [FUND_EARNED] = 10000, [FUND_RESERVED] = 7000});
}
END_TEST

START_TEST(requests_are_refused_with_a_reason)
{
    static const struct {
        const char *amount;
        const char *address;
        const char *reason;
    } rows[] = {
        {"0", CHAIN, "invalid_amount"},
        {"\"0.001\"", CHAIN, "invalid_amount"},
        {"-1", CHAIN, "invalid_amount"},
        {"\"100.01\"", CHAIN, "insufficient_funds"},
        {"5", "u2", "invalid_address"},
        {"5", CHAIN "0", "invalid_address"},
        {"5", "0x52908400098527886e0f7030069857d2e4169eeg", "invalid_address"},
        {"5", "1x52908400098527886e0f7030069857d2e4169ee7", "invalid_address"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_rejected(convert(rows[i].amount, rows[i].address),
                        rows[i].reason);
    open_conversion();
    assert_rejected(convert("1", CHAIN), "conversion_in_progress");
    rules = compile(HEAD IDLE);
    assert_rejected(convert("1", CHAIN), "not_offered");
}
END_TEST

START_TEST(a_settlement_has_one_way_to_go)
{
    static const struct {
        const char *status;
        const char *hash;
        const char *expected; /* a reason when it begins with `!` */
    } rows[] = {
        {"completed", "", "!invalid_settlement"},
        {"processing", "", "; token.conversion.processing u1"},
        {"processing", "", ""},
        {"processing", HASH, "; token.conversion.processing u1"},
        {"processing", HASH, ""},
        {"completed", "", "!invalid_settlement"},
        {"completed", HASH, BURNT},
        {"completed", HASH, ""},
        {"completed", OTHER_HASH, "!already_settled"},
        {"processing", HASH, "!already_settled"},
        {"failed", "", "!already_settled"},
    };
    const char *id = open_conversion();

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct event *event = settle("u1", id, rows[i].status, rows[i].hash);

        if (rows[i].expected[0] == '!')
            assert_rejected(event, rows[i].expected + 1);
        else
            assert_outcome(event, rows[i].expected);
        if (!rows[i].expected[0])
            ck_assert_uint_eq(last.effect_count, 0);
    }
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_EARNED] = 10000});
    ck_assert_int_eq(account("u1")->balance_minor, 3000);
    /* The way is free for the next. */
    assert_outcome(convert("30", CHAIN), "conversion.reserved u1 -30.00; "
                                         "token.conversion.pending u1");
}
END_TEST

START_TEST(what_fails_comes_back)
{
    const char *id = open_conversion();

    assert_rejected(settle("u2", id, "failed", ""), "unknown_conversion");
    assert_rejected(settle("u1", "none", "failed", ""), "unknown_conversion");
    assert_outcome(settle("u1", id, "failed", ""),
                   RETURNED "; token.conversion.failed u1");
    ck_assert_int_eq(last.effects[0].kind, EFFECT_SETTLEMENT);
    ck_assert_str_eq(effect_text(0), arena_printf(&arena, "%s failed", id));
    ck_assert_str_eq(detail_of(0),
                     arena_printf(&arena,
                                  "{\"conversion\":{\"conversion_id\":\"%s\","
                                  "\"amount\":\"70.00\",\"status\":\"failed\","
                                  "\"blockchain_tx_hash\":null}}",
                                  id));
    assert_outcome(settle("u1", id, "failed", ""), "");
    assert_rejected(settle("u1", id, "completed", HASH), "already_settled");
    assert_funds("u1", &(const int64_t[FUND_COUNT]){[FUND_EARNED] = 10000});
    ck_assert_int_eq(account("u1")->balance_minor, 10000);
    assert_outcome(convert("70", CHAIN), RESERVED);
}
END_TEST

START_TEST(the_ledger_knows_what_is_open)
{
    static const char id[] = "5d0e2c1a-8f3b-5b6e-9c47-0e1f2a3b4c5d";
    struct record_row *row =
        fill(RECORD_CONVERSION, NULL, STR(id), STR(""), STR(""));

    row->values[0] = STR("u1");
    row->values[1] = STR("7000");
    row->values[2] = STR("processing");
    row->values[3] = STR("");
    fill(RECORD_OPEN_CONVERSION, "u1", STR("u1"), STR(""), STR(""))->values[0] =
        STR(id);
    account("u1")->funds_minor[FUND_RESERVED] = 7000;
    assert_rejected(convert("1", CHAIN), "conversion_in_progress");
    ck_assert_contains(detail_of(0), id);
    assert_outcome(
        settle("u1", "5D0E2C1A-8F3B-5B6E-9C47-0E1F2A3B4C5D", "completed", HASH),
        BURNT);
    ck_assert_str_eq(effect_text(0),
                     arena_printf(&arena, "%s completed " HASH, id));
    assert_outcome(convert("1", CHAIN), "conversion.reserved u1 -1.00; "
                                        "token.conversion.pending u1");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "conversion", set_up_funds, tear_down, a_request_reserves_the_amount,
        requests_are_refused_with_a_reason, a_settlement_has_one_way_to_go,
        what_fails_comes_back, the_ledger_knows_what_is_open);
}
