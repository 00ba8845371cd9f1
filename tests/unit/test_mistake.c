/* test_mistake.c - the table of mistakes is honest: each bad example is found
 * under its own code and no other, each good one loads without a word. */
#include "mistake.h"

#include "lint.h"
#include "load.h"
#include "rule.h"
#include "rule_test.h"
#include "timestamp.h"
#include "unit.h"
#include "yaml.h"

#define HEAD "ruleset: gigs\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\n"
#define RULE                                                                   \
    "- id: contract\n"                                                         \
    "  trigger: io.gigchain.contract.completed.v1\n"                           \
    "  account: event.data.user_address\n"
#define AWARD                                                                  \
    "  award:\n"                                                               \
    "  - {id: base, rate: {give: 100, of: event.data.contract_value_usd}}\n"

static const struct frame {
    const char *before;
    int indent;
    const char *after;
} frames[] = {
    [IN_FILE] = {"", 0, ""},
    [IN_HEAD] = {HEAD, 0, "rules:\n" RULE AWARD},
    [IN_RULES] = {HEAD "rules:\n", 0, ""},
    [IN_RULE] = {HEAD "rules:\n" RULE AWARD, 2, ""},
    [IN_LINE] = {HEAD "rules:\n" RULE "  award:\n  - id: base\n", 4, ""},
    [IN_BODY] = {HEAD, 0, ""},
    [IN_TESTS] = {HEAD "rules:\n" RULE AWARD "tests:\n", 0, ""},
};

static struct arena arena;
static struct diag_list diags;
static struct schema_set *schemas;
static int64_t now_us;

static void
set_up(void)
{
    struct err err = {0};

    arena_init(&arena);
    diag_init(&diags, &arena);
    ck_assert_msg(
        load_schemas(&arena, "schemas/events", &schemas, &diags, &err), "%s",
        err.text);
    ck_assert(timestamp_parse(STR("2026-12-01T00:00:00Z"), &now_us));
}

static void
tear_down(void)
{
    arena_free(&arena);
}

/* The example in a whole rule file. */
static struct str
framed(enum mistake_place place, const char *example)
{
    const struct frame *frame = &frames[place];
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, frame->before);
    while (*example) {
        size_t len = strcspn(example, "\n");

        ck_assert_msg(example[len] == '\n', "not a whole line: %s", example);
        buf_printf(&buf, "%*s%.*s\n", frame->indent, "", (int)len, example);
        example += len + 1;
    }
    buf_add_cstr(&buf, frame->after);
    return buf_str(&buf);
}

/* Everything that is said of the file and, unless it is for its warnings, of
 * its tests, a line each. */
static const char *
said_of(struct str text, bool warnings)
{
    const struct node *document;
    struct ruleset *ruleset = NULL;
    struct rule_test_report report;
    struct buf buf;

    diag_init(&diags, &arena);
    buf_init(&buf, &arena);
    document = yaml_read(&arena, "rules.yaml", text, &diags);
    if (document)
        ruleset = ruleset_compile(&arena, "rules.yaml", text, document, schemas,
                                  &diags);
    if (ruleset && warnings)
        lint_rules(ruleset, NULL, now_us, &diags);
    for (size_t i = 0; i < diags.count; i++)
        diag_add_text(&diags.items[i], &buf);
    if (ruleset && !warnings &&
        !rule_tests_run(ruleset, schemas, NULL, &arena, &report))
        for (size_t i = 0; i < report.count; i++)
            if (!report.results[i].passed)
                buf_printf(&buf, "%s\n", report.results[i].message);
    return arena_strndup(&arena, buf.at, buf.len);
}

static void
assert_all_end_in(const char *said, const char *code)
{
    const char *mark = arena_printf(&arena, " [%s]\n", code);

    ck_assert_msg(*said, "the bad example of %s has no fault", code);
    while (*said) {
        size_t len = strcspn(said, "\n") + 1;

        ck_assert_msg(len >= strlen(mark) && strncmp(said + len - strlen(mark),
                                                     mark, strlen(mark)) == 0,
                      "not %s: %s", code, said);
        said += len;
    }
}

START_TEST(bad_examples_have_their_mistake_alone)
{
    for (size_t i = 0; i < mistake_count(); i++) {
        const struct mistake_row *row = mistake_at(i);
        char code[MISTAKE_CODE_BYTES];

        assert_all_end_in(
            said_of(framed(row->place, row->bad), row->level == DIAG_WARNING),
            mistake_code(row->mistake, code));
    }
}
END_TEST

START_TEST(good_examples_have_none)
{
    for (size_t i = 0; i < mistake_count(); i++) {
        const struct mistake_row *row = mistake_at(i);
        const char *said =
            said_of(framed(row->place, row->good), row->level == DIAG_WARNING);

        ck_assert_msg(!*said, "the good example of %d: %s", (int)row->mistake,
                      said);
    }
}
END_TEST

START_TEST(numbers_grow_and_say_the_level)
{
    for (size_t i = 0; i < mistake_count(); i++) {
        const struct mistake_row *row = mistake_at(i);

        ck_assert(i == 0 || mistake_at(i - 1)->mistake < row->mistake);
        ck_assert_int_eq(row->level,
                         row->mistake < 100 ? DIAG_ERROR : DIAG_WARNING);
    }
    ck_assert_ptr_null(mistake_at(mistake_count()));
}
END_TEST

START_TEST(codes_are_found)
{
    ck_assert_int_eq(mistake_find(STR("R014"))->mistake, MISTAKE_UNKNOWN_FIELD);
    ck_assert_ptr_null(mistake_find(STR("R000")));
    ck_assert_ptr_null(mistake_find(STR("R999")));
    ck_assert_ptr_null(mistake_find(STR("14")));
    ck_assert_ptr_null(mistake_find(STR("")));
}
END_TEST

/* What stands behind the "; " of the format, and only of it, is the help. */
START_TEST(help_is_told_apart_from_the_text)
{
    mistake_add(&diags, MISTAKE_BAD_ID, "f", 1, 2, "no \"%s\" here; write %s",
                "a; b", "c");
    mistake_add(&diags, MISTAKE_BAD_ID, "f", 3, 4, "no \"%s\" here", "a; b");
    ck_assert_str_eq(diags.items[0].text, "no \"a; b\" here");
    ck_assert_str_eq(diags.items[0].help, "write c");
    ck_assert_str_eq(diags.items[0].code, "R020");
    ck_assert_str_eq(diags.items[1].text, "no \"a; b\" here");
    ck_assert_str_eq(diags.items[1].help, "");
    diag_note(&diags, "first at %d:%d", 1, 2);
    diag_help(&diags, "write d");
    ck_assert_str_eq(
        said_of(STR("a: 1\na: 2\n"), false),
        "rules.yaml:2:1: error: the key \"a\" is there twice; first at 1:1 "
        "[R003]\n");
}
END_TEST

/* However long the text before it, the help is not what lies behind the end. */
START_TEST(long_texts_are_cut)
{
    char name[700];

    for (size_t len = 580; len < sizeof(name); len++) {
        const struct diag *diag;

        memset(name, 'x', len);
        name[len] = '\0';
        mistake_add(&diags, MISTAKE_BAD_ID, "f", 1, 2, "%s; write it", name);
        diag = &diags.items[diags.count - 1];
        ck_assert_uint_eq(strlen(diag->text) + strlen(diag->help) +
                              (*diag->help ? 2 : 0),
                          len + 10 < 599 ? len + 10 : 599);
        ck_assert(strncmp("write it", diag->help, strlen(diag->help)) == 0);
    }
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "mistake", set_up, tear_down, bad_examples_have_their_mistake_alone,
        good_examples_have_none, numbers_grow_and_say_the_level,
        codes_are_found, long_texts_are_cut, help_is_told_apart_from_the_text);
}
