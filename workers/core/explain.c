/* explain.c - sorts the steps of a trace under the rules and lines they are
 * about, and puts into words what a line did with its numbers. */
#include "explain.h"

#include <assert.h>

#include "charge.h"
#include "line.h"

/* ---- lines -----------------------------------------------------------------
 */

/* "level.level[3]" is a row of "level.level". */
static bool
is_row_of(struct str name, struct str line)
{
    return str_starts_with(name, line) && name.len > line.len &&
           name.at[line.len] == '[';
}

static bool
is_repeated(const struct explain_line *line, const struct trace_step *step)
{
    for (size_t i = 0; i < line->step_count; i++)
        if (step->kind == TRACE_EVAL && line->steps[i]->kind == TRACE_EVAL &&
            line->steps[i]->eval.expr == step->eval.expr)
            return true;
    return false;
}

static void
add_step(struct explain_line *line, const struct trace_step *step,
         struct arena *arena)
{
    if (is_repeated(line, step))
        return;
    line->steps = arena_room(arena, line->steps, line->step_count,
                             &line->step_room, 4, sizeof(*line->steps));
    line->steps[line->step_count++] = step;
    line->has_offer = line->has_offer || step->kind == TRACE_OFFER;
    if (step->kind == TRACE_SKIP) {
        line->skipped = true;
        line->reason = step->skip;
    }
}

/* Another line, with its steps; valid until the next. */
static struct explain_line *
add_line(struct explain_rule *rule, const struct trace *trace,
         struct arena *arena, struct str name)
{
    struct explain_line *line;

    rule->lines = arena_room(arena, rule->lines, rule->line_count,
                             &rule->line_room, 4, sizeof(*rule->lines));
    line = &rule->lines[rule->line_count++];
    *line = (struct explain_line){.name = name};
    for (size_t i = 0; i < trace->count; i++)
        if (str_eq(trace->steps[i].line->name, name))
            add_step(line, &trace->steps[i], arena);
    return line;
}

/* Each row that was offered or skipped, in order. */
static void
add_rows(struct explain_rule *rule, const struct trace *trace,
         struct arena *arena, struct str name)
{
    size_t first = rule->line_count;

    for (size_t i = 0; i < trace->count; i++) {
        struct str row = trace->steps[i].line->name;
        bool known = false;

        if (!is_row_of(row, name))
            continue;
        for (size_t j = first; j < rule->line_count; j++)
            known = known || str_eq(rule->lines[j].name, row);
        if (!known)
            add_line(rule, trace, arena, row);
    }
}

/* ---- words -----------------------------------------------------------------
 */

static struct str
once_words(const struct once *once, struct arena *arena)
{
    struct buf words;

    buf_init(&words, arena);
    if (once->per_account)
        buf_add_cstr(&words, "account");
    for (size_t i = 0; i < once->part_count; i++) {
        const struct once_part *part = &once->parts[i];

        if (words.len)
            buf_add_cstr(&words, ", ");
        if (part->kind == ONCE_FIELD)
            buf_add_str(&words, expr_source(part->field));
        else
            buf_add_cstr(&words, part->kind == ONCE_DAY ? "day" : "row");
    }
    return words.len ? buf_str(&words) : STR("");
}

/* What the line offers after its own limit. */
static int64_t
line_offers(const struct line *line, const struct trace *trace)
{
    const struct trace_step *limit =
        trace_first(trace, TRACE_LIMIT, line->ledger);
    int64_t sum = 0;

    if (limit)
        return limit->limit.granted_minor;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_step *step = &trace->steps[i];

        if (step->kind == TRACE_OFFER &&
            (step->line == line->ledger ||
             is_row_of(step->line->name, line->ledger->name)))
            sum = num_add_capped(sum, step->offer.minor);
    }
    return sum;
}

/* Only what was asked for its amount has got one to tell of. */
static bool
came_to_amount(const struct explain_line *line)
{
    return !line->skipped || line->reason == SKIP_ZERO ||
           line->reason == SKIP_LIMIT;
}

static void
tell_line(const struct line *line, const struct explain_rule *rule,
          const struct trace *trace, const int64_t *minor, struct arena *arena,
          struct explain_line *told)
{
    struct buf sum;

    told->kind = str_from_cstr(line->kind->name);
    if (line->guard.once.present)
        told->once = once_words(&line->guard.once, arena);
    if (!line->kind->tell || !came_to_amount(told))
        return;
    buf_init(&sum, arena);
    line->kind->tell(line, rule->form, trace, minor, &sum);
    told->sum = buf_str(&sum);
}

/* ---- rules -----------------------------------------------------------------
 */

static void
add_award(struct explain_rule *rule, const struct trace *trace,
          struct arena *arena)
{
    const struct rule_form *form = rule->form;
    int64_t minor[RULE_LINES_MAX] = {0};

    for (size_t i = 0; i < form->line_count; i++)
        minor[i] = line_offers(&form->lines[i], trace);
    for (size_t i = 0; i < form->line_count; i++) {
        const struct line *line = &form->lines[i];

        tell_line(line, rule, trace, minor, arena,
                  add_line(rule, trace, arena, line->ledger->name));
        add_rows(rule, trace, arena, line->ledger->name);
    }
}

/* A charge has one line, whose steps have its name. */
static void
add_charge(struct explain_rule *rule, const struct trace *trace,
           struct arena *arena)
{
    size_t len = rule->rule->id.len;

    for (size_t i = 0; i < trace->count; i++) {
        struct str name = trace->steps[i].line->name;

        if (!str_starts_with(name, rule->rule->id) || name.len <= len ||
            name.at[len] != '.')
            continue;
        add_line(rule, trace, arena, name);
        return;
    }
}

static void
explain_form(const struct rule_form *form, const struct trace *trace,
             struct arena *arena, struct explain_rule *rule)
{
    struct explain_line *own;

    *rule = (struct explain_rule){.rule = form->rule, .form = form};
    own = add_line(rule, trace, arena, form->rule->ledger->name);
    if (form->guard.once.present)
        own->once = once_words(&form->guard.once, arena);
    rule->skipped = own->skipped;
    rule->reason = own->reason;
    if (rule->skipped)
        return;
    if (form->charge)
        add_charge(rule, trace, arena);
    else
        add_award(rule, trace, arena);
}

void
explain(const struct ruleset *ruleset, const struct event_type *type,
        const struct trace *trace, struct arena *arena,
        struct explanation *explanation)
{
    const struct trigger *trigger = rule_index_find(ruleset->index, type);
    size_t count = trigger ? trigger->form_count : 0;
    size_t shadows =
        trigger && trigger->shadow ? trigger->shadow->form_count : 0;

    *explanation = (struct explanation){
        .rules = arena_array(arena, count, sizeof(*explanation->rules)),
        .rule_count = count,
        .shadows = shadows,
        .others = ruleset->rule_count - count - shadows,
    };
    for (size_t i = 0; i < count; i++)
        explain_form(trigger->forms[i], trace, arena, &explanation->rules[i]);
}

/* ---- expressions -----------------------------------------------------------
 */

static bool
is_path_byte(char c)
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    return memchr(bytes, c, sizeof(bytes) - 1) != NULL;
}

/* The field at the start of the text: a method may follow it. Returns how many
 * bytes name it, 0 when none does. */
static size_t
field_at(struct str text, const struct event *event, struct arena *arena,
         struct str *value)
{
    static const struct str prefix = {"event.data.", 11};
    struct str keys[FIELD_DEPTH_MAX];
    size_t len = 0;

    if (!str_starts_with(text, prefix))
        return 0;
    while (len < text.len && is_path_byte(text.at[len]))
        len++;
    while (len > prefix.len) {
        struct str path = str_make(text.at + prefix.len, len - prefix.len);

        if (event_field_text(event, keys, field_keys(path, keys), arena, value))
            return len;
        do
            len--;
        while (len > prefix.len && text.at[len] != '.');
    }
    return 0;
}

/* As field_at, of what a rule knows beside the event: charge.LINE and
 * account.bonus_xp. */
static size_t
extra_at(struct str text, const struct trace_step *step, struct arena *arena,
         struct str *value)
{
    static const struct {
        struct str prefix;
        enum event_extra extra;
    } extras[] = {
        {{"charge.", 7}, EXTRA_CHARGE},
        {{"account.bonus_xp", 16}, EXTRA_BONUS_XP},
    };
    struct buf number;

    for (size_t i = 0; i < sizeof(extras) / sizeof(*extras); i++) {
        size_t len = extras[i].prefix.len;

        if (!str_starts_with(text, extras[i].prefix))
            continue;
        while (len < text.len && is_path_byte(text.at[len]))
            len++;
        buf_init(&number, arena);
        ratio_print(&number, step->eval.extras[extras[i].extra]);
        *value = buf_str(&number);
        return len;
    }
    return 0;
}

/* Past the end of a string literal that starts here, or one byte on. */
static size_t
skip_literal(struct str text)
{
    size_t at = 1;

    if (text.at[0] != '"' && text.at[0] != '\'')
        return 1;
    while (at < text.len && text.at[at] != text.at[0])
        at += text.at[at] == '\\' && at + 1 < text.len ? 2 : 1;
    return at < text.len ? at + 1 : text.len;
}

void
explain_values(struct buf *buf, const struct trace_step *step,
               const struct event *event, struct arena *arena)
{
    static const struct str has = {"has(", 4};
    struct str text = expr_source(step->eval.expr);
    struct str value;
    size_t at = 0;

    while (at < text.len) {
        struct str rest = str_make(text.at + at, text.len - at);
        bool word = at && is_path_byte(text.at[at - 1]);
        bool asked =
            at >= has.len && memcmp(rest.at - has.len, has.at, has.len) == 0;
        size_t named = word || asked ? 0 : field_at(rest, event, arena, &value);
        size_t len;

        if (!named && !word)
            named = extra_at(rest, step, arena, &value);
        len = named ? named : skip_literal(rest);
        buf_add_str(buf, named ? value : str_make(rest.at, len));
        at += len;
    }
}

const char *
explain_role(const struct explain_rule *rule, const struct trace_step *step)
{
    const struct rule_form *form = rule->form;
    const struct expr *expr = step->eval.expr;
    struct place ignored;

    if (expr == form->account)
        return "account";
    if (form->charge && expr == charge_guard(form->charge, &ignored))
        return "guard";
    if (expr == form->guard.when)
        return "when";
    for (size_t i = 0; i < form->line_count; i++)
        if (expr == form->lines[i].guard.when)
            return "when";
    return "value";
}

const char *
explain_reason(enum skip_reason reason)
{
    static const char *const reasons[] = {
        [SKIP_WHEN] = "its condition is false",
        [SKIP_NOT_VALID] = "the event is outside valid_from and valid_until",
        [SKIP_OFF] = "its mode is off",
        [SKIP_ONCE] = "its once-key was taken before",
        [SKIP_LIMIT] = "its limit leaves nothing",
        [SKIP_LATE] = "the event came later than it accepts",
        [SKIP_ZERO] = "it comes to nothing",
        [SKIP_COHORT] = "the account is not in its cohort",
    };

    static_assert(sizeof(reasons) / sizeof(*reasons) == SKIP_REASON_COUNT,
                  "each reason has its words");

    return reasons[reason];
}

int
explain_row(const struct explain_rule *rule)
{
    return rule->rule->row;
}
