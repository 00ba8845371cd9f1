/* explain_json.c - the same as one object. Amounts and numbers are strings, as
 * in token events; what is not known or not there is null. */
#include "explain_print.h"

#include "json_text.h"
#include "limit_words.h"
#include "rule_parts.h"
#include "timestamp.h"

struct json {
    const struct explain_report *report;
    struct buf text;
};

static void
add_text(struct json *json, const char *key, struct str text)
{
    json_add_key(&json->text, key);
    if (text.at)
        json_add_string(&json->text, text);
    else
        buf_add_cstr(&json->text, "null");
}

static void
add_word(struct json *json, const char *key, const char *word)
{
    add_text(json, key, word ? str_from_cstr(word) : (struct str){0});
}

static void
add_int(struct json *json, const char *key, int64_t number)
{
    json_add_key(&json->text, key);
    buf_add_int(&json->text, number);
}

static void
add_bool(struct json *json, const char *key, bool value)
{
    json_add_key(&json->text, key);
    buf_add_cstr(&json->text, value ? "true" : "false");
}

static void
add_time(struct json *json, const char *key, int64_t at_us)
{
    json_add_key(&json->text, key);
    buf_add_char(&json->text, '"');
    timestamp_print(&json->text, at_us);
    buf_add_char(&json->text, '"');
}

static void
add_minor(struct json *json, const char *key, int64_t minor)
{
    json_add_key(&json->text, key);
    buf_add_char(&json->text, '"');
    num_print_minor(&json->text, minor, json->report->ruleset->scale);
    buf_add_char(&json->text, '"');
}

static void
add_ratio(struct json *json, const char *key, struct ratio number)
{
    json_add_key(&json->text, key);
    buf_add_char(&json->text, '"');
    ratio_print(&json->text, number);
    buf_add_char(&json->text, '"');
}

static void
open_member(struct json *json, const char *key, char bracket)
{
    json_add_key(&json->text, key);
    buf_add_char(&json->text, bracket);
}

static void
open_item(struct json *json, bool first)
{
    buf_add_cstr(&json->text, first ? "{" : ",{");
}

static void
close(struct json *json, char bracket)
{
    buf_add_char(&json->text, bracket);
}

/* ---- the event -------------------------------------------------------------
 */

static void
add_event(struct json *json)
{
    const struct past *past = json->report->past;
    const struct template_field *fields;
    size_t count = past_fields(past, json->report->arena, &fields);

    open_member(json, "event", '{');
    add_text(json, "source", past->source);
    add_text(json, "id", past->id);
    add_text(json, "type", past->type);
    add_text(json, "account", past->user);
    add_text(json, "record", past->place);
    add_time(json, "occurred_at", past->occurred_us);
    if (past->row_id)
        add_time(json, "posted_at", past->posted_us);
    open_member(json, "data", '{');
    for (size_t i = 0; i < count; i++)
        add_text(json,
                 arena_strndup(json->report->arena, fields[i].name.at,
                               fields[i].name.len),
                 fields[i].text);
    close(json, '}');
    close(json, '}');
}

static void
add_ruleset(struct json *json)
{
    const struct ruleset *ruleset = json->report->ruleset;

    open_member(json, "ruleset", '{');
    add_word(json, "stamp", ruleset->stamp);
    add_text(json, "name", ruleset->name);
    add_text(json, "version", ruleset->version);
    add_word(json, "sha256", ruleset->sha256);
    close(json, '}');
}

/* ---- steps -----------------------------------------------------------------
 */

static void
add_eval(struct json *json, const struct explain_rule *rule,
         const struct trace_step *step)
{
    const struct explain_report *report = json->report;
    struct buf text;

    buf_init(&text, report->arena);
    explain_values(&text, step, report->event, report->arena);
    add_word(json, "role", explain_role(rule, step));
    add_text(json, "expression", expr_source(step->eval.expr));
    add_text(json, "values", buf_str(&text));
    buf_clear(&text);
    value_print(&text, &step->eval.value);
    add_text(json, "result", text.len ? buf_str(&text) : STR(""));
}

static void
add_once(struct json *json, const struct explain_rule *rule,
         const struct trace_step *step)
{
    const struct once_key *key = report_key(json->report, step);
    const struct event *taker = key ? key->taken_by : NULL;

    (void)rule;
    add_text(json, "key", step->once.key.at ? step->once.key : STR(""));
    add_text(json, "account",
             step->once.account ? step->once.account->address
                                : (struct str){0});
    add_bool(json, "taken_before", step->once.taken);
    add_bool(json, "taken_after", step->once.taken || taker);
    add_text(json, "taken_by_source", taker ? taker->source : (struct str){0});
    add_text(json, "taken_by_id", taker ? taker->id : (struct str){0});
}

static void
add_row(struct json *json, const struct explain_rule *rule,
        const struct trace_step *step)
{
    (void)rule;
    add_int(json, "row", (int64_t)step->row + 1);
}

static void
add_offer(struct json *json, const struct explain_rule *rule,
          const struct trace_step *step)
{
    (void)rule;
    add_ratio(json, "exact", step->offer.exact);
    add_minor(json, "amount", step->offer.minor);
}

static void
add_change(struct json *json, const struct explain_rule *rule,
           const struct trace_step *step)
{
    (void)rule;
    add_word(json, "counter", counter_words(step->change.counter->kind));
    add_ratio(json, "before", step->change.before);
    add_ratio(json, "after", step->change.after);
}

static void
add_limit(struct json *json, const struct explain_rule *rule,
          const struct trace_step *step)
{
    const struct limit *limit = step->limit.limit;

    (void)rule;
    add_word(json, "per", limit->for_all ? "all" : "account");
    add_word(json, "window", window_words[limit->window]);
    add_word(json, "measure", limit->times ? "times" : "amount");
    add_ratio(json, "max",
              ratio_from_minor(
                  limit->max, limit->times ? 0 : json->report->ruleset->scale));
    add_ratio(json, "used_before", step->limit.used);
    add_minor(json, "wanted", step->limit.wanted_minor);
    add_minor(json, "granted", step->limit.granted_minor);
}

static void
add_skip(struct json *json, const struct explain_rule *rule,
         const struct trace_step *step)
{
    (void)rule;
    add_word(json, "reason", skip_reason_name(step->skip));
}

typedef void step_adder(struct json *json, const struct explain_rule *rule,
                        const struct trace_step *step);

static const struct {
    const char *name;
    step_adder *add;
} step_adders[] = {
    [TRACE_EVAL] = {"value", add_eval},
    [TRACE_ONCE] = {"once", add_once},
    [TRACE_ROW] = {"row", add_row},
    [TRACE_OFFER] = {"offer", add_offer},
    [TRACE_CHANGE] = {"counter", add_change},
    [TRACE_LIMIT] = {"limit", add_limit},
    [TRACE_SKIP] = {"not_paid", add_skip},
};

static void
add_steps(struct json *json, const struct explain_rule *rule,
          const struct explain_line *line)
{
    open_member(json, "steps", '[');
    for (size_t i = 0; i < line->step_count; i++) {
        const struct trace_step *step = line->steps[i];

        open_item(json, i == 0);
        add_word(json, "step", step_adders[step->kind].name);
        step_adders[step->kind].add(json, rule, step);
        close(json, '}');
    }
    close(json, ']');
}

/* ---- rules and lines -------------------------------------------------------
 */

static void
add_reason(struct json *json, bool skipped, enum skip_reason reason)
{
    add_word(json, "not_paid", skipped ? skip_reason_name(reason) : NULL);
}

static void
add_line(struct json *json, const struct explain_rule *rule,
         const struct explain_line *line)
{
    int64_t minor = 0;

    add_text(json, "line", line->name);
    add_text(json, "kind", line->kind);
    (void)report_paid(json->report, line->name, &minor);
    add_minor(json, "amount", minor);
    if (report_is_refused(json->report, rule))
        add_word(json, "not_paid", "rejected");
    else
        add_reason(json, line->skipped, line->reason);
    add_text(json, "arithmetic", line->sum.len ? line->sum : (struct str){0});
    add_steps(json, rule, line);
}

static void
add_rule(struct json *json, const struct explain_rule *rule)
{
    int64_t minor;

    (void)report_rule_paid(json->report, rule->rule->id, &minor);
    add_text(json, "rule", rule->rule->id);
    add_int(json, "row", explain_row(rule));
    add_minor(json, "amount", minor);
    add_reason(json, rule->skipped, rule->reason);
    add_steps(json, rule, &rule->lines[0]);
    open_member(json, "lines", '[');
    for (size_t i = 1; i < rule->line_count; i++) {
        open_item(json, i == 1);
        add_line(json, rule, &rule->lines[i]);
        close(json, '}');
    }
    close(json, ']');
}

static void
add_rules(struct json *json)
{
    const struct explanation *explanation = json->report->explanation;

    if (!explanation) {
        add_text(json, "rules", (struct str){0});
        return;
    }
    open_member(json, "rules", '[');
    for (size_t i = 0; i < explanation->rule_count; i++) {
        open_item(json, i == 0);
        add_rule(json, &explanation->rules[i]);
        close(json, '}');
    }
    close(json, ']');
}

/* ---- the ledger ------------------------------------------------------------
 */

static void
add_entries(struct json *json)
{
    const struct past *past = json->report->past;

    open_member(json, "entries", '[');
    for (size_t i = 0; i < past->entry_count; i++) {
        const struct past_entry *entry = &past->entries[i];

        open_item(json, i == 0);
        add_text(json, "account", entry->account);
        add_int(json, "account_seq", entry->seq);
        add_text(json, "line", entry->line);
        add_text(json, "transaction_type", entry->type);
        add_minor(json, "amount", entry->amount_minor);
        add_minor(json, "balance_before",
                  entry->balance_after_minor - entry->amount_minor);
        add_minor(json, "balance_after", entry->balance_after_minor);
        close(json, '}');
    }
    close(json, ']');
}

/* The token events as they are published, byte for byte. */
static void
add_messages(struct json *json)
{
    const struct explain_report *report = json->report;
    struct token_writer writer;

    token_writer_init(&writer, report->arena);
    open_member(json, "token_events", '[');
    for (size_t i = 0; i < report->message_count; i++) {
        struct message message;

        token_render(&writer, &report->messages[i], &message);
        if (i)
            buf_add_char(&json->text, ',');
        buf_add_str(&json->text, message.value);
    }
    close(json, ']');
}

static void
add_records(struct json *json)
{
    const struct explain_report *report = json->report;

    open_member(json, "other_records", '[');
    for (size_t i = 0; i < report->record_count; i++) {
        const struct past_record *record = &report->records[i];

        open_item(json, i == 0);
        add_text(json, "record", record->place);
        add_text(json, "outcome", record->outcome);
        add_text(json, "reason",
                 record->reason.len ? record->reason : (struct str){0});
        add_text(json, "message",
                 record->message.len ? record->message : (struct str){0});
        close(json, '}');
    }
    close(json, ']');
}

void
explain_print_json(const struct explain_report *report, FILE *out)
{
    struct json json = {.report = report};

    buf_init(&json.text, report->arena);
    buf_add_char(&json.text, '{');
    add_text(&json, "outcome", report->past->outcome);
    if (report->ruleset) {
        add_event(&json);
        add_ruleset(&json);
        add_rules(&json);
        add_entries(&json);
        add_messages(&json);
    }
    add_records(&json);
    add_word(&json, "not_known", report->unknown);
    add_word(&json, "differs", report->differs);
    buf_add_char(&json.text, '}');
    fprintf(out, "%.*s\n", STR_ARG(buf_str(&json.text)));
}
