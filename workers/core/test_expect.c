/* test_expect.c - every amount that was paid must be named, unless the test
 * asks for something else alone. */
#include "test_expect.h"

#include "quote.h"
#include "shadow.h"
#include "suggest.h"
#include "test_message.h"

/* The names of reasons; REJECT_NONE, the first of the enum, has none. */
static const char *
reason_at(size_t index)
{
    size_t reason = index + 1;

    return reason < REJECTION_COUNT ? rejection_name((enum rejection)reason)
                                    : NULL;
}

static const struct shape reason_shape = {.kind = SHAPE_WORD,
                                          .name = reason_at};
static const struct shape fault_shape = {.kind = SHAPE_STRING};

static const struct key shadow_keys[] = {
    {"error", false, &fault_shape,
     "A rule in shadow would have failed, as what.", "rule_error"},
    {"total", false, &shape_decimal, "The sum of all lines.", "1000"},
};

static const struct shape shadow_shape = {SHAPE_KEYS("shadow", shadow_keys),
                                          .of = &shape_decimal};

static const struct shape balances_shape = {.kind = SHAPE_MAP,
                                            .of = &shape_decimal};

static const struct key expect_keys[] = {
    {"outcome", false, &shape_any, "Of the event; of several, a list.",
     "\"no_reward\""},
    {"notification", false, &shape_any,
     "What the person is told: texts by name, or null.",
     "{\"title\": \"You earned GIGS\"}"},
    {"balance", false, &balances_shape, "What accounts have at the end.",
     "{\"u1\": \"1000.00\"}"},
    {"shadow", false, &shadow_shape, "What rules in shadow would have paid.",
     "{\"total\": 5}"},
    {"error", false, &fault_shape, "The first event is set aside, as what.",
     "rule_error"},
    {"rejected", false, &reason_shape, "The first refusal, and why.",
     "insufficient_funds"},
    {"total", false, &shape_decimal, "The sum of all lines.", "1000"},
};

const struct shape test_expect_shape = {SHAPE_KEYS("expect", expect_keys),
                                        .of = &shape_decimal};

/* One comparison at work. */
struct comparison {
    struct reader *reader;
    const struct test_paid *paid;
    const struct node *expect;
    struct test_diff_list *diffs;
    bool *named; /* by place in ruleset->lines */
    bool names_lines;
    bool in_shadow; /* at work on what rules in shadow would have paid */
};

static void
add_diff(const struct comparison *comparison, const struct node *place,
         struct str field, struct str expected, struct str got)
{
    test_diff_add(comparison->diffs, (struct test_diff){
                                         .field = field,
                                         .line = place->line,
                                         .column = place->column,
                                         .expected = expected,
                                         .got = got,
                                     });
}

static void
compare_amount(const struct comparison *comparison,
               const struct node_member *member, struct str field,
               int64_t minor)
{
    int scale = comparison->reader->ruleset->scale;
    struct str spelled = member->value->text;
    struct ratio expected;
    int64_t expected_minor;

    if (!read_decimal(comparison->reader, member->value, "an expected amount",
                      &expected) ||
        ratio_compare(expected, ratio_from_minor(minor, scale)) == 0)
        return;
    if (ratio_to_minor_exactly(expected, scale, &expected_minor))
        spelled = minor_text(comparison->reader->arena, expected_minor, scale);
    add_diff(comparison, member->value, field, spelled,
             minor_text(comparison->reader->arena, minor,
                        comparison->reader->ruleset->scale));
}

/* Whether amounts can be expected under the name; of rules in shadow, those of
 * `shadow:` alone can. */
static bool
is_expected(const struct comparison *comparison,
            const struct ledger_line *ledger)
{
    return ledger->pays &&
           (ledger->type == &entry_shadow) == comparison->in_shadow;
}

/* "contract.base", whether or not the rule is in shadow. */
static struct str
full_name(const struct ledger_line *ledger)
{
    struct str name = ledger->name;
    size_t before = strlen(SHADOW_PREFIX);

    return ledger->type == &entry_shadow
               ? str_make(name.at + before, name.len - before)
               : name;
}

/* A line's name without its rule: "base" of "contract.base". */
static struct str
short_name(struct str name)
{
    const char *dot = memchr(name.at, '.', name.len);
    size_t before = dot ? (size_t)(dot - name.at) + 1 : 0;

    return str_make(name.at + before, name.len - before);
}

static void
report_unknown(struct comparison *comparison, const struct node_member *member)
{
    struct reader *reader = comparison->reader;
    const struct ruleset *ruleset = reader->ruleset;
    bool is_short = !str_contains(member->key, STR("."));
    struct suggest suggest = suggest_for(member->key);

    for (size_t i = 0; i < ruleset->line_count; i++)
        if (is_expected(comparison, ruleset->lines[i]))
            suggest_offer(&suggest, is_short
                                        ? short_name(ruleset->lines[i]->name)
                                        : full_name(ruleset->lines[i]));
    reader_error(reader, member->value, MISTAKE_UNKNOWN_LINE,
                 "no line %s under the name %s",
                 comparison->in_shadow ? "of a rule in shadow pays" : "pays",
                 quoted(reader->arena, member->key));
    suggest_help(&suggest, reader->diags);
}

static void
compare_line(struct comparison *comparison, const struct node_member *member)
{
    const struct ruleset *ruleset = comparison->reader->ruleset;
    size_t found = 0;
    size_t count = 0;

    for (size_t i = 0; i < ruleset->line_count; i++) {
        const struct ledger_line *ledger = ruleset->lines[i];

        if (!is_expected(comparison, ledger) ||
            (!str_eq(full_name(ledger), member->key) &&
             !str_eq(short_name(ledger->name), member->key)))
            continue;
        found = i;
        count++;
    }
    comparison->names_lines = true;
    if (count == 0) {
        report_unknown(comparison, member);
    } else if (count > 1) {
        reader_error(comparison->reader, member->value, MISTAKE_TEST_EXPECT,
                     "%s is a line of more than one rule; write RULE.LINE",
                     quoted(comparison->reader->arena, member->key));
    } else {
        comparison->named[found] = true;
        compare_amount(comparison, member, ruleset->lines[found]->name,
                       comparison->paid->by_line[found]);
    }
}

static void
compare_total(struct comparison *comparison, const struct node_member *member)
{
    compare_amount(comparison, member, member->key, comparison->paid->total);
}

/* ---- balances ---------------------------------------------------------------
 */

static int64_t
balance_of(const struct facts *facts, struct str address)
{
    for (size_t i = 0; i < facts->account_count; i++)
        if (str_eq(facts->accounts[i]->address, address))
            return facts->accounts[i]->balance_minor;
    return 0;
}

static void
compare_balance(struct comparison *comparison, const struct node_member *member)
{
    struct reader *reader = comparison->reader;
    const struct node *node = member->value;

    if (node->kind != NODE_OBJECT) {
        reader_error(reader, node, MISTAKE_TEST_EXPECT,
                     "balance must be a mapping of accounts to "
                     "amounts");
        return;
    }
    for (size_t i = 0; i < node->member_count; i++) {
        const struct node_member *account = &node->members[i];
        struct str address;

        if (account_canonical(reader->arena, account->key, &address))
            compare_amount(
                comparison, account,
                str_from_cstr(arena_printf(reader->arena, "balance.%.*s",
                                           STR_ARG(account->key))),
                balance_of(comparison->paid->facts, address));
        else
            reader_error(reader, account->value, MISTAKE_TEST_EXPECT,
                         "%s is no account id",
                         quoted(reader->arena, account->key));
    }
}

/* ---- outcomes ---------------------------------------------------------------
 */

static const enum outcome outcomes[] = {
    OUTCOME_POSTED,    OUTCOME_NO_REWARD,   OUTCOME_REJECTED,
    OUTCOME_DUPLICATE, OUTCOME_DEAD_LETTER,
};

enum { OUTCOMES = sizeof(outcomes) / sizeof(*outcomes) };

static void
compare_one_outcome(const struct comparison *comparison,
                    const struct node *expected, const char *field,
                    enum outcome got)
{
    const char *words[OUTCOMES];
    size_t index;

    for (size_t i = 0; i < OUTCOMES; i++)
        words[i] = outcome_name(outcomes[i]);
    if (read_word(comparison->reader, expected, "outcome", words, OUTCOMES,
                  &index) &&
        outcomes[index] != got)
        add_diff(comparison, expected, str_from_cstr(field), expected->text,
                 str_from_cstr(outcome_name(got)));
}

/* One for the last event, or a list of one for each. */
static void
compare_outcome(struct comparison *comparison, const struct node_member *member)
{
    const struct test_event_list *events = comparison->paid->events;
    const struct node *expected = member->value;
    struct arena *arena = comparison->reader->arena;

    if (expected->kind != NODE_LIST) {
        if (events->count)
            compare_one_outcome(comparison, expected, "outcome",
                                events->items[events->count - 1].outcome);
        return;
    }
    if (expected->item_count != events->count) {
        reader_error(comparison->reader, expected, MISTAKE_TEST_EXPECT,
                     "outcome lists %zu, but there are %zu events",
                     expected->item_count, events->count);
        return;
    }
    for (size_t i = 0; i < events->count; i++)
        compare_one_outcome(comparison, expected->items[i],
                            arena_printf(arena, "outcome[%zu]", i + 1),
                            events->items[i].outcome);
}

/* Whether the test says of outcomes that there is such a one. */
static bool
expects_outcome(const struct comparison *comparison, enum outcome outcome)
{
    const struct node *node = node_get(comparison->expect, STR("outcome"));

    return node && (node->kind == NODE_LIST ||
                    str_eq_cstr(node->text, outcome_name(outcome)));
}

/* The first event with that outcome, or NULL. */
static const struct test_event *
first_with(const struct comparison *comparison, enum outcome outcome)
{
    const struct test_event_list *events = comparison->paid->events;

    for (size_t i = 0; i < events->count; i++)
        if (events->items[i].outcome == outcome)
            return &events->items[i];
    return NULL;
}

/* `expected` is NULL where the test names no error. */
static void
check_error(const struct comparison *comparison, const struct node *expected)
{
    const struct test_event *event =
        first_with(comparison, OUTCOME_DEAD_LETTER);
    const char *got = event ? event->err.code : "";
    struct str code = expected ? expected->text : (struct str){0};

    if (str_eq_cstr(code, got))
        return;
    add_diff(comparison, expected ? expected : comparison->expect, STR("error"),
             code.len ? code : STR("none"),
             event ? str_from_cstr(arena_printf(comparison->reader->arena,
                                                "%s: %s", got, event->err.text))
                   : STR("none"));
}

static void
compare_error(struct comparison *comparison, const struct node_member *member)
{
    check_error(comparison, member->value);
}

/* A reason that does not exist would be expected in vain. */
static bool
check_reason(const struct comparison *comparison, const struct node *expected)
{
    struct reader *reader = comparison->reader;
    struct suggest suggest;

    if (!node_is_string(expected))
        return reader_error(reader, expected, MISTAKE_WRONG_KIND,
                            "rejected must be a reason, not %s",
                            reader_describe(reader, expected));
    suggest = suggest_for(expected->text);
    for (int i = REJECT_NONE + 1; i < REJECTION_COUNT; i++) {
        struct str name = str_from_cstr(rejection_name(i));

        if (str_eq(name, expected->text))
            return true;
        suggest_offer(&suggest, name);
    }
    reader_error(reader, expected, MISTAKE_UNKNOWN_WORD,
                 "nothing is refused for the reason %s",
                 quoted(reader->arena, expected->text));
    suggest_help(&suggest, reader->diags);
    return false;
}

static void
check_rejection(const struct comparison *comparison,
                const struct node *expected)
{
    const struct test_event *event = first_with(comparison, OUTCOME_REJECTED);
    const char *got = rejection_name(event ? event->rejection : REJECT_NONE);
    struct str reason = expected ? expected->text : (struct str){0};

    if (str_eq_cstr(reason, got))
        return;
    add_diff(comparison, expected ? expected : comparison->expect,
             STR("rejected"), reason.len ? reason : STR("none"),
             str_from_cstr(*got ? got : "none"));
}

static void
compare_rejection(struct comparison *comparison,
                  const struct node_member *member)
{
    if (check_reason(comparison, member->value))
        check_rejection(comparison, member->value);
}

/* ---- rules in shadow --------------------------------------------------------
 */

/* That one fails is an error unless the test names it. */
static void
check_shadow_error(const struct comparison *comparison,
                   const struct node *expected)
{
    const struct err *err = &comparison->paid->shadow_err;
    struct str code = expected ? expected->text : (struct str){0};

    if (str_eq_cstr(code, err->code))
        return;
    add_diff(comparison, expected ? expected : comparison->expect,
             STR("shadow.error"), code.len ? code : STR("none"),
             err_is_set(err)
                 ? str_from_cstr(arena_printf(comparison->reader->arena,
                                              "%s: %s", err->code, err->text))
                 : STR("none"));
}

static void
report_unnamed(const struct comparison *comparison)
{
    const struct ruleset *ruleset = comparison->reader->ruleset;

    for (size_t i = 0; i < ruleset->line_count; i++) {
        int64_t minor = comparison->paid->by_line[i];

        if (minor && !comparison->named[i] &&
            is_expected(comparison, ruleset->lines[i]))
            add_diff(comparison, comparison->expect, ruleset->lines[i]->name,
                     STR("nothing"),
                     minor_text(comparison->reader->arena, minor,
                                comparison->reader->ruleset->scale));
    }
}

/* Amounts are looked at when a test names them. */
static void
compare_shadow(struct comparison *comparison, const struct node_member *member)
{
    const struct node *expect = member->value;
    struct comparison inner = *comparison;

    if (expect->kind != NODE_OBJECT || expect->member_count == 0) {
        reader_error(comparison->reader, expect, MISTAKE_TEST_EXPECT,
                     "shadow must be a mapping of lines to amounts");
        return;
    }
    inner.expect = expect;
    inner.in_shadow = true;
    inner.names_lines = false;
    for (size_t i = 0; i < expect->member_count; i++) {
        const struct node_member *part = &expect->members[i];

        if (str_eq(part->key, STR("total")))
            compare_amount(&inner, part, STR("shadow.total"),
                           comparison->paid->shadow_total);
        else if (!str_eq(part->key, STR("error")))
            compare_line(&inner, part);
    }
    check_shadow_error(&inner, node_get(expect, STR("error")));
    if (inner.names_lines || !node_get(expect, STR("total")))
        report_unnamed(&inner);
}

/* ---- all of it --------------------------------------------------------------
 */

static void
compare_notification(struct comparison *comparison,
                     const struct node_member *member)
{
    test_message_compare(comparison->reader, member->value,
                         comparison->paid->events, comparison->diffs);
}

/* What can be expected besides amounts by line. */
static const struct special {
    const char *name;
    bool alone; /* with no line named, any may pay */
    void (*compare)(struct comparison *comparison,
                    const struct node_member *member);
} specials[] = {
    {"total", true, compare_total},
    {"error", false, compare_error},
    {"rejected", true, compare_rejection},
    {"outcome", true, compare_outcome},
    {"notification", true, compare_notification},
    {"balance", true, compare_balance},
    {"shadow", false, compare_shadow},
};

/* NULL: it is the name of a line. */
static const struct special *
find_special(struct str name)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
        if (str_eq_cstr(name, specials[i].name))
            return &specials[i];
    return NULL;
}

/* What the test need not say to expect it. */
static void
compare_unsaid(const struct comparison *comparison, bool any_may_pay)
{
    if (!node_get(comparison->expect, STR("error")) &&
        !expects_outcome(comparison, OUTCOME_DEAD_LETTER))
        check_error(comparison, NULL);
    if (!node_get(comparison->expect, STR("rejected")) &&
        !expects_outcome(comparison, OUTCOME_REJECTED))
        check_rejection(comparison, NULL);
    if (!node_get(comparison->expect, STR("shadow")))
        check_shadow_error(comparison, NULL);
    if (comparison->names_lines || !any_may_pay)
        report_unnamed(comparison);
}

void
test_expect_compare(struct reader *reader, const struct node *expect,
                    const struct test_paid *paid, struct test_diff_list *diffs)
{
    struct comparison comparison = {
        .reader = reader,
        .paid = paid,
        .expect = expect,
        .diffs = diffs,
        .named = arena_array(reader->arena, reader->ruleset->line_count,
                             sizeof(bool)),
    };
    bool any_may_pay = false;

    if (expect->kind != NODE_OBJECT || expect->member_count == 0) {
        reader_error(reader, expect, MISTAKE_TEST_EXPECT,
                     "expect must be a mapping of lines to amounts");
        return;
    }
    for (size_t i = 0; i < expect->member_count; i++) {
        const struct node_member *member = &expect->members[i];
        const struct special *special = find_special(member->key);

        any_may_pay |= special && special->alone;
        if (special)
            special->compare(&comparison, member);
        else
            compare_line(&comparison, member);
    }
    compare_unsaid(&comparison, any_may_pay);
}
