/* cmd_verify.c - `reward verify`: proves that the books close, from the ledger
 * alone or together with the topics. */
#include <stdio.h>

#include "audit_report.h"
#include "books.h"
#include "command.h"
#include "connect.h"
#include "rights.h"
#include "table.h"
#include "topic_audit.h"

enum { VERIFY_TIMEOUT_MS = 6 * 3600 * 1000 };

static struct topic_audit_options
topic_options(const struct settings *settings)
{
    return (struct topic_audit_options){
        .kafka = settings_kafka(settings),
        .output_topic = settings->kafka.output_topic,
        .shadow_topic = settings->kafka.shadow_topic,
        .dlq_topic = settings->kafka.dlq_topic,
        .position_topic = settings->kafka.position_topic,
        .relay = settings->relay.name,
    };
}

static const struct {
    const struct audit *audits;
    const size_t *count;
} books[] = {
    {books_audits, &books_audit_count},
    {books_economy_audits, &books_economy_audit_count},
    {books_claim_audits, &books_claim_audit_count},
    {books_answer_audits, &books_answer_audit_count},
    {books_shadow_audits, &books_shadow_audit_count},
    {books_standings_audits, &books_standings_audit_count},
};

/* The way the books are read would not do for the audits after them. */
static bool
run_books(struct audit_report *report, struct pg *pg, struct err *err)
{
    if (!pg_exec(pg, "SAVEPOINT books", err) ||
        !pg_exec(pg, books_plan_sql, err))
        return false;
    for (size_t i = 0; i < sizeof(books) / sizeof(*books); i++)
        if (!audit_report_run(report, pg, books[i].audits, *books[i].count,
                              err))
            return false;
    return pg_exec(pg, "ROLLBACK TO books", err);
}

/* All audits see the ledger of one moment. A partition that is dropped
 * meanwhile would be gone from all moments: the lock, taken before the first
 * look, makes retention wait. */
static bool
run_audits(struct audit_report *report, struct pg *pg, bool topics,
           struct err *err)
{
    return pg_exec(pg,
                   "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
                   "LOCK TABLE other_records, dead_records IN ACCESS SHARE "
                   "MODE",
                   err) &&
           run_books(report, pg, err) &&
           audit_report_run(report, pg, rights_audits, rights_audit_count,
                            err) &&
           (!topics || (topic_audit_expect(pg, err) &&
                        audit_report_run(report, pg, topic_audits,
                                         topic_audit_count, err)));
}

static bool
verify(const struct command_line *line, struct audit_report *report,
       struct pg *pg, struct err *err)
{
    struct topic_audit_options options = topic_options(line->settings);
    bool topics = command_option(line, "topic") != NULL;
    bool ok = (!topics || topic_audit_collect(pg, &options, err)) &&
              run_audits(report, pg, topics, err);

    pg_rollback(pg);
    return ok;
}

static void
print_end(const struct audit_report *report)
{
    if (report->json)
        printf("\n],\"checks\":%zu,\"failed\":%zu}\n", report->done,
               report->failed);
    else if (report->only && !report->failed)
        printf("nothing is amiss: 1 check of many\n");
    else if (report->failed)
        printf("%zu of %zu checks failed\n", report->failed, report->done);
    else
        printf("books close: %zu checks\n", report->done);
}

int
cmd_verify(struct command_line *line)
{
    struct audit_report report = {
        .arena = line->arena,
        .out = stdout,
        .json = table_format_from(line->format) == TABLE_JSON,
        .failures_only = line->quiet,
        .only = command_option(line, "only"),
    };
    struct err err = {0};
    struct pg *pg;
    bool ok;

    if (!connect_database(line, VERIFY_TIMEOUT_MS, &pg, &err))
        return command_failed(&err);
    if (report.json)
        printf("{\"audits\":[\n ");
    ok = verify(line, &report, pg, &err);
    pg_close(pg);
    if (!ok)
        return command_failed(&err);
    if (!report.done)
        return command_misused(line, "there is no check \"%s\"%s", report.only,
                               command_option(line, "topic")
                                   ? ""
                                   : "; those of topics need --topic");
    print_end(&report);
    return report.failed ? EXIT_ERRORS : EXIT_OK;
}
