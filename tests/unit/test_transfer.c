/* test_transfer.c - transfers between users, and adjustments by hand. */
#include "economy_fixture.h"

#define WALLET "0x52908400098527886e0f7030069857d2e4169ee7"

static struct event *
transfer(const char *to, const char *amount, const char *memo)
{
    return request("token.transfer.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"u1\",\"to_address\":"
                                "\"%s\",\"amount\":%s,\"memo\":\"%s\"}",
                                to, amount, memo));
}

START_TEST(both_sides_name_each_other)
{
    give("u1", 10000);
    assert_outcome(transfer("u2", "\"99.99\"", "Thanks!"),
                   "transfer.sent u1 -99.99, transfer.received u2 99.99; "
                   "token.transferred u1, token.transferred u2");
    ck_assert_ptr_eq(last.postings[0].counterparty, account("u2"));
    ck_assert_ptr_eq(last.postings[1].counterparty, account("u1"));
    ck_assert_int_eq(last.postings[0].balance_after_minor, 1);
    ck_assert_int_eq(last.postings[1].balance_after_minor, 9999);
    ck_assert_str_eq(detail_of(0),
                     "{\"transfer\":{\"direction\":\"sent\","
                     "\"counterparty\":\"u2\",\"memo\":\"Thanks!\"}}");
    ck_assert_str_eq(detail_of(1),
                     "{\"transfer\":{\"direction\":\"received\","
                     "\"counterparty\":\"u1\",\"memo\":\"Thanks!\"}}");
    ck_assert_int_eq(last.answers[0].place + last.answers[1].place, 0);
    ck_assert_int_eq(last.answers[1].balance_after_minor, 9999);
    ck_assert_int_eq(last.answers[1].seq, 1);
    ck_assert_uint_eq(last.effect_count, 0);
    assert_funds("u2", &(const int64_t[FUND_COUNT]){0});
}
END_TEST

START_TEST(without_a_memo_it_is_null)
{
    give("u1", 100);
    assert_outcome(transfer("u2", "1", ""),
                   "transfer.sent u1 -1.00, transfer.received u2 1.00; "
                   "token.transferred u1, token.transferred u2");
    ck_assert_contains(detail_of(0), "\"memo\":null");
}
END_TEST

START_TEST(transfers_are_refused_with_a_reason)
{
    static const struct {
        const char *to;
        const char *amount;
        const char *memo;
        const char *reason;
        const char *message;
    } rows[] = {
        {"u2", "0", "", "invalid_amount",
         "the amount must not be zero, have at most 2 decimals and fit into an "
         "account"},
        {"u2", "\"0.001\"", "", "invalid_amount",
         "the amount must not be zero, have at most 2 decimals and fit into an "
         "account"},
        {"u2", "\"999999999999999999\"", "", "invalid_amount",
         "the amount must not be zero, have at most 2 decimals and fit into an "
         "account"},
        {"u2", "\"90000000000000000.01\"", "", "invalid_amount",
         "the amount must not be zero, have at most 2 decimals and fit into an "
         "account"},
        {"u2", "-5", "", "invalid_amount", "the amount must be above zero"},
        {"u1", "5", "", "self_transfer",
         "sender and receiver are the same account"},
        {"u1", "500", "", "self_transfer",
         "sender and receiver are the same account"},
        {"u2", "\"100.01\"", "", "insufficient_funds",
         "100.01 are needed, the balance is 100.00"},
        {"0x123", "5", "", "invalid_address", "40 hexadecimal digits"},
        {"0Xzz", "5", "", "invalid_address", "40 hexadecimal digits"},
        {"u2", "5", "a\\nb", "invalid_memo",
         "a memo is at most 200 characters of plain text on one line"},
    };

    give("u1", 10000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_rejected(transfer(rows[i].to, rows[i].amount, rows[i].memo),
                        rows[i].reason);
        ck_assert_contains(detail_of(0), rows[i].message);
    }
}
END_TEST

START_TEST(two_spellings_are_one_wallet)
{
    struct event *event =
        request("token.transfer.requested",
                "{\"user_address\":"
                "\"0x52908400098527886E0F7030069857D2E4169EE7\","
                "\"to_address\":\"" WALLET "\",\"amount\":1}");

    give(WALLET, 10000);
    assert_rejected(event, "self_transfer");
}
END_TEST

START_TEST(memos_are_plain_text_on_one_line)
{
    static const struct {
        const char *memo;
        bool plain;
    } rows[] = {
        {"Gr\xC3\xBC\xC3\x9F"
         "e \xF0\x9F\x98\x80",
         true},
        {"\xC2\xA0", true},                  /* a space that does not break */
        {"\xE2\x80\x93 \xE2\x81\x84", true}, /* a dash and a fraction slash */
        {"a\\tb", false},                    /* control characters */
        {"a\x7F", false},
        {"a\xC2\x85", false},
        {"a\xE2\x80\xA8"
         "b",
         false}, /* separators of lines, paragraphs */
        {"a\xE2\x80\xA9"
         "b",
         false},
        {"a\xE2\x80\x8E", false}, /* marks of direction */
        {"a\xE2\x80\x8F", false},
        {"a\xD8\x9C", false},
        {"a\xE2\x80\xAA", false}, /* embeddings, overrides, isolates */
        {"a\xE2\x80\xAE", false},
        {"a\xE2\x81\xA6", false},
        {"a\xE2\x81\xA9", false},
        {"a\xE2\x80\x8D", true},  /* joins the parts of emoji */
        {"a\xE2\x80\x8B", false}, /* nobody sees these */
        {"a\xE2\x81\xA0", false},
        {"a\xEF\xBB\xBF", false},
        {"a\xF3\xA0\x81\x81", false},
    };

    give("u1", 100000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct event *event = transfer("u2", "1", rows[i].memo);

        ck_assert(rows[i].memo[0]);
        if (rows[i].plain)
            ck_assert_int_eq(decide_ok(rules, event).rejection, REJECT_NONE);
        else
            assert_rejected(event, "invalid_memo");
    }
}
END_TEST

START_TEST(memos_have_at_most_200_characters)
{
    struct buf memo;

    give("u1", 1000);
    buf_init(&memo, &arena);
    for (int i = 0; i < 200; i++)
        buf_add_cstr(&memo, "\xC3\xA9");
    ck_assert_int_eq(
        decide_ok(rules, transfer("u2", "1", unit_text(&arena, buf_str(&memo))))
            .rejection,
        REJECT_NONE);
    buf_add_cstr(&memo, "x");
    assert_rejected(transfer("u2", "1", unit_text(&arena, buf_str(&memo))),
                    "invalid_memo");
}
END_TEST

START_TEST(a_full_receiver_takes_no_more)
{
    give("u1", 100);
    give("u2", BALANCE_MAX_MINOR - 99);
    assert_set_aside(transfer("u2", "1", ""), "amount_overflow");
}
END_TEST

/* ---- adjustments ---- */

static struct event *
adjust(const char *amount, const char *approved_by)
{
    return request("token.adjustment.requested",
                   arena_printf(&arena,
                                "{\"user_address\":\"" WALLET "\",\"amount\":"
                                "\"%s\",\"reason\":\"Case 4711\","
                                "\"approved_by\":\"%s\"}",
                                amount, approved_by));
}

START_TEST(an_adjustment_goes_up_or_down)
{
    assert_outcome(adjust("25.50", "support:kim"),
                   "adjustment.booked " WALLET
                   " 25.50; token.adjusted " WALLET);
    ck_assert_str_eq(detail_of(0), "{\"adjustment\":{\"reason\":\"Case 4711\","
                                   "\"approved_by\":\"support:kim\"}}");
    assert_outcome(adjust("-25.50", "support:kim"),
                   "adjustment.booked " WALLET
                   " -25.50; token.adjusted " WALLET);
    ck_assert_int_eq(account(WALLET)->balance_minor, 0);
    assert_funds(WALLET, &(const int64_t[FUND_COUNT]){0});
}
END_TEST

START_TEST(adjustments_are_refused_with_a_reason)
{
    static const struct {
        const char *amount;
        const char *approved_by;
        const char *reason;
    } rows[] = {
        {"0", "kim", "invalid_amount"},
        {"0.001", "kim", "invalid_amount"},
        {"-100.01", "kim", "insufficient_funds"},
        {"5", WALLET, "self_approved"},
        {"-5", "0X52908400098527886E0F7030069857D2E4169EE7", "self_approved"},
    };

    give(WALLET, 10000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_rejected(adjust(rows[i].amount, rows[i].approved_by),
                        rows[i].reason);
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "transfer", set_up_economy, tear_down, both_sides_name_each_other,
        without_a_memo_it_is_null, transfers_are_refused_with_a_reason,
        two_spellings_are_one_wallet, memos_are_plain_text_on_one_line,
        memos_have_at_most_200_characters, a_full_receiver_takes_no_more,
        an_adjustment_goes_up_or_down, adjustments_are_refused_with_a_reason);
}
