/* lint.c - one function a question; each asks it of one rule. */
#include "lint.h"

#include <stdarg.h>
#include <stdio.h>

#include "cost.h"
#include "line.h"
#include "map.h"
#include "mistake.h"
#include "notify_size.h"
#include "timestamp.h"
#include "token.h"

struct lint {
    const struct ruleset *ruleset;
    const struct rule *rule;     /* at hand */
    const struct notify *notify; /* its own */
    struct map tested;           /* the types of all events of tests */
    int64_t now_us;
    struct arena *arena;
    struct diag_list *diags;
};

static void warn(struct lint *lint, enum mistake mistake, int row, int column,
                 const char *format, ...) PRINTF_LIKE(5, 6);

static void
warn(struct lint *lint, enum mistake mistake, int row, int column,
     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistake_add_list(lint->diags, mistake, lint->ruleset->file, row, column,
                     format, args);
    va_end(args);
}

static const char *
amount_text(const struct lint *lint, int64_t minor)
{
    struct buf buf;

    buf_init(&buf, lint->arena);
    num_print_minor(&buf, minor, lint->ruleset->scale);
    return arena_strndup(lint->arena, buf.at, buf.len);
}

/* ---- bounds ----------------------------------------------------------------
 */

static void
warn_unbounded(struct lint *lint, const struct cost *cost)
{
    const struct rule *rule = lint->rule;
    struct str line = cost->culprit->id;

    if (cost->event_minor == COST_UNBOUNDED)
        warn(lint, MISTAKE_UNBOUNDED, rule->row, rule->column,
             "rule \"%.*s\" can pay any amount for one event: nothing bounds "
             "line \"%.*s\"; add a limit, a condition or a maximum in the "
             "schema, or write unbounded: accepted",
             STR_ARG(rule->id), STR_ARG(line));
    else
        warn(lint, MISTAKE_UNBOUNDED, rule->row, rule->column,
             "rule \"%.*s\" can pay an account any amount in a month: at most "
             "%s an event, but nothing bounds how often line \"%.*s\" pays; "
             "add a limit or once, or write unbounded: accepted",
             STR_ARG(rule->id), amount_text(lint, cost->event_minor),
             STR_ARG(line));
}

static void
lint_bounds(struct lint *lint)
{
    const struct rule *rule = lint->rule;
    struct cost cost = rule_cost(lint->ruleset, rule, lint->arena);

    if (cost.culprit && !rule->unbounded_accepted)
        warn_unbounded(lint, &cost);
    if (!cost.culprit && rule->unbounded_accepted)
        warn(lint, MISTAKE_BOUNDED, rule->row, rule->column,
             "rule \"%.*s\" pays at most %s an event and %s a month; take out "
             "unbounded: accepted, so that you are told when that changes",
             STR_ARG(rule->id), amount_text(lint, cost.event_minor),
             amount_text(lint, cost.month_minor));
}

/* ---- conditions -------------------------------------------------------------
 */

/* The guard of a rule's form, or of one of its lines, and what is known of the
 * events that reach it. */
static const struct guard *
guard_at(const struct lint *lint, size_t form, const size_t *line,
         struct range_scope *scope)
{
    const struct rule_form *at = &lint->rule->forms[form];

    *scope = form_scope(at, lint->arena);
    if (!line)
        return &at->guard;
    *scope = guard_scope(*scope, &at->guard);
    return &at->lines[*line].guard;
}

/* Whether the condition is `truth` for some event of any trigger. */
static bool
can_be(const struct lint *lint, const size_t *line, bool truth)
{
    for (size_t i = 0; i < lint->rule->form_count; i++) {
        struct range_scope scope;
        const struct guard *guard = guard_at(lint, i, line, &scope);
        struct range range = expr_range(&scope, guard->when);

        if (range_has(&range, ratio_from_int(truth)))
            return true;
    }
    return false;
}

static void
lint_condition(struct lint *lint, const char *what, struct str id,
               const size_t *line)
{
    struct range_scope scope;
    const struct guard *guard = guard_at(lint, 0, line, &scope);
    int row;
    int column;

    if (!guard->when || guard->off || scope.is_empty)
        return;
    expr_place(guard->when, &row, &column);
    if (!can_be(lint, line, true))
        warn(lint, MISTAKE_NEVER, row, column,
             "no event meets this condition, so that %s \"%.*s\" never pays; "
             "of what is not to pay, write mode: \"off\"",
             what, STR_ARG(id));
    else if (!can_be(lint, line, false))
        warn(lint, MISTAKE_ALWAYS, row, column,
             "every event that gets here meets the condition of %s \"%.*s\"; "
             "leave it out, or say what was meant",
             what, STR_ARG(id));
}

static void
lint_conditions(struct lint *lint)
{
    const struct rule_form *form = &lint->rule->forms[0];

    lint_condition(lint, "rule", lint->rule->id, NULL);
    for (size_t i = 0; i < form->line_count; i++)
        lint_condition(lint, "line", form->lines[i].id, &i);
}

/* ---- rows -------------------------------------------------------------------
 */

static bool
lacks_row(struct lint *lint, size_t form, size_t index, struct buf *value)
{
    const struct line *line = &lint->rule->forms[form].lines[index];
    struct range_scope scope;
    const struct guard *guard = guard_at(lint, form, &index, &scope);

    scope = guard_scope(scope, guard);
    return line->kind->lacks && !scope.is_empty &&
           line->kind->lacks(line, &scope, value);
}

static void
lint_rows(struct lint *lint)
{
    const struct rule *rule = lint->rule;

    for (size_t i = 0; i < rule->forms[0].line_count; i++) {
        const struct line *line = &rule->forms[0].lines[i];
        struct buf value;
        bool lacks = false;

        buf_init(&value, lint->arena);
        for (size_t j = 0; j < rule->form_count && !lacks; j++)
            lacks = lacks_row(lint, j, i, &value);
        if (lacks)
            warn(lint, MISTAKE_MISSING_ROW, line->row, line->column,
                 "the table of line \"%.*s\" has no row for %.*s: missing: "
                 "error sets such an event aside",
                 STR_ARG(line->id), STR_ARG(buf_str(&value)));
    }
}

/* ---- percents ---------------------------------------------------------------
 */

static const struct ratio whole = {1, 1};

/* Whether the two lines may pay for the same event. */
static bool
can_meet(const struct lint *lint, size_t left, size_t right)
{
    struct range_scope scope;
    const struct guard *guard = guard_at(lint, 0, &left, &scope);

    scope = guard_scope(scope, guard);
    scope = guard_scope(scope, &lint->rule->forms[0].lines[right].guard);
    return !scope.is_empty;
}

/* All parts of the line's base that may be paid together with the line, those
 * behind it left out. */
static struct ratio
sum_parts(const struct lint *lint, size_t index, size_t of, struct ratio sum)
{
    const struct line *lines = lint->rule->forms[0].lines;
    struct ratio part;
    size_t base;

    for (size_t i = 0; i < index; i++)
        if (line_part_of(&lines[i], &base, &part) && base == of &&
            can_meet(lint, i, index) && !ratio_add(sum, part, &sum))
            return sum;
    return sum;
}

static void
warn_percents(struct lint *lint, const struct line *line, size_t of,
              struct ratio sum)
{
    struct buf percent;

    buf_init(&percent, lint->arena);
    if (ratio_mul(sum, ratio_from_int(100), &sum))
        ratio_print(&percent, sum);
    warn(lint, MISTAKE_PERCENTS, line->row, line->column,
         "with line \"%.*s\", the percents of line \"%.*s\" come to %.*s: more "
         "than the line itself",
         STR_ARG(line->id), STR_ARG(lint->rule->forms[0].lines[of].id),
         STR_ARG(buf_str(&percent)));
}

/* Told once, of the line that goes too far. */
static void
lint_percents(struct lint *lint)
{
    const struct rule_form *form = &lint->rule->forms[0];

    for (size_t i = 0; i < form->line_count; i++) {
        struct ratio part;
        struct ratio sum;
        size_t of;

        if (!line_part_of(&form->lines[i], &of, &part) ||
            form->lines[i].guard.off)
            continue;
        sum = sum_parts(lint, i, of, part);
        if (ratio_compare(sum, whole) > 0 &&
            (!ratio_sub(sum, part, &part) || ratio_compare(part, whole) <= 0))
            warn_percents(lint, &form->lines[i], of, sum);
    }
}

/* ---- time -------------------------------------------------------------------
 */

static void
lint_end(struct lint *lint, const char *what, struct str id, int row,
         int column, const struct span *valid)
{
    struct buf until;

    if (valid->until_us > lint->now_us)
        return;
    buf_init(&until, lint->arena);
    timestamp_print(&until, valid->until_us);
    warn(lint, MISTAKE_ENDED, row, column,
         "%s \"%.*s\" ended at %.*s and pays for older events only; take it "
         "out, or give it a later valid_until",
         what, STR_ARG(id), STR_ARG(buf_str(&until)));
}

static void
lint_ends(struct lint *lint)
{
    const struct rule *rule = lint->rule;
    const struct rule_form *form = &rule->forms[0];

    lint_end(lint, "rule", rule->id, rule->row, rule->column,
             &form->guard.valid);
    for (size_t i = 0; i < form->line_count; i++) {
        const struct line *line = &form->lines[i];

        if (!line->guard.off)
            lint_end(lint, "line", line->id, line->row, line->column,
                     &line->guard.valid);
    }
}

/* ---- tests ------------------------------------------------------------------
 */

static void
note_event(struct lint *lint, const struct node *event)
{
    const struct node *type = node_get(event, STR("type"));

    if (type && node_is_string(type))
        *map_put(&lint->tested, type->text) = lint;
}

/* Of a recorded event, what its document says or its headers do. */
static void
note_input(struct lint *lint, const struct test_input *input)
{
    note_event(lint, input->document);
    for (size_t i = 0; i < input->record.header_count; i++)
        if (str_eq(input->record.headers[i].name, STR("ce_type")))
            *map_put(&lint->tested, input->record.headers[i].value) = lint;
}

/* The types that the tests are about; `files` may be NULL. */
static void
note_tests(struct lint *lint, const struct node *tests,
           const struct rule_test_files *files)
{
    for (size_t i = 0; tests && i < tests->item_count; i++) {
        const struct node *events = node_get(tests->items[i], STR("events"));
        const struct node *event = node_get(tests->items[i], STR("event"));

        if (event)
            note_event(lint, event);
        for (size_t j = 0; events && j < events->item_count; j++)
            note_event(lint, events->items[j]);
        for (size_t j = 0; files && j < files[i].event_count; j++)
            note_input(lint, &files[i].events[j]);
    }
}

static void
lint_tests(struct lint *lint)
{
    const struct rule *rule = lint->rule;

    for (size_t i = 0; i < rule->form_count; i++)
        if (map_get(&lint->tested, rule->forms[i].type->name))
            return;
    warn(lint, MISTAKE_UNTESTED, rule->row, rule->column,
         "rule \"%.*s\" has no test: no test has an event of type %.*s",
         STR_ARG(rule->id), STR_ARG(rule->forms[0].type->name));
}

/* ---- notifications ----------------------------------------------------------
 */

static void
lint_notification(struct lint *lint)
{
    const struct rule *rule = lint->rule;
    size_t most = 0;

    for (size_t i = 0; lint->notify->enabled && i < rule->form_count; i++) {
        size_t size = notify_size_most(lint->ruleset, rule->forms[i].type,
                                       lint->notify, lint->arena);

        most = size > most ? size : most;
    }
    if (most > TOKEN_NOTIFICATION_MAX_BYTES)
        warn(lint, MISTAKE_NOTIFICATION, rule->row, rule->column,
             "the notification of rule \"%.*s\" can take %zu bytes, and push "
             "services take %d: data would be left out; mention fewer fields, "
             "or give them a maxLength in the schema",
             STR_ARG(rule->id), most, TOKEN_NOTIFICATION_MAX_BYTES);
}

/* ---- all of them
 * -------------------------------------------------------------
 */

/* The file as a whole has no place but its beginning. */
static void
lint_file(struct lint *lint)
{
    lint_end(lint, "rule set", lint->ruleset->name, 1, 1,
             &lint->ruleset->index->valid);
}

void
lint_rules(const struct ruleset *ruleset, const struct lint_tests *beside,
           int64_t now_us, struct diag_list *diags)
{
    static void (*const checks[])(struct lint * lint) = {
        lint_bounds, lint_conditions, lint_rows,         lint_percents,
        lint_ends,   lint_tests,      lint_notification,
    };
    struct lint lint = {.ruleset = ruleset,
                        .now_us = now_us,
                        .arena = diags->arena,
                        .diags = diags};

    map_init(&lint.tested, lint.arena);
    note_tests(&lint, ruleset->tests, NULL);
    for (; beside; beside = beside->next)
        note_tests(&lint, beside->tests, beside->files);
    lint_file(&lint);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        lint.rule = ruleset->rules[i];
        lint.notify = &ruleset->notifies[i].notify;
        if (lint.rule->forms[0].guard.off)
            continue;
        for (size_t j = 0; j < sizeof(checks) / sizeof(*checks); j++)
            checks[j](&lint);
    }
}
