/* past_read.c - one query a table, each by its key. */
#include "past_read.h"

#include "json_text.h"

#define SQL_US(column) "(extract(epoch FROM " column ") * 1000000)::bigint"
#define SQL_PLACE "p.topic || '/' || p.partition || '@' || "

enum {
    ROW_ID,
    SOURCE,
    ID,
    TYPE,
    USER,
    OUTCOME,
    PLACE,
    CONTRACT,
    TRACEPARENT,
    KEPT,
    BASIS,
    OCCURRED,
    POSTED,
    NOTIFY,
    BATCH,
};

static const char event_sql[] =
    "SELECT e.id, s.name, e.event_id, t.name, a.address, "
    "reward.outcome_name(e.outcome), " SQL_PLACE "e.\"offset\", e.contract_id, "
    "e.traceparent, e.kept, e.basis, " SQL_US("e.occurred_at") ", " SQL_US(
        "b.posted_at") ", e.notify, b.id "
                       "FROM reward.events e JOIN reward.sources s ON s.id = "
                       "e.source_id "
                       "JOIN reward.types t ON t.id = e.type_id "
                       "JOIN reward.streams p ON p.id = e.stream_id "
                       "JOIN reward.batches b ON b.first_id = e.id & -8192 "
                       "LEFT JOIN reward.accounts a ON a.id = e.account_id "
                       "WHERE e.event_id = $1 AND ($2::text IS NULL OR s.name "
                       "= $2) "
                       "ORDER BY s.name";

static const char entries_sql[] =
    "SELECT l.name, l.transaction_type, a.address, n.seq, n.amount, "
    "n.balance_after FROM reward.entries n "
    "JOIN reward.lines l ON l.id = n.line_id "
    "JOIN reward.accounts a ON a.id = n.account_id "
    "WHERE n.event_id = $1 ORDER BY n.ordinal";

static const char answers_sql[] =
    "SELECT w.type, a.address, w.seq, w.balance_after, w.place, w.detail, "
    "w.notify FROM reward.answers w "
    "JOIN reward.accounts a ON a.id = w.account_id "
    "WHERE w.event_id = $1 ORDER BY w.account_id, w.place";

static const char rules_sql[] =
    "SELECT r.text FROM reward.batches b "
    "JOIN reward.ruleset_texts r ON r.id = b.ruleset_id WHERE b.id = $1";

/* The order of the ledger is that of batches, and in them of events. */
static const char key_sql[] =
    "SELECT (b.id, k.event_id) < ($4::bigint, $5::bigint), s.name, "
    "e.event_id, k.event_id FROM reward.once_keys k "
    "JOIN reward.events e ON e.id = k.event_id "
    "JOIN reward.sources s ON s.id = e.source_id "
    "JOIN reward.batches b ON b.first_id = k.event_id & -8192 "
    "WHERE k.line_id = $1::integer AND k.key = $3 AND k.account_id = "
    "CASE WHEN $2::text IS NULL THEN 0 ELSE "
    "(SELECT id FROM reward.accounts WHERE address = $2) END";

static const char records_sql[] =
    "SELECT " SQL_PLACE "o.\"offset\", 'duplicate', '', '' "
    "FROM reward.other_records o JOIN reward.streams p ON p.id = o.stream_id "
    "WHERE o.event_id = $1::bigint "
    "UNION ALL "
    "SELECT " SQL_PLACE "d.\"offset\", CASE d.reason WHEN 'id_conflict' THEN "
    "'conflict' ELSE 'dead_letter' END, d.reason, d.message "
    "FROM reward.dead_records d JOIN reward.streams p ON p.id = d.stream_id "
    "WHERE (position(convert_to($2, 'UTF8') IN d.value) > 0 "
    "OR convert_to($3, 'UTF8') = ANY (d.header_values)) AND ($4::text IS NULL "
    "OR position(convert_to($4, 'UTF8') IN d.value) > 0 "
    "OR convert_to($5, 'UTF8') = ANY (d.header_values)) ORDER BY 1";

static struct str
text_of(struct arena *arena, const struct pg_result *rows, size_t row,
        int column)
{
    if (pg_is_null(rows, row, column))
        return (struct str){0};
    return str_dup(arena, pg_text(rows, row, column));
}

static void
event_from_row(struct arena *arena, const struct pg_result *rows,
               struct past *past)
{
    *past = (struct past){
        .row_id = pg_int(rows, 0, ROW_ID),
        .batch_id = pg_int(rows, 0, BATCH),
        .source = text_of(arena, rows, 0, SOURCE),
        .id = text_of(arena, rows, 0, ID),
        .type = text_of(arena, rows, 0, TYPE),
        .user = text_of(arena, rows, 0, USER),
        .outcome = text_of(arena, rows, 0, OUTCOME),
        .place = text_of(arena, rows, 0, PLACE),
        .contract_id = text_of(arena, rows, 0, CONTRACT),
        .traceparent = text_of(arena, rows, 0, TRACEPARENT),
        .kept = text_of(arena, rows, 0, KEPT),
        .basis = text_of(arena, rows, 0, BASIS),
        .occurred_us = pg_int(rows, 0, OCCURRED),
        .posted_us = pg_int(rows, 0, POSTED),
        .may_notify = pg_bool(rows, 0, NOTIFY),
    };
}

static bool
read_entries(struct pg *pg, struct arena *arena, struct past *past,
             struct err *err)
{
    struct str id = int_text(arena, past->row_id);
    struct past_entry *entries;
    struct pg_result *rows;

    if (!pg_query(pg, entries_sql, &id, 1, &rows, err))
        return false;
    past->entry_count = pg_rows(rows);
    past->entries = entries =
        arena_array(arena, past->entry_count, sizeof(*entries));
    for (size_t i = 0; i < past->entry_count; i++)
        entries[i] = (struct past_entry){
            .line = text_of(arena, rows, i, 0),
            .type = text_of(arena, rows, i, 1),
            .account = text_of(arena, rows, i, 2),
            .seq = pg_int(rows, i, 3),
            .amount_minor = pg_int(rows, i, 4),
            .balance_after_minor = pg_int(rows, i, 5),
        };
    pg_result_free(rows);
    return true;
}

static bool
read_answers(struct pg *pg, struct arena *arena, struct past *past,
             struct err *err)
{
    struct str id = int_text(arena, past->row_id);
    struct past_answer *answers;
    struct pg_result *rows;

    if (!pg_query(pg, answers_sql, &id, 1, &rows, err))
        return false;
    past->answer_count = pg_rows(rows);
    past->answers = answers =
        arena_array(arena, past->answer_count, sizeof(*answers));
    for (size_t i = 0; i < past->answer_count; i++)
        answers[i] = (struct past_answer){
            .type = text_of(arena, rows, i, 0),
            .account = text_of(arena, rows, i, 1),
            .seq = pg_int(rows, i, 2),
            .balance_after_minor = pg_int(rows, i, 3),
            .place = (int)pg_int(rows, i, 4),
            .detail = text_of(arena, rows, i, 5),
            .notify = text_of(arena, rows, i, 6),
        };
    pg_result_free(rows);
    return true;
}

bool
past_read(struct pg *pg, struct str source, struct str id, struct arena *arena,
          struct past *past, struct err *err)
{
    struct pg_result *rows;
    size_t count;

    *past = (struct past){.source = source, .id = id};
    if (!pg_query(pg, event_sql, (const struct str[]){id, source}, 2, &rows,
                  err))
        return false;
    count = pg_rows(rows);
    if (count == 1)
        event_from_row(arena, rows, past);
    else if (count > 1)
        err_set(err, ERR_INPUT,
                "%zu sources have an event \"%.*s\", \"%.*s\" among them; name "
                "the source before the id",
                count, STR_ARG(id), STR_ARG(pg_text(rows, 0, SOURCE)));
    pg_result_free(rows);
    return count == 0 || (count == 1 && read_entries(pg, arena, past, err) &&
                          read_answers(pg, arena, past, err));
}

bool
past_read_rules(struct pg *pg, const struct past *past, struct arena *arena,
                struct str *text, struct err *err)
{
    struct str batch = int_text(arena, past->batch_id);
    struct pg_result *rows;

    if (!pg_query(pg, rules_sql, &batch, 1, &rows, err))
        return false;
    *text = text_of(arena, rows, 0, 0);
    pg_result_free(rows);
    return true;
}

static bool
read_key(struct pg *pg, const struct past *past, struct arena *arena,
         struct once_key *key, struct err *err)
{
    const struct str params[] = {
        int_text(arena, key->line->id),
        key->account ? key->account->address : (struct str){0},
        key->key,
        int_text(arena, past->batch_id),
        int_text(arena, past->row_id),
    };
    struct pg_result *rows;

    if (!pg_query(pg, key_sql, params, 5, &rows, err))
        return false;
    if (pg_rows(rows)) {
        struct event *taker = ARENA_NEW(arena, struct event);

        taker->source = text_of(arena, rows, 0, 1);
        taker->id = text_of(arena, rows, 0, 2);
        taker->row_id = pg_int(rows, 0, 3);
        key->taken = pg_bool(rows, 0, 0);
        if (key->taken || taker->row_id == past->row_id)
            key->taken_by = taker;
    }
    pg_result_free(rows);
    return true;
}

bool
past_read_keys(struct pg *pg, const struct past *past, struct arena *arena,
               struct facts *facts, struct err *err)
{
    for (size_t i = 0; i < facts->once_count; i++)
        if (!read_key(pg, past, arena, facts->once_keys[i], err))
            return false;
    return true;
}

static struct str
json_of(struct arena *arena, struct str text)
{
    struct buf buf;

    if (!text.at)
        return text;
    buf_init(&buf, arena);
    json_add_string(&buf, text);
    return buf_str(&buf);
}

bool
past_read_records(struct pg *pg, const struct past *past, struct arena *arena,
                  const struct past_record **records, size_t *count,
                  struct err *err)
{
    const struct str params[] = {int_text(arena, past->row_id),
                                 json_of(arena, past->id), past->id,
                                 json_of(arena, past->source), past->source};
    struct past_record *list;
    struct pg_result *rows;

    if (!pg_query(pg, records_sql, params, 5, &rows, err))
        return false;
    *count = pg_rows(rows);
    *records = list = arena_array(arena, *count, sizeof(*list));
    for (size_t i = 0; i < *count; i++)
        list[i] = (struct past_record){
            .place = text_of(arena, rows, i, 0),
            .outcome = text_of(arena, rows, i, 1),
            .reason = text_of(arena, rows, i, 2),
            .message = text_of(arena, rows, i, 3),
        };
    pg_result_free(rows);
    return true;
}
