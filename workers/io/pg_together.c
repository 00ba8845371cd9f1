/* pg_together.c - libpq's pipeline mode. */
#include "pg_together.h"

#include <stdlib.h>

#include "pg_parts.h"

/* None can be prepared while others are under way. */
static bool
prepare_all(struct pg *pg, const struct pg_statement *statements, size_t count,
            struct err *err)
{
    size_t index;

    for (size_t i = 0; i < count; i++)
        if (!pg_prepare(pg, statements[i].sql, statements[i].param_count,
                        &index, err))
            return false;
    return true;
}

/* The server tells of each when it is done, so that each has a deadline of its
 * own. False only when the connection is lost. */
static bool
send_all(struct pg *pg, const struct pg_statement *statements, size_t count,
         struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct pg_statement *statement = &statements[i];
        size_t index;

        if (!pg_prepare(pg, statement->sql, statement->param_count, &index,
                        err) ||
            !pg_send(pg, index, statement->params, statement->param_count,
                     statement->is_binary ? PG_FORMAT_BINARY : PG_FORMAT_TEXT,
                     err))
            return false;
        if (i + 1 < count && !PQsendFlushRequest(pg->conn))
            return pg_lost(pg, err);
    }
    return PQpipelineSync(pg->conn) ? true : pg_lost(pg, err);
}

static bool
changed_enough(const struct pg_statement *statement, PGresult *result,
               struct err *err)
{
    size_t changed = strtoull(PQcmdTuples(result), NULL, 10);

    if (!statement->row_count || changed == statement->row_count)
        return true;
    return err_set(err, ERR_FATAL,
                   "%zu rows were to be changed and %zu were, by: %s",
                   statement->row_count, changed, statement->sql);
}

static bool
read_answer(struct pg *pg, const struct pg_statement *statement,
            struct err *err)
{
    PGresult *result;
    bool ok;

    if (!pg_finish(pg, &result, err))
        return false;
    ok = changed_enough(statement, result, err);
    if (ok && statement->result)
        *statement->result = (struct pg_result *)result;
    else
        PQclear(result);
    return ok;
}

static bool
read_answers(struct pg *pg, const struct pg_statement *statements, size_t count,
             struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!read_answer(pg, &statements[i], err))
            return false;
    return true;
}

/* To the end of what was sent together, whatever has become of it. */
static bool
read_to_sync(struct pg *pg, struct err *err)
{
    int64_t deadline = pg_deadline(pg);
    ExecStatusType status = PGRES_EMPTY_QUERY;

    while (status != PGRES_PIPELINE_SYNC) {
        PGresult *result;

        if (!pg_next_result(pg, deadline, &result, err))
            return false;
        status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        PQclear(result);
        if (PQstatus(pg->conn) == CONNECTION_BAD)
            return pg_lost(pg, err);
    }
    return PQexitPipelineMode(pg->conn) ? true : pg_lost(pg, err);
}

static void
drop_results(const struct pg_statement *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!statements[i].result)
            continue;
        pg_result_free(*statements[i].result);
        *statements[i].result = NULL;
    }
}

bool
pg_run_all(struct pg *pg, const struct pg_statement *statements, size_t count,
           struct err *err)
{
    struct err ignored = {0};
    bool ok;

    for (size_t i = 0; i < count; i++)
        if (statements[i].result)
            *statements[i].result = NULL;
    if (!prepare_all(pg, statements, count, err))
        return false;
    if (!PQenterPipelineMode(pg->conn))
        return pg_lost(pg, err);
    ok = send_all(pg, statements, count, err) &&
         read_answers(pg, statements, count, err);
    if (!pg->broken && !read_to_sync(pg, ok ? err : &ignored))
        ok = false;
    if (!ok)
        drop_results(statements, count);
    return ok;
}
