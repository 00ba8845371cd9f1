/* explain_report.c - what both ways of printing look up in a report. */
#include "explain_print.h"
#include "rule_parts.h"

static bool
is_paid(const struct past_entry *entry)
{
    return str_eq_cstr(entry->type, entry_earn.name) ||
           str_eq_cstr(entry->type, entry_spend.name);
}

bool
report_paid(const struct explain_report *report, struct str line,
            int64_t *minor)
{
    for (size_t i = 0; i < report->past->entry_count; i++) {
        const struct past_entry *entry = &report->past->entries[i];

        if (is_paid(entry) && str_eq(entry->line, line)) {
            *minor = entry->amount_minor;
            return true;
        }
    }
    return false;
}

bool
report_rule_paid(const struct explain_report *report, struct str rule,
                 int64_t *minor)
{
    bool paid = false;

    *minor = 0;
    for (size_t i = 0; i < report->past->entry_count; i++) {
        const struct past_entry *entry = &report->past->entries[i];

        if (!is_paid(entry) || !str_starts_with(entry->line, rule) ||
            entry->line.len <= rule.len || entry->line.at[rule.len] != '.')
            continue;
        *minor = num_add_capped(*minor, entry->amount_minor);
        paid = true;
    }
    return paid;
}

bool
report_is_refused(const struct explain_report *report,
                  const struct explain_rule *rule)
{
    return rule->form->charge && str_eq(report->past->outcome, STR("rejected"));
}

const struct once_key *
report_key(const struct explain_report *report, const struct trace_step *step)
{
    for (size_t i = 0; i < report->facts->once_count; i++) {
        const struct once_key *key = report->facts->once_keys[i];

        if (key->line == step->line && key->account == step->once.account &&
            str_eq(key->key, step->once.key))
            return key;
    }
    return NULL;
}
