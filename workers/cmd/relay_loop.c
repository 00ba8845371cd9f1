/* relay_loop.c - take, begin, produce, commit. The messages and the position
 * behind them are one Kafka transaction, so after a crash anywhere the
 * position says what was seen. Whatever is in doubt is settled by a new
 * producer, which reads the position again.
 *
 * Fault points, in order: relay.init (the producer is ours), relay.position
 * (it is read), relay.take (rows are read), relay.begin, relay.produce (half of
 * the messages are queued), relay.flush (all are delivered),
 * relay.commit_before (the commit is next), relay.commit (committed),
 * relay.mark (the database knows). */
#include "relay_loop.h"

#include <inttypes.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "fault.h"
#include "log.h"
#include "position.h"
#include "relay.h"
#include "signals.h"
#include "standings.h"

enum {
    REPORT_MS = 60000,
    FLUSH_LOOK_MS = 200,
    STOP_PATIENCE_MS = 4000, /* for messages under way when told to stop */
    ABORT_WAIT_MS = 2000,
    STANDINGS_ENTRIES = 2000,     /* to be brought forward at once ... */
    STANDINGS_BUSY_ENTRIES = 500, /* ... while batches keep coming */
};

/* ---- one transaction
 * ------------------------------------------------------------
 */

static bool
send_item(struct relay *relay, struct token_writer *writer,
          const struct outbox_item *item, struct err *err)
{
    size_t topic = RELAY_DLQ;
    struct message message;

    if (item->token) {
        token_render(writer, item->token, &message);
        topic = item->token->is_shadow ? RELAY_SHADOW : RELAY_OUTPUT;
    } else {
        dead_letter_message(&relay->page, item->letter, &message);
    }
    return sink_send(relay->sink, topic, SINK_BY_KEY, &message, err);
}

static bool
send_items(struct relay *relay, const struct outbox_page *page, struct err *err)
{
    struct token_writer writer;

    token_writer_init(&writer, &relay->page);
    for (size_t i = 0; i < page->item_count; i++) {
        if (i == page->item_count / 2)
            FAULT_POINT("relay.produce");
        if (!send_item(relay, &writer, &page->items[i], err))
            return false;
    }
    return true;
}

static bool
send_position(struct relay *relay, const struct outbox_page *page,
              struct err *err)
{
    struct buf json;
    struct message message = {
        .key = str_from_cstr(relay->options->name),
        .timestamp_ms = clock_now_us() / 1000,
    };

    buf_init(&json, &relay->page);
    position_write(&json, page->last_batch, page->last_posted_us);
    message.value = buf_str(&json);
    return sink_send(relay->sink, RELAY_POSITION, POSITION_PARTITION, &message,
                     err);
}

/* Wait until all is delivered. Told to stop, give up while the transaction can
 * still be aborted: left open, it would hold up every reader. */
static bool
deliver(struct relay *relay, struct err *err)
{
    int64_t give_up_ms = 0;
    size_t left;

    for (;;) {
        if (!sink_flush(relay->sink, FLUSH_LOOK_MS, &left, err))
            return false;
        if (!left)
            return true;
        if (signals_stop_requested() && !give_up_ms)
            give_up_ms = clock_monotonic_ms() + STOP_PATIENCE_MS;
        if (give_up_ms && clock_monotonic_ms() > give_up_ms) {
            sink_abort(relay->sink, ABORT_WAIT_MS);
            return err_set(err, ERR_RETRY,
                           "stopped with %zu messages not delivered", left);
        }
    }
}

static bool
commit(struct relay *relay, const struct outbox_page *page, struct err *err)
{
    FAULT_POINT("relay.commit_before");
    if (!sink_commit(relay->sink, err))
        return false;
    FAULT_POINT("relay.commit");
    relay->position = page->last_batch;
    relay->published_ms = clock_monotonic_ms();
    relay->page_items = page->item_count;
    relay->counts.transactions++;
    relay->counts.batches += (int64_t)page->batch_count;
    relay->counts.letters += (int64_t)page->letter_count;
    relay->counts.shadows += (int64_t)page->shadow_count;
    relay->counts.messages +=
        (int64_t)(page->item_count - page->letter_count - page->shadow_count);
    return true;
}

static bool
publish(struct relay *relay, const struct outbox_page *page, struct err *err)
{
    if (page->shadow_count &&
        !sink_use_topic(relay->sink, RELAY_SHADOW, relay->options->shadow_topic,
                        err))
        return false;
    if (!sink_begin(relay->sink, err))
        return false;
    FAULT_POINT("relay.begin");
    if (!send_items(relay, page, err) || !send_position(relay, page, err) ||
        !deliver(relay, err))
        return false;
    FAULT_POINT("relay.flush");
    if (!commit(relay, page, err))
        return false;
    if (!outbox_set_mark(relay->outbox, str_from_cstr(relay->options->name),
                         relay->position, err))
        return false;
    FAULT_POINT("relay.mark");
    return true;
}

/* ---- between transactions
 * --------------------------------------------------------
 */

/* From the start of one step to that of the next. Steps get half of the time
 * when all is quiet, and a twentieth while batches keep coming, so that the
 * workers, who may have no time to spare, do not notice. In a burst, pages of
 * thousands, steps hardly get on, and most of what they do the next ones do
 * again; a look now and then is enough. */
static int64_t
standings_pause_ms(const struct relay *relay, bool quiet, int64_t took_ms)
{
    enum { BURST_ITEMS = 2000, BURST_MS = 5000 };
    int64_t pause_ms = quiet ? 2 * (took_ms + 10) : 20 * (took_ms + 2);

    if (!quiet && relay->page_items > BURST_ITEMS && pause_ms < BURST_MS)
        return BURST_MS;
    return pause_ms;
}

/* Brings the standings forward, by little enough that no message is late for
 * it. */
static void
refresh_standings(struct relay *relay)
{
    enum { FAILED_MS = 60000, QUIET_MS = 1000 };
    int64_t position = relay->position;
    int64_t start_ms = clock_monotonic_ms();
    bool quiet = start_ms > relay->published_ms + QUIET_MS;
    struct err err = {0};
    bool current = false;

    if (relay->standings == position || start_ms < relay->next_refresh_ms)
        return;
    if (!standings_refresh(relay->pg,
                           quiet ? STANDINGS_ENTRIES : STANDINGS_BUSY_ENTRIES,
                           &current, &err)) {
        log_failure(LOG_WARN, &err);
        relay->next_refresh_ms = start_ms + FAILED_MS;
        return;
    }
    if (current)
        relay->standings = position;
    relay->next_refresh_ms =
        start_ms +
        standings_pause_ms(relay, quiet, clock_monotonic_ms() - start_ms);
}

static bool
rest(struct relay *relay, struct err *err)
{
    int64_t wait_ms = relay->options->poll_ms;
    int64_t refresh_ms;

    refresh_standings(relay);
    refresh_ms = relay->next_refresh_ms - clock_monotonic_ms();
    if (relay->standings != relay->position && refresh_ms < wait_ms)
        wait_ms = refresh_ms > 1 ? refresh_ms : 1;
    return pg_wait_notify(relay->pg, wait_ms, err);
}

/* A broker acknowledges a commit, and writes its markers after that. Told of a
 * transaction before they are written it refuses, and librdkafka 2.0.2 tries
 * again 20 ms later: a page taken at once is held up for that long, without
 * what is posted meanwhile. Where more is there it takes about as long to read.
 */
static bool
gather(struct relay *relay, const struct outbox_page *page, struct err *err)
{
    int64_t left_ms;

    refresh_standings(relay);
    left_ms = relay->published_ms + relay->options->batch_max_wait_ms -
              clock_monotonic_ms();
    if (left_ms > 0 && !page->has_more)
        clock_sleep_ms(left_ms);
    return pg_wait_notify(relay->pg, 0, err);
}

/* ---- turns
 * ----------------------------------------------------------------------
 */

static void
report(struct relay *relay)
{
    const struct relay_counts *counts = &relay->counts;

    if (clock_monotonic_ms() < relay->next_report_ms)
        return;
    relay->next_report_ms = clock_monotonic_ms() + REPORT_MS;
    log_info("progress position=%" PRId64 " transactions=%" PRId64
             " batches=%" PRId64 " messages=%" PRId64 " dead_letters=%" PRId64
             " shadows=%" PRId64,
             relay->position, counts->transactions, counts->batches,
             counts->messages, counts->letters, counts->shadows);
}

static bool
turn(struct relay *relay, struct err *err)
{
    const struct relay_options *options = relay->options;
    struct outbox_page page;

    if (!relay_connect(relay, err))
        return false;
    if (signals_stop_requested())
        return true;
    arena_reset(&relay->page);
    if (!outbox_take(relay->outbox, relay->position, options->batch_max_events,
                     &relay->page, &page, err))
        return false;
    if (!page.batch_count)
        return rest(relay, err);
    FAULT_POINT("relay.take");
    if (!publish(relay, &page, err))
        return false;
    if (!sink_is_clean(relay->sink)) {
        log_warn("a commit was slow or its connection broke: making a new "
                 "producer position=%" PRId64,
                 relay->position);
        relay_drop(relay);
        return true;
    }
    return gather(relay, &page, err);
}

/* After ERR_RETRY. */
static void
recover(struct relay *relay, struct err *err)
{
    int64_t wait_ms =
        clock_backoff_ms(relay->failures, relay->options->retry_base_ms,
                         relay->options->retry_max_ms);

    if (signals_stop_requested())
        return;
    log_write(LOG_WARN, "%s; trying again in %lld ms code=%s", err->text,
              (long long)wait_ms, err->code);
    relay->failures++;
    relay_drop(relay);
    clock_sleep_ms(wait_ms);
}

static bool
is_fenced(const struct err *err)
{
    return strcmp(err->code, "_FENCED") == 0 ||
           strcmp(err->code, "PRODUCER_FENCED") == 0 ||
           strcmp(err->code, "INVALID_PRODUCER_EPOCH") == 0;
}

static bool
run(struct relay *relay, struct err *err)
{
    while (!signals_stop_requested()) {
        if (signals_take_hangup())
            log_info("SIGHUP is ignored: a relay has no rules to read again");
        if (turn(relay, err)) {
            relay->failures = 0;
        } else if (err->kind == ERR_RETRY) {
            recover(relay, err);
            err_reset(err);
        } else if (is_fenced(err)) {
            return err_add(err,
                           "another relay named \"%s\" took over, or a "
                           "transaction outlived its time-out",
                           relay->options->name);
        } else {
            return false;
        }
        report(relay);
    }
    return true;
}

bool
relay_loop(const struct relay_options *options, struct err *err)
{
    enum { CLOSE_WITHIN_S = 3 };
    struct relay relay = {
        .options = options,
        .standings = -1,
        .next_report_ms = clock_monotonic_ms() + REPORT_MS,
    };
    bool ok = run(&relay, err);

    log_info("relay stops position=%" PRId64 " transactions=%" PRId64
             " messages=%" PRId64 " dead_letters=%" PRId64,
             relay.position, relay.counts.transactions, relay.counts.messages,
             relay.counts.letters);
    signals_exit_within(CLOSE_WITHIN_S, ok ? EXIT_OK
                                        : err->kind == ERR_CONFIG
                                            ? EXIT_BAD_CONFIG
                                            : EXIT_ERRORS);
    relay_close(&relay);
    return ok;
}
