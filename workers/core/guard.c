/* guard.c - compiles and checks what depends on the event alone; once-keys and
 * limits, which depend on the facts, are in once.c and limit.c, and cohorts,
 * which depend on the account, in cohort.c. */
#include "guard.h"

#include "cohort.h"
#include "quote.h"

static const char *const mode_words[] = {"live", "off", "shadow"};
const struct shape mode_shape = {SHAPE_WORDS(mode_words)};

static void
compile_mode(struct reader *reader, const struct node *node,
             struct guard *guard)
{
    size_t index = 0;

    if (!read_word(reader, node, "mode", mode_words, 3, &index))
        return;
    guard->off = index == 1;
    guard->shadow = index == 2;
}

static void
compile_when(struct reader *reader, const struct node *node,
             struct guard *guard)
{
    guard->when = read_expr(reader, node, "when");
    if (!guard->when)
        return;
    if (expr_type(guard->when) != VALUE_BOOL)
        reader_error(reader, node, MISTAKE_WRONG_RESULT,
                     "when must be true or false, but %s has type %s",
                     quoted(reader->arena, node->text),
                     value_type_name(expr_type(guard->when)));
    else
        expr_assume(&reader->scope, guard->when);
}

void
span_compile(struct reader *reader, const struct node *node, struct span *span)
{
    const struct node *from = node_get(node, STR("valid_from"));
    const struct node *until = node_get(node, STR("valid_until"));

    *span = (struct span){INT64_MIN, INT64_MAX};
    if (from && !read_time(reader, from, "valid_from", &span->from_us))
        return;
    if (until && !read_time(reader, until, "valid_until", &span->until_us))
        return;
    if (span->from_us >= span->until_us)
        reader_error(reader, until, MISTAKE_WRONG_ORDER,
                     "valid_until must be after valid_from");
}

static struct place
place_of(const struct node *node, const char *key)
{
    const struct node_member *member = node_member(node, str_from_cstr(key));

    return member ? (struct place){member->line, member->column}
                  : (struct place){0};
}

bool
guard_compile(struct reader *reader, const struct node *node,
              struct guard *guard)
{
    size_t errors = reader->diags->errors;
    const struct node *mode = node_get(node, STR("mode"));
    const struct node *when = node_get(node, STR("when"));
    const struct node *cohort = node_get(node, STR("cohort"));
    const struct node *once = node_get(node, STR("once"));
    const struct node *limit = node_get(node, STR("limit"));

    guard->when_place = place_of(node, "when");
    guard->once_place = place_of(node, "once");
    guard->limit_place = place_of(node, "limit");
    if (mode)
        compile_mode(reader, mode, guard);
    span_compile(reader, node, &guard->valid);
    if (when)
        compile_when(reader, when, guard);
    if (cohort && !cohort_compile(reader, cohort, &guard->cohort))
        return false;
    if (once && !once_compile(reader, once, &guard->once))
        return false;
    if (limit && !limit_compile(reader, limit, &guard->limit))
        return false;
    return reader->diags->errors == errors;
}

bool
span_holds(const struct span *span, int64_t at_us)
{
    return at_us >= span->from_us && at_us < span->until_us;
}

bool
guard_check(const struct guard *guard, const struct turn *turn,
            const struct ledger_line *ledger, bool *passes,
            enum skip_reason *reason, struct err *err)
{
    struct value value = {.type = VALUE_BOOL, .boolean = true};

    *passes = false;
    *reason = SKIP_OFF;
    if (guard->off)
        return true;
    *reason = SKIP_NOT_VALID;
    if (!span_holds(&guard->valid, turn->event->time_us))
        return true;
    *reason = SKIP_WHEN;
    if (guard->when && !turn_eval(turn, ledger, guard->when, &value, err))
        return false;
    *passes = value.boolean;
    return true;
}
