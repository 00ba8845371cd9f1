/* test_told.c - the token events of a decision: whom they go to, what they are
 * called, and by whose words people are notified. */
#include "told.h"

#include "economy_fixture.h"

#define SHOP                                                                   \
    OFFERS IDLE                                                                \
        "- id: shop\n  trigger: io.gigchain.token.spend.requested.v1\n"        \
        "  account: event.data.user_address\n"                                 \
        "  charge: [{id: item, price: {by: event.data.item, rows: "            \
        "{badge: {cost: 5}, wreath: {cost: 995}}, missing: reject}}]\n"        \
        "  short: reject\n"                                                    \
        "  notify: {title: \"Bought {event.data.item}\", body: "               \
        "\"{amount} GIGS\"}\n"                                                 \
        "messages:\n"                                                          \
        "  transfer.received: {title: Received, body: "                        \
        "\"{amount} GIGS from {answer.counterparty}\"}\n"                      \
        "  token.tier.changed: {title: \"You are {answer.to}\", body: "        \
        "x}\n"                                                                 \
        "  token.rejected: {title: Sorry, body: \"{answer.message}\"}\n"

/* All of them, as "TYPE ACCOUNT PLACE AMOUNTS = BALANCE #SEQ TITLE"; a line
 * each. */
static const char *
told(const struct event *event)
{
    struct told list;
    struct buf buf;

    last = decide_ok(rules, event);
    told_of(rules, event, &last, event->time_us, &arena, &list);
    buf_init(&buf, &arena);
    for (size_t i = 0; i < list.count; i++) {
        const struct token_source *token = &list.tokens[i];

        buf_printf(&buf, "%.*s %.*s %d", STR_ARG(token->type),
                   STR_ARG(token->account), token->place);
        for (size_t j = 0; j < token->entry_count; j++) {
            buf_printf(&buf, " %.*s ", STR_ARG(token->entries[j].line));
            num_print_minor(&buf, token->entries[j].amount_minor, token->scale);
        }
        buf_add_cstr(&buf, " = ");
        num_print_minor(&buf, token->balance_after_minor, token->scale);
        buf_printf(&buf, " #%lld %.*s\n", (long long)token->seq,
                   STR_ARG(token->notify ? token->notify->title : STR("-")));
    }
    return unit_text(&arena, buf_str(&buf));
}

static void
set_up_shop(void)
{
    set_up_economy();
    rules = compile(SHOP);
}

START_TEST(a_purchase_is_told_by_its_rule)
{
    give("u1", 500);
    ck_assert_str_eq(told(request("token.spend.requested",
                                  "{\"user_address\":\"u1\",\"item\":\"badge\","
                                  "\"contract_id\":\"c\"}")),
                     "token.spent u1 0 shop.item -5.00 = 0.00 #1 "
                     "Bought {event.data.item}\n");
}
END_TEST

/* What is told besides is a message of its own. */
START_TEST(a_tier_is_told_apart)
{
    give("u1", 150000);
    ck_assert_str_eq(
        told(request("token.spend.requested",
                     "{\"user_address\":\"u1\",\"item\":\"wreath\"}")),
        "token.spent u1 0 shop.item -995.00 = 505.00 #1 "
        "Bought {event.data.item}\n"
        "token.tier.changed u1 1 = 505.00 #1 You are {answer.to}\n");
}
END_TEST

START_TEST(each_account_is_told)
{
    give("u1", 500);
    ck_assert_str_eq(told(request("token.transfer.requested",
                                  "{\"user_address\":\"u1\",\"to_address\":"
                                  "\"u2\",\"amount\":\"3\"}")),
                     "token.transferred u1 0 transfer.sent -3.00 = 2.00 #1 -\n"
                     "token.transferred u2 0 transfer.received 3.00 = 3.00 #1 "
                     "Received\n");
}
END_TEST

START_TEST(a_refusal_is_told_without_entries)
{
    ck_assert_str_eq(told(request("token.spend.requested",
                                  "{\"user_address\":\"u1\",\"item\":"
                                  "\"badge\"}")),
                     "token.rejected u1 0 = 0.00 #0 Sorry\n");
}
END_TEST

START_TEST(nothing_is_told_of_nothing)
{
    ck_assert_str_eq(
        told(request("profile.completed", "{\"user_address\":\"u1\"}")), "");
}
END_TEST

/* Fields of the event that texts mention, as the ledger would have kept them.
 */
START_TEST(a_message_says_all)
{
    struct event *event =
        request("token.spend.requested", "{\"user_address\":\"u1\",\"item\":"
                                         "\"badge\",\"contract_id\":\"c7\"}");
    struct token_writer writer;
    struct message message;
    struct told list;
    const char *text;

    give("u1", 1250);
    last = decide_ok(rules, event);
    told_of(rules, event, &last, event->time_us, &arena, &list);
    token_writer_init(&writer, &arena);
    token_render(&writer, &list.tokens[0], &message);
    text = unit_text(&arena, message.value);
    ck_assert_contains(text, "\"contract_id\":\"c7\"");
    ck_assert_contains(text, "\"time\":\"2026-01-05T12:00:00.000Z\"");
    ck_assert_contains(text, "\"title\":\"Bought badge\",\"body\":\"5 GIGS\"");
    ck_assert_contains(text, "\"entitlement\":{\"item\":\"badge\"");
    ck_assert_contains(text,
                       "\"data\":{\"contract_id\":\"c7\",\"item\":\"badge\"}");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("told", set_up_shop, tear_down,
                    a_purchase_is_told_by_its_rule, a_tier_is_told_apart,
                    each_account_is_told, a_refusal_is_told_without_entries,
                    nothing_is_told_of_nothing, a_message_says_all);
}
