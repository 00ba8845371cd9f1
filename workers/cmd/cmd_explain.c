/* cmd_explain.c - `reward explain`: why an event paid what it paid. One in the
 * ledger is told from what was stored and from the rules in force then; one in
 * a file as if it came today and were the first. */
#include <stdio.h>

#include "basis.h"
#include "command.h"
#include "connect.h"
#include "event_file.h"
#include "explain_print.h"
#include "kept.h"
#include "load.h"
#include "past_read.h"
#include "registry.h"
#include "trace.h"
#include "yaml.h"

enum { TIMEOUT_MS = 60000 };

/* One event at work. */
struct asking {
    struct command_line *line;
    struct arena *arena;
    struct schema_set *schemas;
    struct past past;
    struct ruleset *ruleset;
    struct event event;
    struct facts facts;
    struct trace trace;
    struct decision decision;
    struct explanation explanation;
    struct explain_report report;
};

static void
start(struct asking *asking, struct command_line *line)
{
    *asking = (struct asking){.line = line, .arena = line->arena};
    facts_init(&asking->facts, line->arena);
    trace_init(&asking->trace, line->arena);
    asking->report = (struct explain_report){
        .arena = line->arena, .past = &asking->past, .facts = &asking->facts};
}

/* The rules had their say: put it in order. */
static void
tell(struct asking *asking)
{
    explain(asking->ruleset, asking->event.type, &asking->trace, asking->arena,
            &asking->explanation);
    asking->report.event = &asking->event;
    asking->report.explanation = &asking->explanation;
}

static int
print(struct asking *asking)
{
    struct explain_report *report = &asking->report;
    const char *format = asking->line->format;

    if (report->ruleset)
        report->message_count = past_messages(report->past, report->ruleset,
                                              asking->arena, &report->messages);
    if (format && str_eq_cstr(STR("json"), format))
        explain_print_json(report, stdout);
    else
        explain_print_tree(report, stdout);
    return report->differs ? EXIT_ERRORS : EXIT_OK;
}

/* ---- an event in the ledger ------------------------------------------------
 */

/* The rules of that time, against the schemas of today. */
static bool
load_rules(struct asking *asking, struct pg *pg, struct err *err)
{
    static const char name[] = "rule set of that time";
    const struct node *document;
    struct diag_list diags;
    struct str text;

    if (!past_read_rules(pg, &asking->past, asking->arena, &text, err))
        return false;
    diag_init(&diags, asking->arena);
    document = yaml_read(asking->arena, name, text, &diags);
    if (document)
        asking->ruleset = ruleset_compile(asking->arena, name, text, document,
                                          asking->schemas, &diags);
    diag_print(&diags, stderr);
    if (!asking->ruleset)
        return err_set(err, ERR_CONFIG,
                       "the rule set of that time cannot be used with these "
                       "event schemas; name those of then in schemas.dir");
    asking->report.ruleset = asking->ruleset;
    return registry_bind(pg, asking->ruleset, err);
}

/* Ask the rules of then once more, about what was kept. */
static bool
ask_again(struct asking *asking, struct pg *pg, struct err *err)
{
    struct err fault = {0};
    struct str line;

    asking->facts.trace = &asking->trace;
    ruleset_want(asking->ruleset, &asking->event, &asking->facts);
    if (!past_read_keys(pg, &asking->past, asking->arena, &asking->facts, err))
        return false;
    past_facts(&asking->past, asking->ruleset, &asking->event, &asking->facts);
    if (!decide_rules(asking->ruleset, &asking->event, &asking->facts,
                      asking->arena, &asking->decision, &fault))
        asking->report.differs = arena_printf(
            asking->arena,
            "the rules of that time, asked again about what was kept, fail: "
            "%s; what was paid is in the ledger",
            fault.text);
    else if (!str_eq(asking->past.outcome, STR("rejected")) &&
             !past_agrees(&asking->past, asking->ruleset, asking->event.type,
                          &asking->decision, &line))
        asking->report.differs = arena_printf(
            asking->arena,
            "the rules of that time, asked again about what was kept, do not "
            "pay what the ledger has under \"%.*s\"",
            STR_ARG(line));
    tell(asking);
    return true;
}

static bool
explain_past(struct asking *asking, struct pg *pg, struct err *err)
{
    const struct event_type *type =
        schema_find(asking->schemas, asking->past.type);

    if (!load_rules(asking, pg, err))
        return false;
    if (!type || !asking->past.basis.at) {
        asking->report.unknown =
            type ? "what its rules looked at is not known: it was posted by a "
                   "program that did not keep it"
                 : "what its rules looked at is not known: there is no schema "
                   "for its type any more";
        return true;
    }
    past_event(&asking->past, type, asking->arena, &asking->event);
    return ask_again(asking, pg, err);
}

static bool
look_up(struct asking *asking, struct pg *pg, struct str source, struct str id,
        struct err *err)
{
    struct explain_report *report = &asking->report;

    if (!past_read(pg, source, id, asking->arena, &asking->past, err) ||
        (asking->past.row_id && !explain_past(asking, pg, err)) ||
        !past_read_records(pg, &asking->past, asking->arena, &report->records,
                           &report->record_count, err))
        return false;
    if (asking->past.row_id)
        return true;
    report->unknown = "no event in the ledger has this id";
    return report->record_count ||
           err_set(err, ERR_INPUT, "the ledger knows of no event \"%.*s\"%s",
                   STR_ARG(id), source.at ? " of this source" : "");
}

static int
explain_stored(struct asking *asking)
{
    struct command_line *line = asking->line;
    struct str id = str_from_cstr(line->argv[line->argc - 1]);
    struct str source =
        line->argc == 2 ? str_from_cstr(line->argv[0]) : (struct str){0};
    struct err err = {0};
    struct pg *pg;
    bool ok;

    if (!command_schemas(line, &asking->schemas, &err) ||
        !connect_database(line, TIMEOUT_MS, &pg, &err))
        return command_failed(&err);
    ok = look_up(asking, pg, source, id, &err);
    pg_close(pg);
    return ok ? print(asking) : command_failed(&err);
}

/* ---- an event in a file ----------------------------------------------------
 */

static void
take_answers(struct asking *asking)
{
    const struct decision *decision = &asking->decision;
    struct past_answer *answers =
        arena_array(asking->arena, decision->answer_count, sizeof(*answers));

    for (size_t i = 0; i < decision->answer_count; i++) {
        const struct answer *answer = &decision->answers[i];

        answers[i] = (struct past_answer){
            .type = str_from_cstr(answer->type),
            .account = answer->account->address,
            .seq = answer->seq,
            .balance_after_minor = answer->balance_after_minor,
            .place = answer->place,
            .detail = answer->detail,
            .notify = answer->notify,
        };
    }
    asking->past.answers = answers;
    asking->past.answer_count = decision->answer_count;
}

/* What the ledger would keep of it. */
static void
take_event(struct asking *asking)
{
    const struct event *event = &asking->event;
    static const struct str contract = {"contract_id", 11};
    static const struct str user = {"user_address", 12};
    const struct decision *decision = &asking->decision;
    struct past *past = &asking->past;
    const struct str *paths;
    size_t kept = ruleset_kept_fields(asking->ruleset, event->type, &paths);

    past->source = event->source;
    past->id = event->id;
    past->type = event->type->name;
    past->traceparent = event->traceparent;
    past->occurred_us = past->posted_us = event->time_us;
    past->may_notify = true;
    if (!event_field_text(event, &contract, 1, asking->arena,
                          &past->contract_id))
        past->contract_id = (struct str){0};
    if (!event_field_text(event, &user, 1, asking->arena, &past->user))
        past->user = (struct str){0};
    past->kept = event_kept(event, paths, kept, asking->arena);
    past->basis =
        basis_keep(asking->ruleset, event, decision->basis, asking->arena);
    past->outcome = decision->rejection            ? STR("rejected")
                    : decision_is_posted(decision) ? STR("posted")
                                                   : STR("no_reward");
}

static bool
decide_file(struct asking *asking, const char *path, struct err *err)
{
    struct command_line *line = asking->line;
    struct diag_list diags;

    if (!event_file_read(line->arena, path, asking->schemas, &asking->event,
                         err))
        return false;
    diag_init(&diags, line->arena);
    asking->ruleset = load_ruleset(line->arena, line->settings->rules.dir,
                                   asking->schemas, &diags);
    diag_print(&diags, stderr);
    if (!asking->ruleset)
        return err_set(err, ERR_INPUT, "rules in \"%s\" have faults",
                       line->settings->rules.dir);
    asking->report.ruleset = asking->ruleset;
    asking->facts.is_whole = true;
    asking->facts.now_us = asking->event.time_us;
    asking->facts.trace = &asking->trace;
    ruleset_want(asking->ruleset, &asking->event, &asking->facts);
    return decide(asking->ruleset, &asking->event, &asking->facts,
                  asking->arena, &asking->decision, err);
}

static int
explain_file(struct asking *asking, const char *path)
{
    struct err err = {0};

    if (!command_schemas(asking->line, &asking->schemas, &err) ||
        !decide_file(asking, path, &err))
        return command_failed(&err);
    if (!asking->line->quiet)
        fprintf(stderr, "no ledger was asked: as if every account were new\n");
    take_event(asking);
    past_take_entries(&asking->past, &asking->decision, asking->arena);
    take_answers(asking);
    tell(asking);
    return print(asking);
}

int
cmd_explain(struct command_line *line)
{
    const char *path = command_option(line, "event");
    struct asking asking;

    if (path ? line->argc != 0 : line->argc < 1 || line->argc > 2)
        return command_misused(line,
                               "name an event, [SOURCE] ID, or --event FILE");
    start(&asking, line);
    return path ? explain_file(&asking, path) : explain_stored(&asking);
}
