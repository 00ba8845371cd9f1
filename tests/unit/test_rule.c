/* test_rule.c - rule files: what compiles to what, and what is refused with
 * which words at which place. */
#include "rule_fixture.h"

/* ---- what compiles ---- */

START_TEST(the_head_is_kept)
{
    struct ruleset *ruleset =
        compile("ruleset: gigs\nversion: \"2026-12-01.1\"\n"
                "asset: {code: GIGS, scale: 2}\nzone: Europe/Berlin\n"
                "description: what we pay\ndefaults: {round: half_up}\n"
                "rules:\n" RULE "  award: [{id: a, flat: 5}]\ntests: []\n");

    ck_assert(str_eq(ruleset->name, STR("gigs")));
    ck_assert(str_eq(ruleset->version, STR("2026-12-01.1")));
    ck_assert(str_eq(ruleset->asset, STR("GIGS")));
    ck_assert_int_eq(ruleset->scale, 2);
    ck_assert_uint_eq(ruleset->rule_count, 1);
    ck_assert_uint_eq(strlen(ruleset->sha256), 64);
    ck_assert_int_eq(strncmp(ruleset->stamp, "gigs@", 5), 0);
    ck_assert_int_eq(strncmp(ruleset->stamp + 5, ruleset->sha256, 8), 0);
    ck_assert_uint_eq(strlen(ruleset->stamp), 13);
    ck_assert_ptr_nonnull(ruleset->tests);
}
END_TEST

START_TEST(the_digest_is_of_the_bytes)
{
    struct ruleset *first = compile(HEAD LINES "  - {id: a, flat: 5}\n");
    struct ruleset *again = compile(HEAD LINES "  - {id: a, flat: 5}\n");
    struct ruleset *other = compile(HEAD LINES "  - {id: a, flat: 5} # !\n");

    ck_assert_str_eq(first->sha256, again->sha256);
    ck_assert_str_ne(first->sha256, other->sha256);
}
END_TEST

/* Every rule set ends with the lines of the house. */
#define HOUSE                                                                  \
    " transfer.sent transfer.received stake.locked stake.returned "            \
    "pending.held pending.released pending.voided debt.lent "                  \
    "debt.repaid conversion.reserved conversion.returned "                     \
    "conversion.completed adjustment.booked"

static void
assert_lines(const struct ruleset *ruleset, const char *expected)
{
    struct buf buf;

    buf_init(&buf, &arena);
    for (size_t i = 0; i < ruleset->line_count; i++)
        buf_printf(&buf, "%s%.*s%s", i ? " " : "",
                   STR_ARG(ruleset->lines[i]->name),
                   ruleset->lines[i]->pays ? "" : "(no pay)");
    ck_assert_str_eq(unit_text(&arena, buf_str(&buf)), expected);
}

START_TEST(lines_are_listed_by_the_names_they_write)
{
    assert_lines(compile(HEAD LINES "  - {id: a, flat: 5}\n"
                                    "  - {id: b, flat: 5, once: [account]}\n"),
                 "r.a r.b" HOUSE);
    assert_lines(compile(HEAD RULE "  once: [account]\n  award:\n"
                                   "  - {id: a, flat: 5}\n"),
                 "r(no pay) r.a" HOUSE);
    assert_lines(
        compile(HEAD LINES
                "  - id: a\n    table:\n"
                "      crossed: {from: event.data.from, to: event.data.count}\n"
                "      rows: {10: 1, 9: 2}\n      missing: none\n"),
        "r.a[10] r.a[9]" HOUSE);
    assert_lines(
        compile(HEAD LINES
                "  - id: a\n    once: [account, row]\n    table:\n"
                "      crossed: {from: event.data.from, to: event.data.count}\n"
                "      rows: {9: 2}\n      missing: none\n"),
        "r.a[9] r.a(no pay)" HOUSE);
}
END_TEST

START_TEST(two_triggers_make_one_set_of_lines)
{
    struct ruleset *ruleset =
        compile(HEAD "- id: r\n  trigger: [test.done.v1, test.other.v1]\n"
                     "  account: event.data.user\n"
                     "  award: [{id: a, amount: event.data.count}]\n");

    assert_lines(ruleset, "r.a" HOUSE);
    ck_assert(ruleset_has_trigger(ruleset, type_named("test.done.v1")));
    ck_assert(ruleset_has_trigger(ruleset, type_named("test.other.v1")));
}
END_TEST

START_TEST(a_type_without_a_rule_triggers_nothing)
{
    struct ruleset *ruleset = compile(HEAD LINES "  - {id: a, flat: 5}\n");
    const struct str *paths;

    ck_assert(ruleset_has_trigger(ruleset, type_named("test.done.v1")));
    ck_assert(!ruleset_has_trigger(ruleset, type_named("test.other.v1")));
    ck_assert_uint_eq(
        ruleset_kept_fields(ruleset, type_named("test.other.v1"), &paths), 0);
}
END_TEST

START_TEST(descriptions_fall_back_to_the_rule)
{
    struct ruleset *ruleset =
        compile(HEAD RULE "  description: The rule\n  award:\n"
                          "  - {id: a, flat: 5}\n"
                          "  - {id: b, flat: 5, description: The line}\n");

    ck_assert(str_eq(ruleset->lines[0]->description, STR("The rule")));
    ck_assert(str_eq(ruleset->lines[1]->description, STR("The line")));
}
END_TEST

START_TEST(notify_has_defaults)
{
    struct ruleset *ruleset = compile(HEAD LINES "  - {id: a, flat: 5}\n");
    const struct notify *notify = &ruleset->notifies[0].notify;

    ck_assert_uint_eq(ruleset->notify_count, 1);
    ck_assert(str_eq(ruleset->notifies[0].rule, STR("r")));
    ck_assert(notify->enabled);
    ck_assert(str_eq(notify->category, STR("token_earned")));
    ck_assert(str_eq(notify->title, STR("You earned GIGS")));
    ck_assert(str_eq(notify->body, STR("You earned {amount} GIGS")));
    ck_assert_uint_eq(notify->collapse.len, 0);
    ck_assert_int_eq(notify->ttl_s, 86400);
    ck_assert_uint_eq(notify->data_count, 0);
}
END_TEST

START_TEST(notify_of_a_charge_says_spent)
{
    struct ruleset *ruleset =
        compile(HEAD RULE "  charge: [{id: a, price: {by: event.data.label, "
                          "rows: {x: {cost: 1}}, missing: reject}}]\n"
                          "  short: reject\n");
    const struct notify *notify = &ruleset->notifies[0].notify;

    ck_assert(str_eq(notify->category, STR("token_spent")));
    ck_assert(str_eq(notify->title, STR("You spent GIGS")));
    ck_assert(str_eq(notify->body, STR("You spent {amount} GIGS")));
    ck_assert_str_eq(ruleset->lines[0]->type->name, "spend");
}
END_TEST

START_TEST(notify_can_be_written_out)
{
    struct ruleset *ruleset =
        compile(HEAD LINES "  - {id: a, flat: 5}\n"
                           "  notify:\n    title: \"{{x} {event.data.label}\"\n"
                           "    body: b\n    collapse: \"c:{event.id}\"\n"
                           "    category: other\n    ttl: 2h\n"
                           "    data: {k: \"{account}\"}\n");
    const struct notify *notify = &ruleset->notifies[0].notify;

    ck_assert(str_eq(notify->title, STR("{{x} {event.data.label}")));
    ck_assert(str_eq(notify->collapse, STR("c:{event.id}")));
    ck_assert(str_eq(notify->category, STR("other")));
    ck_assert_int_eq(notify->ttl_s, 7200);
    ck_assert_uint_eq(notify->data_count, 1);
    ck_assert(str_eq(notify->data[0].key, STR("k")));
    ck_assert(str_eq(notify->data[0].text, STR("{account}")));
    ck_assert(!compile(HEAD LINES "  - {id: a, flat: 5}\n  notify: false\n")
                   ->notifies[0]
                   .notify.enabled);
}
END_TEST

START_TEST(kept_fields_are_those_the_texts_mention)
{
    struct ruleset *ruleset = compile(
        HEAD LINES
        "  - {id: a, flat: 5}\n"
        "  notify:\n    title: \"{event.data.label} {event.data.inner.a}\"\n"
        "    body: \"{event.data.label} {amount}\"\n"
        "- id: o\n  trigger: test.other.v1\n  account: event.data.user\n"
        "  award: [{id: a, flat: 1}]\n"
        "  notify: {body: \"{event.data.contract_id}\"}\n");
    const struct str *paths;

    ck_assert_uint_eq(
        ruleset_kept_fields(ruleset, type_named("test.done.v1"), &paths), 2);
    ck_assert(str_eq(paths[0], STR("label")));
    ck_assert(str_eq(paths[1], STR("inner.a")));
    ck_assert_uint_eq(
        ruleset_kept_fields(ruleset, type_named("test.other.v1"), &paths), 0);
}
END_TEST

START_TEST(read_fields_are_those_not_kept_for_texts)
{
    struct ruleset *ruleset = compile(
        HEAD LINES
        "  - {id: a, flat: 5, when: event.data.count > 1}\n"
        "  - {id: b, flat: 5, once: [event.data.friend, event.data.label]}\n"
        "  - {id: c, flat: 5, when: \"has(event.data.tags) && "
        "event.data.count > 2\"}\n"
        "  notify: {title: \"{event.data.label}\", body: x}\n");
    const struct str *paths;

    ck_assert_uint_eq(
        ruleset_read_fields(ruleset, type_named("test.done.v1"), &paths), 4);
    ck_assert(str_eq(paths[0], STR("user")));
    ck_assert(str_eq(paths[1], STR("count")));
    ck_assert(str_eq(paths[2], STR("friend")));
    ck_assert(str_eq(paths[3], STR("tags")));
    ck_assert_uint_eq(
        ruleset_read_fields(ruleset, type_named("test.other.v1"), &paths), 0);
}
END_TEST

START_TEST(rules_that_follow_each_other_do_not_overlap)
{
    compile(HEAD LINES "  - {id: a, flat: 5}\n"
                       "  valid_until: \"2026-06-01T00:00:00Z\"\n"
                       "- id: s\n  trigger: test.done.v1\n"
                       "  account: event.data.user\n"
                       "  valid_from: \"2026-06-01T00:00:00Z\"\n"
                       "  award: [{id: a, flat: 6}]\n");
    compile(HEAD LINES "  - {id: a, flat: 5}\n"
                       "- id: s\n  trigger: test.done.v1\n  mode: \"off\"\n"
                       "  account: event.data.user\n"
                       "  award: [{id: a, flat: 6}]\n");
    compile(HEAD LINES "  - {id: a, flat: 5}\n"
                       "- id: s\n  trigger: test.done.v1\n"
                       "  account: event.data.friend\n"
                       "  award: [{id: a, flat: 6}]\n");
    compile(HEAD LINES "  - {id: a, flat: 5}\n  overlap: allowed\n"
                       "- id: s\n  trigger: test.done.v1\n  overlap: allowed\n"
                       "  account: event.data.user\n"
                       "  award: [{id: a, flat: 6}]\n");
}
END_TEST

/* ---- what is refused ---- */

struct fault_row {
    const char *text; /* the whole file */
    const char *diagnostics;
};

static const char *
all_diagnostics(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    const char *copy;

    ck_assert_ptr_nonnull(out);
    diag_print(&diags, out);
    fclose(out);
    copy = arena_strndup(&arena, text, size);
    free(text);
    return copy;
}

static void
assert_refused(const struct fault_row *row)
{
    diag_init(&diags, &arena);
    ck_assert_msg(!try_compile(row->text), "compiles:\n%s", row->text);
    ck_assert_str_eq(all_diagnostics(), row->diagnostics);
}

#define ASSERT_REFUSED(rows)                                                   \
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)          \
    assert_refused(&rows[row])

/* An account id here is a number there. */
START_TEST(a_reversal_needs_the_same_account)
{
    static const char schema[] =
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
        "\"$id\":\"test.undone.v1\",\"type\":\"object\",\"properties\":{"
        "\"user\":{\"type\":\"integer\"},"
        "\"contract_id\":{\"type\":\"string\"}},"
        "\"required\":[\"user\",\"contract_id\"]}";
    static const struct fault_row row = {
        HEAD "- id: o\n  trigger: test.other.v1\n  account: event.data.user\n"
             "  award: [{id: a, flat: 1}]\n  reversed_by:\n"
             "    trigger: test.undone.v1\n"
             "    match: event.data.contract_id == origin.data.contract_id\n"
             "    once_keys: keep\n    limits: keep\n",
        "rules.yaml:10:14: error: the rule's account must be an account id in "
        "test.undone.v1 too, but \"event.data.user\" has type int there "
        "[R038]\n"};

    schema_add(schemas, json(schema), "undone.json", &diags);
    assert_refused(&row);
}
END_TEST

START_TEST(faults_of_lines)
{
    /* The first line of award is line 9 of the file, its `{` in column 5. */
    static const struct fault_row rows[] = {
        {HEAD LINES "  - {flat: 5}\n",
         "rules.yaml:9:5: error: a line needs the key \"id\" [R012]\n"},
        {HEAD LINES "  - {id: a}\n",
         "rules.yaml:9:5: error: a line needs exactly one of flat, rate, "
         "percent, every, table, streak and amount [R043]\n"},
        {HEAD LINES "  - {id: a, flat: 1, amount: 1}\n",
         "rules.yaml:9:5: error: a line needs exactly one of flat, rate, "
         "percent, every, table, streak and amount [R043]\n"},
        {HEAD LINES "  - {id: A, flat: 1}\n",
         "rules.yaml:9:10: error: a line id must be a small letter, then small "
         "letters, digits and _, not \"A\" [R020]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n  - {id: a, flat: 1}\n",
         "rules.yaml:10:10: error: line id \"a\" is used twice in this rule; "
         "first at 9:10 [R021]\n"},
        {HEAD LINES "  - {id: a, flta: 1}\n",
         "rules.yaml:9:5: error: a line needs exactly one of flat, rate, "
         "percent, every, table, streak and amount [R043]\n"
         "rules.yaml:9:13: error: a line has no key \"flta\"; did you mean "
         "\"flat\"? [R011]\n"},
        {HEAD LINES "  - {id: a, flat: -1}\n",
         "rules.yaml:9:19: error: flat must not be below zero [R027]\n"},
        {HEAD LINES "  - {id: a, flat: -0}\n",
         "rules.yaml:9:19: error: flat must have no minus sign, not even "
         "before zero [R027]\n"},
        {HEAD LINES "  - {id: a, flat: \"-0.00\"}\n",
         "rules.yaml:9:19: error: flat must have no minus sign, not even "
         "before zero [R027]\n"},
        {HEAD LINES "  - {id: a, flat: x}\n",
         "rules.yaml:9:19: error: flat must be a decimal number of at most 18 "
         "digits before and 9 after the point, not \"x\" [R026]\n"},
        {HEAD LINES "  - {id: a, flat: true}\n",
         "rules.yaml:9:19: error: flat must be a number, not true [R010]\n"},
        {HEAD LINES "  - {id: a, amount: event.data.label}\n",
         "rules.yaml:9:21: error: amount must be a number, but "
         "\"event.data.label\" has type string [R038]\n"},
        {HEAD LINES "  - {id: a, rate: {give: 1, per: 0, of: 1}}\n",
         "rules.yaml:9:34: error: per must be above zero [R027]\n"},
        {HEAD LINES "  - {id: a, percent: {is: 1, of: b}}\n",
         "rules.yaml:9:34: error: there is no earlier line \"b\" in this rule "
         "[R019]\n"},
        {HEAD LINES "  - {id: base, flat: 1}\n"
                    "  - {id: a, percent: {is: 1, of: bsae}}\n",
         "rules.yaml:10:34: error: there is no earlier line \"bsae\" in this "
         "rule; did you mean \"base\"? [R019]\n"},
        {HEAD LINES "  - {id: a, every: {step: 1, give: 1, of: 1}}\n",
         "rules.yaml:9:20: error: an every needs leftover: carry (keep it for "
         "later), drop (lose it) or pro_rata (pay part of a step) [R044]\n"},
        {HEAD LINES
         "  - {id: a, every: {step: 1, give: 1, of: 1, leftover: keep}}\n",
         "rules.yaml:9:56: error: leftover must be carry, drop or pro_rata, "
         "not \"keep\" [R013]\n"},
        {HEAD LINES "  - {id: a, table: {of: event.data.count, rows: {1: 1}}}"
                    "\n",
         "rules.yaml:9:20: error: a table needs missing: none (a value without "
         "a row pays nothing) or error (it sets the event aside) [R044]\n"},
        {HEAD LINES "  - {id: a, table: {rows: {1: 1}, missing: none}}\n",
         "rules.yaml:9:20: error: a table needs exactly one of of and crossed "
         "[R043]\n"},
        {HEAD LINES "  - {id: a, table: {of: event.data.count, rows: {b: 1, "
                    "1.5: 1, 1: 1, \"1.0\": 2}, missing: none}}\n",
         "rules.yaml:9:50: error: row \"b\" can never be met: the rows are "
         "chosen by a whole number [R040]\n"
         "rules.yaml:9:56: error: row \"1.5\" can never be met: the rows are "
         "chosen by a whole number [R040]\n"
         "rules.yaml:9:70: error: row \"1.0\" is there twice [R025]\n"},
        {HEAD LINES "  - {id: a, flat: 1, once: [row]}\n",
         "rules.yaml:9:28: error: once: row is for lines with table: {crossed: "
         "...} only [R045]\n"},
        {HEAD LINES "  - {id: a, streak: {day: event.data.day, start: 1, "
                    "add: 1, max: 1000, gap: reset}}\n",
         "rules.yaml:9:21: error: the streak must reach its max within 400 "
         "days [R027]\n"},
        {HEAD LINES "  - {id: a, streak: {day: event.data.count, start: 2, "
                    "add: 1, max: 1, gap: keep}}\n",
         "rules.yaml:9:27: error: day must be a time or a date, but has type "
         "int [R038]\n"
         "rules.yaml:9:68: error: max must not be below start [R031]\n"
         "rules.yaml:9:76: error: gap must be reset, not \"keep\" [R013]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(faults_of_guards)
{
    static const struct fault_row rows[] = {
        {HEAD LINES "  - {id: a, flat: 1, mode: shadow}\n",
         "rules.yaml:9:28: error: mode: shadow is for whole rules; make the "
         "line a rule of its own [R045]\n"},
        {HEAD LINES "  - {id: a, flat: 1, mode: of}\n",
         "rules.yaml:9:28: error: mode must be live, off or shadow, not "
         "\"of\"; did you mean \"off\"? [R013]\n"},
        {HEAD LINES "  - {id: a, flat: 1, when: event.data.count}\n",
         "rules.yaml:9:28: error: when must be true or false, but "
         "\"event.data.count\" has type int [R038]\n"},
        {HEAD LINES "  - {id: a, flat: 1, valid_from: 2026-01-01}\n",
         "rules.yaml:9:34: error: valid_from must be a time such as "
         "\"2026-12-01T00:00:00Z\" [R029]\n"},
        {HEAD LINES "  - {id: a, flat: 1, valid_from: \"2026-01-02T00:00:00Z\""
                    ", valid_until: \"2026-01-01T00:00:00Z\"}\n",
         "rules.yaml:9:71: error: valid_until must be after valid_from "
         "[R031]\n"},
        {HEAD LINES "  - {id: a, flat: 1, once: account}\n",
         "rules.yaml:9:28: error: once must be a list of 1 to 8 of account, "
         "row, day and fields [R010]\n"},
        {HEAD LINES "  - {id: a, flat: 1, once: [acount, day, day]}\n",
         "rules.yaml:9:29: error: once takes account, row, day or a field such "
         "as event.data.NAME, not \"acount\"; did you mean \"account\"? "
         "[R049]\n"
         "rules.yaml:9:42: error: once names \"day\" twice [R025]\n"},
        {HEAD LINES "  - {id: a, flat: 1, cohort: {percent: 10}}\n",
         "rules.yaml:9:30: error: a cohort needs the key \"salt\" [R012]\n"},
        {HEAD LINES "  - {id: a, flat: 1, cohort: {percent: 0.125, salt: a}}\n",
         "rules.yaml:9:40: error: percent must be 0 to 100, with at most 2 "
         "decimals [R027]\n"},
        {HEAD LINES "  - {id: a, flat: 1, cohort: {percent: 101, salt: a}}\n",
         "rules.yaml:9:40: error: percent must be 0 to 100, with at most 2 "
         "decimals [R027]\n"},
        {HEAD LINES "  - {id: a, flat: 1, cohort: {percent: -1, salt: a}}\n",
         "rules.yaml:9:40: error: percent must not be below zero [R027]\n"},
        {HEAD LINES "  - {id: a, flat: 1, cohort: {percent: 60, from: 40.01, "
                    "salt: a}}\n",
         "rules.yaml:9:30: error: from and percent must not come to more than "
         "100 [R027]\n"},
        {HEAD LINES "  - {id: a, flat: 1, limit: {per: al, window: year, "
                    "amount: 1, over: clip}}\n",
         "rules.yaml:9:35: error: per must be account or all, not \"al\"; did "
         "you mean \"all\"? [R013]\n"
         "rules.yaml:9:47: error: window must be day, week, month or ever, not "
         "\"year\" [R013]\n"},
        {HEAD LINES
         "  - {id: a, flat: 1, limit: {per: all, window: day, amount: 1}}\n",
         "rules.yaml:9:29: error: a limit of an amount needs over: clip (pay "
         "what is left) or over: skip (pay nothing) [R044]\n"},
        {HEAD LINES "  - {id: a, flat: 1, limit: {per: all, window: day}}\n",
         "rules.yaml:9:29: error: a limit needs exactly one of amount and "
         "times [R043]\n"},
        {HEAD LINES "  - {id: a, flat: 1, limit: {per: all, window: day, "
                    "amount: 0.001, over: clip}}\n",
         "rules.yaml:9:61: error: amount must have at most the 2 decimals of "
         "the asset [R028]\n"},
        {HEAD LINES "  - {id: a, flat: 1, limit: {per: all, window: day, "
                    "times: 1.5}}\n",
         "rules.yaml:9:60: error: times must be a whole number [R026]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(faults_of_rules)
{
    static const struct fault_row rows[] = {
        {HEAD "- {}\n",
         "rules.yaml:5:3: error: a rule needs the key \"id\" [R012]\n"
         "rules.yaml:5:3: error: a rule needs the key \"trigger\" [R012]\n"
         "rules.yaml:5:3: error: a rule needs the key \"account\" [R012]\n"
         "rules.yaml:5:3: error: a rule needs exactly one of award and charge "
         "[R043]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n" RULE
                    "  overlap: allowed\n  award: [{id: a, flat: 1}]\n",
         "rules.yaml:10:7: error: rule id \"r\" is used twice; first at 5:7 "
         "[R021]\n"
         "rules.yaml:10:7: error: rules \"r\" (line 5) and \"r\" both pay "
         "event.data.user for test.done.v1; if that is meant, write overlap: "
         "allowed in both [R046]\n"},
        {HEAD "- id: r\n  trigger: test.don.v1\n  account: event.data.user\n"
              "  award: [{id: a, flat: 1}]\n",
         "rules.yaml:6:12: error: unknown event type \"test.don.v1\"; did you "
         "mean \"test.done.v1\"? [R016]\n"},
        {HEAD "- id: r\n  trigger: [test.done.v1, test.done.v1]\n"
              "  account: event.data.user\n  award: [{id: a, flat: 1}]\n",
         "rules.yaml:6:27: error: trigger names \"test.done.v1\" twice "
         "[R025]\n"},
        {HEAD "- id: r\n  trigger: test.done.v1\n  account: event.data.count\n"
              "  award: [{id: a, flat: 1}]\n",
         "rules.yaml:7:12: error: account must be an account id, but "
         "\"event.data.count\" has type int [R038]\n"},
        {HEAD RULE "  once: [row]\n  award: [{id: a, flat: 1}]\n",
         "rules.yaml:8:9: error: once: row is for lines with table: {crossed: "
         "...} only [R045]\n"},
        {HEAD RULE "  late: {accept: soon}\n  award: [{id: a, flat: 1}]\n",
         "rules.yaml:8:18: error: accept must be a time span such as 90s, 30m, "
         "48h or 7d [R030]\n"},
        {HEAD RULE "  late: {accept: -0s}\n  award: [{id: a, flat: 1}]\n",
         "rules.yaml:8:18: error: accept must be a time span such as 90s, 30m, "
         "48h or 7d [R030]\n"},
        {HEAD RULE "  late: {accept: 1h, retro: always}\n"
                   "  award: [{id: a, flat: 1}]\n",
         "rules.yaml:8:29: error: retro must be never, not \"always\" "
         "[R013]\n"},
        {HEAD RULE "  award: []\n", "rules.yaml:8:10: error: award must be a "
                                    "list of 1 to 64 lines [R024]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(faults_of_notify)
{
    static const struct fault_row rows[] = {
        {HEAD LINES "  - {id: a, flat: 1}\n"
                    "  notify: {title: \"got {amuont}\"}\n",
         "rules.yaml:10:25: error: there is no placeholder {amuont}; did you "
         "mean \"amount\"? [R053]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n"
                    "  notify: {body: \"{event.data.lable}\"}\n",
         "rules.yaml:10:20: error: test.done.v1 has no field \"lable\"; "
         "schema: done.json; did you mean \"label\"? [R014]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n"
                    "  notify: {body: \"{event.data.tags}\"}\n",
         "rules.yaml:10:20: error: a list or an object cannot be printed "
         "[R039]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n"
                    "  notify: {collapse: \"a {\"}\n",
         "rules.yaml:10:25: error: this { is never closed; write {{ for a "
         "brace [R053]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n  notify: {ttl: 40d}\n",
         "rules.yaml:10:17: error: ttl must be at most 28d [R030]\n"},
        {HEAD LINES "  - {id: a, flat: 1}\n  notify: {titel: x}\n",
         "rules.yaml:10:12: error: notify has no key \"titel\"; did you mean "
         "\"title\"? [R011]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(faults_of_the_head)
{
    static const struct fault_row rows[] = {
        {"ruleset: t\n",
         "rules.yaml:1:1: error: a rule file needs the key \"version\" [R012]\n"
         "rules.yaml:1:1: error: a rule file needs the key \"asset\" [R012]\n"
         "rules.yaml:1:1: error: a rule file needs the key \"rules\" [R012]\n"},
        {"ruleset: T\nversion: 1\nasset: {code: gigs, scale: 7}\n"
         "zone: Mars\ndefaults: {round: up}\nrules: []\ntests: 1\n",
         "rules.yaml:1:10: error: ruleset must be a small letter, then small "
         "letters, digits and _, not \"T\" [R020]\n"
         "rules.yaml:3:15: error: code must be capital letters and digits, not "
         "\"gigs\" [R020]\n"
         "rules.yaml:3:28: error: scale must be 2: the ledger keeps that many "
         "decimals [R027]\n"
         "rules.yaml:4:7: error: there is no time zone \"Mars\"; use a name "
         "such as UTC or Europe/Berlin [R032]\n"
         "rules.yaml:5:19: error: round must be floor, half_even or half_up, "
         "not \"up\" [R013]\n"
         "rules.yaml:6:8: error: rules must be a list of 1 to 10000 rules "
         "[R024]\n"
         "rules.yaml:7:8: error: tests must be a list [R010]\n"},
        {"[]\n", "rules.yaml:1:1: error: a rule file must be a mapping, not a "
                 "list [R010]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

START_TEST(two_triggers_report_a_fault_once)
{
    static const struct fault_row rows[] = {
        {HEAD "- id: r\n  trigger: [test.done.v1, test.other.v1]\n"
              "  account: event.data.user\n  award: [{id: a, flat: x}]\n",
         "rules.yaml:8:25: error: flat must be a decimal number of at most 18 "
         "digits before and 9 after the point, not \"x\" [R026]\n"},
    };

    ASSERT_REFUSED(rows);
}
END_TEST

static struct str
many(const char *head, const char *item, int count)
{
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf, head);
    for (int i = 0; i < count; i++) {
        size_t start = buf.len;

        buf_add_cstr(&buf, item);
        for (size_t at = start; at < buf.len; at++)
            if (buf.at[at] == '#') {
                struct str rest = str_dup(
                    &arena, str_make(buf.at + at + 1, buf.len - at - 1));

                buf.len = at;
                buf_printf(&buf, "%d%.*s", i, STR_ARG(rest));
            }
    }
    buf_add_char(&buf, '\0');
    return str_make(buf.at, buf.len - 1);
}

START_TEST(sizes_are_bounded)
{
    compile(many(HEAD LINES, "  - {id: a#, flat: 1}\n", 64).at);
    diag_init(&diags, &arena);
    ck_assert(!try_compile(many(HEAD LINES, "  - {id: a#, flat: 1}\n", 65).at));
    ck_assert_str_eq(all_diagnostics(), "rules.yaml:9:3: error: award must be "
                                        "a list of 1 to 64 lines [R024]\n");
    diag_init(&diags, &arena);
    ck_assert(!try_compile(
        many(HEAD LINES "  - id: a\n    table:\n      of: event.data.count\n"
                        "      missing: none\n      rows:\n",
             "        #: 1\n", 201)
            .at));
    ck_assert_str_eq(all_diagnostics(),
                     "rules.yaml:14:9: error: rows must be a mapping of 1 to "
                     "200 keys to amounts [R024]\n");
}
END_TEST

int
main(void)
{
    return UNIT_RUN(
        "rule", set_up, tear_down, the_head_is_kept, the_digest_is_of_the_bytes,
        lines_are_listed_by_the_names_they_write,
        two_triggers_make_one_set_of_lines,
        a_type_without_a_rule_triggers_nothing,
        descriptions_fall_back_to_the_rule, notify_has_defaults,
        notify_of_a_charge_says_spent, notify_can_be_written_out,
        kept_fields_are_those_the_texts_mention,
        read_fields_are_those_not_kept_for_texts,
        rules_that_follow_each_other_do_not_overlap,
        a_reversal_needs_the_same_account, faults_of_lines, faults_of_guards,
        faults_of_rules, faults_of_notify, faults_of_the_head,
        two_triggers_report_a_fault_once, sizes_are_bounded);
}
