/* cmd_run.c - `reward run`: one worker process. */
#include <malloc.h>
#include <stdio.h>

#include "clock.h"
#include "command.h"
#include "diag.h"
#include "load.h"
#include "log.h"
#include "signals.h"
#include "worker.h"

/* Leaving the group may hang on a broker that is away. Nothing depends on a
 * clean close, so it gets this long. */
enum { CLOSE_TIMEOUT_S = 7 };

static bool
prepare(struct worker *worker, struct command_line *line, struct err *err)
{
    struct diag_list diags;
    struct schema_set *schemas;
    bool ok;

    diag_init(&diags, line->arena);
    ok = load_schemas(line->arena, line->settings->schemas.dir, &schemas,
                      &diags, err);
    diag_print(&diags, stderr);
    if (!ok)
        return false;
    worker->settings = line->settings;
    worker->intake =
        (struct intake){.settings = line->settings, .schemas = schemas};
    worker->rules.schemas = schemas;
    rules_watch_start(&worker->watch, line->settings->rules.reload,
                      line->settings->rules.dir);
    worker->rules_good_us = clock_now_us();
    return rules_read(&worker->rules, line->settings->rules.dir, err);
}

/* librdkafka's threads allocate what ours free. With an arena for each thread,
 * and a threshold that grows with the largest block freed, the process would
 * keep 6 MiB more than it uses. */
static void
keep_memory_small(void)
{
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
}

int
cmd_run(struct command_line *line)
{
    struct worker worker = {0};
    struct err err = {0};
    bool ok;
    int status;

    log_open(line->settings->log.level, line->settings->log.format, "worker");
    signals_catch();
    keep_memory_small();
    ok = prepare(&worker, line, &err);
    if (ok) {
        log_info("worker started group=%s ruleset=%s",
                 line->settings->kafka.group_id, worker.rules.ruleset->stamp);
        ok = worker_loop(&worker, &err);
    }
    if (!ok)
        log_failure(LOG_ERROR, &err);
    status = ok                       ? EXIT_OK
             : err.kind == ERR_CONFIG ? EXIT_BAD_CONFIG
                                      : EXIT_ERRORS;
    signals_exit_within(CLOSE_TIMEOUT_S, status);
    worker_close(&worker);
    log_info("worker stopped");
    return status;
}
