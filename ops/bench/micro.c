/* micro.c - what each step between a record and its messages costs, without
 * servers: the program's own functions over one batch, a step at a time. Run by
 * ops/bench/micro, which makes the corpus and reads the figures.
 *
 * usage: micro SCHEMAS RULES CORPUS ROUNDS
 *
 * The corpus has a JSON object a line: key, value, headers (name to text) and
 * timestamp_ms. Prints TSV: "made" and the compiler; then for each step its
 * name, the bytes of arena it took, and the nanoseconds of each round, all of
 * the whole corpus. The functions step_NAME are what a profiler counts by. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "envelope.h"
#include "json.h"
#include "json_text.h"
#include "ledger_parts.h"
#include "load.h"
#include "token.h"

enum { ROUNDS_MAX = 1000, FIRST_ACCOUNT_ID = 1000 };

#define NOTIFY_MAX_AGE_US (24 * 3600 * INT64_C(1000000))

#ifdef __clang__
static const char compiler[] = __VERSION__;
#else
static const char compiler[] = "GCC " __VERSION__;
#endif

#define STEP __attribute__((noinline)) static void

static const struct envelope cloudevents = {.kind = ENVELOPE_CLOUDEVENTS};

struct bench {
    struct arena arena; /* lives as long as the program */
    struct diag_list diags;
    struct schema_set *schemas;
    struct ruleset *ruleset;
    struct record *records;
    size_t count;

    /* One round; all but the ledger's own are in the batch's arena. */
    struct batch batch;
    bool *has_time; /* of each item: for its digest */
    struct facts facts;
    struct ledger ledger;
    struct stream stream;
    struct ledger_turn turn;
    struct ledger_options options;
    struct writing writing;
    struct token_writer writer;
    struct token_source *tokens;
    size_t token_count;
};

static _Noreturn void
give_up(const char *what, const struct err *err)
{
    fprintf(stderr, "micro: %s: %s\n", what, err->text);
    exit(1);
}

static struct item *
items_end(const struct bench *bench)
{
    return bench->batch.items + bench->batch.count;
}

static void
set_aside(struct bench *bench, struct item *item, const struct err *err)
{
    item->is_event = false;
    item_set_aside(&bench->batch, item, err);
}

/* ---- steps: what is measured ---------------------------------------------
 */

/* Bytes to an envelope and its data. */
static bool
open_item(struct bench *bench, struct item *item, struct letter *letter,
          struct err *err)
{
    struct arena *arena = &bench->batch.arena;
    struct node *document;
    struct str json;

    return record_json(&item->record, &cloudevents, &json, err) &&
           json_read(arena, json, &document, err) &&
           envelope_open(arena, &item->record, &cloudevents, document, letter,
                         err);
}

STEP
step_decode(struct bench *bench)
{
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        struct letter letter = {0};
        struct err err = {0};

        if (!open_item(bench, item, &letter, &err)) {
            set_aside(bench, item, &err);
            continue;
        }
        item->is_event = true;
        item->event = (struct event){
            .record = &item->record,
            .source = letter.source,
            .id = letter.id,
            .type = schema_find(bench->schemas, letter.type),
            .time_us = letter.time_us,
            .traceparent = letter.traceparent,
            .data = letter.data,
        };
        bench->has_time[item - bench->batch.items] = letter.has_time;
    }
}

STEP
step_validate(struct bench *bench)
{
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        struct err err = {0};

        if (!item->is_event)
            continue;
        if (!item->event.type)
            err_set_code(&err, ERR_INPUT, reason_name(REASON_UNKNOWN_TYPE),
                         "there is no schema for the event type");
        if (err_is_set(&err) ||
            !schema_check(item->event.type, item->event.data,
                          &bench->batch.arena, &err))
            set_aside(bench, item, &err);
    }
}

STEP
step_digest(struct bench *bench)
{
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++)
        if (item->is_event)
            event_hash(&bench->batch.arena, &item->event,
                       bench->has_time[item - bench->batch.items]);
}

STEP
step_want(struct bench *bench)
{
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        static const struct str user = {"user_address", 12};
        struct str text;
        struct str address;

        if (!item->is_event)
            continue;
        if (event_field_text(&item->event, &user, 1, &bench->batch.arena,
                             &text) &&
            account_canonical(&bench->batch.arena, text, &address))
            item->account = facts_account(&bench->facts, address);
        ruleset_want(bench->ruleset, &item->event, &bench->facts);
    }
}

STEP
step_decide(struct bench *bench)
{
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        struct err err = {0};

        if (!item->is_event)
            continue;
        if (decide(bench->ruleset, &item->event, &bench->facts,
                   &bench->batch.arena, &item->decision, &err))
            item->outcome = item->decision.posting_count ? OUTCOME_POSTED
                                                         : OUTCOME_NO_REWARD;
        else
            set_aside(bench, item, &err);
    }
}

STEP
step_encode(struct bench *bench)
{
    writing_init(&bench->writing, bench->batch.count);
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++)
        writing_add_item(&bench->writing, item);
}

STEP
step_render(struct bench *bench)
{
    struct message message;

    for (size_t i = 0; i < bench->token_count; i++)
        token_render(&bench->writer, &bench->tokens[i], &message);
}

/* ---- what the servers do between the steps: not measured ------------------
 */

/* The name caches know all names before a batch is written. */
static void
learn(struct name_cache *cache, struct str name)
{
    int32_t *id;

    if (map_get(&cache->ids, name))
        return;
    id = ARENA_NEW(&cache->arena, int32_t);
    *id = (int32_t)(cache->ids.count + 1);
    cache->ids.arena = &cache->arena;
    *map_put(&cache->ids, str_dup(&cache->arena, name)) = id;
}

/* As after ledger_lock on an empty database: new accounts, nothing used. */
static void
lock_facts(struct bench *bench)
{
    for (size_t i = 0; i < bench->facts.account_count; i++)
        bench->facts.accounts[i]->id = FIRST_ACCOUNT_ID + (int64_t)i;
}

static void
prepare_writing(struct bench *bench)
{
    bench->writing = (struct writing){
        .ledger = &bench->ledger,
        .arena = &bench->batch.arena,
        .turn = &bench->turn,
        .options = &bench->options,
    };
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        if (!item->is_event)
            continue;
        learn(&bench->ledger.sources, item->event.source);
        learn(&bench->ledger.types, item->event.type->name);
    }
}

static struct str
field_text(struct bench *bench, const struct event *event, struct str name)
{
    struct str text;

    return event_field_text(event, &name, 1, &bench->batch.arena, &text)
               ? text
               : (struct str){0};
}

/* The column `kept` of the event, as the relay reads it. */
static struct str
kept_text(struct bench *bench, const struct event *event)
{
    const struct str *names;
    size_t count = ruleset_kept_fields(bench->ruleset, event->type, &names);
    struct buf json;

    if (!count)
        return (struct str){0};
    buf_init(&json, &bench->batch.arena);
    buf_add_char(&json, '{');
    for (size_t i = 0; i < count; i++)
        json_add_member(
            &json,
            arena_strndup(&bench->batch.arena, names[i].at, names[i].len),
            field_text(bench, event, names[i]));
    buf_add_char(&json, '}');
    return buf_str(&json);
}

/* The texts of the rule that paid under this line: "contract.base" is of
 * "contract". */
static const struct notify *
notify_of(const struct ruleset *ruleset, struct str line)
{
    for (size_t i = 0; i < ruleset->notify_count; i++) {
        struct str rule = ruleset->notifies[i].rule;

        if (str_starts_with(line, rule) &&
            (line.len == rule.len || line.at[rule.len] == '.'))
            return &ruleset->notifies[i].notify;
    }
    return NULL;
}

static const struct token_entry *
entries_of(struct bench *bench, const struct decision *decision)
{
    struct token_entry *entries = arena_array(
        &bench->batch.arena, decision->posting_count, sizeof(*entries));

    for (size_t i = 0; i < decision->posting_count; i++)
        entries[i] = (struct token_entry){
            .line = decision->postings[i].line->name,
            .amount_minor = decision->postings[i].amount_minor,
            .balance_after_minor = decision->postings[i].balance_after_minor,
            .seq = decision->postings[i].seq,
        };
    return entries;
}

/* The rules of the corpus pay one account an event. */
static struct token_source
token_of(struct bench *bench, const struct item *item)
{
    const struct event *event = &item->event;

    return (struct token_source){
        .event_source = event->source,
        .event_id = event->id,
        .event_type = event->type->name,
        .occurred_us = event->time_us,
        .traceparent = event->traceparent,
        .contract_id = field_text(bench, event, STR("contract_id")),
        .kept = kept_text(bench, event),
        .account = item->decision.postings[0].account->address,
        .entries = entries_of(bench, &item->decision),
        .entry_count = item->decision.posting_count,
        .ruleset = str_from_cstr(bench->ruleset->stamp),
        .asset = bench->ruleset->asset,
        .scale = bench->ruleset->scale,
        .posted_us = bench->turn.now_us,
        .may_notify = true,
        .notify =
            notify_of(bench->ruleset, item->decision.postings[0].line->name),
    };
}

static void
prepare_tokens(struct bench *bench)
{
    bench->tokens = arena_array(&bench->batch.arena, bench->batch.count,
                                sizeof(*bench->tokens));
    bench->token_count = 0;
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++)
        if (item->outcome == OUTCOME_POSTED)
            bench->tokens[bench->token_count++] = token_of(bench, item);
    token_writer_init(&bench->writer, &bench->batch.arena);
}

/* ---- rounds ---------------------------------------------------------------
 */

static struct step {
    const char *name;
    void (*prepare)(struct bench *bench); /* or NULL */
    void (*run)(struct bench *bench);
    int64_t ns[ROUNDS_MAX];
    size_t bytes; /* of arena */
} steps[] = {
    {.name = "decode", .run = step_decode},
    {.name = "validate", .run = step_validate},
    {.name = "digest", .run = step_digest},
    {.name = "want", .run = step_want},
    {.name = "decide", .prepare = lock_facts, .run = step_decide},
    {.name = "encode", .prepare = prepare_writing, .run = step_encode},
    {.name = "render", .prepare = prepare_tokens, .run = step_render},
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void
start_round(struct bench *bench)
{
    batch_reset(&bench->batch);
    for (size_t i = 0; i < bench->count; i++) {
        struct item *item = batch_add(&bench->batch);

        item->record = bench->records[i];
        item->stream = &bench->stream;
    }
    bench->has_time =
        arena_array(&bench->batch.arena, bench->count, sizeof(bool));
    facts_init(&bench->facts, &bench->batch.arena);
}

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Named as the steps are, so that a profiler that looks at its counters after
 * each of them does not count this as part of the next one. */
STEP
step_prepare(struct bench *bench, const struct step *step)
{
    if (step->prepare)
        step->prepare(bench);
}

static void
run_step(struct bench *bench, struct step *step, int round)
{
    size_t used;
    int64_t start;

    step_prepare(bench, step);
    used = arena_used(&bench->batch.arena);
    start = now_ns();
    step->run(bench);
    step->ns[round] = now_ns() - start;
    step->bytes = arena_used(&bench->batch.arena) - used;
}

/* The steps must come to what the worker's intake comes to, or they measure
 * something else. Also takes in what is only done once a process. */
static void
check_intake(struct bench *bench)
{
    start_round(bench);
    step_decode(bench);
    step_validate(bench);
    step_digest(bench);
    for (struct item *item = bench->batch.items; item < items_end(bench);
         item++) {
        struct err err = {0};
        struct event event = {0};
        struct node *document;
        struct str json;
        bool ok = record_json(&item->record, &cloudevents, &json, &err) &&
                  json_read(&bench->batch.arena, json, &document, &err) &&
                  event_decode(&bench->batch.arena, &item->record, &cloudevents,
                               document, bench->schemas, &event, &err);

        if (ok == item->is_event && (!ok || memcmp(event.hash, item->event.hash,
                                                   EVENT_HASH_BYTES) == 0))
            continue;
        err_set(&err, ERR_FATAL, "event_decode comes to another event");
        give_up("the steps are not the worker's intake any more", &err);
    }
}

/* Records that all fail early would cost little and say nothing. */
static void
check_payments(const struct bench *bench)
{
    struct err err = {0};

    if (bench->token_count * 2 > bench->count)
        return;
    err_set(&err, ERR_FATAL, "only %zu of %zu records are paid",
            bench->token_count, bench->count);
    give_up("the corpus is no measure", &err);
}

/* ---- start ----------------------------------------------------------------
 */

static void
load(struct bench *bench, const char *schemas, const char *rules)
{
    struct err err = {0};

    diag_init(&bench->diags, &bench->arena);
    if (!load_schemas(&bench->arena, schemas, &bench->schemas, &bench->diags,
                      &err))
        give_up(schemas, &err);
    bench->ruleset =
        load_ruleset(&bench->arena, rules, bench->schemas, &bench->diags);
    diag_print(&bench->diags, stderr);
    if (!bench->ruleset)
        exit(1);
    for (size_t i = 0; i < bench->ruleset->line_count; i++)
        bench->ruleset->lines[i]->id = (int32_t)i + 1;
}

static struct record_header *
read_headers(struct bench *bench, const struct node *object)
{
    struct record_header *headers =
        arena_array(&bench->arena, object->member_count, sizeof(*headers));

    for (size_t i = 0; i < object->member_count; i++)
        headers[i] = (struct record_header){object->members[i].key,
                                            object->members[i].value->text};
    return headers;
}

static void
read_record(struct bench *bench, struct str line)
{
    struct record *record = &bench->records[bench->count];
    struct node *document;
    const struct node *headers;
    struct err err = {0};

    if (!json_read(&bench->arena, line, &document, &err))
        give_up("a line of the corpus", &err);
    headers = node_get(document, STR("headers"));
    *record = (struct record){
        .topic = STR("gigchain.domain-events"),
        .offset = (int64_t)bench->count++,
        .timestamp_ms = node_get(document, STR("timestamp_ms"))->integer,
        .key = node_get(document, STR("key"))->text,
        .value = node_get(document, STR("value"))->text,
        .headers = read_headers(bench, headers),
        .header_count = headers->member_count,
    };
    if (record->timestamp_ms * 1000 > bench->turn.now_us)
        bench->turn.now_us = record->timestamp_ms * 1000;
}

static void
read_corpus(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "r");
    struct err err = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (!file) {
        err_set(&err, ERR_CONFIG, "%s", strerror(errno));
        give_up(path, &err);
    }
    bench->records =
        arena_array(&bench->arena, BATCH_MAX_RECORDS, sizeof(struct record));
    while (bench->count < BATCH_MAX_RECORDS &&
           (len = getline(&line, &room, file)) > 0)
        read_record(bench, str_make(line, (size_t)len));
    free(line);
    fclose(file);
}

static void
init_ledger(struct bench *bench)
{
    name_cache_init(&bench->ledger.sources, NULL, NULL);
    name_cache_init(&bench->ledger.types, NULL, NULL);
    bench->stream = (struct stream){STR("gigchain.domain-events"), 0, 1, 0};
    bench->turn.first_id = BATCH_MAX_RECORDS;
    bench->options = (struct ledger_options){
        .ruleset = bench->ruleset, .notify_max_age_us = NOTIFY_MAX_AGE_US};
}

static void
print_results(int rounds)
{
    printf("made\t%s\n", compiler);
    for (size_t i = 0; i < STEPS; i++) {
        printf("%s\t%zu", steps[i].name, steps[i].bytes);
        for (int round = 0; round < rounds; round++)
            printf("\t%" PRId64, steps[i].ns[round]);
        printf("\n");
    }
}

int
main(int argc, char **argv)
{
    static struct bench bench;
    int rounds = argc == 5 ? atoi(argv[4]) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: micro SCHEMAS RULES CORPUS ROUNDS\n");
        return 2;
    }
    load(&bench, argv[1], argv[2]);
    read_corpus(&bench, argv[3]);
    init_ledger(&bench);
    batch_init(&bench.batch, BATCH_MAX_RECORDS);
    check_intake(&bench);
    for (int round = 0; round < rounds; round++) {
        start_round(&bench);
        for (size_t i = 0; i < STEPS; i++)
            run_step(&bench, &steps[i], round);
    }
    check_payments(&bench);
    print_results(rounds);
    name_cache_free(&bench.ledger.sources);
    name_cache_free(&bench.ledger.types);
    batch_free(&bench.batch);
    arena_free(&bench.arena);
    return 0;
}
