/* explain_print.c - the tree. `+` marks what paid, `-` what did not, and why is
 * behind it. */
#include "explain_print.h"

#include "canonical.h"
#include "json.h"
#include "json_text.h"
#include "limit_words.h"
#include "rule_parts.h"
#include "template.h"
#include "timestamp.h"

struct tree {
    const struct explain_report *report;
    struct buf text;
};

static void
add_amount(struct tree *tree, int64_t minor)
{
    template_amount(&tree->text, minor, tree->report->ruleset->scale);
}

/* ---- the head --------------------------------------------------------------
 */

static void
add_head_line(struct tree *tree, const char *name, struct str text)
{
    if (!text.len)
        return;
    buf_printf(&tree->text, "  %-11s", name);
    buf_add_visible(&tree->text, text);
    buf_add_char(&tree->text, '\n');
}

static void
add_time(struct tree *tree, const char *name, int64_t at_us)
{
    struct buf text;

    buf_init(&text, tree->report->arena);
    timestamp_print(&text, at_us);
    add_head_line(tree, name, buf_str(&text));
}

/* Among others, where one text must not look like several: in quotes if need
 * be. */
static void
add_text(struct tree *tree, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(",=\"", text.at[i], 3)) {
            json_add_string(&tree->text, text);
            return;
        }
    buf_add_visible(&tree->text, text);
}

static void
add_fields(struct tree *tree)
{
    const struct template_field *fields;
    size_t count =
        past_fields(tree->report->past, tree->report->arena, &fields);

    for (size_t i = 0; i < count; i++) {
        buf_printf(&tree->text, i ? ", %.*s = " : "  data       %.*s = ",
                   STR_ARG(fields[i].name));
        add_text(tree, fields[i].text);
    }
    if (count)
        buf_add_char(&tree->text, '\n');
}

static void
add_rules_in_force(struct tree *tree)
{
    const struct ruleset *ruleset = tree->report->ruleset;

    add_head_line(
        tree, "rules",
        str_from_cstr(arena_printf(tree->report->arena, "%s, version %.*s",
                                   ruleset->stamp, STR_ARG(ruleset->version))));
}

static void
add_head(struct tree *tree)
{
    const struct past *past = tree->report->past;

    buf_add_visible(&tree->text, past->source);
    buf_add_char(&tree->text, ' ');
    buf_add_visible(&tree->text, past->id);
    buf_add_cstr(&tree->text, ": ");
    buf_add_str(&tree->text, past->outcome);
    buf_add_char(&tree->text, '\n');
    add_head_line(tree, "type", past->type);
    add_head_line(tree, "account", past->user);
    add_time(tree, "happened", past->occurred_us);
    if (past->row_id)
        add_time(tree, "posted", past->posted_us);
    add_head_line(tree, "record", past->place);
    add_rules_in_force(tree);
    add_fields(tree);
}

/* ---- steps -----------------------------------------------------------------
 */

static bool
is_same(const struct buf *text, struct str other)
{
    return str_eq(buf_str(text), other);
}

/* Its value is all there is to say of it. */
static bool
is_field(struct str source)
{
    struct str path;

    return template_data_path(source, &path) && !memchr(path.at, ' ', path.len);
}

static void
add_eval(struct tree *tree, const struct explain_rule *rule,
         const struct explain_line *line, const struct trace_step *step)
{
    const struct explain_report *report = tree->report;
    struct str source = expr_source(step->eval.expr);
    struct buf with;
    struct buf value;

    (void)line;
    buf_init(&with, report->arena);
    buf_init(&value, report->arena);
    explain_values(&with, step, report->event, report->arena);
    value_print(&value, &step->eval.value);
    buf_printf(&tree->text, "%s: ", explain_role(rule, step));
    buf_add_visible(&tree->text, source);
    if (!is_same(&with, source) && !is_same(&with, buf_str(&value)) &&
        !is_field(source)) {
        buf_add_cstr(&tree->text, ": ");
        buf_add_visible(&tree->text, buf_str(&with));
    }
    buf_add_cstr(&tree->text, " = ");
    buf_add_visible(&tree->text, value.len ? buf_str(&value) : STR("\"\""));
}

static void
add_taker(struct tree *tree, const struct once_key *key)
{
    buf_add_cstr(&tree->text, " by ");
    buf_add_visible(&tree->text, key->taken_by->source);
    buf_add_char(&tree->text, ' ');
    buf_add_visible(&tree->text, key->taken_by->id);
}

static void
add_once(struct tree *tree, const struct explain_rule *rule,
         const struct explain_line *line, const struct trace_step *step)
{
    const struct once_key *key = report_key(tree->report, step);

    (void)rule;
    buf_add_cstr(&tree->text, "once: ");
    buf_add_str(&tree->text, line->once);
    if (step->once.key.len) {
        buf_add_cstr(&tree->text, " = ");
        buf_add_visible(&tree->text, step->once.key);
    }
    buf_add_cstr(&tree->text, step->once.taken ? ": taken before" : ": free");
    if (step->once.taken && key && key->taken_by)
        add_taker(tree, key);
    if (!step->once.taken && key && key->taken_by)
        buf_add_cstr(&tree->text, " before, taken by this event");
}

static void
add_row(struct tree *tree, const struct explain_rule *rule,
        const struct explain_line *line, const struct trace_step *step)
{
    (void)rule;
    (void)line;
    buf_printf(&tree->text, "row %zu of the list, in order of its keys",
               step->row + 1);
}

static void
add_offer(struct tree *tree, const struct explain_rule *rule,
          const struct explain_line *line, const struct trace_step *step)
{
    (void)rule;
    if (line->sum.len)
        buf_printf(&tree->text, "%.*s = ", STR_ARG(line->sum));
    add_amount(tree, step->offer.minor);
    if (ratio_compare(step->offer.exact,
                      ratio_from_minor(step->offer.minor,
                                       tree->report->ruleset->scale)) != 0) {
        buf_add_cstr(&tree->text, ", rounded from ");
        ratio_print(&tree->text, step->offer.exact);
    }
}

static void
add_change(struct tree *tree, const struct explain_rule *rule,
           const struct explain_line *line, const struct trace_step *step)
{
    (void)rule;
    (void)line;
    buf_add_cstr(&tree->text, counter_words(step->change.counter->kind));
    buf_add_cstr(&tree->text, ": ");
    ratio_print(&tree->text, step->change.before);
    buf_add_cstr(&tree->text, " before, ");
    ratio_print(&tree->text, step->change.after);
    buf_add_cstr(&tree->text, " after");
}

static void
add_limit(struct tree *tree, const struct explain_rule *rule,
          const struct explain_line *line, const struct trace_step *step)
{
    int scale = tree->report->ruleset->scale;
    const struct limit *limit = step->limit.limit;

    (void)rule;
    (void)line;
    buf_add_cstr(&tree->text, "limit: ");
    limit_print(&tree->text, limit, scale);
    buf_add_cstr(&tree->text, ": ");
    ratio_print(&tree->text, step->limit.used);
    buf_add_cstr(&tree->text, " used before, ");
    add_amount(tree, step->limit.granted_minor);
    buf_add_cstr(&tree->text, " of ");
    add_amount(tree, step->limit.wanted_minor);
    buf_add_cstr(&tree->text, " granted");
}

static void
add_skip(struct tree *tree, const struct explain_rule *rule,
         const struct explain_line *line, const struct trace_step *step)
{
    (void)rule;
    (void)line;
    buf_printf(&tree->text, "not paid: %s", explain_reason(step->skip));
}

typedef void step_printer(struct tree *tree, const struct explain_rule *rule,
                          const struct explain_line *line,
                          const struct trace_step *step);

static step_printer *const step_printers[] = {
    [TRACE_EVAL] = add_eval,     [TRACE_ONCE] = add_once,
    [TRACE_ROW] = add_row,       [TRACE_OFFER] = add_offer,
    [TRACE_CHANGE] = add_change, [TRACE_LIMIT] = add_limit,
    [TRACE_SKIP] = add_skip,
};

/* The rows of a table are told of in its sum; of a price list, they are not. */
static bool
is_told(const struct explain_line *line, const struct trace_step *step)
{
    return step->kind == TRACE_ROW && line->kind.len;
}

static void
add_steps(struct tree *tree, const struct explain_rule *rule,
          const struct explain_line *line)
{
    for (size_t i = 0; i < line->step_count; i++) {
        if (is_told(line, line->steps[i]))
            continue;
        buf_add_cstr(&tree->text, "      ");
        step_printers[line->steps[i]->kind](tree, rule, line, line->steps[i]);
        buf_add_char(&tree->text, '\n');
    }
    if (line->sum.len && !line->has_offer)
        buf_printf(&tree->text, "      %.*s\n", STR_ARG(line->sum));
}

/* ---- rules and lines -------------------------------------------------------
 */

static void
add_title(struct tree *tree, const char *indent, struct str name, bool paid,
          int64_t minor)
{
    buf_printf(&tree->text, "%s%s ", indent, paid ? "+" : "-");
    buf_add_str(&tree->text, name);
    if (paid) {
        buf_add_cstr(&tree->text, "  ");
        add_amount(tree, minor);
    }
}

static void
add_rule(struct tree *tree, const struct explain_rule *rule)
{
    int64_t minor;
    bool paid = report_rule_paid(tree->report, rule->rule->id, &minor);

    buf_add_char(&tree->text, '\n');
    add_title(tree, "", rule->rule->id, paid, minor);
    buf_printf(&tree->text, "  (line %d)\n", explain_row(rule));
    add_steps(tree, rule, &rule->lines[0]);
    for (size_t i = 1; i < rule->line_count; i++) {
        const struct explain_line *line = &rule->lines[i];

        paid = report_paid(tree->report, line->name, &minor);
        add_title(tree, "  ", line->name, paid, minor);
        if (line->kind.len)
            buf_printf(&tree->text, "  (%.*s)", STR_ARG(line->kind));
        buf_add_char(&tree->text, '\n');
        add_steps(tree, rule, line);
        if (report_is_refused(tree->report, rule))
            buf_add_cstr(&tree->text, "      not paid: the request was "
                                      "refused, as its token event says\n");
    }
}

static void
add_rules(struct tree *tree)
{
    const struct explanation *explanation = tree->report->explanation;

    for (size_t i = 0; i < explanation->rule_count; i++)
        add_rule(tree, &explanation->rules[i]);
    if (explanation->shadows)
        buf_printf(&tree->text, "\n%zu rule%s in shadow, not told of here",
                   explanation->shadows, explanation->shadows == 1 ? "" : "s");
    buf_printf(&tree->text, "\n%zu other rule%s on other triggers\n",
               explanation->others, explanation->others == 1 ? "" : "s");
}

/* ---- the ledger ------------------------------------------------------------
 */

static void
add_entries(struct tree *tree)
{
    const struct past *past = tree->report->past;

    buf_printf(&tree->text, "\nledger: %zu entr%s\n", past->entry_count,
               past->entry_count == 1 ? "y" : "ies");
    for (size_t i = 0; i < past->entry_count; i++) {
        const struct past_entry *entry = &past->entries[i];

        buf_add_cstr(&tree->text, "  ");
        buf_add_visible(&tree->text, entry->account);
        buf_printf(&tree->text, " #%lld %.*s ", (long long)entry->seq,
                   STR_ARG(entry->line));
        if (entry->amount_minor > 0)
            buf_add_char(&tree->text, '+');
        add_amount(tree, entry->amount_minor);
        buf_add_cstr(&tree->text, ", balance ");
        add_amount(tree, entry->balance_after_minor - entry->amount_minor);
        buf_add_cstr(&tree->text, " -> ");
        add_amount(tree, entry->balance_after_minor);
        buf_printf(&tree->text, " (%.*s)\n", STR_ARG(entry->type));
    }
}

/* A value of an answer; of an object, its members: "item = boost, until = ..."
 */
static void
add_value(struct tree *tree, const struct node *node)
{
    if (node->kind == NODE_STRING) {
        add_text(tree, node->text);
        return;
    }
    if (node->kind != NODE_OBJECT) {
        canonical_add(&tree->text, node);
        return;
    }
    for (size_t i = 0; i < node->member_count; i++) {
        const struct node_member *member = &node->members[i];

        if (i)
            buf_add_cstr(&tree->text, ", ");
        buf_add_str(&tree->text, member->key);
        buf_add_cstr(&tree->text, " = ");
        add_value(tree, member->value);
    }
}

/* What it says besides its entries: why it was refused, what was bought, until
 * when it is held, what is taken back. */
static void
add_answer(struct tree *tree, struct str detail)
{
    struct err ignored = {0};
    struct node *answer;

    if (!detail.len ||
        !json_read(tree->report->arena, detail, &answer, &ignored))
        return;
    for (size_t i = 0; i < answer->member_count; i++) {
        buf_add_cstr(&tree->text, "    ");
        buf_add_str(&tree->text, answer->members[i].key);
        buf_add_cstr(&tree->text, ": ");
        if (node_is_string(answer->members[i].value))
            buf_add_visible(&tree->text, answer->members[i].value->text);
        else
            add_value(tree, answer->members[i].value);
        buf_add_char(&tree->text, '\n');
    }
}

/* The text of the message that was, or is to be, published; empty: none. */
static struct str
notification_of(const struct explain_report *report,
                const struct message *message)
{
    struct err ignored = {0};
    struct node *document;
    const struct node *node;

    if (!json_read(report->arena, message->value, &document, &ignored))
        return STR("");
    node = node_at(document, STR("/data/notification/body"));
    return node_is_string(node) ? node->text : STR("");
}

static void
add_notification(struct tree *tree, const struct message *message,
                 bool may_notify)
{
    struct str text = notification_of(tree->report, message);

    buf_add_cstr(&tree->text, "    notification: ");
    if (text.len)
        buf_add_visible(&tree->text, text);
    else
        buf_add_cstr(&tree->text,
                     may_notify ? "none" : "none, the event was too old");
    buf_add_char(&tree->text, '\n');
}

static void
add_message(struct tree *tree, struct token_writer *writer,
            const struct token_source *source)
{
    struct message message;

    token_render(writer, source, &message);
    buf_printf(&tree->text, "  %s %.*s to ", writer->id, STR_ARG(source->type));
    buf_add_visible(&tree->text, source->account);
    buf_add_char(&tree->text, '\n');
    add_answer(tree, source->detail);
    add_notification(tree, &message, source->may_notify);
}

static void
add_messages(struct tree *tree)
{
    const struct explain_report *report = tree->report;
    struct token_writer writer;

    if (!report->message_count)
        return;
    token_writer_init(&writer, report->arena);
    buf_add_cstr(&tree->text, "\ntoken events\n");
    for (size_t i = 0; i < report->message_count; i++)
        add_message(tree, &writer, &report->messages[i]);
}

static void
add_records(struct tree *tree)
{
    const struct explain_report *report = tree->report;

    if (report->record_count)
        buf_add_cstr(&tree->text, "\nother records that name the id\n");
    for (size_t i = 0; i < report->record_count; i++) {
        const struct past_record *record = &report->records[i];

        buf_add_cstr(&tree->text, "  ");
        buf_add_visible(&tree->text, record->place);
        buf_printf(&tree->text, ": %.*s", STR_ARG(record->outcome));
        if (record->reason.len) {
            buf_printf(&tree->text, ", %.*s: ", STR_ARG(record->reason));
            buf_add_visible(&tree->text, record->message);
        }
        buf_add_char(&tree->text, '\n');
    }
}

void
explain_print_tree(const struct explain_report *report, FILE *out)
{
    struct tree tree = {.report = report};

    buf_init(&tree.text, report->arena);
    if (report->ruleset) {
        add_head(&tree);
        if (report->explanation)
            add_rules(&tree);
        else
            buf_printf(&tree.text, "\n%s\n", report->unknown);
        add_entries(&tree);
        add_messages(&tree);
    } else {
        buf_printf(&tree.text, "%s\n", report->unknown);
    }
    add_records(&tree);
    if (report->differs)
        buf_printf(&tree.text, "\n*** %s ***\n", report->differs);
    fprintf(out, "%.*s", STR_ARG(buf_str(&tree.text)));
}
