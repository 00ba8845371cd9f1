/* test_yaml.c - the strict subset of YAML: places, kinds, refusals. */
#include "yaml.h"

#include "unit.h"

static struct arena arena;
static struct diag_list diags;

static void
set_up(void)
{
    arena_init(&arena);
    diag_init(&diags, &arena);
}

static void
tear_down(void)
{
    arena_free(&arena);
}

static struct node *
read_text(const char *text)
{
    struct node *root;

    diag_init(&diags, &arena);
    root = yaml_read(&arena, "t.yaml", str_from_cstr(text), &diags);
    if (!root)
        diag_print(&diags, stdout);
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(diags.count, 0);
    return root;
}

static struct node *
read_scalar(const char *scalar)
{
    return node_get(read_text(arena_printf(&arena, "a: %s\n", scalar)),
                    STR("a"));
}

/* Refused with one error, here, of these words. */
static void
refuse(struct str text, int line, int column, const char *part)
{
    diag_init(&diags, &arena);
    ck_assert_msg(!yaml_read(&arena, "t.yaml", text, &diags), "%.*s",
                  STR_ARG(text));
    ck_assert_uint_eq(diags.errors, 1);
    ck_assert_contains(unit_words(&arena, &diags.items[0]), part);
    ck_assert_int_eq(diags.items[0].line, line);
    ck_assert_int_eq(diags.items[0].column, column);
    ck_assert_str_eq(diags.items[0].file, "t.yaml");
}

static void
refuse_scalar(const char *scalar, const char *part)
{
    refuse(str_from_cstr(arena_printf(&arena, "a: %s\n", scalar)), 1, 4, part);
}

START_TEST(plain_scalars_have_one_meaning)
{
    ck_assert_int_eq(read_scalar("true")->kind, NODE_BOOL);
    ck_assert(read_scalar("true")->boolean);
    ck_assert(!read_scalar("false")->boolean);
    ck_assert_int_eq(read_scalar("null")->kind, NODE_NULL);
    ck_assert_int_eq(read_scalar("~")->kind, NODE_NULL);
    ck_assert_int_eq(read_scalar("")->kind, NODE_NULL);
    ck_assert_int_eq(read_scalar("0")->integer, 0);
    ck_assert_int_eq(read_scalar("-17")->integer, -17);
    ck_assert_int_eq(read_scalar("9223372036854775807")->integer, INT64_MAX);
    ck_assert_int_eq(read_scalar("4.50")->kind, NODE_DECIMAL);
    ck_assert_int_eq(
        ratio_compare(read_scalar("-0.25")->decimal, (struct ratio){-1, 4}), 0);
    ck_assert_str_eq(unit_text(&arena, read_scalar("4.50")->text), "4.50");
    ck_assert_str_eq(unit_text(&arena, read_scalar("-17")->text), "-17");
}
END_TEST

START_TEST(other_plain_scalars_are_texts)
{
    static const char *const texts[] = {
        "gigs",    "1.2.3",      "2026-12-01", "2026-12-01T00:00:00Z",
        "12:30pm", "1 000",      "0x",         "0xyz",
        "nope",    "note",       "yes please", "event.data.rating >= 4.5",
        "-",       "1e",         "e5",         "v1.0",
        "a-b",     "http://x/y", "1_a",        "truest",
        "on_time", "nullable",   "1-2",        "0123abc",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct node *node;

        if (strcmp(texts[i], "-") == 0)
            continue; /* a list item, not a scalar */
        node = read_scalar(texts[i]);
        ck_assert_msg(node->kind == NODE_STRING, "%s", texts[i]);
        ck_assert_str_eq(unit_text(&arena, node->text), texts[i]);
        ck_assert(!node->quoted);
    }
}
END_TEST

START_TEST(quoted_scalars_are_always_texts)
{
    static const char *const scalars[] = {
        "\"yes\"", "'010'",  "\"true\"", "'1.5'", "\"\"",
        "'!a'",    "'0x10'", "'<<'",     "\"~\"", "\"1e5\""};

    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        struct node *node = read_scalar(scalars[i]);

        ck_assert_int_eq(node->kind, NODE_STRING);
        ck_assert(node->quoted);
        ck_assert_uint_eq(node->text.len, strlen(scalars[i]) - 2);
    }
    ck_assert_str_eq(unit_text(&arena, read_scalar("|\n  yes\n  no\n")->text),
                     "yes\nno\n");
}
END_TEST

START_TEST(words_of_yaml_1_1_are_refused)
{
    static const char *const words[] = {"yes", "no", "on", "off", "y", "n",
                                        "Yes", "NO", "On", "OFF", "Y", "N"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        refuse_scalar(words[i], "write true or false");
    refuse_scalar("True", "lower case");
    refuse_scalar("FALSE", "lower case");
    refuse_scalar("Null", "lower case");
}
END_TEST

START_TEST(numbers_that_readers_disagree_about_are_refused)
{
    static const struct {
        const char *scalar;
        const char *part;
    } cases[] = {
        {"010", "leading zeros"},
        {"-07", "leading zeros"},
        {"00", "leading zeros"},
        {"01.5", "leading zeros"},
        {"1_000", "underscores"},
        {"1_0.5", "underscores"},
        {"1.5_0", "underscores"},
        {"12:30", "base 60"},
        {"1:30:00", "base 60"},
        {"1:30.5", "base 60"},
        {"0x1F", "decimal"},
        {"0o17", "decimal"},
        {"0b101", "decimal"},
        {"0x52908400098527886E0F7030069857D2E4169EE7", "quote"},
        {"1e5", "exponent"},
        {"1.5E-3", "exponent"},
        {"-1e+5", "exponent"},
        {".5", "both sides"},
        {"5.", "both sides"},
        {"-.5", "both sides"},
        {"+1", "plus"},
        {"+1.5", "plus"},
        {".inf", "no number"},
        {"-.INF", "no number"},
        {".NaN", "no number"},
        {"9223372036854775808", "64 bits"},
        {"-9223372036854775809", "64 bits"},
        {"1000000000000000000.0", "18 digits"},
        {"0.0000000001", "18 digits"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuse_scalar(cases[i].scalar, cases[i].part);
}
END_TEST

START_TEST(every_part_has_its_place)
{
    struct node *root = read_text("# head\n"
                                  "rules:\n"
                                  "- id: base\n"
                                  "  rows: {2: 1000, '3': 2500}\n"
                                  "\xC3\xA9: \xC3\xBC\n");
    struct node *rule = node_get(root, STR("rules"))->items[0];
    struct node *rows = node_get(rule, STR("rows"));
    struct node_member *row = node_member(rows, STR("2"));

    ck_assert_int_eq(root->line, 2);
    ck_assert_int_eq(root->column, 1);
    ck_assert_int_eq(rule->line, 3);
    ck_assert_int_eq(rule->column, 3);
    ck_assert_int_eq(node_get(rule, STR("id"))->column, 7);
    ck_assert_int_eq(rows->line, 4);
    ck_assert_int_eq(rows->column, 9);
    ck_assert_int_eq(row->column, 10);
    ck_assert_int_eq(row->value->column, 13);
    ck_assert_int_eq(row->value->integer, 1000);
    ck_assert_ptr_nonnull(node_get(rows, STR("3")));
    ck_assert_int_eq(node_member(root, STR("\xC3\xA9"))->value->column, 4);
}
END_TEST

START_TEST(what_hides_or_repeats_content_is_refused)
{
    refuse(STR("a: &x 1\n"), 1, 4, "anchors");
    refuse(STR("a: *x\n"), 1, 4, "aliases");
    refuse(STR("a: !!str 1\n"), 1, 4, "tags");
    refuse(STR("&x a: 1\n"), 1, 1, "anchors");
    refuse(STR("a: &x\n  b: 1\n"), 1, 4, "anchors");
    refuse(STR("a: 1\n<<: {b: 1}\n"), 2, 1, "merge keys");
    refuse(STR("a: 1\nb: 2\na: 3\n"), 3, 1, "first at 1:1");
    refuse(STR("a: 1\n\"a\": 3\n"), 2, 1, "first at 1:1");
    refuse(STR("a: {x: 1, x: 1}\n"), 1, 11, "first at 1:5");
    refuse(STR("a: 1\n---\nb: 1\n"), 2, 1, "second document");
    refuse(STR("%YAML 1.1\n---\na: 1\n"), 1, 1, "directives");
    refuse(STR("%TAG ! tag:x,2000:\n---\na: 1\n"), 1, 1, "directives");
}
END_TEST

START_TEST(an_expression_with_a_sign_needs_quotes)
{
    refuse(STR("when: !has(event.data.rating)\n"), 1, 7, "in quotes");
    refuse(STR("when: ! has(x)\n"), 1, 7, "in quotes");
    refuse(STR("when: !a\n"), 1, 7, "in quotes");
    refuse(STR("when: [! a]\n"), 1, 8, "in quotes");
    refuse(STR("when: !a && b\n"), 1, 11, "in quotes");
    refuse(STR("when: a ? 1: 2\n"), 1, 12, "in quotes");
    read_text("when: a && !b\n");
    read_text("when: '!a && b'\n");
    read_text("when: >-\n  !a\n  && b\n");
}
END_TEST

START_TEST(keys_are_texts)
{
    refuse(STR("[a]: 1\n"), 1, 1, "must be a text");
    refuse(STR("{a: 1}: 1\n"), 1, 1, "must be a text");
    refuse(STR("true: 1\n"), 1, 1, "must be a text");
    refuse(STR("~: 1\n"), 1, 1, "must be a text");
    refuse(STR("on: 1\n"), 1, 1, "true or false");
    refuse(STR("010: 1\n"), 1, 1, "leading zeros");
    read_text("'on': 1\n'<<': 2\n");
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
    refuse(STR("\xEF\xBB\xBF"
               "a: 1\n"),
           1, 1, "byte order mark");
    refuse(STR("a: 1\nb: x\0y\n"), 2, 5, "control characters");
    refuse(STR("a: \"x\\0y\"\n"), 1, 4, "NUL");
    refuse(STR("\xC3\xA9: \xFF\n"), 1, 4, "UTF-8");
    refuse(STR("\xFF\xFE"
               "a\0:\0"),
           1, 1, "UTF-8");
    refuse(STR("a:\n\tb: 1\n"), 2, 1, "tabs");
    refuse(STR(""), 1, 1, "nothing");
    refuse(STR("# only a comment\n"), 1, 1, "nothing");
    refuse((struct str){0}, 1, 1, "nothing");
}
END_TEST

START_TEST(grammar_errors_have_a_place)
{
    refuse(STR("a: [1, 2\nb: 3\n"), 2, 2, "not valid YAML");
    refuse(STR("a: 1\n b: 2\n"), 2, 3, "not valid YAML");
    refuse(STR("a: \"x\n"), 2, 1, "not valid YAML");
    refuse(STR("a: @x\n"), 1, 4, "quote");
}
END_TEST

START_TEST(all_faults_are_reported)
{
    struct str text = STR("a: yes\nb: &x 010\nc: !t 1_0\na: No\nd: [1, .5]\n"
                          "e: \"x\n");

    ck_assert_ptr_null(yaml_read(&arena, "t.yaml", text, &diags));
    ck_assert_uint_eq(diags.errors, 9);
}
END_TEST

static struct str
repeated(const char *start, const char *part, int count)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, start);
    for (int i = 0; i < count; i++)
        buf_add_cstr(&buf, part);
    return buf_str(&buf);
}

START_TEST(nesting_has_a_limit)
{
    ck_assert_ptr_nonnull(yaml_read(
        &arena, "t.yaml", repeated("", "- ", YAML_MAX_DEPTH - 1), &diags));
    refuse(repeated("", "- ", YAML_MAX_DEPTH + 1), 1, 2 * YAML_MAX_DEPTH + 1,
           "deeper than 32");
}
END_TEST

START_TEST(deep_nesting_costs_no_time)
{
    refuse(repeated("", "[", 1000 * 1000), 1, 33, "deeper than 32");
    refuse(repeated("", "- ", 500 * 1000), 1, 65, "deeper than 32");
    refuse(repeated("a: ", "\n [", 300 * 1000), 33, 2, "deeper than 32");
    refuse(repeated("a: ", "{a: ", 200 * 1000), 1, 125, "deeper than 32");
}
END_TEST

/* Lines with a number each. */
static struct str
numbered(const char *before, const char *after, int count)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (int i = 0; i < count; i++)
        buf_printf(&buf, "%s%d%s\n", before, i, after);
    return buf_str(&buf);
}

START_TEST(long_files_are_read_in_line)
{
    struct node *root =
        yaml_read(&arena, "t.yaml",
                  numbered("key", ": [1, \"x\", 2.5]", YAML_MAX_ITEMS), &diags);

    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(root->member_count, YAML_MAX_ITEMS);
    ck_assert_int_eq(root->members[YAML_MAX_ITEMS - 1].line, YAML_MAX_ITEMS);
}
END_TEST

START_TEST(only_lines_are_directives)
{
    ck_assert_ptr_nonnull(yaml_read(
        &arena, "t.yaml", numbered("key", ": 1 # %TAG !a! x", 100), &diags));
    refuse(numbered("%TAG !a", "! x", 500 * 1000), 17, 1, "directives");
}
END_TEST

START_TEST(nothing_is_longer_than_a_file_needs)
{
    refuse(numbered("key", ": 1", 500 * 1000), YAML_MAX_ITEMS + 1, 1,
           "more than 12000 items");
    refuse(numbered("- {a: ", "}", 500 * 1000), YAML_MAX_ITEMS + 1, 3,
           "more than 12000 items");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "yaml", set_up, tear_down, plain_scalars_have_one_meaning,
        other_plain_scalars_are_texts, quoted_scalars_are_always_texts,
        words_of_yaml_1_1_are_refused,
        numbers_that_readers_disagree_about_are_refused,
        every_part_has_its_place, what_hides_or_repeats_content_is_refused,
        an_expression_with_a_sign_needs_quotes, keys_are_texts,
        bytes_that_are_no_text_are_refused, grammar_errors_have_a_place,
        all_faults_are_reported, nesting_has_a_limit,
        deep_nesting_costs_no_time, long_files_are_read_in_line,
        nothing_is_longer_than_a_file_needs, only_lines_are_directives);
}
