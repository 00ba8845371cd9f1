/* order.c - two questions for each line: is the sum of what it pays the same in
 * any order of events, and is even what each single event is paid. The second
 * matters to whatever takes back, holds or adds to what one event was paid. */
#include "order.h"

#include "cost.h"
#include "line.h"

enum { REASONS_MAX = 8 };

static const char account_key[] = "account";
static const char all_key[] = "all accounts";

struct reasons {
    struct arena *arena;
    const char *keys[REASONS_MAX];
    size_t key_count;
    struct buf why;
    size_t why_count;
};

/* One form of the rule being looked at. */
struct look {
    const struct ruleset *ruleset;
    const struct rule_form *form;
    struct reasons *reasons;
    struct range ranges[RULE_LINES_MAX];
    bool by_sum[RULE_LINES_MAX]; /* what one event is paid hangs on others */
};

static void
add_key(struct reasons *reasons, const char *key)
{
    for (size_t i = 0; i < reasons->key_count; i++)
        if (strcmp(reasons->keys[i], key) == 0)
            return;
    if (reasons->key_count < REASONS_MAX)
        reasons->keys[reasons->key_count++] = key;
}

/* `line` NULL stands for the rule as a whole. */
static void
add_reason(struct look *look, const struct line *line, const char *key,
           const char *why)
{
    struct reasons *reasons = look->reasons;
    struct str name = line ? line->id : STR("rule");
    const char *text =
        arena_printf(reasons->arena, "%.*s: %s", STR_ARG(name), why);

    add_key(reasons, key);
    if (reasons->why_count == REASONS_MAX ||
        str_contains(buf_str(&reasons->why), str_from_cstr(text)))
        return;
    buf_printf(&reasons->why, "%s%s", reasons->why_count++ ? "; " : "", text);
}

/* ---- once ------------------------------------------------------------------
 */

static struct str
part_text(const struct once_part *part)
{
    if (part->kind == ONCE_FIELD)
        return expr_source(part->field);
    return part->kind == ONCE_DAY ? STR("day") : STR("row");
}

static const char *
once_key_text(const struct look *look, const struct once *once)
{
    struct buf buf;

    buf_init(&buf, look->reasons->arena);
    if (once->per_account)
        buf_add_cstr(&buf, account_key);
    for (size_t i = 0; i < once->part_count; i++) {
        if (buf.len)
            buf_add_cstr(&buf, ", ");
        buf_add_str(&buf, part_text(&once->parts[i]));
    }
    return arena_strndup(look->reasons->arena, buf.at, buf.len);
}

/* The fields of the key; `account` counts as what it is read from. */
static size_t
key_fields(const struct look *look, const struct once *once,
           const struct expr **fields)
{
    size_t count = 0;

    for (size_t i = 0; i < once->part_count; i++)
        if (once->parts[i].kind == ONCE_FIELD)
            fields[count++] = once->parts[i].field;
    if (once->per_account)
        fields[count++] = look->form->account;
    return count;
}

/* Whether all events of one key are paid the same by the line, if anything:
 * then it does not matter which of them comes first. */
static bool
key_decides(const struct look *look, const struct once *once,
            const struct line *line)
{
    const struct expr *reads[LINE_READS_MAX];
    const struct expr *fields[RULE_LINES_MAX];
    size_t field_count = key_fields(look, once, fields);
    size_t read_count = 0;

    /* Events of other types may be worth something else. */
    if (look->form->rule->form_count > 1 && line->kind->reads)
        return false;
    if (once->per_row || range_is_point(&look->ranges[line->index]))
        return true;
    if (!line->kind->reads)
        return false;
    read_count = line->kind->reads(line, reads);
    for (size_t i = 0; i < read_count; i++)
        if (!expr_reads_only(reads[i], fields, field_count))
            return false;
    return true;
}

/* Whether the key belongs to one account. */
static bool
key_names_account(const struct look *look, const struct once *once)
{
    const struct expr *fields[RULE_LINES_MAX];
    size_t count = key_fields(look, once, fields);

    return once->per_account ||
           expr_reads_only(look->form->account, fields, count);
}

static void
look_at_once(struct look *look, const struct once *once,
             const struct line *line, bool decided)
{
    if (!once->present)
        return;
    if (!key_names_account(look, once))
        add_reason(look, line, once_key_text(look, once),
                   "of several accounts, the first one takes the key");
    else if (!decided)
        add_reason(look, line, once_key_text(look, once),
                   "of several events, the first one takes the key, and "
                   "another is paid another amount");
}

/* Whether the line is paid for some of the rule's events only. */
static bool
is_for_some(const struct guard *guard)
{
    return guard->when || guard->valid.from_us != INT64_MIN ||
           guard->valid.until_us != INT64_MAX;
}

/* A rule's key stops all of its lines: they must come to the same together,
 * whichever event it is. */
static bool
rule_key_decides(const struct look *look)
{
    const struct rule_form *form = look->form;

    for (size_t i = 0; i < form->line_count; i++) {
        const struct line *line = &form->lines[i];

        if (look->by_sum[i] || !key_decides(look, &form->guard.once, line) ||
            (is_for_some(&line->guard) && form->line_count > 1))
            return false;
    }
    return true;
}

/* ---- lines ------------------------------------------------------------------
 */

static void
look_at_limit(struct look *look, const struct limit *limit,
              const struct line *line)
{
    if (limit->present)
        add_reason(look, line, limit->for_all ? all_key : account_key,
                   "what a limit leaves depends on what was paid before");
}

/* A percent of a line whose single amounts hang on other events. */
static void
look_at_part(struct look *look, const struct line *line)
{
    const struct once *once;
    struct ratio part;
    size_t of;

    if (!line_part_of(line, &of, &part) || !look->by_sum[of])
        return;
    once = &look->form->lines[of].guard.once;
    look->by_sum[line->index] = true;
    add_reason(look, line,
               once->present ? once_key_text(look, once) : account_key,
               "which event its base is paid for depends on others");
}

static void
look_at_line(struct look *look, const struct line *line)
{
    const struct guard *guard = &line->guard;
    struct line_order order = {0};

    if (line->kind->order)
        order = line->kind->order(line, look->ruleset->scale);
    if (order.why)
        add_reason(look, line, account_key, order.why);
    look->by_sum[line->index] = order.by_sum || order.why ||
                                guard->once.present || guard->limit.present;
    look_at_part(look, line);
    look_at_once(look, &guard->once, line,
                 order.why || key_decides(look, &guard->once, line));
    look_at_limit(look, &guard->limit, line);
}

/* What is taken back, or held, is what one event was paid. */
static void
look_at_closing(struct look *look)
{
    const struct rule_form *form = look->form;
    const struct rule *rule = form->rule;
    const char *why = rule->pending
                          ? "what one event was paid can be voided, and "
                            "which one was depends on others"
                          : "what one event was paid can be taken back, and "
                            "which one was depends on others";

    if (!rule->pending && !rule->reversed_by)
        return;
    for (size_t i = 0; i < form->line_count; i++) {
        const struct once *once = &form->lines[i].guard.once;

        if (look->by_sum[i])
            add_reason(look, &form->lines[i],
                       once->present ? once_key_text(look, once) : account_key,
                       why);
    }
    if (form->guard.once.present)
        add_reason(look, NULL, once_key_text(look, &form->guard.once), why);
}

static void
look_at_form(struct look *look)
{
    const struct rule_form *form = look->form;

    form_ranges(look->ruleset, form, look->reasons->arena, look->ranges);
    if (form->charge)
        add_reason(look, NULL, account_key,
                   "a price is paid or refused by what the account has");
    if (form->uses_bonus)
        add_reason(look, NULL, account_key,
                   "account.bonus_xp is of the stakes that came before");
    for (size_t i = 0; i < form->line_count; i++)
        look_at_line(look, &form->lines[i]);
    look_at_once(look, &form->guard.once, NULL, rule_key_decides(look));
    look_at_limit(look, &form->guard.limit, NULL);
    look_at_closing(look);
}

/* ---- keys -------------------------------------------------------------------
 */

static bool
has_key(const struct reasons *reasons, const char *key)
{
    for (size_t i = 0; i < reasons->key_count; i++)
        if (strcmp(reasons->keys[i], key) == 0)
            return true;
    return false;
}

/* Where all events of an account are in order, those of a part of it are. */
static bool
is_implied(const struct reasons *reasons, const char *key)
{
    size_t len = sizeof(account_key) - 1;

    if (strcmp(key, all_key) == 0)
        return false;
    return has_key(reasons, all_key) ||
           (has_key(reasons, account_key) &&
            strncmp(key, account_key, len) == 0 && key[len] == ',');
}

static struct str
join_keys(const struct reasons *reasons)
{
    struct buf buf;

    buf_init(&buf, reasons->arena);
    for (size_t i = 0; i < reasons->key_count; i++)
        if (!is_implied(reasons, reasons->keys[i]))
            buf_printf(&buf, "%s%s", buf.len ? "; " : "", reasons->keys[i]);
    return buf_str(&buf);
}

struct order
rule_order(const struct ruleset *ruleset, const struct rule *rule,
           struct arena *arena)
{
    struct reasons reasons = {.arena = arena};

    buf_init(&reasons.why, arena);
    for (size_t i = 0; i < rule->form_count; i++) {
        struct look look = {
            .ruleset = ruleset, .form = &rule->forms[i], .reasons = &reasons};

        if (!rule->forms[i].guard.off)
            look_at_form(&look);
    }
    return (struct order){
        .is_bound = reasons.key_count > 0,
        .keys = join_keys(&reasons),
        .why = buf_str(&reasons.why),
    };
}
