/* topic_audit.h - audits of what was said against what was posted: the output,
 * shadow and dead-letter topics, record by record, against messages made again
 * from the ledger. Both sides are copied into temporary tables, so memory stays
 * flat and the comparing is the database's. */
#ifndef IO_TOPIC_AUDIT_H
#define IO_TOPIC_AUDIT_H

#include "audit.h"
#include "compiler.h"
#include "err.h"
#include "kafka.h"
#include "pg.h"

struct topic_audit_options {
    struct kafka_options kafka;
    const char *output_topic;
    const char *shadow_topic; /* read when the ledger has anything for it */
    const char *dlq_topic;
    const char *position_topic;
    const char *relay; /* its name */
};

/* Copy what the topics hold. Must come before the snapshot that the ledger is
 * read in begins: whatever was said by then, was posted. Errors as for
 * topic_reader_next and position_read. */
MUST_CHECK bool topic_audit_collect(struct pg *pg,
                                    const struct topic_audit_options *options,
                                    struct err *err);

/* Copy what the topics should hold, within the snapshot. */
MUST_CHECK bool topic_audit_expect(struct pg *pg, struct err *err);

/* To be run after both, within the snapshot. */
extern const struct audit topic_audits[];
extern const size_t topic_audit_count;

#endif
