/* test_position.c - the record that says how far a relay has come. */
#include "position.h"

#include "unit.h"

static struct arena arena;
static struct err err;
static struct relay_position position;

static void
set_up(void)
{
    arena_init(&arena);
    err_reset(&err);
    position = (struct relay_position){0};
}

static void
tear_down(void)
{
    arena_free(&arena);
}

START_TEST(what_is_written_is_read)
{
    struct buf json;

    buf_init(&json, &arena);
    position_write(&json, 42, INT64_C(1700000000123456));
    ck_assert_str_eq(
        unit_text(&arena, buf_str(&json)),
        "{\"batch\":42,\"posted_at\":\"2023-11-14T22:13:20.123456Z\"}");
    ck_assert(position_parse(&arena, buf_str(&json), &position, &err));
    ck_assert(position.found && position.has_posted_us);
    ck_assert_int_eq(position.batch_id, 42);
    ck_assert_int_eq(position.posted_us, 1700000000123456);
}
END_TEST

START_TEST(a_record_by_hand_needs_the_batch_only)
{
    ck_assert(position_parse(&arena, STR("{ \"batch\": 7 }"), &position, &err));
    ck_assert_int_eq(position.batch_id, 7);
    ck_assert(!position.has_posted_us);
}
END_TEST

START_TEST(anything_else_is_fatal)
{
    static const char *const faulty[] = {
        "",
        "7",
        "{}",
        "garbage",
        "{\"batch\":\"7\"}",
        "{\"batch\":-1}",
        "{\"batch\":1.5}",
        "{\"batch\":7} x",
        "{\"batch\":7,\"posted_at\":1}",
        "{\"batch\":7,\"posted_at\":\"yesterday\"}",
    };

    for (size_t i = 0; i < sizeof(faulty) / sizeof(*faulty); i++) {
        err_reset(&err);
        ck_assert_msg(
            !position_parse(&arena, str_from_cstr(faulty[i]), &position, &err),
            "%s", faulty[i]);
        ck_assert_int_eq(err.kind, ERR_FATAL);
        ck_assert(!position.found);
    }
}
END_TEST

int
main(void)
{
    return UNIT_RUN("position", set_up, tear_down, what_is_written_is_read,
                    a_record_by_hand_needs_the_batch_only,
                    anything_else_is_fatal);
}
