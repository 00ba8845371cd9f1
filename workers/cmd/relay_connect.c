/* relay_connect.c - how a relay comes to be the one at work, and where it goes
 * on. The lock is politeness: it keeps two relays from fencing each other in
 * turns. The proof is the producer's epoch: sink_open ends whatever an earlier
 * producer had under way, so the position read after it is final. */
#include <inttypes.h>
#include <stdio.h>

#include "clock.h"
#include "fault.h"
#include "log.h"
#include "migration.h"
#include "position.h"
#include "relay.h"
#include "rights.h"
#include "signals.h"
#include "timestamp.h"

/* ---- the database
 * -------------------------------------------------------------
 */

static void
disconnect(struct relay *relay)
{
    outbox_close(relay->outbox);
    pg_close(relay->pg);
    relay->outbox = NULL;
    relay->pg = NULL;
    relay->locked = false;
}

static bool
connect_database(struct relay *relay, struct err *err)
{
    struct arena arena = {0};
    bool ok =
        pg_open(&relay->options->pg, &relay->pg, err) &&
        migration_require(relay->pg, &arena, err) &&
        rights_require(relay->pg, "relay_positions", "reward_relay", err) &&
        outbox_open(relay->pg, &relay->outbox, err);

    arena_free(&arena);
    if (!ok) {
        disconnect(relay);
        return false;
    }
    log_info("connected to PostgreSQL");
    return true;
}

/* Relays of other names have locks of their own. */
static int64_t
lock_key(const char *name, struct arena *arena)
{
    return (int64_t)str_hash(
        str_from_cstr(arena_printf(arena, "reward relay %s", name)));
}

static bool
try_lock(struct relay *relay, struct err *err)
{
    struct arena arena = {0};
    struct str param = str_from_cstr(arena_printf(
        &arena, "%" PRId64, lock_key(relay->options->name, &arena)));
    struct pg_result *result;
    bool ok = pg_query(relay->pg, "SELECT pg_try_advisory_lock($1)", &param, 1,
                       &result, err);

    arena_free(&arena);
    if (!ok)
        return false;
    relay->locked = pg_bool(result, 0, 0);
    pg_result_free(result);
    return true;
}

/* Another relay may be at work for months; its end frees the lock. */
static bool
wait_for_lock(struct relay *relay, struct err *err)
{
    enum { LOOK_MS = 1000 };
    bool said = false;

    for (;;) {
        if (!try_lock(relay, err))
            return false;
        if (relay->locked || signals_stop_requested())
            return true;
        if (!said)
            log_info("waiting: another relay of that name is at work name=%s",
                     relay->options->name);
        said = true;
        clock_sleep_ms(clock_backoff_ms(0, LOOK_MS, LOOK_MS));
    }
}

/* ---- Kafka
 * --------------------------------------------------------------------
 */

static bool
open_sink(struct relay *relay, struct err *err)
{
    const char *const topics[RELAY_TOPICS] = {
        [RELAY_OUTPUT] = relay->options->output_topic,
        [RELAY_DLQ] = relay->options->dlq_topic,
        [RELAY_POSITION] = relay->options->position_topic,
    };
    struct sink_options options = {
        .kafka = &relay->options->kafka,
        .transactional_id = relay->options->name,
        .topics = topics,
        .topic_count = RELAY_TOPICS,
    };

    return sink_open(&options, &relay->sink, err);
}

/* ---- the position
 * -------------------------------------------------------------
 */

static bool
refuse_older_database(const struct relay *relay, int64_t position,
                      int64_t newest, struct err *err)
{
    return err_set_code(
        err, ERR_FATAL, "database_behind",
        "relay \"%s\" has published batches up to %" PRId64
        ", but the newest one in the database is %" PRId64
        ": the database is not the one they came from, or was restored to an "
        "older state; nothing is published until its position in topic \"%s\" "
        "is set by hand, see ops/RUNBOOK.md",
        relay->options->name, position, newest, relay->options->position_topic);
}

static bool
refuse_other_batch(const struct relay *relay, int64_t position, struct err *err)
{
    return err_set_code(
        err, ERR_FATAL, "database_differs",
        "batch %" PRId64 " of the database is not the batch %" PRId64
        " that relay \"%s\" has published: the database is not the one it came "
        "from, or was restored to an older state and went on; nothing is "
        "published until the relay's position in topic \"%s\" is set by hand, "
        "see ops/RUNBOOK.md",
        position, position, relay->options->name,
        relay->options->position_topic);
}

static bool
refuse_lost_position(const struct relay *relay,
                     const struct relay_position *position, int64_t mark,
                     struct err *err)
{
    return err_set_code(
        err, ERR_FATAL, "position_lost",
        "the database says that relay \"%s\" has published batches up to "
        "%" PRId64 ", but its last position in topic \"%s\" is %" PRId64
        ": the topic was emptied or made anew; to go on from there, write a "
        "record with key \"%s\" and value {\"batch\":%" PRId64
        "} to it, see ops/RUNBOOK.md",
        relay->options->name, mark, relay->options->position_topic,
        position->batch_id, relay->options->name, mark);
}

/* A restored database soon has a batch of the same number again; that it was
 * posted at another time gives it away. */
static bool
check_same_batch(struct relay *relay, const struct relay_position *position,
                 struct err *err)
{
    bool found;
    int64_t posted_us;

    if (!position->has_posted_us || !position->batch_id)
        return true;
    if (!outbox_posted_at(relay->outbox, position->batch_id, &found, &posted_us,
                          err))
        return false;
    if (!found || posted_us != position->posted_us)
        return refuse_other_batch(relay, position->batch_id, err);
    return true;
}

/* Positions are kept by name: a relay under a new name would send everything
 * again. */
static bool
refuse_second_name(struct relay *relay, struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(relay->pg,
                  "SELECT name FROM relay_positions WHERE batch_id > 0 "
                  "ORDER BY updated_at DESC LIMIT 1",
                  NULL, 0, &rows, err))
        return false;
    if (pg_rows(rows))
        ok = err_set(err, ERR_CONFIG,
                     "relay \"%.*s\" publishes this ledger already, and "
                     "relay \"%s\" would send every message again; give all "
                     "relays the same relay.name, or see ops/RUNBOOK.md",
                     STR_ARG(pg_text(rows, 0, 0)), relay->options->name);
    pg_result_free(rows);
    return ok;
}

static bool
check_position(struct relay *relay, const struct relay_position *position,
               struct err *err)
{
    struct str name = str_from_cstr(relay->options->name);
    int64_t newest;
    int64_t mark;

    if (!outbox_newest(relay->outbox, &newest, err) ||
        !outbox_mark(relay->outbox, name, &mark, err))
        return false;
    if (!position->batch_id && !mark && !refuse_second_name(relay, err))
        return false;
    if (position->batch_id < mark)
        return refuse_lost_position(relay, position, mark, err);
    if (position->batch_id > newest)
        return refuse_older_database(relay, position->batch_id, newest, err);
    return check_same_batch(relay, position, err);
}

static bool
find_position(struct relay *relay, struct err *err)
{
    struct relay_position position;

    if (!position_read(&relay->options->kafka, relay->options->position_topic,
                       str_from_cstr(relay->options->name), &position, err))
        return false;
    FAULT_POINT("relay.position");
    if (!check_position(relay, &position, err))
        return false;
    relay->position = position.batch_id;
    log_info("publishing from batch=%" PRId64, relay->position + 1);
    return true;
}

/* ---- all of it
 * ----------------------------------------------------------------
 */

bool
relay_connect(struct relay *relay, struct err *err)
{
    if (!relay->pg && !connect_database(relay, err))
        return false;
    if (!relay->locked && !wait_for_lock(relay, err))
        return false;
    if (!relay->locked || relay->sink)
        return true;
    if (!open_sink(relay, err))
        return false;
    FAULT_POINT("relay.init");
    return find_position(relay, err);
}

void
relay_drop(struct relay *relay)
{
    sink_close(relay->sink);
    relay->sink = NULL;
    if (relay->pg && pg_is_broken(relay->pg))
        disconnect(relay);
}

void
relay_close(struct relay *relay)
{
    relay_drop(relay);
    disconnect(relay);
    arena_free(&relay->page);
}
