/* worker_metrics.c - a row for each family of figures. */
#include "worker_metrics.h"

#include "clock.h"
#include "metrics.h"
#include "version.h"

enum { US_PER_SECOND = 1000000 };

typedef void family_adder(struct metrics *metrics, const struct worker *worker);

static void
add_build(struct metrics *metrics, const struct worker *worker)
{
    const struct metric_label label = {"version", STR(REWARD_VERSION)};

    (void)worker;
    metrics_add(metrics, &label, 1, 1);
}

static void
add_ruleset(struct metrics *metrics, const struct worker *worker)
{
    const struct ruleset *ruleset = worker->rules.ruleset;
    const struct metric_label labels[] = {
        {"ruleset", str_from_cstr(ruleset->stamp)},
        {"version", ruleset->version},
        {"sha256", str_from_cstr(ruleset->sha256)},
    };

    /* Before that, it is only the one that the worker has to offer. */
    if (worker->has_connected)
        metrics_add(metrics, labels, sizeof(labels) / sizeof(*labels), 1);
}

static void
add_reload_successful(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, !worker->last_refused);
}

static void
add_reload_time(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, worker->rules_good_us / US_PER_SECOND);
}

static void
add_refused(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, worker->rules_refused);
}

static void
add_records(struct metrics *metrics, const struct worker *worker)
{
    for (int i = OUTCOME_POSTED; i < OUTCOME_COUNT; i++) {
        const struct metric_label label = {
            "outcome", str_from_cstr(outcome_name((enum outcome)i))};

        metrics_add(metrics, &label, 1, worker->pipeline.counts.outcomes[i]);
    }
}

static void
add_batches(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, worker->pipeline.counts.batches);
}

static void
add_shadow_errors(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, worker->pipeline.counts.shadow_errors);
}

static void
add_partitions(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, (int64_t)source_stream_count(worker->source));
}

static void
add_database(struct metrics *metrics, const struct worker *worker)
{
    metrics_add(metrics, NULL, 0, worker->pg != NULL);
}

static const struct {
    const char *name;
    const char *type;
    const char *help;
    family_adder *add;
} families[] = {
    {"reward_build_info", "gauge", "The program, by its version.", add_build},
    {"reward_ruleset_info", "gauge", "The rule set in force in this process.",
     add_ruleset},
    {"reward_ruleset_last_reload_successful", "gauge",
     "Whether the rule file was good when it was last read.",
     add_reload_successful},
    {"reward_ruleset_last_reload_success_timestamp_seconds", "gauge",
     "When the rule file was last read and good.", add_reload_time},
    {"reward_ruleset_refused_total", "counter",
     "Times that the rule file was read again and refused.", add_refused},
    {"reward_records_total", "counter",
     "Records that were decided, by what became of them.", add_records},
    {"reward_batches_total", "counter", "Transactions that posted records.",
     add_batches},
    {"reward_shadow_errors_total", "counter",
     "Events at which a rule in shadow failed.", add_shadow_errors},
    {"reward_consumer_assigned_partitions", "gauge",
     "Partitions that this process reads.", add_partitions},
    {"reward_db_up", "gauge", "Whether there is a connection to PostgreSQL.",
     add_database},
};

bool
worker_metrics(struct worker *worker, struct err *err)
{
    const char *path = worker->settings->metrics.file;
    struct arena arena = {0};
    struct metrics metrics;
    bool ok;

    if (!*path || clock_monotonic_ms() < worker->next_metrics_ms)
        return true;
    worker->next_metrics_ms =
        clock_monotonic_ms() + worker->settings->metrics.interval_ms;
    metrics_init(&metrics, &arena);
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        metrics_family(&metrics, families[i].name, families[i].type,
                       families[i].help);
        families[i].add(&metrics, worker);
    }
    ok = metrics_write(&metrics, path, err);
    arena_free(&arena);
    return ok;
}
