/* test_ruleset_diff.c - which edits of a rule file are differences, and how
 * they are told. */
#include "ruleset_diff.h"

#include "unit.h"
#include "yaml.h"

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

static struct node *
read_yaml(const char *text)
{
    struct diag_list diags;
    struct node *document;

    diag_init(&diags, &arena);
    document = yaml_read(&arena, "rules.yaml", str_from_cstr(text), &diags);
    ck_assert_msg(document, "%s", diags.count ? diags.items[0].text : text);
    return document;
}

/* All differences, a line each. */
static const char *
differences(const char *was, const char *is)
{
    struct ruleset_diff diff;
    struct buf buf;

    ruleset_diff(&arena, read_yaml(was), read_yaml(is), &diff);
    buf_init(&buf, &arena);
    for (size_t i = 0; i < diff.count; i++) {
        ruleset_change_print(&buf, &diff.changes[i]);
        buf_add_char(&buf, '\n');
    }
    return unit_text(&arena, buf_str(&buf));
}

#define ASSERT_DIFF(was, is, expected)                                         \
    ck_assert_str_eq(differences((was), (is)), expected)

#define IN_RULE(text) "rules:\n- id: r\n  " text "\n"
#define IN_LINE(text) "rules:\n- id: r\n  award:\n  - {id: l, " text "}\n"

static const struct {
    const char *was;
    const char *is;
} same[] = {
    {"a: 1 # one\nb: 2\n", "b:   2\n\n# two\na: 1\n"},
    {"rules: [{id: r, award: [{id: l, flat: 500}]}]",
     "rules:\n- award:\n  - flat: 500\n    id: l\n  id: r\n"},
    {IN_LINE("flat: 10"), IN_LINE("flat: 10.00")},
    {IN_LINE("flat: 500"), IN_LINE("flat: \"500.00\"")},
    {IN_LINE("flat: 0.5"), IN_LINE("flat: \"0.50\"")},
    {IN_LINE("rate: {give: 100, of: a}"),
     IN_LINE("rate: {of: a, per: 1, give: 100}")},
    {IN_LINE("table: {rows: {2: 5, 3: 7}}"),
     IN_LINE("table: {rows: {\"3.0\": 7.0, \"2\": 5}}")},
    {IN_RULE("when: event.data.rating>=4.5"),
     IN_RULE("when: \"event.data.rating  >= 4.50\"")},
    {IN_RULE("when: event.data.tag == 'a'"),
     IN_RULE("when: 'event.data.tag == \"a\"'")},
    {IN_RULE("when: true"), IN_RULE("when: \"true\"")},
    {IN_RULE("trigger: a.v1"), IN_RULE("trigger: [a.v1]")},
    {IN_RULE("trigger: [a.v1, b.v1]"), IN_RULE("trigger: [b.v1, a.v1]")},
    {IN_RULE("valid_from: \"2026-12-01T00:00:00Z\""),
     IN_RULE("valid_from: \"2026-12-01T01:00:00+01:00\"")},
    {IN_RULE("mode: live"), "rules:\n- id: r\n"},
    {"rules: []", "rules: []\nzone: UTC\ndefaults: {round: floor}\n"},
    {"rules: []\ntests: [{name: a}]", "rules: []\ntests: [{name: b}]"},
};

START_TEST(spellings_are_no_difference)
{
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
        ck_assert_msg(!*differences(same[i].was, same[i].is), "%s: %s",
                      same[i].is, differences(same[i].was, same[i].is));
        ck_assert_msg(!*differences(same[i].is, same[i].was), "%s", same[i].is);
    }
}
END_TEST

START_TEST(texts_for_people_are_compared_byte_by_byte)
{
    ASSERT_DIFF("version: \"1.1\"", "version: \"1.10\"",
                "version: 1.1 -> 1.10\n");
    ASSERT_DIFF(IN_RULE("notify: {body: You got  5}"),
                IN_RULE("notify: {body: You got 5}"),
                "rule r: notify body: You got  5 -> You got 5\n");
    ASSERT_DIFF(IN_RULE("description: \"a\\nb\\e\""),
                IN_RULE("description: \"a\\nc\""),
                "rule r: description: a b  -> a c\n");
}
END_TEST

START_TEST(numbers_are_told_with_their_place)
{
    ASSERT_DIFF(IN_LINE("flat: 500"), IN_LINE("flat: 500.01"),
                "rule r, line l: flat: 500 -> 500.01\n");
    ASSERT_DIFF(IN_LINE("table: {rows: {2: 1000, 3: 2500, 4: 1}}"),
                IN_LINE("table: {rows: {3: 3000, 2: 1000, 5: 1}}"),
                "rule r, line l: table rows 3: 2500 -> 3000\n"
                "rule r, line l: table rows 4 removed: 1\n"
                "rule r, line l: table rows 5 added: 1\n");
    /* Of a rate, `per: 1` is what stands for nothing; of a price, nothing is.
     */
    ASSERT_DIFF(IN_LINE("rate: {give: 1}"), IN_LINE("rate: {give: 1, per: 1}"),
                "");
    ASSERT_DIFF(IN_LINE("price: {rows: {a: {cost: 1}}}"),
                IN_LINE("price: {rows: {a: {cost: 1, per: contract}}}"),
                "rule r, line l: price rows a per added: contract\n");
    ASSERT_DIFF("tiers: {levels: {gold: {fee: 1.0}}}",
                "tiers: {levels: {gold: {fee: 0.9}}}",
                "tiers levels gold fee: 1.0 -> 0.9\n");
}
END_TEST

/* Keys that are texts: 1 and 1.0 may be two rows. */
START_TEST(two_spellings_of_a_number_can_be_two_rows)
{
    ASSERT_DIFF(IN_LINE("table: {rows: {\"1\": 5, \"1.0\": 6}}"),
                IN_LINE("table: {rows: {\"1\": 5}}"),
                "rule r, line l: table rows 1.0 removed: 6\n");
    ASSERT_DIFF(IN_LINE("table: {rows: {\"1.0\": 6}}"),
                IN_LINE("table: {rows: {\"1\": 5, \"1.0\": 6}}"),
                "rule r, line l: table rows 1 added: 5\n");
}
END_TEST

START_TEST(of_conditions_those_that_differ_are_told)
{
    ASSERT_DIFF(IN_RULE("when: has(a.r) && a.r >= 4.5 && (b || c)"),
                IN_RULE("when: \"has(a.r) && a.r >= 4.0 && (b || c)\""),
                "rule r: when: a.r >= 4.5 -> a.r >= 4.0\n");
    ASSERT_DIFF(IN_RULE("when: has(a.r) && a.r >= 4.5"),
                IN_RULE("when: has(a.r)"),
                "rule r: when: has(a.r) && a.r >= 4.5 -> has(a.r)\n");
    ASSERT_DIFF(IN_RULE("when: a && b || c"), IN_RULE("when: a && d || c"),
                "rule r: when: a && b || c -> a && d || c\n");
    ASSERT_DIFF(IN_RULE("when: a in ['x && y'] && b"),
                IN_RULE("when: a in ['x && z'] && b"),
                "rule r: when: a in ['x && y'] -> a in ['x && z']\n");
    ASSERT_DIFF(IN_RULE("when: a"), IN_RULE("mode: live"),
                "rule r: when removed: a\n");
}
END_TEST

START_TEST(rules_and_lines_are_told_apart_by_id)
{
    ASSERT_DIFF("rules: [{id: a}, {id: b}]", "rules: [{id: b}, {id: c}]",
                "rule a removed\nrule c added\n");
    ASSERT_DIFF("rules: [{id: a, award: [{id: x, flat: 1}, {id: w, flat: 2}]}]",
                "rules: [{id: a, award: [{id: w, flat: 3}, {id: z, percent: "
                "{is: 20, of: w}}]}]",
                "rule a, line x removed: {id: x, flat: 1}\n"
                "rule a, line w: flat: 2 -> 3\n"
                "rule a, line z added: {id: z, percent: {is: 20, of: w}}\n");
    ASSERT_DIFF(IN_RULE("charge: [{id: c, price: {rows: {a: {cost: 5}}}}]"),
                IN_RULE("charge: [{id: c, price: {rows: {a: {cost: 6}}}}]"),
                "rule r, line c: price rows a cost: 5 -> 6\n");
}
END_TEST

START_TEST(only_what_left_its_place_has_moved)
{
    ASSERT_DIFF("rules: [{id: a}, {id: b}, {id: c}, {id: d}]",
                "rules: [{id: b}, {id: c}, {id: d}, {id: a}]",
                "rule a moved behind d\n");
    ASSERT_DIFF("rules: [{id: a}, {id: b}, {id: c}]",
                "rules: [{id: c}, {id: a}, {id: b}]",
                "rule c moved to the front\n");
    ASSERT_DIFF("rules: [{id: a}, {id: b}, {id: c}]",
                "rules: [{id: m}, {id: a}, {id: c}]",
                "rule b removed\nrule m added\n");
    ASSERT_DIFF(
        "rules: [{id: a, award: [{id: x, flat: 1}, {id: w, flat: 2}]}]",
        "rules: [{id: a, award: [{id: w, flat: 2}, {id: x, flat: 9}]}]",
        "rule a, line w moved to the front\nrule a, line x: flat: 1 -> 9\n");
}
END_TEST

START_TEST(lists_are_told_as_a_whole)
{
    ASSERT_DIFF(IN_RULE("once: [account]"), IN_RULE("once: [account, day]"),
                "rule r: once: [account] -> [account, day]\n");
    ASSERT_DIFF(IN_RULE("once: [a, b]"), IN_RULE("once: [b, a]"),
                "rule r: once: [a, b] -> [b, a]\n");
    ASSERT_DIFF(IN_RULE("trigger: a.v1"), IN_RULE("trigger: [a.v1, b.v1]"),
                "rule r: trigger: a.v1 -> [a.v1, b.v1]\n");
    ASSERT_DIFF(IN_RULE("notify: false"), IN_RULE("notify: {title: Hey}"),
                "rule r: notify: false -> {title: Hey}\n");
}
END_TEST

START_TEST(what_is_left_out_counts_as_its_default)
{
    ASSERT_DIFF(IN_RULE("mode: shadow"), "rules: [{id: r}]",
                "rule r: mode: shadow -> live\n");
    ASSERT_DIFF("rules: []", "rules: []\ndefaults: {round: half_up}\n",
                "defaults round: floor -> half_up\n");
}
END_TEST

START_TEST(tests_are_counted)
{
    ASSERT_DIFF("rules: []", "rules: []\ntests: [{name: a}, {name: b}]",
                "tests: 0 -> 2\n");
}
END_TEST

/* What does not compile is compared all the same. */
START_TEST(any_document_will_do)
{
    ASSERT_DIFF("5", "[5]", "file: 5 -> [5]\n");
    ASSERT_DIFF("rules: [{award: 5}, 7]", "rules: [{award: 6}, {id: [1]}]",
                "rule #1: award: 5 -> 6\nrule #2: 7 -> {id: [1]}\n");
    ASSERT_DIFF("rules: {a: 1}", "rules: [{id: a}]",
                "rules: {a: 1} -> [{id: a}]\n");
}
END_TEST

START_TEST(a_change_has_its_parts)
{
    struct ruleset_diff diff;

    ruleset_diff(&arena, read_yaml(IN_LINE("flat: 5")),
                 read_yaml(IN_LINE("flat: 6")), &diff);
    ck_assert_uint_eq(diff.count, 1);
    ck_assert_str_eq(change_kind_name(diff.changes[0].kind), "changed");
    ck_assert_str_eq(diff.changes[0].rule.at, "r");
    ck_assert_str_eq(diff.changes[0].line.at, "l");
    ck_assert_str_eq(diff.changes[0].path.at, "flat");
    ck_assert_str_eq(diff.changes[0].was.at, "5");
    ck_assert_str_eq(diff.changes[0].is.at, "6");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "ruleset_diff", set_up, tear_down, spellings_are_no_difference,
        texts_for_people_are_compared_byte_by_byte,
        numbers_are_told_with_their_place,
        two_spellings_of_a_number_can_be_two_rows,
        of_conditions_those_that_differ_are_told,
        rules_and_lines_are_told_apart_by_id,
        only_what_left_its_place_has_moved, lists_are_told_as_a_whole,
        what_is_left_out_counts_as_its_default, tests_are_counted,
        any_document_will_do, a_change_has_its_parts);
}
