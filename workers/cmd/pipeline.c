/* pipeline.c - one way through for a batch. Read it from pipeline_post down to
 * the steps. */
#include "pipeline.h"

#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "log.h"
#include "map.h"
#include "shadow.h"

/* One try at posting a range. What it makes is gone with the next one. */
struct attempt {
    struct pipeline *pipeline;
    struct arena *arena;
    struct batch *batch;
    struct item_range range;
    struct ledger_turn turn;
    struct facts facts;
};

/* ---- steps
 * ---------------------------------------------------------------------- */

static void
drop_decision(struct item *item)
{
    item->account = NULL;
    memset(&item->decision, 0, sizeof(item->decision));
}

/* Forget what a try that failed has decided. */
static void
reopen(struct item_range range)
{
    for (size_t i = 0; i < range.count; i++) {
        struct item *item = &range.items[i];

        if (!item->is_event || item->outcome == OUTCOME_PASSED)
            continue;
        item->outcome = OUTCOME_OPEN;
        item->unmet = false;
        item->known_id = 0;
        item->first = NULL;
        drop_decision(item);
    }
}

static void
refuse_future(struct attempt *attempt)
{
    int64_t latest_us = attempt->turn.now_us + EVENT_AHEAD_MAX_US;

    for (size_t i = 0; i < attempt->range.count; i++) {
        struct item *item = &attempt->range.items[i];
        struct err err = {0};

        if (item->outcome != OUTCOME_OPEN || item->event.time_us <= latest_us)
            continue;
        err_set_code(&err, ERR_INPUT, reason_name(REASON_FUTURE_TIMESTAMP),
                     "time is %lld s ahead of the database's clock, more than "
                     "the 300 s allowed; check the clock of the producer",
                     (long long)(item->event.time_us - attempt->turn.now_us) /
                         1000000);
        item_set_aside(attempt->batch, item, &err);
    }
}

static void
want_facts(struct attempt *attempt)
{
    static const struct str user = {"user_address", 12};
    const struct ruleset *ruleset = attempt->pipeline->rules->ruleset;

    for (size_t i = 0; i < attempt->range.count; i++) {
        struct item *item = &attempt->range.items[i];
        struct str text;
        struct str address;

        if (item->outcome != OUTCOME_OPEN)
            continue;
        if (event_field_text(&item->event, &user, 1, attempt->arena, &text) &&
            account_canonical(attempt->arena, text, &address))
            item->account = facts_account(&attempt->facts, address);
        ruleset_want(ruleset, &item->event, &attempt->facts);
    }
}

static struct str
identity_key(struct arena *arena, const struct event *event)
{
    struct buf key;

    buf_init(&key, arena);
    buf_add_str(&key, event->source);
    buf_add_char(&key, '\0'); /* in neither of them */
    buf_add_str(&key, event->id);
    return buf_str(&key);
}

static void
decide_item(struct attempt *attempt, struct item *item)
{
    struct err err = {0};

    if (!decide(attempt->pipeline->rules->ruleset, &item->event,
                &attempt->facts, attempt->arena, &item->decision, &err)) {
        item_set_aside(attempt->batch, item, &err);
        return;
    }
    item->outcome = decision_outcome(&item->decision);
    if (!item->account && item->decision.posting_count)
        item->account = item->decision.postings[0].account;
}

/* In order of arrival. A repeat within the range is judged against the item
 * that took the id, unless that one was set aside. */
static void
decide_all(struct attempt *attempt)
{
    struct map identities;

    map_init(&identities, attempt->arena);
    for (size_t i = 0; i < attempt->range.count; i++) {
        struct item *item = &attempt->range.items[i];
        struct item *first;
        struct str key;
        char hash[UUID_TEXT + 1];

        if (item->outcome != OUTCOME_OPEN)
            continue;
        key = identity_key(attempt->arena, &item->event);
        first = map_get(&identities, key);
        if (first) {
            event_hash_text(&first->event, hash);
            item_repeat(attempt->batch, item, 0, str_from_cstr(hash));
            item->first = first;
            continue;
        }
        decide_item(attempt, item);
        if (item->outcome != OUTCOME_DEAD_LETTER)
            *map_put(&identities, key) = item;
    }
    FAULT_POINT("worker.decide");
}

static bool
write_all(struct attempt *attempt, struct err *err)
{
    struct ledger_options options = {
        .ruleset = attempt->pipeline->rules->ruleset,
        .notify_max_age_us = attempt->pipeline->notify_max_age_us,
    };

    return ledger_write(attempt->pipeline->ledger, attempt->arena,
                        attempt->range, &attempt->facts, &attempt->turn,
                        &options, err);
}

/* ---- one transaction
 * ---------------------------------------------------------------- */

static bool
rules_are_in_force(const struct attempt *attempt)
{
    return attempt->turn.ruleset_id == attempt->pipeline->rules->ruleset->id;
}

static bool
nothing_left(struct item_range range)
{
    for (size_t i = 0; i < range.count; i++)
        if (range.items[i].outcome != OUTCOME_PASSED)
            return false;
    return true;
}

static bool
run_steps(struct attempt *attempt, struct err *err)
{
    struct ledger *ledger = attempt->pipeline->ledger;

    refuse_future(attempt);
    if (!ledger_claim(ledger, attempt->batch, attempt->range, err))
        return false;
    attempt->facts.now_us = attempt->turn.now_us;
    want_facts(attempt);
    if (!ledger_lock(ledger, &attempt->facts, err))
        return false;
    decide_all(attempt);
    return ledger_claim_refused(ledger, attempt->batch, attempt->range, err) &&
           write_all(attempt, err) && ledger_commit(ledger, err);
}

/* *again asks for another try: the rule set was changed meanwhile, or an event
 * or account was wrongly taken for new, or a once-key for free. */
static bool
post_once(struct pipeline *pipeline, struct batch *batch,
          struct item_range range, bool *again, struct err *err)
{
    struct attempt attempt = {.pipeline = pipeline,
                              .arena = &pipeline->attempt_arena,
                              .batch = batch,
                              .range = range};
    bool ok;

    *again = false;
    arena_reset(attempt.arena);
    facts_init(&attempt.facts, attempt.arena);
    ok = ledger_begin(pipeline->ledger, range, &attempt.turn, err);
    if (ok && nothing_left(range)) {
        ledger_rollback(pipeline->ledger);
        return true;
    }
    if (ok && !rules_are_in_force(&attempt)) {
        ledger_rollback(pipeline->ledger);
        reopen(range);
        *again = true;
        return rules_reload(pipeline->rules, ledger_pg(pipeline->ledger), err);
    }
    if (ok && run_steps(&attempt, err))
        return true;
    ledger_rollback(pipeline->ledger);
    reopen(range);
    *again = ok && ledger_guessed_wrong(pipeline->ledger, err);
    if (*again)
        err_reset(err);
    return *again;
}

/* ---- ranges
 * ---------------------------------------------------------------------------
 */

/* One line a batch, whatever the number of failures: all of them are in the
 * database. */
static void
report_shadow_errors(struct pipeline *pipeline, struct item_range range)
{
    const struct shadow_error *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < range.count; i++) {
        const struct item *item = &range.items[i];
        const struct shadow *shadow = item->decision.shadow;

        if (!item_is_applied(item) || !shadow || !shadow->error_count)
            continue;
        first = first ? first : &shadow->errors[0];
        count += shadow->error_count;
    }
    if (!count)
        return;
    pipeline->counts.shadow_errors += (int64_t)count;
    log_warn("rules in shadow failed times=%zu, first: %.*s", count,
             STR_ARG(first->message));
}

static void
count_and_move(struct pipeline *pipeline, struct item_range range)
{
    for (size_t i = 0; i < range.count; i++) {
        const struct item *item = &range.items[i];

        pipeline->counts.outcomes[item->outcome]++;
        item->stream->next_offset = item->record.offset + 1;
    }
    pipeline->counts.batches++;
    report_shadow_errors(pipeline, range);
}

static bool
post_whole(struct pipeline *pipeline, struct batch *batch,
           struct item_range range, struct err *err)
{
    bool again = true;

    while (again)
        if (!post_once(pipeline, batch, range, &again, err))
            return false;
    count_and_move(pipeline, range);
    return true;
}

/* What the database refused, as a reason: numbers out of range are amounts,
 * the rest are rules that let through what no table takes. */
static void
set_aside_refused(struct batch *batch, struct item *item, struct err *err)
{
    bool range =
        strcmp(err->code, "22003") == 0 || strcmp(err->code, "23514") == 0;

    snprintf(err->code, sizeof(err->code), "%s",
             reason_name(range ? REASON_AMOUNT_OVERFLOW : REASON_RULE_ERROR));
    log_warn("record set aside topic=%.*s partition=%d offset=%lld: %s",
             STR_ARG(item->record.topic), item->record.partition,
             (long long)item->record.offset, err->text);
    item_set_aside(batch, item, err);
    item->is_event = false;
    drop_decision(item);
    err_reset(err);
}

/* A statement ran into its time-out, and not for waiting on others: half as
 * much may not. */
static bool
was_too_much(const struct err *err)
{
    return strcmp(err->code, "57014") == 0;
}

/* Post a range; where the database refuses its data, halve it until the record
 * at fault is alone, and set that one aside. What takes the database too long
 * is halved too, but never set aside. */
static bool
post_range(struct pipeline *pipeline, struct batch *batch,
           struct item_range range, struct err *err)
{
    struct item_range left = {range.items, range.count / 2};
    struct item_range right = {range.items + left.count,
                               range.count - left.count};

    if (post_whole(pipeline, batch, range, err))
        return true;
    if (err->kind != ERR_INPUT && !was_too_much(err))
        return false;
    if (range.count == 1) {
        if (err->kind != ERR_INPUT || !range.items[0].is_event)
            return false;
        set_aside_refused(batch, &range.items[0], err);
        return post_whole(pipeline, batch, range, err);
    }
    log_warn("posting in halves records=%zu: %s", range.count, err->text);
    err_reset(err);
    return post_range(pipeline, batch, left, err) &&
           post_range(pipeline, batch, right, err);
}

void
pipeline_free(struct pipeline *pipeline)
{
    arena_free(&pipeline->attempt_arena);
}

bool
pipeline_post(struct pipeline *pipeline, struct batch *batch, struct err *err)
{
    struct item_range all = {batch->items, batch->count};
    bool ok = post_range(pipeline, batch, all, err);

    pipeline->attempt_bytes = arena_used(&pipeline->attempt_arena);
    arena_reset(&pipeline->attempt_arena);
    if (!ok && err->kind == ERR_INPUT)
        err->kind = ERR_FATAL; /* a dead letter that no table takes */
    return ok;
}
