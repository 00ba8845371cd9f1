/* case_main.c - takes rule files and events through the program's own code
 * with facts kept in memory, for run-cases and readme-rules.
 *
 *   case_main SCHEMAS check RULES         print the diagnostics of a rule file
 *   case_main SCHEMAS test RULES          run the tests inside a rule file
 *   case_main SCHEMAS run RULES EVENTS    print what became of each event
 *   case_main SCHEMAS speed RULES EVENTS  measure the decisions
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decide.h"
#include "event.h"
#include "file.h"
#include "json.h"
#include "map.h"
#include "rule.h"
#include "rule_test.h"
#include "shadow.h"
#include "timestamp.h"
#include "yaml.h"

enum { SPEED_ROUNDS = 20000 };

/* What a ledger would remember of effects, each event being a batch of its own:
 * what accounts had when a proposal was put, votes, holds. The rest the facts
 * remember by themselves. */
struct snapshot {
    struct str proposal;
    struct account_state **accounts;
    int64_t *minors;
    size_t count;
    struct snapshot *next;
};

struct ballot {
    const struct effect *vote;
    struct ballot *next;
};

struct hold {
    const struct effect *effect;
    struct hold *next;
};

/* Everything one run of the program works with. */
struct bench {
    struct arena arena;
    struct diag_list diags;
    struct schema_set *schemas;
    struct ruleset *ruleset;
    struct facts facts;
    struct map seen; /* hash of each event known, by source and id */
    struct snapshot *snapshots;
    struct ballot *ballots;
    struct hold *holds;
};

static _Noreturn void
give_up(const struct err *err)
{
    fprintf(stderr, "case_main: %s\n", err->text);
    exit(2);
}

static void
load_schemas(struct bench *bench, const char *folder)
{
    const char *const *paths;
    struct err err = {0};
    size_t count;

    bench->schemas = schema_set_new(&bench->arena);
    if (!file_list(&bench->arena, folder, ".json", &paths, &count, &err))
        give_up(&err);
    for (size_t i = 0; i < count; i++) {
        struct node *document;

        if (!json_read_file(&bench->arena, paths[i], &document, &err))
            give_up(&err);
        schema_add(bench->schemas, document, paths[i], &bench->diags);
    }
}

/* Messages name the file without its folder, so that they are the same
 * wherever the tests run. */
static void
load_rules(struct bench *bench, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    struct node *document;
    struct err err = {0};
    struct str text;

    if (!file_read(&bench->arena, path, &text, &err))
        give_up(&err);
    document = yaml_read(&bench->arena, name, text, &bench->diags);
    if (document)
        bench->ruleset = ruleset_compile(&bench->arena, name, text, document,
                                         bench->schemas, &bench->diags);
    diag_print(&bench->diags, stdout);
}

static void
print_minor(struct bench *bench, const char *label, int64_t minor)
{
    struct buf buf;

    buf_init(&buf, &bench->arena);
    num_print_minor(&buf, minor, bench->ruleset->scale);
    printf(" %s%.*s", label, STR_ARG(buf_str(&buf)));
}

static void
print_shadow(struct bench *bench, struct str id, const struct shadow *shadow)
{
    for (size_t i = 0; i < shadow->payment_count; i++) {
        const struct shadow_payment *payment = &shadow->payments[i];

        printf("%.*s would post %.*s %.*s", STR_ARG(id),
               STR_ARG(payment->line->name),
               STR_ARG(payment->account->address));
        print_minor(bench, "", payment->amount_minor);
        printf("%s\n", payment->clipped ? " clipped" : "");
    }
    for (size_t i = 0; i < shadow->skip_count; i++)
        printf("%.*s skip %.*s %s\n", STR_ARG(id),
               STR_ARG(shadow->skips[i].line->name),
               skip_reason_name(shadow->skips[i].reason));
    for (size_t i = 0; i < shadow->error_count; i++)
        printf("%.*s fails in shadow %s: %.*s\n", STR_ARG(id),
               reason_name(shadow->errors[i].reason),
               STR_ARG(shadow->errors[i].message));
}

static void
print_decision(struct bench *bench, struct str id,
               const struct decision *decision)
{
    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct posting *posting = &decision->postings[i];

        printf("%.*s posted %.*s %.*s", STR_ARG(id),
               STR_ARG(posting->line->name),
               STR_ARG(posting->account->address));
        print_minor(bench, "", posting->amount_minor);
        print_minor(bench, "balance=", posting->balance_after_minor);
        printf(" seq=%" PRId64 "%s\n", posting->seq,
               posting->clipped ? " clipped" : "");
    }
    for (size_t i = 0; i < decision->skip_count; i++)
        printf("%.*s skip %.*s %s\n", STR_ARG(id),
               STR_ARG(decision->skips[i].line->name),
               skip_reason_name(decision->skips[i].reason));
    for (size_t i = 0; i < decision->answer_count; i++)
        printf("%.*s says %s to %.*s: %.*s\n", STR_ARG(id),
               decision->answers[i].type,
               STR_ARG(decision->answers[i].account->address),
               STR_ARG(decision->answers[i].detail));
    if (decision->shadow)
        print_shadow(bench, id, decision->shadow);
    if (decision->posting_count == 0 && decision->answer_count == 0)
        printf("%.*s no_reward\n", STR_ARG(id));
}

/* ---- the ledger's part ------------------------------------------------------
 */

static void
keep_snapshot(struct bench *bench, const struct effect *effect)
{
    struct facts *facts = &bench->facts;
    struct snapshot *snapshot = ARENA_NEW(&bench->arena, struct snapshot);

    snapshot->proposal = effect->values[0];
    snapshot->count = facts->account_count;
    snapshot->accounts = arena_array(&bench->arena, snapshot->count,
                                     sizeof(struct account_state *));
    snapshot->minors =
        arena_array(&bench->arena, snapshot->count, sizeof(int64_t));
    for (size_t i = 0; i < snapshot->count; i++) {
        snapshot->accounts[i] = facts->accounts[i];
        snapshot->minors[i] = facts->accounts[i]->balance_minor;
    }
    snapshot->next = bench->snapshots;
    bench->snapshots = snapshot;
}

static void
keep_effect(struct bench *bench, const struct effect *effect)
{
    if (effect->kind == EFFECT_PROPOSAL) {
        keep_snapshot(bench, effect);
    } else if (effect->kind == EFFECT_VOTE) {
        struct ballot *ballot = ARENA_NEW(&bench->arena, struct ballot);

        *ballot = (struct ballot){effect, bench->ballots};
        bench->ballots = ballot;
    } else if (effect->kind == EFFECT_HOLD) {
        struct hold *hold = ARENA_NEW(&bench->arena, struct hold);

        *hold = (struct hold){effect, bench->holds};
        bench->holds = hold;
    }
}

static struct str
amount_text(struct bench *bench, int64_t minor)
{
    struct buf buf;

    buf_init(&buf, &bench->arena);
    buf_add_int(&buf, minor);
    return buf_str(&buf);
}

static void
fill_power(struct bench *bench, struct fact_record *record)
{
    for (struct snapshot *at = bench->snapshots; at; at = at->next) {
        int64_t minor = 0;

        if (!str_eq(at->proposal, record->keys[0]))
            continue;
        for (size_t i = 0; i < at->count; i++)
            if (at->accounts[i] == record->account)
                minor = at->minors[i];
        facts_add_row(&bench->facts, record)->values[0] =
            amount_text(bench, minor);
    }
}

static void
fill_votes(struct bench *bench, struct fact_record *record)
{
    for (struct ballot *at = bench->ballots; at; at = at->next) {
        struct record_row *row;

        if (!str_eq(at->vote->values[0], record->keys[0]))
            continue;
        row = facts_add_row(&bench->facts, record);
        row->values[0] = at->vote->values[1];
        row->values[1] = at->vote->values[2];
        row->values[2] = STR("1");
    }
}

static bool
is_confirmed(const struct bench *bench, const struct effect *hold)
{
    const struct str keys[RECORD_KEYS] = {hold->line->name,
                                          hold->other->address, STR("")};
    const struct fact_record *closing =
        facts_find_record(&bench->facts, RECORD_CLOSING, hold->other, keys);

    return closing && closing->row_count;
}

/* Whether it has ended, the facts know. */
static void
fill_hold(struct bench *bench, struct fact_record *record)
{
    for (struct hold *at = bench->holds; at; at = at->next) {
        struct record_row *row;

        if (!str_eq(at->effect->values[0], record->keys[0]))
            continue;
        if (record->row_count == 0)
            facts_add_row(&bench->facts, record)->values[3] = STR("f");
        row = &record->rows[0];
        row->values[0] = at->effect->account->address;
        row->values[1] = at->effect->values[1];
        row->values[2] = at->effect->values[2];
        row->values[4] = is_confirmed(bench, at->effect) ? STR("t") : STR("f");
        row->values[5] = at->effect->line->name;
        row->values[6] = at->effect->other->address;
    }
}

static void
fill_facts(struct bench *bench)
{
    struct facts *facts = &bench->facts;

    for (size_t i = 0; i < facts->record_count; i++) {
        struct fact_record *record = facts->records[i];

        if (record->kind == RECORD_HOLD) {
            fill_hold(bench, record);
        } else if (record->kind == RECORD_VOTING_POWER) {
            record->row_count = 0;
            fill_power(bench, record);
        } else if (record->kind == RECORD_VOTES_FOR) {
            record->row_count = 0;
            fill_votes(bench, record);
        }
    }
}

/* ---- events -----------------------------------------------------------------
 */

/* The time Kafka gave the record: a test may say so with the extension
 * attribute `recordtime`. */
static int64_t
record_time_ms(const struct node *document)
{
    const struct node *given = node_get(document, STR("recordtime"));
    int64_t at_us;

    if (!given)
        given = node_get(document, STR("time"));
    if (!node_is_string(given) || !timestamp_parse(given->text, &at_us))
        return -1;
    return at_us / 1000;
}

static bool
read_event(struct bench *bench, struct record *record, struct event *event,
           struct node **document, struct err *err)
{
    static const struct envelope envelope = {.kind = ENVELOPE_CLOUDEVENTS};
    struct str json;

    *document = NULL;
    if (!record_json(record, &envelope, &json, err) ||
        !json_read(&bench->arena, json, document, err))
        return false;
    record->timestamp_ms = record_time_ms(*document);
    return event_decode(&bench->arena, record, &envelope, *document,
                        bench->schemas, event, err);
}

/* Whether the event came before; says so, and whether it was the same. */
static bool
is_known(struct bench *bench, const struct event *event)
{
    struct str key =
        str_from_cstr(arena_printf(&bench->arena, "%.*s\n%.*s",
                                   STR_ARG(event->source), STR_ARG(event->id)));
    void **hash = map_put(&bench->seen, key);

    if (!*hash) {
        *hash = arena_strndup(&bench->arena, (const char *)event->hash,
                              EVENT_HASH_BYTES);
        return false;
    }
    printf("%.*s %s\n", STR_ARG(event->id),
           memcmp(*hash, event->hash, EVENT_HASH_BYTES) == 0 ? "duplicate"
                                                             : "conflict");
    return true;
}

static void
run_line(struct bench *bench, struct str text)
{
    struct record *record = ARENA_NEW(&bench->arena, struct record);
    struct event *event = ARENA_NEW(&bench->arena, struct event);
    struct decision decision;
    struct node *document;
    struct err err = {0};
    const struct node *id;

    *record = (struct record){.topic = STR("test"), .value = text};
    if (read_event(bench, record, event, &document, &err)) {
        if (is_known(bench, event))
            return;
        ruleset_want(bench->ruleset, event, &bench->facts);
        fill_facts(bench);
        bench->facts.now_us = record->timestamp_ms * 1000;
        if (decide(bench->ruleset, event, &bench->facts, &bench->arena,
                   &decision, &err)) {
            print_decision(bench, event->id, &decision);
            for (size_t i = 0; i < decision.effect_count; i++)
                keep_effect(bench, &decision.effects[i]);
            return;
        }
    }
    id = node_get(document, STR("id"));
    printf("%.*s dead_letter %s\n", STR_ARG(id ? id->text : STR("?")),
           err.code);
}

/* Take a line off *text; false at the end. */
static bool
next_line(struct str *text, struct str *line)
{
    const char *end;

    if (text->len == 0)
        return false;
    end = memchr(text->at, '\n', text->len);
    *line = str_make(text->at, end ? (size_t)(end - text->at) : text->len);
    *text = str_make(text->at + line->len + (end != NULL),
                     text->len - line->len - (end != NULL));
    return true;
}

static int
command_check(struct bench *bench, const char *path)
{
    (void)path;
    return bench->ruleset ? 0 : 1;
}

static int
command_run(struct bench *bench, const char *path)
{
    struct err err = {0};
    struct str text;
    struct str line;

    if (!file_read(&bench->arena, path, &text, &err))
        give_up(&err);
    while (next_line(&text, &line))
        if (line.len)
            run_line(bench, line);
    return 0;
}

static int
command_test(struct bench *bench, const char *path)
{
    struct rule_test_report report;
    bool passed = rule_tests_run(bench->ruleset, bench->schemas, NULL,
                                 &bench->arena, &report);

    (void)path;
    for (size_t i = 0; i < report.count; i++) {
        const struct rule_test_result *result = &report.results[i];

        printf("%d: %s %.*s%s%s\n", result->line,
               result->passed ? "PASS" : "FAIL", STR_ARG(result->name),
               result->passed ? "" : ": ", result->message);
    }
    printf("tests: %zu of %zu passed\n", report.passed, report.count);
    return passed ? 0 : 1;
}

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t
time_rounds(struct bench *bench, const struct event *event)
{
    struct arena batch;
    struct facts facts;
    struct decision decision;
    struct err err = {0};
    int64_t start = now_ns();

    arena_init(&batch);
    for (int i = 0; i < SPEED_ROUNDS; i++) {
        if (i % 1000 == 0) {
            arena_reset(&batch);
            facts_init(&facts, &batch);
        }
        ruleset_want(bench->ruleset, event, &facts);
        if (!decide(bench->ruleset, event, &facts, &batch, &decision, &err))
            give_up(&err);
    }
    arena_free(&batch);
    return (now_ns() - start) / SPEED_ROUNDS;
}

static int
command_speed(struct bench *bench, const char *path)
{
    struct err err = {0};
    struct str text;
    struct str line;

    if (!file_read(&bench->arena, path, &text, &err))
        give_up(&err);
    while (next_line(&text, &line)) {
        struct record record = {.topic = STR("test"), .value = line};
        struct node *document;
        struct event event;

        if (!read_event(bench, &record, &event, &document, &err))
            give_up(&err);
        printf("%.*s: %" PRId64 " ns\n", STR_ARG(event.type->name),
               time_rounds(bench, &event));
    }
    return 0;
}

static const struct command {
    const char *name;
    int args;
    int (*run)(struct bench *bench, const char *path);
} commands[] = {
    {"check", 4, command_check},
    {"test", 4, command_test},
    {"run", 5, command_run},
    {"speed", 5, command_speed},
};

static int
run_command(const struct command *command, char **argv)
{
    struct bench bench = {0};
    int status = 1;

    arena_init(&bench.arena);
    diag_init(&bench.diags, &bench.arena);
    facts_init(&bench.facts, &bench.arena);
    bench.facts.is_whole = true;
    bench.facts.tells_skips = true;
    map_init(&bench.seen, &bench.arena);
    load_schemas(&bench, argv[1]);
    load_rules(&bench, argv[3]);
    if (bench.ruleset)
        status = command->run(&bench, argv[4]);
    arena_free(&bench.arena);
    return status;
}

int
main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (argc == commands[i].args && strcmp(argv[2], commands[i].name) == 0)
            return run_command(&commands[i], argv);
    fprintf(stderr, "usage: case_main SCHEMAS check|test RULES\n"
                    "       case_main SCHEMAS run|speed RULES EVENTS\n");
    return 2;
}
