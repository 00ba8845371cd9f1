/* test_expect.c - every amount that was paid must be named, unless the test
 * asks for the total alone. */
#include "test_expect.h"

#include "quote.h"
#include "suggest.h"

/* One comparison at work. */
struct comparison {
    struct reader *reader;
    const struct test_paid *paid;
    struct buf *message;
    bool *named; /* by place in ruleset->lines */
    bool names_lines;
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
        if (ruleset->lines[i]->pays)
            suggest_offer(&suggest, is_short
                                        ? short_name(ruleset->lines[i]->name)
                                        : ruleset->lines[i]->name);
    reader_error(reader, member->value, MISTAKE_UNKNOWN_LINE,
                 "no line pays under the name %s",
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

        if (!ledger->pays || (!str_eq(ledger->name, member->key) &&
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
compare_error(const struct comparison *comparison, const struct node *expected)
{
    const struct err *err = &comparison->paid->err;
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

        if (minor == 0 || comparison->named[i])
            continue;
        buf_printf(complain(comparison), "%.*s pays ",
                   STR_ARG(ruleset->lines[i]->name));
        num_print_minor(comparison->message, minor, ruleset->scale);
        buf_add_cstr(comparison->message, ", which expect does not name");
    }
}

void
test_expect_compare(struct reader *reader, const struct node *expect,
                    const struct test_paid *paid, struct buf *message)
{
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
    compare_error(&comparison, node_get(expect, STR("error")));
    compare_rejection(&comparison, node_get(expect, STR("rejected")));
    for (size_t i = 0; i < expect->member_count; i++) {
        const struct node_member *member = &expect->members[i];

        if (str_eq(member->key, STR("total")))
            compare_amount(&comparison, member, paid->total);
        else if (!str_eq(member->key, STR("error")) &&
                 !str_eq(member->key, STR("rejected")))
            compare_line(&comparison, member);
    }
    if (comparison.names_lines ||
        (!node_get(expect, STR("total")) && !node_get(expect, STR("rejected"))))
        report_unnamed(&comparison);
}
