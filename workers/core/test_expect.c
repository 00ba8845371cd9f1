/* test_expect.c - every amount that was paid must be named, unless the test
 * asks for the total alone. */
#include "test_expect.h"

#include "quote.h"
#include "shadow.h"
#include "suggest.h"

/* One comparison at work. */
struct comparison {
    struct reader *reader;
    const struct test_paid *paid;
    struct buf *message;
    bool *named; /* by place in ruleset->lines */
    bool names_lines;
    bool in_shadow; /* at work on what rules in shadow would have paid */
};

/* Start another sentence of the message. */
static struct buf *
complain(const struct comparison *comparison)
{
    if (comparison->message->len)
        buf_add_cstr(comparison->message, "; ");
    return comparison->message;
}

static void
compare_amount(const struct comparison *comparison,
               const struct node_member *member, int64_t minor)
{
    int scale = comparison->reader->ruleset->scale;
    struct ratio expected;

    if (!read_decimal(comparison->reader, member->value, "an expected amount",
                      &expected) ||
        ratio_compare(expected, ratio_from_minor(minor, scale)) == 0)
        return;
    buf_printf(complain(comparison), "expected %.*s %.*s, got ",
               STR_ARG(member->key), STR_ARG(member->value->text));
    num_print_minor(comparison->message, minor, scale);
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
        compare_amount(comparison, member, comparison->paid->by_line[found]);
    }
}

static void
compare_error(const struct comparison *comparison, const struct node *expected,
              const struct err *err)
{
    struct str code = expected ? expected->text : (struct str){0};

    if (str_eq_cstr(code, err->code))
        return;
    if (code.len == 0)
        buf_printf(complain(comparison), "%s: %s", err->code, err->text);
    else if (!err_is_set(err))
        buf_printf(complain(comparison), "expected error %.*s, got none",
                   STR_ARG(code));
    else
        buf_printf(complain(comparison), "expected error %.*s, got %s: %s",
                   STR_ARG(code), err->code, err->text);
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
compare_rejection(const struct comparison *comparison,
                  const struct node *expected)
{
    const char *got = rejection_name(comparison->paid->rejection);
    struct str reason = expected ? expected->text : (struct str){0};

    if (expected && !check_reason(comparison, expected))
        return;
    if (!str_eq_cstr(reason, got))
        buf_printf(complain(comparison), "expected %s%.*s, got %s%s",
                   reason.len ? "rejected " : "no rejection", STR_ARG(reason),
                   *got ? "rejected " : "none", got);
}

static void
report_unnamed(const struct comparison *comparison)
{
    const struct ruleset *ruleset = comparison->reader->ruleset;

    for (size_t i = 0; i < ruleset->line_count; i++) {
        int64_t minor = comparison->paid->by_line[i];

        if (minor == 0 || comparison->named[i] ||
            !is_expected(comparison, ruleset->lines[i]))
            continue;
        buf_printf(complain(comparison), "%.*s pays ",
                   STR_ARG(ruleset->lines[i]->name));
        num_print_minor(comparison->message, minor, ruleset->scale);
        buf_add_cstr(comparison->message, ", which expect does not name");
    }
}

/* The amounts of the mapping; keys that are of other kinds are words. */
static void
compare_amounts(struct comparison *comparison, const struct node *expect,
                int64_t total, const char *const *words, size_t word_count)
{
    comparison->names_lines = false;
    for (size_t i = 0; i < expect->member_count; i++) {
        const struct node_member *member = &expect->members[i];
        bool is_word = false;

        for (size_t j = 0; j < word_count; j++)
            is_word = is_word || str_eq_cstr(member->key, words[j]);
        if (str_eq(member->key, STR("total")))
            compare_amount(comparison, member, total);
        else if (!is_word)
            compare_line(comparison, member);
    }
}

/* What rules in shadow would have paid is looked at when a test names it; that
 * they fail, always. */
static void
compare_shadow(struct comparison *comparison, const struct node *expect)
{
    static const char *const words[] = {"error"};
    const struct test_paid *paid = comparison->paid;

    if (expect && (expect->kind != NODE_OBJECT || expect->member_count == 0)) {
        reader_error(comparison->reader, expect, MISTAKE_TEST_EXPECT,
                     "shadow must be a mapping of lines to amounts");
        return;
    }
    comparison->in_shadow = true;
    compare_error(comparison, node_get(expect, STR("error")),
                  &paid->shadow_err);
    if (!expect)
        return;
    compare_amounts(comparison, expect, paid->shadow_total, words, 1);
    if (comparison->names_lines || !node_get(expect, STR("total")))
        report_unnamed(comparison);
}

void
test_expect_compare(struct reader *reader, const struct node *expect,
                    const struct test_paid *paid, struct buf *message)
{
    static const char *const words[] = {"error", "rejected", "shadow"};
    struct comparison comparison = {
        .reader = reader,
        .paid = paid,
        .message = message,
        .named = arena_array(reader->arena, reader->ruleset->line_count,
                             sizeof(bool)),
    };

    if (expect->kind != NODE_OBJECT || expect->member_count == 0) {
        reader_error(reader, expect, MISTAKE_TEST_EXPECT,
                     "expect must be a mapping of lines to amounts");
        return;
    }
    compare_error(&comparison, node_get(expect, STR("error")), &paid->err);
    compare_rejection(&comparison, node_get(expect, STR("rejected")));
    compare_amounts(&comparison, expect, paid->total, words, 3);
    if (comparison.names_lines ||
        (!node_get(expect, STR("total")) && !node_get(expect, STR("rejected"))))
        report_unnamed(&comparison);
    compare_shadow(&comparison, node_get(expect, STR("shadow")));
}
