/* test_token.c - the message is a pure function of posted rows, and fits. */
#include "token.h"

#include "json.h"
#include "node.h"
#include "token_name.h"
#include "unit.h"

static struct arena arena;
static struct token_writer writer;
static struct token_source source;
static struct notify notify;
static struct message message;

static const struct token_entry entries[] = {
    {STR("contract.base"), 5000000, 6625000, 40},
    {STR("contract.on_time"), 1000000, 7625000, 41},
    {STR("contract.rating"), 500000, 8125000, 42},
};

static void
set_up(void)
{
    arena_init(&arena);
    token_writer_init(&writer, &arena);
    notify = (struct notify){
        .enabled = true,
        .category = STR("token_earned"),
        .title = STR("GIGS earned"),
        .body = STR("You earned {amount} GIGS for {event.data.contract_id}"),
        .collapse = STR("contract:{event.data.contract_id}"),
        .ttl_s = 86400,
    };
    source = (struct token_source){
        .type = STR(TOKEN_EARNED),
        .event_source = STR("/gigchain/contracts"),
        .event_id = STR("8f7e2f3c"),
        .event_type = STR("io.gigchain.contract.completed.v1"),
        .occurred_us = INT64_C(1759926896789000),
        .contract_id = STR("gig_01H8X"),
        .account = STR("0x52908400098527886e0f7030069857d2e4169ee7"),
        .entries = entries,
        .entry_count = 3,
        .balance_after_minor = 8125000,
        .seq = 42,
        .ruleset = STR("gigs@a1b2c3d4"),
        .asset = STR("GIGS"),
        .scale = 2,
        .posted_us = INT64_C(1759926897003000),
        .may_notify = true,
        .notify = &notify,
    };
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static const char *
value_text(void)
{
    token_render(&writer, &source, &message);
    return unit_text(&arena, message.value);
}

/* The notification of the message, parsed. */
static const struct node *
notification(void)
{
    struct err err = {0};
    struct node *document;

    token_render(&writer, &source, &message);
    ck_assert_msg(json_read(&arena, message.value, &document, &err), "%s",
                  err.text);
    return node_get(node_get(document, STR("data")), STR("notification"));
}

static const char *
text_of(const char *key)
{
    const struct node *node = node_get(notification(), str_from_cstr(key));

    ck_assert(node_is_string(node));
    return unit_text(&arena, node->text);
}

START_TEST(the_value_is_byte_for_byte_this)
{
    ck_assert_str_eq(
        value_text(),
        "{\"specversion\":\"1.0\","
        "\"id\":\"5e66dbf6-b005-55c7-b52c-f8dcb130a03d\","
        "\"source\":\"/reward\",\"type\":\"io.gigchain.token.earned.v1\","
        "\"subject\":\"0x52908400098527886e0f7030069857d2e4169ee7\","
        "\"time\":\"2025-10-08T12:34:57.003Z\","
        "\"datacontenttype\":\"application/json\","
        "\"partitionkey\":\"0x52908400098527886e0f7030069857d2e4169ee7\","
        "\"causationid\":\"8f7e2f3c\","
        "\"causationsource\":\"/gigchain/contracts\","
        "\"data\":{\"account\":\"0x52908400098527886e0f7030069857d2e4169ee7\","
        "\"currency\":\"GIGS\",\"amount\":\"65000.00\","
        "\"balance_after\":\"81250.00\",\"account_seq\":42,"
        "\"entries\":[{\"line\":\"contract.base\",\"amount\":\"50000.00\"},"
        "{\"line\":\"contract.on_time\",\"amount\":\"10000.00\"},"
        "{\"line\":\"contract.rating\",\"amount\":\"5000.00\"}],"
        "\"ruleset\":\"gigs@a1b2c3d4\","
        "\"occurred_at\":\"2025-10-08T12:34:56.789Z\","
        "\"posted_at\":\"2025-10-08T12:34:57.003Z\","
        "\"contract_id\":\"gig_01H8X\","
        "\"notification\":{\"category\":\"token_earned\","
        "\"title\":\"GIGS earned\","
        "\"body\":\"You earned 65,000 GIGS for gig_01H8X\","
        "\"collapse_id\":\"contract:gig_01H8X\",\"ttl_seconds\":86400,"
        "\"data\":{\"contract_id\":\"gig_01H8X\"}}}}");
}
END_TEST

START_TEST(a_second_rendering_is_the_same)
{
    const char *first = value_text();

    source.account = STR("other");
    ck_assert_str_ne(value_text(), first);
    source.account = STR("0x52908400098527886e0f7030069857d2e4169ee7");
    ck_assert_str_eq(value_text(), first);
}
END_TEST

START_TEST(the_id_is_of_source_id_and_account)
{
    char id[UUID_TEXT + 1];
    char other[UUID_TEXT + 1];

    token_id(&source, &arena, id);
    ck_assert_str_eq(id, "5e66dbf6-b005-55c7-b52c-f8dcb130a03d");
    source.posted_us++;
    token_id(&source, &arena, other);
    ck_assert_str_eq(other, id);
    source.event_id = STR("8f7e2f3");
    token_id(&source, &arena, other);
    ck_assert_str_ne(other, id);
}
END_TEST

START_TEST(headers_repeat_the_attributes)
{
    static const char *const names[] = {
        "content-type",    "ce_specversion", "ce_id",
        "ce_source",       "ce_type",        "ce_subject",
        "ce_time",         "ce_causationid", "ce_causationsource",
        "ce_partitionkey", "ce_traceparent",
    };

    source.traceparent =
        STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    ck_assert_contains(value_text(), "\"traceparent\":\"00-0af7651916cd43dd");
    ck_assert(str_eq(message.key, source.account));
    ck_assert_int_eq(message.timestamp_ms, 1759926897003);
    ck_assert_uint_eq(message.header_count, 11);
    for (size_t i = 0; i < message.header_count; i++)
        ck_assert_str_eq(unit_text(&arena, message.headers[i].name), names[i]);
    ck_assert(str_eq(message.headers[0].value,
                     STR("application/cloudevents+json; charset=UTF-8")));
    ck_assert(str_eq(message.headers[10].value, source.traceparent));
    source.traceparent = (struct str){0};
    token_render(&writer, &source, &message);
    ck_assert_uint_eq(message.header_count, 10);
}
END_TEST

START_TEST(texts_are_escaped)
{
    source.event_id = STR("a\"b\\c\n");
    source.contract_id = STR("\x01");
    ck_assert_contains(value_text(), "\"causationid\":\"a\\\"b\\\\c\\u000a\"");
    ck_assert_contains(value_text(), "\"contract_id\":\"\\u0001\"");
}
END_TEST

START_TEST(what_is_missing_is_null)
{
    source.contract_id = (struct str){0};
    source.may_notify = false;
    ck_assert_contains(value_text(),
                       "\"contract_id\":null,\"notification\":null}}");
    source.may_notify = true;
    source.notify = NULL;
    ck_assert_contains(value_text(), "\"notification\":null}}");
    notify.enabled = false;
    source.notify = &notify;
    ck_assert_contains(value_text(), "\"notification\":null}}");
}
END_TEST

START_TEST(no_collapse_text_means_no_collapsing)
{
    notify.collapse = STR("");
    ck_assert_contains(value_text(), "\"collapse_id\":null");
    notify.collapse = STR("{event.data.none}");
    ck_assert_contains(value_text(), "\"collapse_id\":null");
}
END_TEST

START_TEST(kept_fields_are_known_to_texts_and_passed_on)
{
    source.kept = STR("{\"login_date\":\"2026-12-01\",\"a.b\":\"\\\"x\\\"\"}");
    notify.title = STR("{event.data.login_date} {event.data.a.b} {balance} "
                       "{account} {event.id}");
    ck_assert_str_eq(text_of("title"),
                     "2026-12-01 \"x\" 81,250 "
                     "0x52908400098527886e0f7030069857d2e4169ee7 8f7e2f3c");
    ck_assert_contains(value_text(),
                       "\"data\":{\"contract_id\":\"gig_01H8X\","
                       "\"login_date\":\"2026-12-01\",\"a.b\":\"\\\"x\\\"\"}");
}
END_TEST

START_TEST(a_rule_may_add_to_the_data)
{
    const struct notify_datum datum[] = {
        {STR("deep_link"), STR("app://c/{event.data.contract_id}")},
        {STR("contract_id"), STR("mine")},
    };

    notify.data = datum;
    notify.data_count = 2;
    ck_assert_contains(value_text(),
                       "\"data\":{\"deep_link\":\"app://c/gig_01H8X\","
                       "\"contract_id\":\"mine\"}");
}
END_TEST

/* count times the unit. */
static struct str
repeat(const char *unit, size_t count)
{
    struct buf buf;

    buf_init(&buf, &arena);
    while (count--)
        buf_add_cstr(&buf, unit);
    return buf_str(&buf);
}

START_TEST(long_texts_are_cut_between_characters)
{
    notify.title = repeat("x", 201);
    ck_assert_uint_eq(strlen(text_of("title")), 200);
    ck_assert_str_eq(text_of("title") + 197, "\xE2\x80\xA6");
    notify.title = repeat("x", 200);
    ck_assert_uint_eq(strlen(text_of("title")), 200);
    ck_assert_int_eq(text_of("title")[199], 'x');
    notify.body = repeat("\xF0\x9F\x98\x80", 300);
    ck_assert_uint_eq(strlen(text_of("body")), 249 * 4 + 3);
    ck_assert(str_is_utf8(str_from_cstr(text_of("body"))));
}
END_TEST

START_TEST(a_long_collapse_id_ends_in_a_digest)
{
    const char *one;
    const char *other;

    notify.collapse = repeat("c", 64);
    ck_assert_uint_eq(strlen(text_of("collapse_id")), 64);
    ck_assert_ptr_null(strchr(text_of("collapse_id"), '~'));
    notify.collapse = repeat("c", 65);
    one = text_of("collapse_id");
    notify.collapse = repeat("c", 66);
    other = text_of("collapse_id");
    ck_assert_uint_eq(strlen(one), 64);
    ck_assert_int_eq(one[47], '~');
    ck_assert_str_ne(one, other);
    ck_assert_int_eq(strncmp(one, other, 48), 0);
    notify.collapse = repeat("\xC3\xA9", 40);
    one = text_of("collapse_id");
    ck_assert_uint_eq(strlen(one), 46 + 17);
    ck_assert(str_is_utf8(str_from_cstr(one)));
}
END_TEST

/* Bytes of the notification in the message just made. */
static size_t
notification_bytes(void)
{
    const char *text = value_text();
    const char *start = strstr(text, "\"notification\":");

    ck_assert_ptr_nonnull(start);
    return strlen(start) - strlen("\"notification\":") - strlen("}}");
}

START_TEST(data_goes_before_the_text_is_cut)
{
    source.kept = str_from_cstr(arena_printf(
        &arena, "{\"a\":\"%s\"}", unit_text(&arena, repeat("x", 5000))));
    ck_assert_uint_le(notification_bytes(), 4096);
    ck_assert_contains(value_text(), "\"data\":{}");
    ck_assert_str_eq(text_of("body"), "You earned 65,000 GIGS for gig_01H8X");
}
END_TEST

START_TEST(the_worst_texts_still_fit)
{
    notify.category = repeat("\x01", 500);
    notify.title = notify.body = notify.collapse = notify.category;
    source.contract_id = repeat("\x02", 5000);
    ck_assert_uint_le(notification_bytes(), 4096);
    notify.body = repeat("\x01", 5000);
    ck_assert_uint_le(notification_bytes(), 4096);
    ck_assert_uint_gt(strlen(text_of("body")), 250);
}
END_TEST

/* ---- answers ---- */

START_TEST(an_answer_gives_type_and_members)
{
    source.type = STR("token.transferred");
    source.detail = STR("{\"transfer\":{\"memo\":null}}");
    ck_assert_contains(value_text(),
                       "\"type\":\"io.gigchain.token.transferred.v1\"");
    ck_assert_contains(value_text(), "\"contract_id\":\"gig_01H8X\","
                                     "\"transfer\":{\"memo\":null},"
                                     "\"notification\":{");
    ck_assert(str_eq(message.headers[4].name, STR("ce_type")));
    ck_assert(str_eq(message.headers[4].value,
                     STR("io.gigchain.token.transferred.v1")));
    source.detail = STR("{}");
    ck_assert_contains(value_text(),
                       "\"contract_id\":\"gig_01H8X\",\"notification\":{");
}
END_TEST

/* A refusal: nothing was posted, and the account may never have had anything.
 */
START_TEST(a_message_may_be_without_entries)
{
    source.type = STR("token.rejected");
    source.detail = STR("{\"reason\":\"unknown_item\",\"message\":\"no\"}");
    source.entry_count = 0;
    source.notify = NULL;
    ck_assert_contains(value_text(),
                       "\"currency\":\"GIGS\",\"amount\":\"0.00\","
                       "\"balance_after\":\"81250.00\",\"account_seq\":42,"
                       "\"entries\":[],\"ruleset\"");
    ck_assert_contains(value_text(), "\"reason\":\"unknown_item\","
                                     "\"message\":\"no\","
                                     "\"notification\":null}}");
    source.seq = 0;
    source.balance_after_minor = 0;
    ck_assert_contains(value_text(),
                       "\"balance_after\":\"0.00\",\"account_seq\":0,");
}
END_TEST

START_TEST(amounts_keep_their_sign_but_people_are_told_how_much)
{
    static const struct token_entry spent[] = {
        {STR("spend.item"), -500000, 100000, 1},
        {STR("cashback.a"), 1000, 101000, 2},
    };

    source.entries = spent;
    source.entry_count = 2;
    ck_assert_contains(value_text(), "\"amount\":\"-4990.00\"");
    ck_assert_contains(value_text(), "{\"line\":\"spend.item\",\"amount\":"
                                     "\"-5000.00\"}");
    ck_assert_str_eq(text_of("body"), "You earned 4,990 GIGS for gig_01H8X");
}
END_TEST

START_TEST(a_message_apart_has_an_id_of_its_own)
{
    char id[UUID_TEXT + 1];
    char apart[UUID_TEXT + 1];
    char other[UUID_TEXT + 1];

    source.type = STR("token.tier.changed");
    token_id(&source, &arena, id); /* the type does not matter here */
    ck_assert_str_eq(id, "5e66dbf6-b005-55c7-b52c-f8dcb130a03d");
    source.place = 1;
    token_id(&source, &arena, apart);
    ck_assert_str_eq(apart, "c7def91b-9f25-5783-9371-f73ce131dcf8");
    source.type = STR("token.reversed");
    token_id(&source, &arena, other);
    ck_assert_str_ne(other, apart);
    ck_assert_contains(value_text(), other);
}
END_TEST

/* ---- names ---- */

/* uuid.uuid5 of Python gives the same. */
START_TEST(a_shadow_has_no_balance_and_notifies_nobody)
{
    static const struct token_entry would[] = {
        {.line = STR("shadow:more.base"), .amount_minor = 600},
    };

    source.type = STR(TOKEN_SHADOW);
    source.place = 1;
    source.is_shadow = true;
    source.entries = would;
    source.entry_count = 1;
    ck_assert_contains(
        value_text(),
        "\"type\":\"io.gigchain.token.shadow.v1\","
        "\"subject\":\"0x52908400098527886e0f7030069857d2e4169ee7\"");
    ck_assert_contains(
        value_text(),
        "\"data\":{\"account\":\"0x52908400098527886e0f7030069857d2e4169ee7\","
        "\"currency\":\"GIGS\",\"amount\":\"6.00\","
        "\"entries\":[{\"line\":\"shadow:more.base\",\"amount\":\"6.00\"}],"
        "\"ruleset\":\"gigs@a1b2c3d4\","
        "\"occurred_at\":\"2025-10-08T12:34:56.789Z\","
        "\"posted_at\":\"2025-10-08T12:34:57.003Z\","
        "\"contract_id\":\"gig_01H8X\"}}");
}
END_TEST

START_TEST(names_are_made_of_their_parts)
{
    static const struct {
        const char *source;
        const char *id;
        const char *account;
        const char *suffix;
        const char *expected;
    } rows[] = {
        {"/s", "e1", "u1", "", "c40d433e-d0ff-531c-b371-3cedf1a4ad89"},
        {"/s", "e1", "u1", "ref", "5b8e1101-0a82-5fc9-8aa1-495c575820a6"},
        {"/s", "e1", "u1", "token.tier.changed",
         "a942f95e-64d8-59b9-a3a0-411fde325fa6"},
        {"/s", "e1u", "1", "", "94d87952-1bf1-56d5-a001-9e23bb997f4e"},
        {"/se", "1", "u1", "", "bd3a150c-a7e9-5fa6-8ab1-7ebb1f895623"},
        {"", "", "", "", "0d9d9740-f17c-55d3-b88d-67ee0780fd66"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[UUID_TEXT + 1];
        struct event event = {.source = str_from_cstr(rows[i].source),
                              .id = str_from_cstr(rows[i].id)};

        token_name(&arena, event.source, event.id,
                   str_from_cstr(rows[i].account),
                   str_from_cstr(rows[i].suffix), text);
        ck_assert_str_eq(text, rows[i].expected);
        ck_assert_str_eq(
            unit_text(&arena,
                      thing_id(&arena, &event, str_from_cstr(rows[i].account),
                               str_from_cstr(rows[i].suffix))),
            rows[i].expected);
    }
}
END_TEST

START_TEST(the_largest_amounts_print)
{
    const struct token_entry huge[] = {
        {STR("a.b"), INT64_C(9000000000000000000), INT64_C(9000000000000000000),
         2147483647},
    };

    source.entries = huge;
    source.entry_count = 1;
    source.balance_after_minor = huge[0].balance_after_minor;
    source.seq = huge[0].seq;
    ck_assert_contains(value_text(), "\"amount\":\"90000000000000000.00\","
                                     "\"balance_after\":\"90000000000000000.00"
                                     "\",\"account_seq\":2147483647");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "token", set_up, tear_down, the_value_is_byte_for_byte_this,
        a_second_rendering_is_the_same, the_id_is_of_source_id_and_account,
        headers_repeat_the_attributes, texts_are_escaped,
        what_is_missing_is_null, no_collapse_text_means_no_collapsing,
        kept_fields_are_known_to_texts_and_passed_on,
        a_rule_may_add_to_the_data, long_texts_are_cut_between_characters,
        a_long_collapse_id_ends_in_a_digest, data_goes_before_the_text_is_cut,
        the_worst_texts_still_fit, an_answer_gives_type_and_members,
        a_message_may_be_without_entries,
        amounts_keep_their_sign_but_people_are_told_how_much,
        a_message_apart_has_an_id_of_its_own,
        a_shadow_has_no_balance_and_notifies_nobody,
        names_are_made_of_their_parts, the_largest_amounts_print);
}
