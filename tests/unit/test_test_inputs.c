/* test_test_inputs.c - recorded events, line by line. */
#include "test_inputs.h"

#include <stdio.h>
#include <unistd.h>

#include "unit.h"

static struct arena arena;

static void
set_up(void)
{
    arena_init(&arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static size_t
read_lines(const char *text, struct test_input **inputs)
{
    char path[] = "/tmp/test_test_inputs_XXXXXX";
    int fd = mkstemp(path);
    struct err err = {0};
    size_t count;
    bool ok;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ok = test_inputs_read(&arena, path, inputs, &count, &err);
    unlink(path);
    ck_assert_msg(ok, "%s", err.text);
    return count;
}

static void
assert_text(struct str text, const char *expected)
{
    ck_assert_str_eq(unit_text(&arena, text), expected);
}

START_TEST(values_stand_alone)
{
    struct test_input *inputs;

    ck_assert_uint_eq(
        read_lines("{\"id\":\"a\"}\n\n{\"id\":\"b\",\"topic\":\"t\"}\r\n{no",
                   &inputs),
        3);
    assert_text(node_get(inputs[0].document, STR("id"))->text, "a");
    ck_assert_int_eq(inputs[0].record.timestamp_ms, -1);
    assert_text(inputs[0].record.value, "{\"id\":\"a\"}");
    assert_text(node_get(inputs[1].document, STR("id"))->text, "b");
    ck_assert_ptr_null(inputs[2].document);
    ck_assert_str_eq(inputs[2].err.code, "malformed_json");
}
END_TEST

START_TEST(records_are_as_kcat_prints_them)
{
    struct test_input *inputs;

    ck_assert_uint_eq(
        read_lines("{\"topic\":\"t\",\"partition\":3,\"offset\":12,\"tstype\":"
                   "\"create\",\"ts\":1767225600123,\"broker\":1,\"headers\":["
                   "\"ce_id\",\"x\",\"none\",null],\"key\":\"u1\",\"payload\":"
                   "\"{\\\"id\\\":\\\"a\\\"}\"}\n"
                   "{\"topic\":\"t\",\"key\":null,\"payload\":null}\n",
                   &inputs),
        2);
    assert_text(inputs[0].record.topic, "t");
    ck_assert_int_eq(inputs[0].record.partition, 3);
    ck_assert_int_eq(inputs[0].record.offset, 12);
    ck_assert_int_eq(inputs[0].record.timestamp_ms, INT64_C(1767225600123));
    assert_text(inputs[0].record.key, "u1");
    ck_assert_uint_eq(inputs[0].record.header_count, 2);
    assert_text(inputs[0].record.headers[0].name, "ce_id");
    assert_text(inputs[0].record.headers[0].value, "x");
    ck_assert_ptr_null(inputs[0].record.headers[1].value.at);
    assert_text(node_get(inputs[0].document, STR("id"))->text, "a");
    ck_assert_ptr_null(inputs[1].record.key.at);
    ck_assert_ptr_null(inputs[1].document);
    ck_assert_str_eq(inputs[1].err.code, "malformed_json");
}
END_TEST

START_TEST(a_file_must_be_there)
{
    struct test_input *inputs;
    struct err err = {0};
    size_t count;

    ck_assert(!test_inputs_read(&arena, "/tmp/no/such.ndjson", &inputs, &count,
                                &err));
    ck_assert_contains(err.text, "could not open \"/tmp/no/such.ndjson\"");
}
END_TEST

int
main(void)
{
    return UNIT_RUN("test_inputs", set_up, tear_down, values_stand_alone,
                    records_are_as_kcat_prints_them, a_file_must_be_there);
}
