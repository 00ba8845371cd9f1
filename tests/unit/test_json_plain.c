/* test_json_plain.c - what the quick reader of JSON takes, and that it leaves
 * all in which YAJL and jansson might differ. That they agree on the rest is
 * for tests/fuzz/fuzz_json.c. */
#include "json_plain.h"

#include "buf.h"
#include "json.h"
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

static bool
is_plain(struct str text)
{
    struct node *document;

    return json_plain_read(&arena, text, &document);
}

START_TEST(an_event_is_plain)
{
    struct node *document;
    struct node *data;

    ck_assert(json_plain_read(&arena,
                              STR(" {\"id\":\"e-1\",\"data\":{\"n\":-12,\"r\":"
                                  "4.50,\"s\":\"a\\n\xC3\xBC\","
                                  "\"b\":true,\"z\":null,\"l\":[1,[],{\"n\":2}]"
                                  "},\"last\":\"x\"}\r\n"),
                              &document));
    ck_assert_uint_eq(document->member_count, 3);
    ck_assert(str_eq(document->members[0].key, STR("id")));
    ck_assert(str_eq(document->members[2].value->text, STR("x")));
    data = document->members[1].value;
    ck_assert_uint_eq(data->member_count, 6);
    ck_assert_int_eq(data->members[0].value->integer, -12);
    ck_assert(str_eq(data->members[1].value->text, STR("4.5")));
    ck_assert(str_eq(data->members[2].value->text, STR("a\n\xC3\xBC")));
    ck_assert_uint_eq(data->members[5].value->item_count, 3);
    ck_assert_int_eq(
        node_get(data->members[5].value->items[2], STR("n"))->integer, 2);
}
END_TEST

START_TEST(what_is_doubtful_is_left)
{
    static const struct str texts[] = {
        STR(""),
        STR("[]"),
        STR("1"),
        STR("{"),
        STR("{}}"),
        STR("{}\""),
        STR("{} tru"),
        STR("{\"a\":[{}]}\":]}"),
        STR("{}\v"),
        STR("{\f}"),
        STR("{\"a\":\"\\ud800\"}"),
        STR("{\"a\":\"\\u0000\"}"),
        STR("{\"a\":\"\xC0\x80\"}"),
        STR("{\"a\":\"\xED\xA0\x80\"}"),
        STR("{\"a\":\"\xF5\x80\x80\x80\"}"),
        STR("{\"\xFF\":1}"),
        STR("{\"a\":1,\"a\":2}"),
        STR("{\"b\":[{\"a\":1,\"c\":0,\"a\":1}]}"),
        STR("{\"a\":9223372036854775808}"),
        STR("{\"a\":1e400}"),
        STR("{\"a\":/* c */1}"),
        STR("{}\\"),
        STR("{}\\u0001"),
        STR("{\"a\":\"\\\\\\u0000\"}"),
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_msg(!is_plain(texts[i]), "%.*s", STR_ARG(texts[i]));
}
END_TEST

/* `count` values in the object, each with so many lists around it. */
static struct str
large(int count, int depth)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (int i = 0; i < count; i++) {
        buf_add_cstr(&buf, i ? ",\"" : "{\"");
        buf_add_int(&buf, i);
        buf_add_cstr(&buf, "\":");
        for (int j = 0; j < depth; j++)
            buf_add_char(&buf, '[');
        for (int j = 0; j < depth; j++)
            buf_add_char(&buf, ']');
        if (!depth)
            buf_add_char(&buf, '1');
    }
    buf_add_char(&buf, '}');
    return buf_str(&buf);
}

/* As Python's json writes what is not ASCII; halves of pairs are for jansson.
 */
START_TEST(escapes_of_whole_characters_are_plain)
{
    struct node *document;

    ck_assert(json_plain_read(
        &arena, STR("{\"\\u00fc\":\"\\uD7FF\\ue000\\u0001\"}"), &document));
    ck_assert(str_eq(document->members[0].key, STR("\xC3\xBC")));
    ck_assert(str_eq(document->members[0].value->text,
                     STR("\xED\x9F\xBF\xEE\x80\x80\x01")));
    ck_assert(
        json_plain_read(&arena, STR("{\"a\":\"\\\\u0000\\\\\"}"), &document));
    ck_assert(str_eq(document->members[0].value->text, STR("\\u0000\\")));
    ck_assert(!is_plain(STR("{\"a\":\"\\ud83c\\udf89\"}")));
    ck_assert(!is_plain(STR("{\"a\":\"\\uDFFF\"}")));
    ck_assert(!is_plain(STR("{\"a\":\"\\u00\"}")));
}
END_TEST

START_TEST(what_is_large_is_left)
{
    ck_assert(is_plain(large(128, 0)));
    ck_assert(!is_plain(large(129, 0)));
    ck_assert(is_plain(large(3, JSON_MAX_DEPTH - 1)));
    ck_assert(!is_plain(large(3, JSON_MAX_DEPTH)));
}
END_TEST

int
main(void)
{
    return UNIT_RUN("json_plain", set_up, tear_down, an_event_is_plain,
                    what_is_doubtful_is_left,
                    escapes_of_whole_characters_are_plain,
                    what_is_large_is_left);
}
