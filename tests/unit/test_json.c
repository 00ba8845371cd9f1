/* test_json.c - JSON to a tree: what is read, and what is refused. */
#include "json.h"

#include <stdio.h>
#include <unistd.h>

#include "json_strict.h"
#include "node_same.h"
#include "unit.h"

static struct arena arena;
static struct err err;

static void
set_up(void)
{
    arena_init(&arena);
    err_reset(&err);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

/* Whoever reads it, jansson makes the same of it. */
static struct node *
read_text(struct str text)
{
    struct node *document;
    struct node *strict;

    ck_assert_msg(json_read(&arena, text, &document, &err), "%s", err.text);
    ck_assert_msg(json_strict_read(&arena, text, &strict, &err), "%s",
                  err.text);
    ck_assert(node_same(document, strict));
    return document;
}

static struct node *
read_member(const char *value)
{
    char *text = arena_printf(&arena, "{\"a\":%s}", value);

    return node_get(read_text(str_from_cstr(text)), STR("a"));
}

static const char *
refusal(struct str text)
{
    struct node *document;

    err_reset(&err);
    ck_assert_msg(!json_read(&arena, text, &document, &err), "%.*s",
                  STR_ARG(text));
    ck_assert_int_eq(err.kind, ERR_INPUT);
    ck_assert_str_eq(err.code, "malformed_json");
    ck_assert(str_is_utf8(str_from_cstr(err.text)));
    ck_assert_uint_le(strlen(err.text), 500);
    return err.text;
}

START_TEST(each_kind_becomes_its_node)
{
    ck_assert_int_eq(read_member("null")->kind, NODE_NULL);
    ck_assert(read_member("true")->boolean);
    ck_assert(!read_member("false")->boolean);
    ck_assert_int_eq(read_member("false")->kind, NODE_BOOL);
    ck_assert_int_eq(read_member("-12")->integer, -12);
    ck_assert_int_eq(read_member("-12")->kind, NODE_INT);
    ck_assert_int_eq(read_member("1.5")->kind, NODE_REAL);
    ck_assert_int_eq(read_member("1e2")->kind, NODE_REAL);
    ck_assert_int_eq(read_member("[]")->kind, NODE_LIST);
    ck_assert_int_eq(read_member("{}")->kind, NODE_OBJECT);
    ck_assert_uint_eq(read_member("[1,[2],{}]")->item_count, 3);
}
END_TEST

START_TEST(strings_are_unescaped_copies)
{
    struct node *node = read_member("\"a\\u00fc\\n\\ud83c\\udf89\\\"\"");

    ck_assert(str_eq(node->text, STR("a\xC3\xBC\n\xF0\x9F\x8E\x89\"")));
    ck_assert_uint_eq(read_member("\"\"")->text.len, 0);
}
END_TEST

START_TEST(members_keep_their_order)
{
    struct node *node = read_text(STR("{\"z\":1,\"a\":2,\"m\":3}"));

    ck_assert_uint_eq(node->member_count, 3);
    ck_assert(str_eq(node->members[0].key, STR("z")));
    ck_assert(str_eq(node->members[1].key, STR("a")));
    ck_assert(str_eq(node->members[2].key, STR("m")));
    ck_assert_int_eq(node->members[2].value->integer, 3);
}
END_TEST

START_TEST(reals_keep_the_digits_that_were_sent)
{
    static const struct {
        const char *sent;
        const char *text;
    } cases[] = {
        {"500.10", "500.1"},
        {"0.1", "0.1"},
        {"4.0", "4"},
        {"123456.789012345", "123456.789012345"},
        {"12345678901234567.89", "12345678901234568"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"1e20", "1e+20"},
        {"1e-7", "1e-07"},
        {"-0.0", "-0"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_str_eq(unit_text(&arena, read_member(cases[i].sent)->text),
                         cases[i].text);
}
END_TEST

START_TEST(integers_have_64_bits)
{
    ck_assert_int_eq(read_member("9223372036854775807")->integer, INT64_MAX);
    ck_assert_int_eq(read_member("-9223372036854775808")->integer, INT64_MIN);
    refusal(STR("{\"a\":9223372036854775808}"));
    refusal(STR("{\"a\":1e400}"));
}
END_TEST

START_TEST(what_is_no_json_object_is_refused)
{
    static const struct str texts[] = {
        STR(""),
        STR(" "),
        STR("[]"),
        STR("1"),
        STR("null"),
        STR("\"a\""),
        STR("{"),
        STR("{}}"),
        STR("{} {}"),
        STR("{}\0"),
        STR("{\"a\":}"),
        STR("{\"a\":01}"),
        STR("{\"a\":+1}"),
        STR("{\"a\":.5}"),
        STR("{\"a\":NaN}"),
        STR("{'a':1}"),
        STR("{a:1}"),
        STR("{\"a\":1,}"),
        STR("{\"a\":\"\t\"}"),
        STR("{\"a\":\"\\x\"}"),
        STR("{\"a\":\"\\u0000\"}"),
        STR("{\"a\\u0000\":1}"),
        STR("{\"a\":\"\\ud800\"}"),
        STR("{\"a\":\"\xFF\"}"),
        STR("{\"a\":\"\xC0\x80\"}"),
        STR("{\"a\":\"\xED\xA0\x80\"}"),
        STR("{\"a\":\"x"),
        STR("/* c */ {}"),
        STR("\xEF\xBB\xBF{}"),
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refusal(texts[i]);
}
END_TEST

START_TEST(a_key_twice_is_refused_however_it_is_written)
{
    ck_assert_contains(refusal(STR("{\"a\":1,\"a\":2}")), "duplicate");
    refusal(STR("{\"a\":1,\"\\u0061\":2}"));
    refusal(STR("{\"b\":{\"a\":1,\"a\":1}}"));
}
END_TEST

START_TEST(the_place_is_told)
{
    const char *text = refusal(STR("{\"a\":1,\n \"b\":x}"));

    ck_assert_contains(text, "line 2, column 6");
}
END_TEST

static struct str
nested(int depth, const char *open, const char *close)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, "{\"a\":");
    for (int i = 1; i < depth; i++)
        buf_add_cstr(&buf, open);
    buf_add_cstr(&buf, "1");
    for (int i = 1; i < depth; i++)
        buf_add_cstr(&buf, close);
    buf_add_cstr(&buf, "}");
    return buf_str(&buf);
}

START_TEST(nesting_has_a_limit)
{
    read_text(nested(JSON_MAX_DEPTH, "[", "]"));
    read_text(nested(JSON_MAX_DEPTH, "{\"b\":", "}"));
    ck_assert_contains(refusal(nested(JSON_MAX_DEPTH + 1, "[", "]")), "32");
    refusal(nested(JSON_MAX_DEPTH + 1, "{\"b\":", "}"));
    refusal(nested(100 * 1000, "[", ""));
}
END_TEST

START_TEST(brackets_in_strings_do_not_nest)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, "{\"a\":\"\\\"");
    for (int i = 0; i < 1000; i++)
        buf_add_cstr(&buf, "[{");
    buf_add_cstr(&buf, "\\\\\"}");
    read_text(buf_str(&buf));
}
END_TEST

START_TEST(no_prefix_of_a_document_is_one)
{
    struct str text = STR("{\"a\":[1,2.5,\"\\u00fc\",null,true],\"b\":{}}");

    for (size_t len = 0; len < text.len; len++)
        refusal(str_make(text.at, len));
}
END_TEST

START_TEST(the_tree_outlives_the_text)
{
    char text[] = "{\"key\":\"value\"}";
    struct node *node = read_text(str_from_cstr(text));

    memset(text, 'x', sizeof(text));
    ck_assert(str_eq(node->members[0].key, STR("key")));
    ck_assert(str_eq(node->members[0].value->text, STR("value")));
}
END_TEST

START_TEST(a_bad_file_is_a_configuration_error)
{
    char path[] = "/tmp/test_json_XXXXXX";
    int fd = mkstemp(path);
    struct node *document;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "{\"a\":1}", 7), 7);
    ck_assert(json_read_file(&arena, path, &document, &err));
    ck_assert_int_eq(write(fd, "x", 1), 1);
    ck_assert(!json_read_file(&arena, path, &document, &err));
    ck_assert_int_eq(err.kind, ERR_CONFIG);
    ck_assert_contains(err.text, path);
    ck_assert_contains(err.text, "line 1");
    close(fd);
    unlink(path);
    err_reset(&err);
    ck_assert(!json_read_file(&arena, path, &document, &err));
    ck_assert_int_eq(err.kind, ERR_CONFIG);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("json", set_up, tear_down, each_kind_becomes_its_node,
                    strings_are_unescaped_copies, members_keep_their_order,
                    reals_keep_the_digits_that_were_sent, integers_have_64_bits,
                    what_is_no_json_object_is_refused,
                    a_key_twice_is_refused_however_it_is_written,
                    the_place_is_told, nesting_has_a_limit,
                    brackets_in_strings_do_not_nest,
                    no_prefix_of_a_document_is_one, the_tree_outlives_the_text,
                    a_bad_file_is_a_configuration_error);
}
