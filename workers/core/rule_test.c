/* rule_test.c - one test after the other: its events are read, decided as the
 * worker would, and what came of them is held against what it expects. */
#include "rule_test.h"

#include "decide.h"
#include "rule_read.h"
#include "shadow.h"
#include "test_expect.h"
#include "test_golden.h"
#include "test_state.h"
#include "trace.h"

/* One test at work. */
struct test_run {
    const struct rule_test_suite *suite;
    const struct rule_test_files *files; /* its own, or NULL */
    struct reader reader;                /* with diagnostics of its own */
    struct diag_list diags;
    struct facts facts;
    struct trace trace;
    struct test_event_list events;
    struct test_paid paid;
};

static const struct shape events_shape = {.kind = SHAPE_LIST,
                                          .of = &test_event_shape};

static const struct key test_keys[] = {
    {"name", true, &shape_any, "What it shows.", "\"100 XP are 500 GIGS\""},
    {"state", false, &test_state_shape, "What was before.",
     "{\"balance\": {\"u1\": 5000}}"},
    {"event", false, &test_event_shape, "What happens.",
     "{\"type\": \"io.gigchain.xp.gained.v1\", "
     "\"data\": {\"user_address\": \"u1\", \"xp_gained\": 250}}"},
    {"events", false, &events_shape, "What happens, one after another.", NULL},
    {"expect", false, &test_expect_shape,
     "What is paid, by line (LINE or RULE.LINE), all of it.",
     "{\"xp.xp\": \"1000.00\", \"total\": \"1000.00\"}"},
    /* Those of a file of tests alone. */
    {"events_file", false, &shape_any, "Where the events are.", NULL},
    {"expect_file", false, &shape_any, "Where all that is paid is.", NULL},
};

enum { RULE_FILE_KEYS = sizeof(test_keys) / sizeof(*test_keys) - 2 };

static const struct shape test_shape = {SHAPE_KEYS("a test", test_keys)};

const struct shape rule_test_shape = {
    .kind = SHAPE_OBJECT,
    .keys = test_keys,
    .key_count = RULE_FILE_KEYS,
    .one_of = (const char *const[]){"event", "events", NULL},
    .needs = (const struct key_need[]){{NULL, "expect"}, {0}},
};

static const struct key file_keys[] = {
    {"rules", true, &shape_any, "The rule file.", NULL},
    {"tests", true, &shape_any, "Its tests.", NULL},
    {"description", false, &shape_any, "For people.", NULL},
};

static const struct shape test_file_shape = {
    SHAPE_KEYS("a file of tests", file_keys)};

static void
count_amount(struct test_run *run, const struct ledger_line *line,
             int64_t minor, int64_t *total)
{
    int64_t *paid = &run->paid.by_line[line->index];

    *paid = num_add_capped(*paid, minor);
    *total = num_add_capped(*total, minor);
}

static void
count_shadow(struct test_run *run, const struct shadow *shadow)
{
    for (size_t i = 0; shadow && i < shadow->payment_count; i++)
        count_amount(run, shadow->payments[i].line,
                     shadow->payments[i].amount_minor, &run->paid.shadow_total);
    if (shadow && shadow->error_count && !err_is_set(&run->paid.shadow_err))
        err_set_code(&run->paid.shadow_err, ERR_INPUT,
                     reason_name(shadow->errors[0].reason), "%.*s",
                     STR_ARG(shadow->errors[0].message));
}

static void
decide_event(struct test_run *run, struct test_event *event)
{
    const struct ruleset *ruleset = run->reader.ruleset;
    struct arena *arena = run->reader.arena;
    struct decision decision;

    run->facts.now_us = event->event.record->timestamp_ms * 1000;
    trace_init(&run->trace, arena);
    if (decide(ruleset, &event->event, &run->facts, arena, &decision,
               &event->err)) {
        event->outcome = decision_outcome(&decision);
        event->rejection = decision.rejection;
        told_of(ruleset, &event->event, &decision, run->facts.now_us, arena,
                &event->told);
    } else {
        event->outcome = OUTCOME_DEAD_LETTER;
        err_add(&event->err, "event %.*s", STR_ARG(event->name));
    }
    for (size_t i = 0; i < decision.posting_count; i++)
        count_amount(run, decision.postings[i].line,
                     decision.postings[i].amount_minor, &run->paid.total);
    count_shadow(run, decision.shadow);
    if (run->suite->coverage)
        coverage_add(run->suite->coverage, &run->trace, &decision);
}

static void
decide_events(struct test_run *run)
{
    for (size_t i = 0; i < run->events.count; i++)
        if (run->events.items[i].outcome == OUTCOME_OPEN)
            decide_event(run, &run->events.items[i]);
}

static void
want_facts(struct test_run *run)
{
    for (size_t i = 0; i < run->events.count; i++)
        if (run->events.items[i].outcome == OUTCOME_OPEN)
            ruleset_want(run->reader.ruleset, &run->events.items[i].event,
                         &run->facts);
}

static void
run_events(struct test_run *run, const struct node *test)
{
    struct arena *arena = run->reader.arena;
    const struct node *state = node_get(test, STR("state"));

    run->paid.by_line =
        arena_array(arena, run->reader.ruleset->line_count, sizeof(int64_t));
    run->paid.events = &run->events;
    run->paid.facts = &run->facts;
    facts_init(&run->facts, arena);
    run->facts.is_whole = true;
    test_events_read(&run->reader, test, run->files ? run->files->events : NULL,
                     run->files ? run->files->event_count : 0, &run->events);
    want_facts(run);
    if (state)
        test_state_apply(&run->reader, state, &run->facts);
    if (run->suite->coverage)
        run->facts.trace = &run->trace;
    if (run->diags.errors == 0)
        decide_events(run);
}

/* What stands in a file of its own is for tests that do so themselves: a worker
 * runs those of its rule file, wherever that came from. */
static bool
check_files(struct test_run *run, const struct node *test)
{
    static const char *const keys[] = {"events_file", "expect_file"};

    for (int i = 0; i < 2 && !run->files; i++) {
        const struct node *node = node_get(test, str_from_cstr(keys[i]));

        if (node)
            return reader_error(&run->reader, node, MISTAKE_NOT_TOGETHER,
                                "%s is for files of tests (*_test.yaml); a "
                                "rule file stands alone",
                                keys[i]);
    }
    if (node_get(test, STR("expect")) || node_get(test, STR("expect_file")))
        return true;
    return reader_error(&run->reader, test, MISTAKE_MISSING_KEY,
                        "a test needs the key \"expect\"");
}

static void
compare(struct test_run *run, const struct node *test,
        struct rule_test_result *result)
{
    const struct node *expect = node_get(test, STR("expect"));
    const struct node *file = node_get(test, STR("expect_file"));

    if (expect)
        test_expect_compare(&run->reader, expect, &run->paid, &result->diffs);
    if (!file)
        return;
    result->golden = test_golden_text(&run->reader, &run->paid);
    if (!run->files->accepts)
        test_golden_compare(file, run->files->golden, result->golden,
                            &result->diffs);
}

static void
run_test(struct test_run *run, const struct node *test,
         struct rule_test_result *result)
{
    if (!read_keys(&run->reader, test, &test_shape) || !check_files(run, test))
        return;
    run_events(run, test);
    if (run->diags.errors == 0)
        compare(run, test, result);
}

/* A test with a fault of its own fails with the first of them. */
static const char *
message_of(const struct test_run *run, struct rule_test_result *result)
{
    const struct diag *diag = run->diags.items;
    struct buf message;

    buf_init(&message, run->reader.arena);
    if (run->diags.count) {
        test_diff_init(&result->diffs, run->reader.arena);
        result->golden = (struct str){0};
        buf_printf(&message, "%d:%d: ", diag->line, diag->column);
        diag_add_words(diag, &message);
        buf_printf(&message, " [%s]", diag->code);
    } else {
        test_diff_join(&result->diffs, &message);
    }
    return arena_printf(run->reader.arena, "%.*s", STR_ARG(buf_str(&message)));
}

static void
run_start(struct test_run *run, const struct rule_test_suite *suite,
          size_t index, struct arena *arena)
{
    *run = (struct test_run){.suite = suite};
    run->files = suite->files ? &suite->files[index] : NULL;
    diag_init(&run->diags, arena);
    run->reader.arena = arena;
    run->reader.file = suite->ruleset->file;
    run->reader.diags = &run->diags;
    run->reader.schemas = suite->schemas;
    run->reader.ruleset = suite->ruleset;
}

static struct str
test_name(struct arena *arena, const struct node *test, size_t index)
{
    const struct node *name = node_get(test, STR("name"));

    if (node_is_string(name))
        return name->text;
    return str_from_cstr(arena_printf(arena, "test %zu", index + 1));
}

/* What passed leaves nothing behind that anybody reads: a rule set of thousands
 * of rules takes a megabyte a test. Coverage and golden files keep more. */
static void
forget(const struct rule_test_suite *suite, struct arena *arena,
       struct arena_mark mark, struct rule_test_result *result)
{
    if (!result->passed || result->golden.len || suite->coverage)
        return;
    arena_drop(arena, mark);
    result->message = "";
    test_diff_init(&result->diffs, arena);
}

static void
run_one(const struct rule_test_suite *suite, size_t index, struct arena *arena,
        struct rule_test_result *result)
{
    const struct node *test = suite->tests->items[index];
    struct arena_mark mark = arena_mark(arena);
    struct test_run run;

    test_diff_init(&result->diffs, arena);
    run_start(&run, suite, index, arena);
    run_test(&run, test, result);
    result->message = message_of(&run, result);
    result->passed = result->message[0] == '\0';
    forget(suite, arena, mark, result);
}

bool
rule_suite_run(const struct rule_test_suite *suite, struct arena *arena,
               struct rule_test_report *report)
{
    size_t count = suite->tests ? suite->tests->item_count : 0;

    *report = (struct rule_test_report){0};
    report->results = arena_array(arena, count, sizeof(*report->results));
    for (size_t i = 0; i < count; i++) {
        const struct node *test = suite->tests->items[i];
        struct str name = test_name(arena, test, i);
        struct rule_test_result *result;

        if (suite->only && !regex_search(suite->only, name))
            continue;
        result = &report->results[report->count++];
        *result = (struct rule_test_result){
            .name = name,
            .index = i,
            .line = test->line,
            .column = test->column,
        };
        run_one(suite, i, arena, result);
        report->passed += result->passed;
    }
    return report->passed == report->count;
}

bool
rule_tests_run(const struct ruleset *ruleset, const struct schema_set *schemas,
               const struct regex *only, struct arena *arena,
               struct rule_test_report *report)
{
    const struct rule_test_suite suite = {
        .ruleset = ruleset,
        .schemas = schemas,
        .tests = ruleset->tests,
        .only = only,
    };

    return rule_suite_run(&suite, arena, report);
}

bool
rule_test_read(const char *file, const struct node *document,
               struct diag_list *diags, struct str *rules,
               const struct node **tests)
{
    enum { PATH_MAX_BYTES = 1000 };
    struct reader reader = {
        .arena = diags->arena, .file = file, .diags = diags};
    const struct node *list = node_get(document, STR("tests"));

    if (!read_keys(&reader, document, &test_file_shape))
        return false;
    if (list->kind != NODE_LIST)
        return reader_error(&reader, list, kind_or_size(list, NODE_LIST),
                            "tests must be a list");
    *tests = node_copy(diags->arena, list);
    return read_text(&reader, node_get(document, STR("rules")), "rules",
                     PATH_MAX_BYTES, rules);
}
