/* cmd_simulate.c - `reward simulate`: what rules would have paid for recorded
 * events, and what they cost beside others. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "intake.h"
#include "lines.h"
#include "load.h"
#include "recorded.h"
#include "rules_source.h"
#include "simulation_report.h"
#include "simulation_state.h"
#include "timestamp.h"
#include "topic_reader.h"

enum {
    BATCH_RECORDS = 512,
    PROGRESS_MS = 200,
};

/* What may differ at most: of what was earned, or in units of the asset. */
struct gate {
    bool present;
    bool is_percent;
    struct ratio most;
};

struct run {
    struct command_line *line;
    struct schema_set *schemas;
    struct intake intake;
    struct str topic; /* of events that do not say theirs */
    int64_t since_us; /* of --from-topic */
    struct batch batch;
    struct simulation simulation;
    struct simulation_state state;
    struct gate gate;
    int64_t not_events;       /* records that intake has set aside */
    struct str first_of_them; /* where, and why; for people */
    int64_t started_ms;
    int64_t shown_ms;
};

/* ---- progress
 * ----------------------------------------------------------------
 */

static void
show_progress(struct run *run, const struct lines *lines)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t records = run->simulation.records;

    if (run->line->quiet || !isatty(STDERR_FILENO) ||
        now_ms < run->shown_ms + PROGRESS_MS)
        return;
    run->shown_ms = now_ms;
    fprintf(stderr, "\r%lld records, %lld/s", (long long)records,
            (long long)(records * 1000 / (now_ms - run->started_ms + 1)));
    if (lines && lines->file_bytes > 0) {
        int done = (int)(lines->read_bytes * 100 / lines->file_bytes);

        fprintf(stderr, " [%-25.*s] %d %%", done / 4,
                "#########################", done);
    }
    fputs("\033[K", stderr);
}

static void
end_progress(const struct run *run)
{
    if (run->shown_ms > run->started_ms)
        fputs("\r\033[K", stderr);
}

/* ---- reading
 * -----------------------------------------------------------------
 */

static bool
take_batch(struct run *run, struct err *err)
{
    bool ok = simulation_state_known(&run->state, &run->batch, err) &&
              simulation_take(&run->simulation, &run->batch, err);

    batch_reset(&run->batch);
    return ok;
}

/* What is no event is the same for all rules, and none of them tells of it. */
static void
note_aside(struct run *run, const struct item *item, const struct lines *lines)
{
    struct buf text;

    if (item->outcome != OUTCOME_DEAD_LETTER || run->not_events++)
        return;
    buf_init(&text, run->line->arena);
    if (lines)
        buf_printf(&text, "%s:%lld", lines->path, (long long)lines->number);
    else
        buf_printf(&text, "%.*s/%d@%lld", STR_ARG(item->record.topic),
                   (int)item->record.partition, (long long)item->record.offset);
    buf_printf(&text, ": %s: %.*s", reason_name(item->reason),
               STR_ARG(item->message));
    run->first_of_them = buf_str(&text);
}

/* The item's record is filled in; `lines` is NULL for those of a topic. */
static bool
take_item(struct run *run, struct item *item, const struct lines *lines,
          struct err *err)
{
    intake_item(&run->intake, &run->batch, item);
    note_aside(run, item, lines);
    if (run->batch.count < BATCH_RECORDS)
        return true;
    show_progress(run, lines);
    return take_batch(run, err);
}

static bool
take_line(struct run *run, struct str line, const struct lines *lines,
          struct err *err)
{
    struct item *item = batch_add(&run->batch);

    recorded_read(str_dup(&run->batch.arena, line), run->topic,
                  &run->batch.arena, &item->record);
    return take_item(run, item, lines, err);
}

static bool
take_file(struct run *run, const char *path, struct err *err)
{
    struct lines lines;
    struct str line;
    bool more = true;
    bool ok = lines_open(path, &lines, err);

    while (ok && more) {
        ok = lines_next(&lines, &line, &more, err);
        if (ok && more)
            ok = take_line(run, line, &lines, err);
    }
    lines_close(&lines);
    return ok;
}

/* A record of the topic, whose bytes are Kafka's until the next one. */
static bool
take_record(struct run *run, const struct record *record, struct err *err)
{
    struct item *item = batch_add(&run->batch);
    struct arena *arena = &run->batch.arena;
    struct record_header *headers =
        arena_array(arena, record->header_count, sizeof(*headers));

    item->record = *record;
    item->record.topic = str_dup(arena, record->topic);
    if (record->value.at)
        item->record.value = str_dup(arena, record->value);
    if (record->key.at)
        item->record.key = str_dup(arena, record->key);
    for (size_t i = 0; i < record->header_count; i++)
        headers[i] = (struct record_header){
            str_dup(arena, record->headers[i].name),
            record->headers[i].value.at
                ? str_dup(arena, record->headers[i].value)
                : (struct str){0}};
    item->record.headers = headers;
    return take_item(run, item, NULL, err);
}

static bool
take_topic(struct run *run, const char *topic, struct err *err)
{
    struct kafka_options kafka = settings_kafka(run->line->settings);
    struct topic_reader *reader = NULL;
    struct record record;
    bool more = true;
    bool ok = topic_reader_open_since(&kafka, topic, run->since_us / 1000,
                                      &reader, err);

    while (ok && more) {
        ok = topic_reader_next(reader, &run->batch.arena, &record, &more, err);
        if (ok && more)
            ok = take_record(run, &record, err);
    }
    topic_reader_close(reader);
    return ok;
}

static bool
take_all(struct run *run, struct err *err)
{
    const char *topic = command_option(run->line, "from-topic");

    if (topic && !take_topic(run, topic, err))
        return false;
    for (int i = 0; i < run->line->argc; i++)
        if (!take_file(run, run->line->argv[i], err))
            return false;
    return take_batch(run, err);
}

/* ---- rules
 * -------------------------------------------------------------------
 */

static bool
add_rules(struct run *run, const char *word, const char *beside,
          struct err *err)
{
    struct command_line *line = run->line;
    struct rules_source source;
    struct diag_list diags;
    struct ruleset *ruleset;

    if (!rules_source_read(line, word, beside, &source, err))
        return false;
    diag_init(&diags, line->arena);
    ruleset = load_ruleset_text(line->arena, source.name, source.text,
                                run->schemas, &diags);
    diag_print(&diags, stderr);
    if (ruleset)
        simulation_add_side(&run->simulation, ruleset);
    return ruleset != NULL;
}

static bool
add_sides(struct run *run, struct err *err)
{
    const char *rules = command_option(run->line, "rules");
    const char *against = command_option(run->line, "against");

    if (!rules)
        rules = run->line->settings->rules.dir;
    return (!against || add_rules(run, against, rules, err)) &&
           add_rules(run, rules, against, err);
}

static bool
open_state(struct run *run, struct err *err)
{
    const char *word = command_option(run->line, "state");

    return !word || strcmp(word, "db") != 0 ||
           simulation_state_open(&run->state, run->line, &run->simulation, err);
}

/* ---- the gate
 * ----------------------------------------------------------------
 */

static bool
read_gate(struct run *run)
{
    const char *text = command_option(run->line, "max-delta");
    struct str number = str_from_cstr(text ? text : "");

    run->gate.present = text != NULL;
    if (!text)
        return true;
    run->gate.is_percent = str_ends_with(number, STR("%"));
    number.len -= run->gate.is_percent;
    if (ratio_parse(number, &run->gate.most) && run->gate.most.num >= 0)
        return true;
    command_misused(run->line,
                    "--max-delta must be a number such as 5%% or 1000, not "
                    "\"%s\"",
                    text);
    return false;
}

/* What a side has given out: earned, and held until it is confirmed. */
static struct ratio
given(const struct simulation_side *side)
{
    return ratio_from_minor(
        num_add_capped(side->earned_minor, side->holds.held_minor),
        side->ruleset->scale);
}

/* Whether what is given out differs by more than the gate lets through. */
static bool
exceeds(const struct run *run)
{
    struct ratio before = given(&run->simulation.sides[0]);
    struct ratio most = run->gate.most;
    struct ratio delta;

    if (!ratio_sub(given(&run->simulation.sides[1]), before, &delta))
        return true;
    if (delta.num < 0)
        delta.num = -delta.num;
    if (before.num < 0)
        before.num = -before.num;
    if (run->gate.is_percent && (!ratio_mul(most, before, &most) ||
                                 !ratio_div(most, ratio_from_int(100), &most)))
        return true;
    return ratio_compare(delta, most) > 0;
}

static bool
is_gate(const struct run *run)
{
    return run->gate.present || command_option(run->line, "detailed-exitcode");
}

/* A gate that has seen no event says nothing. */
static bool
judged_any(const struct run *run)
{
    const int64_t *outcomes = run->simulation.sides[1].outcomes;

    return outcomes[OUTCOME_POSTED] || outcomes[OUTCOME_NO_REWARD] ||
           outcomes[OUTCOME_REJECTED];
}

static void
note_difference(void *context, const struct simulation_account *account)
{
    bool *differs = context;

    *differs = *differs || account->difference_minor;
}

static bool
differs(const struct run *run)
{
    bool differs = false;

    simulation_each_account(&run->simulation, note_difference, &differs);
    return differs;
}

static int
judge(const struct run *run)
{
    if (run->simulation.side_count < SIMULATION_SIDES)
        return EXIT_OK;
    if (is_gate(run) && !judged_any(run)) {
        fputs("reward simulate: no event could be decided, so that nothing can "
              "be compared\n",
              stderr);
        return EXIT_ERRORS;
    }
    if (run->gate.present && exceeds(run)) {
        fprintf(stderr,
                "reward simulate: what is earned or held differs by more than "
                "--max-delta %s\n",
                command_option(run->line, "max-delta"));
        return EXIT_ERRORS;
    }
    return command_option(run->line, "detailed-exitcode") && differs(run)
               ? EXIT_DIFFERS
               : EXIT_OK;
}

/* ---- the command
 * -------------------------------------------------------------
 */

/* One line, whatever is in the text: it may quote what somebody sent. */
static void
tell(struct run *run, const char *about, struct str text)
{
    struct arena *arena = run->line->arena;
    struct buf buf;

    buf_init(&buf, arena);
    buf_add_visible(&buf, str_dup_utf8(arena, text));
    fprintf(stderr, "reward simulate: %s: %.*s\n", about,
            STR_ARG(buf_str(&buf)));
}

static void
tell_errors(struct run *run)
{
    struct arena *arena = run->line->arena;

    if (run->not_events)
        tell(run,
             arena_printf(arena, "records that are no events: %lld, the first",
                          (long long)run->not_events),
             run->first_of_them);
    for (size_t i = 0; i < run->simulation.side_count; i++) {
        const struct simulation_side *side = &run->simulation.sides[i];

        if (side->first_error.len)
            tell(run,
                 arena_printf(arena, "%s: first of the errors",
                              side->ruleset->stamp),
                 side->first_error);
    }
}

static bool
report(struct run *run, struct err *err)
{
    const char *page = command_option(run->line, "report");
    const char *accounts = command_option(run->line, "accounts");
    struct simulation_report made;

    simulation_finish(&run->simulation);
    simulation_report_make(run->line->arena, &run->simulation,
                           run->state.pg ? "the ledger" : "nothing", &made);
    simulation_report_print(&made, table_format_from(run->line->format),
                            stdout);
    tell_errors(run);
    return (!page || simulation_page_write(&made, page, err)) &&
           (!accounts ||
            simulation_accounts_write(&run->simulation, accounts, err));
}

static bool
read_since(struct run *run)
{
    const char *since = command_option(run->line, "since");

    if (!since || (command_option(run->line, "from-topic") &&
                   timestamp_parse(str_from_cstr(since), &run->since_us)))
        return true;
    command_misused(run->line,
                    "--since is for --from-topic, and must be a time such as "
                    "2026-12-01T00:00:00Z, not \"%s\"",
                    since);
    return false;
}

static bool
check_usage(struct run *run)
{
    struct command_line *line = run->line;
    const char *state = command_option(line, "state");
    bool compares = command_option(line, "against");

    if (!line->argc == !command_option(line, "from-topic"))
        command_misused(line, "name files of events (- is standard input), or "
                              "a topic with --from-topic");
    else if (!compares && (command_option(line, "max-delta") ||
                           command_option(line, "detailed-exitcode")))
        command_misused(line, "a difference needs --against RULES");
    else if (state && strcmp(state, "db") != 0 && strcmp(state, "empty") != 0)
        command_misused(line, "--state must be empty or db, not \"%s\"", state);
    else
        return read_since(run) && read_gate(run);
    return false;
}

static int
run_simulation(struct run *run)
{
    struct err err = {0};
    int status = EXIT_OK;
    bool ok;

    if (!command_schemas(run->line, &run->schemas, &err))
        return command_failed(&err);
    run->intake = (struct intake){run->line->settings, run->schemas};
    simulation_init(&run->simulation, run->schemas,
                    run->line->settings->notify.max_age_ms * 1000);
    batch_init(&run->batch, BATCH_RECORDS);
    ok = add_sides(run, &err);
    if (!ok)
        status = EXIT_ERRORS;
    ok = ok && open_state(run, &err);
    run->started_ms = run->shown_ms = clock_monotonic_ms();
    ok = ok && take_all(run, &err);
    end_progress(run);
    ok = ok && report(run, &err);
    if (err_is_set(&err))
        status = command_failed(&err);
    else if (ok)
        status = judge(run);
    simulation_state_close(&run->state);
    batch_free(&run->batch);
    simulation_free(&run->simulation);
    return status;
}

int
cmd_simulate(struct command_line *line)
{
    struct run run = {.line = line};
    const char *topic = command_option(line, "topic");

    run.topic = str_from_cstr(topic ? topic : "");
    return check_usage(&run) ? run_simulation(&run) : EXIT_USAGE;
}
