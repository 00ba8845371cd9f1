/* metrics.h - figures of a process as Prometheus reads them: text exposition
 * format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), in a file
 * that node_exporter's textfile collector or any other agent takes up. */
#ifndef IO_METRICS_H
#define IO_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

struct metrics {
    struct buf text;
    const char *family; /* to which samples are added */
};

struct metric_label {
    const char *name;
    struct str value; /* any UTF-8 */
};

void metrics_init(struct metrics *metrics, struct arena *arena);

/* Begin a family, whose samples follow. Names and help are plain words; the
 * type is "counter" or "gauge". */
void metrics_family(struct metrics *metrics, const char *name, const char *type,
                    const char *help);

/* A sample of the family begun last. */
void metrics_add(struct metrics *metrics, const struct metric_label *labels,
                 size_t label_count, int64_t value);

/* Put all of it in the place of the file; see file_replace. */
MUST_CHECK bool metrics_write(struct metrics *metrics, const char *path,
                              struct err *err);

#endif
