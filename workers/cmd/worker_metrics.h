/* worker_metrics.h - what a worker counts, for Prometheus. */
#ifndef CMD_WORKER_METRICS_H
#define CMD_WORKER_METRICS_H

#include "compiler.h"
#include "err.h"
#include "worker.h"

/* Write metrics.file anew, if there is to be one and it is time: on the
 * interval, and whenever worker->next_metrics_ms was set to 0. ERR_RETRY
 * or ERR_CONFIG, as of file_replace, when it cannot be written. */
MUST_CHECK bool worker_metrics(struct worker *worker, struct err *err);

#endif
