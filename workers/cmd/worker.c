/* worker.c - one turn after another. The database's position is the truth, so
 * after anything doubtful the turn's records are dropped and read again. */
#include "worker.h"

#include <stdio.h>

#include "clock.h"
#include "fault.h"
#include "house_event.h"
#include "log.h"
#include "migration.h"
#include "rights.h"
#include "signals.h"
#include "timer.h"
#include "worker_metrics.h"

enum {
    IDLE_WAIT_MS = 100,
    REPORT_MS = 60000,
    OFFSETS_MS = 1000,
    TIMERS_MAX = 500, /* events of the clock in one batch */
    /* The usual records of a full batch take 8 MiB as trees, twice the most
     * bytes; one that is all brackets, forty times its bytes. */
    TREE_FACTOR = 3,
};

/* ---- figures -------------------------------------------------------------
 */

/* At work, a worker goes on without: that its figures stand still is seen. */
static void
tell_metrics(struct worker *worker)
{
    struct err err = {0};

    if (!worker_metrics(worker, &err))
        log_failure(LOG_WARN, &err);
}

/* A path that cannot be written is a fault of the settings; a full disk is
 * none. */
static bool
begin_metrics(struct worker *worker, struct err *err)
{
    if (worker_metrics(worker, err))
        return true;
    if (err->kind == ERR_CONFIG)
        return false;
    log_failure(LOG_WARN, err);
    err_reset(err);
    return true;
}

/* ---- the database
 * ------------------------------------------------------------- */

static void
disconnect(struct worker *worker)
{
    ledger_close(worker->ledger);
    pg_close(worker->pg);
    worker->ledger = NULL;
    worker->pg = NULL;
    worker->pipeline.ledger = NULL;
}

static bool
connect_database(struct worker *worker, struct err *err)
{
    const struct settings *settings = worker->settings;
    struct arena arena = {0};
    struct pg_options options = {
        .dsn = settings->postgres.dsn,
        .password = settings->postgres.password,
        .name = "reward worker",
        .statement_timeout_ms = settings->postgres.statement_timeout_ms,
    };
    bool ok = pg_open(&options, &worker->pg, err) &&
              migration_require(worker->pg, &arena, err) &&
              rights_require(worker->pg, "entries", "reward_worker", err) &&
              rules_offer(&worker->rules, worker->pg, err) &&
              ledger_open(worker->pg, &worker->ledger, err);

    arena_free(&arena);
    if (!ok) {
        disconnect(worker);
        return false;
    }
    worker->pipeline.ledger = worker->ledger;
    worker->has_connected = true;
    log_info("connected to PostgreSQL");
    return true;
}

/* ---- reading
 * ---------------------------------------------------------------------- */

static bool
is_full(const struct worker *worker)
{
    int64_t max_bytes = worker->settings->worker.batch_max_bytes;

    return (int64_t)worker->batch.count >=
               worker->settings->worker.batch_max_events ||
           (int64_t)worker->batch.bytes >= max_bytes ||
           (int64_t)arena_used(&worker->batch.arena) >= max_bytes * TREE_FACTOR;
}

static void
drop_batch(struct worker *worker)
{
    batch_reset(&worker->batch);
    source_release(worker->source);
}

static void
take_record(struct worker *worker, const struct record *record,
            struct stream *stream)
{
    struct item *item = batch_add(&worker->batch);

    item->record = *record;
    item->stream = stream;
    worker->batch.bytes += record->key.len + record->value.len;
    intake_item(&worker->intake, &worker->batch, item);
}

/* How long to wait for one more record when none is there; 0 or less: not at
 * all. */
static int64_t
patience_ms(const struct worker *worker, int64_t deadline_ms)
{
    return worker->batch.count ? deadline_ms - clock_monotonic_ms()
                               : IDLE_WAIT_MS;
}

/* Fill the batch until it is full, its first record has waited long enough,
 * or there is nothing to read. Behind, records are there without waiting and
 * batches are large; else they are what one answer of a broker brought, and
 * what comes within worker.batch_max_wait. */
static bool
collect(struct worker *worker, struct err *err)
{
    int64_t deadline_ms = 0;
    int64_t wait_ms = 0;

    while (!signals_stop_requested() && !is_full(worker)) {
        enum source_got got;
        struct record record;
        struct stream *stream;

        if (!source_poll(worker->source, wait_ms, &worker->batch.arena, &got,
                         &record, &stream, err))
            return false;
        if (got == SOURCE_REVOKED)
            drop_batch(worker);
        if (got == SOURCE_RECORD) {
            if (!worker->batch.count)
                deadline_ms = clock_monotonic_ms() +
                              worker->settings->worker.batch_max_wait_ms;
            take_record(worker, &record, stream);
            wait_ms = 0;
            continue;
        }
        if (source_needs_positions(worker->source) ||
            (wait_ms > 0 && !worker->batch.count))
            return true;
        wait_ms = patience_ms(worker, deadline_ms);
        if (wait_ms <= 0)
            return true;
    }
    return true;
}

/* ---- turns
 * ---------------------------------------------------------------------------
 */

static void
report(struct worker *worker)
{
    const int64_t *outcomes = worker->pipeline.counts.outcomes;

    if (clock_monotonic_ms() < worker->next_report_ms)
        return;
    worker->next_report_ms = clock_monotonic_ms() + REPORT_MS;
    log_info("progress partitions=%zu batches=%lld posted=%lld no_reward=%lld "
             "rejected=%lld duplicate=%lld conflict=%lld dead_letter=%lld "
             "shadow_errors=%lld rules_refused=%lld",
             source_stream_count(worker->source),
             (long long)worker->pipeline.counts.batches,
             (long long)outcomes[OUTCOME_POSTED],
             (long long)outcomes[OUTCOME_NO_REWARD],
             (long long)outcomes[OUTCOME_REJECTED],
             (long long)outcomes[OUTCOME_DUPLICATE],
             (long long)outcomes[OUTCOME_CONFLICT],
             (long long)outcomes[OUTCOME_DEAD_LETTER],
             (long long)worker->pipeline.counts.shadow_errors,
             (long long)worker->rules_refused);
}

/* Lag tools look every few seconds: brokers need not hear of each batch. */
static void
commit_offsets(struct worker *worker)
{
    if (!worker->has_offsets || clock_monotonic_ms() < worker->next_offsets_ms)
        return;
    worker->next_offsets_ms = clock_monotonic_ms() + OFFSETS_MS;
    worker->has_offsets = false;
    source_commit(worker->source);
    FAULT_POINT("worker.offsets");
}

/* The event of a timer: sent again at another time, as after it could not be
 * posted, it is another one. */
static struct house_event
timer_event(const struct timer *timer, struct arena *arena)
{
    return (struct house_event){.type = "token.hold.due",
                                .id = str_from_cstr(arena_printf(
                                    arena, "%.*s/%lld", STR_ARG(timer->hold_id),
                                    (long long)timer->due_us)),
                                .account = timer->account,
                                .fields = {{"hold_id", timer->hold_id},
                                           {"waits_for", timer->waits_for}},
                                .time_us = timer->due_us};
}

/* Send what is due: the ends of holds. What did not end, for its account is as
 * full as can be or its event a dead letter, is tried again later. */
static bool
post_timers(struct worker *worker, struct err *err)
{
    struct arena arena = {0};
    struct house_event *events;
    struct timer *timers;
    size_t count;
    size_t most = worker->batch.max_records < TIMERS_MAX
                      ? worker->batch.max_records
                      : TIMERS_MAX;
    bool ok = timers_due(worker->pg, most, &arena, &timers, &count, err);

    if (ok && count) {
        events = arena_array(&arena, count, sizeof(*events));
        for (size_t i = 0; i < count; i++)
            events[i] = timer_event(&timers[i], &arena);
        ok = house_events_post(&worker->pipeline, &worker->intake,
                               &worker->batch, events, count, err) &&
             timers_put_off(worker->pg, timers, count, err);
    }
    arena_free(&arena);
    return ok;
}

static bool
post_timers_at_times(struct worker *worker, struct err *err)
{
    if (clock_monotonic_ms() < worker->next_timers_ms)
        return true;
    worker->next_timers_ms =
        clock_monotonic_ms() + worker->settings->worker.timer_interval_ms;
    return post_timers(worker, err);
}

/* Offer the rule file as at the start, where that was asked for. One that is
 * no good changes nothing. */
static bool
read_rules_again(struct worker *worker, struct err *err)
{
    bool refused;

    if (!rules_watch_is_due(&worker->watch))
        return true;
    if (!rules_read_again(&worker->rules, worker->pg,
                          worker->settings->rules.dir, &refused, err))
        return false;
    rules_watch_done(&worker->watch);
    worker->last_refused = refused;
    worker->next_metrics_ms = 0;
    if (!refused) {
        worker->rules_good_us = clock_now_us();
        return true;
    }
    worker->rules_refused++;
    log_error("rules refused: the rule set in force stays ruleset=%s "
              "rules_refused=%lld",
              worker->rules.ruleset->stamp, (long long)worker->rules_refused);
    return true;
}

static bool
turn(struct worker *worker, struct err *err)
{
    if (!worker->pg && !connect_database(worker, err))
        return false;
    if (!read_rules_again(worker, err))
        return false;
    if (source_needs_positions(worker->source) &&
        !source_resolve(worker->source, worker->ledger, err))
        return false;
    batch_reset(&worker->batch);
    if (!post_timers_at_times(worker, err) || !collect(worker, err))
        return false;
    if (!worker->batch.count)
        return true;
    FAULT_POINT("worker.poll");
    source_fetch_on(worker->source);
    if (!pipeline_post(&worker->pipeline, &worker->batch, err))
        return false;
    log_debug("batch posted records=%zu bytes=%zu memory=%zu",
              worker->batch.count, worker->batch.bytes,
              arena_used(&worker->batch.arena) +
                  worker->pipeline.attempt_bytes);
    worker->has_offsets = true;
    drop_batch(worker);
    return true;
}

/* Stay in the group without reading while something is away. */
static bool
wait_in_group(struct worker *worker, int64_t wait_ms, struct err *err)
{
    int64_t deadline = clock_monotonic_ms() + wait_ms;

    while (!signals_stop_requested()) {
        int64_t left = deadline - clock_monotonic_ms();
        enum source_got got;
        struct record record;
        struct stream *stream;

        if (left <= 0)
            break;
        if (!source_poll(worker->source,
                         left < IDLE_WAIT_MS ? left : IDLE_WAIT_MS,
                         &worker->batch.arena, &got, &record, &stream, err))
            return false;
        tell_metrics(worker);
    }
    return true;
}

/* After ERR_RETRY: nothing of the turn is kept. */
static bool
recover(struct worker *worker, struct err *err)
{
    int64_t wait_ms = clock_backoff_ms(worker->failures,
                                       worker->settings->worker.retry_base_ms,
                                       worker->settings->worker.retry_max_ms);

    log_write(LOG_WARN, "%s; trying again in %lld ms code=%s", err->text,
              (long long)wait_ms, err->code);
    err_reset(err);
    worker->failures++;
    if (worker->pg && pg_is_broken(worker->pg))
        disconnect(worker);
    batch_reset(&worker->batch);
    source_rewind(worker->source);
    return wait_in_group(worker, wait_ms, err);
}

static bool
open_source(struct worker *worker, struct err *err)
{
    const struct settings *settings = worker->settings;
    struct arena arena = {0};
    const char **topics =
        arena_array(&arena, settings->kafka.input_count, sizeof(*topics));
    struct source_options options = {
        .kafka = settings_kafka(settings),
        .group_id = settings->kafka.group_id,
        .topics = topics,
        .topic_count = settings->kafka.input_count,
        .start_latest = settings->kafka.start == START_LATEST,
    };
    bool ok;

    for (size_t i = 0; i < settings->kafka.input_count; i++)
        topics[i] = settings->kafka.inputs[i].topic;
    ok = source_open(&options, &worker->source, err);
    arena_free(&arena);
    return ok;
}

bool
worker_loop(struct worker *worker, struct err *err)
{
    worker->pipeline.rules = &worker->rules;
    worker->pipeline.notify_max_age_us =
        worker->settings->notify.max_age_ms * 1000;
    worker->next_report_ms = clock_monotonic_ms() + REPORT_MS;
    batch_init(&worker->batch,
               (size_t)worker->settings->worker.batch_max_events);
    if (!open_source(worker, err) || !begin_metrics(worker, err))
        return false;
    while (!signals_stop_requested()) {
        if (turn(worker, err))
            worker->failures = 0;
        else if (err->kind != ERR_RETRY || !recover(worker, err))
            return false;
        commit_offsets(worker);
        report(worker);
        tell_metrics(worker);
    }
    worker->next_offsets_ms = worker->next_metrics_ms = 0;
    commit_offsets(worker);
    tell_metrics(worker);
    return true;
}

void
worker_close(struct worker *worker)
{
    pipeline_free(&worker->pipeline);
    batch_free(&worker->batch);
    source_close(worker->source);
    disconnect(worker);
    rules_free(&worker->rules);
}
