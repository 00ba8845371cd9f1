/* cmd_relay.c - `reward relay`: publishes what the workers posted. */
#include <malloc.h>

#include "command.h"
#include "log.h"
#include "relay_loop.h"
#include "signals.h"

static struct relay_options
options_from(const struct settings *settings)
{
    return (struct relay_options){
        .pg =
            {
                .dsn = settings->postgres.dsn,
                .password = settings->postgres.password,
                .name = "reward relay",
                .statement_timeout_ms = settings->postgres.statement_timeout_ms,
            },
        .kafka = settings_kafka(settings),
        .name = settings->relay.name,
        .output_topic = settings->kafka.output_topic,
        .shadow_topic = settings->kafka.shadow_topic,
        .dlq_topic = settings->kafka.dlq_topic,
        .position_topic = settings->kafka.position_topic,
        .batch_max_events = settings->relay.batch_max_events,
        .batch_max_wait_ms = settings->relay.batch_max_wait_ms,
        .poll_ms = settings->relay.poll_ms,
        .retry_base_ms = settings->worker.retry_base_ms,
        .retry_max_ms = settings->worker.retry_max_ms,
    };
}

/* librdkafka allocates a dozen small pieces for each message and frees them
 * when it is delivered, while pages of rows come and go. By default glibc then
 * spends a fifth of the relay's time on tidying its lists and on giving memory
 * back that is asked for again at once; 64 MiB is more than a page and a full
 * queue take. */
static void
tune_malloc(void)
{
    enum { KEEP_BYTES = 64 * 1024 * 1024 };

    mallopt(M_MXFAST, 0);
    mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEEP_BYTES / 2);
}

int
cmd_relay(struct command_line *line)
{
    struct relay_options options = options_from(line->settings);
    struct err err = {0};

    log_open(line->settings->log.level, line->settings->log.format, "relay");
    signals_catch();
    tune_malloc();
    log_info("relay started name=%s output=%s dlq=%s", options.name,
             options.output_topic, options.dlq_topic);
    if (relay_loop(&options, &err)) {
        log_info("relay stopped");
        return EXIT_OK;
    }
    log_failure(LOG_ERROR, &err);
    return err.kind == ERR_CONFIG ? EXIT_BAD_CONFIG : EXIT_ERRORS;
}
