/* test_dead_letter.c - records set aside keep every byte. */
#include "dead_letter.h"

#include "unit.h"

static struct arena arena;
static struct dead_letter letter;

static void
set_up(void)
{
    arena_init(&arena);
    letter = (struct dead_letter){
        .record =
            {
                .topic = STR("in"),
                .partition = 3,
                .offset = 42,
                .timestamp_ms = 1700000000123,
                .key = STR("k\0y"),
                .value = STR("{bad"),
            },
        .reason = STR("malformed_json"),
        .text = STR("what is wrong"),
        .ruleset = STR("gigs@a1b2c3d4"),
        .set_aside_us = INT64_C(1700000001000000),
    };
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static void
check_header(const struct message *message, size_t index, const char *name,
             const char *value)
{
    ck_assert_uint_lt(index, message->header_count);
    ck_assert_str_eq(unit_text(&arena, message->headers[index].name), name);
    ck_assert_str_eq(unit_text(&arena, message->headers[index].value), value);
}

START_TEST(headers_say_why_and_where_from)
{
    struct message message;

    dead_letter_message(&arena, &letter, &message);
    ck_assert_uint_eq(message.header_count, 8);
    check_header(&message, 0, "reward_dlq_reason", "malformed_json");
    check_header(&message, 1, "reward_dlq_message", "what is wrong");
    check_header(&message, 2, "reward_dlq_topic", "in");
    check_header(&message, 3, "reward_dlq_partition", "3");
    check_header(&message, 4, "reward_dlq_offset", "42");
    check_header(&message, 5, "reward_dlq_timestamp", "1700000000123");
    check_header(&message, 6, "reward_dlq_ruleset", "gigs@a1b2c3d4");
    check_header(&message, 7, "reward_dlq_time", "2023-11-14T22:13:21.000Z");
    ck_assert_int_eq(message.timestamp_ms, 1700000001000);
}
END_TEST

START_TEST(key_value_and_headers_stay_as_they_were)
{
    const struct record_header headers[] = {
        {STR("h"), STR("1")},
        {STR("h"), {0}},
        {STR(""), STR("")},
        {STR("reward_dlq_reason"), STR("from before")},
    };
    struct message message;

    letter.record.headers = headers;
    letter.record.header_count = 4;
    dead_letter_message(&arena, &letter, &message);
    ck_assert(str_eq(message.key, STR("k\0y")));
    ck_assert(str_eq(message.value, STR("{bad")));
    ck_assert_uint_eq(message.header_count, 12);
    ck_assert_mem_eq(message.headers, headers, sizeof(headers));
    check_header(&message, 4, "reward_dlq_reason", "malformed_json");
}
END_TEST

START_TEST(null_is_not_empty)
{
    struct message message;

    letter.record.key = (struct str){0};
    letter.record.value = STR("");
    letter.record.timestamp_ms = -1;
    dead_letter_message(&arena, &letter, &message);
    ck_assert_ptr_null(message.key.at);
    ck_assert_ptr_nonnull(message.value.at);
    check_header(&message, 5, "reward_dlq_timestamp", "-1");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("dead_letter", set_up, tear_down,
                    headers_say_why_and_where_from,
                    key_value_and_headers_stay_as_they_were, null_is_not_empty);
}
