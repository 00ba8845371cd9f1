/* cmd_tally.c - `reward tally`: the result of a vote that is over. It is a
 * request like any other, sent by the program itself, so that the result is
 * posted once and the relay publishes it; asked again, it is only read. */
#include <stdio.h>

#include "command.h"
#include "connect.h"
#include "house_event.h"
#include "json_text.h"
#include "migration.h"
#include "rules_in_force.h"
#include "table.h"
#include "timestamp.h"

/* Columns of the proposal's row. */
enum { PROPOSER, VOTING_END, IS_OVER, RESULT, SHA256 };

static const char proposal_sql[] =
    "SELECT proposer_address, reward.to_us(voting_end), "
    "voting_end <= clock_timestamp(), result, result_sha256 "
    "FROM reward.governance_proposals WHERE proposal_id = $1";

/* The row of the proposal; owned by the caller. */
static bool
find_proposal(struct pg *pg, struct str id, struct pg_result **rows,
              struct err *err)
{
    if (!pg_query(pg, proposal_sql, &id, 1, rows, err))
        return false;
    if (pg_rows(*rows))
        return true;
    pg_result_free(*rows);
    return err_set(err, ERR_INPUT, "there is no proposal \"%.*s\"",
                   STR_ARG(id));
}

static bool
refuse_early(const struct pg_result *row, struct err *err)
{
    struct arena arena = {0};
    struct buf end;

    if (pg_bool(row, 0, IS_OVER))
        return true;
    buf_init(&end, &arena);
    timestamp_print(&end, pg_int(row, 0, VOTING_END));
    err_set(err, ERR_INPUT, "the vote is open until %.*s; ask again then",
            STR_ARG(buf_str(&end)));
    arena_free(&arena);
    return false;
}

/* Post the request, decided by the rules in force. */
static bool
send_request(struct command_line *line, struct pg *pg,
             const struct house_event *event, struct err *err)
{
    struct rules_in_force rules = {0};
    struct schema_set *schemas;
    struct pipeline pipeline = {.rules = &rules,
                                .notify_max_age_us =
                                    line->settings->notify.max_age_ms * 1000};
    struct batch batch;
    bool ok;

    if (!migration_require(pg, line->arena, err) ||
        !command_schemas(line, &schemas, err))
        return false;
    rules.schemas = schemas;
    batch_init(&batch, 1);
    ok = rules_reload(&rules, pg, err) &&
         ledger_open(pg, &pipeline.ledger, err) &&
         house_events_post(&pipeline, &(struct intake){line->settings, schemas},
                           &batch, event, 1, err);
    ledger_close(pipeline.ledger);
    pipeline_free(&pipeline);
    batch_free(&batch);
    rules_free(&rules);
    return ok;
}

static bool
count_votes(struct command_line *line, struct pg *pg, struct str id,
            const struct pg_result *row, struct err *err)
{
    struct house_event event = {
        .type = "governance.tally.requested",
        .id =
            str_from_cstr(arena_printf(line->arena, "tally:%.*s", STR_ARG(id))),
        .account = str_dup(line->arena, pg_text(row, 0, PROPOSER)),
        .fields = {{"proposal_id", id}},
        .time_us = pg_int(row, 0, VOTING_END),
    };

    return refuse_early(row, err) && send_request(line, pg, &event, err);
}

/* The result byte for byte, as its digest was made of it. */
static void
print_result(const struct command_line *line, const struct pg_result *row)
{
    struct str result = pg_text(row, 0, RESULT);
    struct str sha256 = pg_text(row, 0, SHA256);

    if (table_format_from(line->format) == TABLE_JSON)
        printf("{\"result\":%.*s,\"sha256\":\"%.*s\"}\n", STR_ARG(result),
               STR_ARG(sha256));
    else
        printf("%.*s\nsha256 %.*s\n", STR_ARG(result), STR_ARG(sha256));
}

static bool
tally(struct command_line *line, struct pg *pg, struct str id, struct err *err)
{
    struct pg_result *row;
    bool counted;

    if (!find_proposal(pg, id, &row, err))
        return false;
    counted = !pg_is_null(row, 0, RESULT);
    if (!counted) {
        bool ok = count_votes(line, pg, id, row, err);

        pg_result_free(row);
        if (!ok || !find_proposal(pg, id, &row, err))
            return false;
        counted = !pg_is_null(row, 0, RESULT);
    }
    if (counted)
        print_result(line, row);
    pg_result_free(row);
    return counted ||
           err_set(err, ERR_RETRY,
                   "the votes could not be counted; the views "
                   "reward.rejections and reward.dead_letters say why");
}

int
cmd_tally(struct command_line *line)
{
    struct err err = {0};
    struct pg *pg;
    bool ok;

    if (line->argc != 1)
        return command_misused(line, "name one proposal");
    if (!connect_database(line, 0, &pg, &err))
        return command_failed(&err);
    ok = tally(line, pg, str_from_cstr(line->argv[0]), &err);
    pg_close(pg);
    return ok ? EXIT_OK : command_failed(&err);
}
