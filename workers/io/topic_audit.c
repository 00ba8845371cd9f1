/* topic_audit.c - messages are compared by a digest of key, value and headers,
 * and found by what they are about: the token event's id, or where a dead
 * letter came from. */
#include "topic_audit.h"

#include "digest.h"
#include "outbox.h"
#include "pg_text.h"
#include "position.h"
#include "timestamp.h"
#include "topic_reader.h"

/* Bytes of rows that go into one COPY. */
enum { COPY_BYTES = 1 << 20 };

/* A topic of ours, as the tables name it. */
static const char output_name[] = "output";
static const char dlq_name[] = "dlq";
static const char shadow_name[] = "shadow";

static const char tables_sql[] =
    /* set_aside_us: when the batch of a dead letter was posted. */
    "CREATE TEMP TABLE said (topic text NOT NULL, partition integer NOT NULL, "
    "\"offset\" bigint NOT NULL, id text, set_aside_us bigint, "
    "digest bytea NOT NULL); "
    /* Partitions whose first records are gone. */
    "CREATE TEMP TABLE cut (topic text NOT NULL, partition integer NOT NULL); "
    "CREATE TEMP TABLE relay_at (mark bigint NOT NULL, batch_id bigint); "
    /* n: order of publication; published: up to the relay's position. */
    "CREATE TEMP TABLE expected (topic text NOT NULL, n bigint NOT NULL, "
    "id text NOT NULL, published boolean NOT NULL, account text, seq bigint, "
    "digest bytea NOT NULL)";

static const char copy_said[] =
    "COPY said (topic, partition, \"offset\", id, set_aside_us, digest) "
    "FROM STDIN";
static const char copy_expected[] =
    "COPY expected (topic, n, id, published, account, seq, digest) FROM STDIN";

/* ---- a message's name and digest --------------------------------------------
 */

/* The last header of that name; at is NULL when there is none. */
static struct str
find_header(const struct record_header *headers, size_t count, const char *name)
{
    while (count--)
        if (str_eq_cstr(headers[count].name, name))
            return headers[count].value;
    return (struct str){0};
}

/* At is NULL when it is no message of ours. */
static struct str
message_id(struct arena *arena, const char *topic,
           const struct message *message)
{
    const struct record_header *headers = message->headers;
    size_t count = message->header_count;
    struct str id = find_header(headers, count, "ce_id");

    if (topic == dlq_name) {
        struct str from = find_header(headers, count, "reward_dlq_topic");
        struct str part = find_header(headers, count, "reward_dlq_partition");
        struct str at = find_header(headers, count, "reward_dlq_offset");

        if (!from.at || !part.at || !at.at)
            return (struct str){0};
        id = str_from_cstr(arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(from),
                                        STR_ARG(part), STR_ARG(at)));
    }
    return id.at && str_is_utf8(id) ? id : (struct str){0};
}

static void
add_set_aside(struct buf *row, const char *topic, const struct message *message)
{
    struct str at =
        find_header(message->headers, message->header_count, "reward_dlq_time");
    int64_t at_us;

    if (topic == dlq_name && at.at && timestamp_parse(at, &at_us))
        pg_copy_int(row, at_us);
    else
        pg_copy_null(row);
}

/* Lengths go in too, so that no two messages come to the same bytes. */
static void
add_part(struct buf *buf, struct str part)
{
    buf_add_int(buf, part.at ? (int64_t)part.len : -1);
    buf_add_char(buf, ':');
    buf_add_str(buf, part);
}

static void
add_digest(struct buf *row, struct arena *arena, const struct message *message)
{
    uint8_t digest[SHA256_BYTES];
    struct buf bytes;

    buf_init(&bytes, arena);
    buf_reserve(&bytes, message->key.len + message->value.len + 1024);
    add_part(&bytes, message->key);
    add_part(&bytes, message->value);
    for (size_t i = 0; i < message->header_count; i++) {
        add_part(&bytes, message->headers[i].name);
        add_part(&bytes, message->headers[i].value);
    }
    digest_sha256(buf_str(&bytes), digest);
    pg_copy_bytes(row, str_make((const char *)digest, sizeof(digest)));
}

/* Rows on their way into one table. */
struct rows {
    struct pg *pg;
    const char *copy;
    struct arena arena; /* of the bytes below; reset by each flush */
    struct buf bytes;
};

static void
rows_open(struct rows *rows, struct pg *pg, const char *copy)
{
    *rows = (struct rows){.pg = pg, .copy = copy};
    buf_init(&rows->bytes, &rows->arena);
}

static bool
rows_flush(struct rows *rows, struct err *err)
{
    bool ok = pg_copy(rows->pg, rows->copy, buf_str(&rows->bytes), err);

    arena_reset(&rows->arena);
    buf_init(&rows->bytes, &rows->arena);
    return ok;
}

static bool
rows_end_row(struct rows *rows, struct err *err)
{
    pg_copy_end_row(&rows->bytes);
    return rows->bytes.len < COPY_BYTES || rows_flush(rows, err);
}

/* ---- what was said
 * -------------------------------------------------------------- */

static bool
note_cut(struct pg *pg, const struct topic_reader *reader, const char *topic,
         struct err *err)
{
    struct arena arena = {0};
    struct buf rows;
    bool ok;

    buf_init(&rows, &arena);
    for (int32_t i = 0; i < topic_reader_partitions(reader); i++) {
        if (topic_reader_first(reader, i) == 0)
            continue;
        pg_copy_text(&rows, str_from_cstr(topic));
        pg_copy_int(&rows, i);
        pg_copy_end_row(&rows);
    }
    ok = pg_copy(pg, "COPY cut (topic, partition) FROM STDIN", buf_str(&rows),
                 err);
    arena_free(&arena);
    return ok;
}

static bool
add_said(struct rows *rows, struct arena *arena, const char *topic,
         const struct record *record, struct err *err)
{
    struct message message = {
        .key = record->key,
        .value = record->value,
        .headers = record->headers,
        .header_count = record->header_count,
    };

    pg_copy_text(&rows->bytes, str_from_cstr(topic));
    pg_copy_int(&rows->bytes, record->partition);
    pg_copy_int(&rows->bytes, record->offset);
    pg_copy_text(&rows->bytes, message_id(arena, topic, &message));
    add_set_aside(&rows->bytes, topic, &message);
    add_digest(&rows->bytes, arena, &message);
    return rows_end_row(rows, err);
}

static bool
copy_records(struct rows *rows, struct topic_reader *reader, const char *topic,
             struct err *err)
{
    struct arena arena = {0};
    struct record record;
    bool more = true;
    bool ok = true;

    while (ok && more) {
        arena_reset(&arena);
        ok = topic_reader_next(reader, &arena, &record, &more, err) &&
             (!more || add_said(rows, &arena, topic, &record, err));
    }
    arena_free(&arena);
    return ok && rows_flush(rows, err);
}

static bool
collect_topic(struct pg *pg, const struct kafka_options *kafka,
              const char *name, const char *topic, struct err *err)
{
    struct topic_reader *reader;
    struct rows rows;
    bool ok;

    if (!topic_reader_open(kafka, name, &reader, err))
        return false;
    rows_open(&rows, pg, copy_said);
    ok = note_cut(pg, reader, topic, err) &&
         copy_records(&rows, reader, topic, err);
    arena_free(&rows.arena);
    topic_reader_close(reader);
    return ok;
}

/* Read before the topics, so that all up to there is in them; and after the
 * database's mark, which follows the position. */
static bool
collect_position(struct pg *pg, const struct topic_audit_options *options,
                 struct err *err)
{
    struct arena arena = {0};
    struct relay_position position;
    struct str name = str_from_cstr(options->relay);
    struct str batch_id;
    bool ok;

    if (!pg_run(pg,
                "INSERT INTO relay_at (mark) SELECT coalesce(max(batch_id), 0) "
                "FROM relay_positions WHERE name = $1",
                &name, 1, err) ||
        !position_read(&options->kafka, options->position_topic, name,
                       &position, err))
        return false;
    batch_id = int_text(&arena, position.found ? position.batch_id : 0);
    ok = pg_run(pg, "UPDATE relay_at SET batch_id = $1::bigint", &batch_id, 1,
                err);
    arena_free(&arena);
    return ok;
}

/* Without rules in shadow, there need not be a topic for them. */
static bool
collect_shadow(struct pg *pg, const struct topic_audit_options *options,
               struct err *err)
{
    struct pg_result *result;
    bool any;

    if (!pg_query(pg,
                  "SELECT EXISTS (SELECT FROM batches b JOIN relay_at r "
                  "ON b.id <= r.batch_id WHERE b.shadow_entries > 0)",
                  NULL, 0, &result, err))
        return false;
    any = pg_bool(result, 0, 0);
    pg_result_free(result);
    return !any || collect_topic(pg, &options->kafka, options->shadow_topic,
                                 shadow_name, err);
}

bool
topic_audit_collect(struct pg *pg, const struct topic_audit_options *options,
                    struct err *err)
{
    return pg_exec(pg, tables_sql, err) && collect_position(pg, options, err) &&
           collect_topic(pg, &options->kafka, options->output_topic,
                         output_name, err) &&
           collect_topic(pg, &options->kafka, options->dlq_topic, dlq_name,
                         err) &&
           collect_shadow(pg, options, err);
}

/* ---- what should have been said
 * ------------------------------------------------- */

struct expecting {
    struct rows rows;
    struct outbox *outbox;
    struct arena page; /* of the batches at hand */
    int64_t relay_at;
    int64_t after; /* all up to this batch is done */
    int64_t n;
};

static bool
add_expected(struct expecting *expecting, const struct outbox_item *item,
             struct token_writer *writer, bool published, struct err *err)
{
    const struct token_source *token = item->token;
    const char *topic = !token             ? dlq_name
                        : token->is_shadow ? shadow_name
                                           : output_name;
    struct buf *row = &expecting->rows.bytes;
    struct message message;

    if (token)
        token_render(writer, token, &message);
    else
        dead_letter_message(&expecting->page, item->letter, &message);
    pg_copy_text(row, str_from_cstr(topic));
    pg_copy_int(row, ++expecting->n);
    pg_copy_text(row, message_id(&expecting->page, topic, &message));
    pg_copy_text(row, published ? STR("t") : STR("f"));
    pg_copy_text(row, token ? token->account : (struct str){0});
    if (token && !token->is_shadow)
        pg_copy_int(row, token->seq);
    else
        pg_copy_null(row);
    add_digest(row, &expecting->page, &message);
    return rows_end_row(&expecting->rows, err);
}

static bool
add_page(struct expecting *expecting, const struct outbox_page *page,
         bool published, struct err *err)
{
    struct token_writer writer;

    token_writer_init(&writer, &expecting->page);
    for (size_t i = 0; i < page->item_count; i++)
        if (!add_expected(expecting, &page->items[i], &writer, published, err))
            return false;
    return true;
}

/* The next batches, all of them either published or not. A page that goes
 * beyond the relay's position is taken again batch by batch: with no room for
 * events, all that is in it comes from its first batch. */
static bool
take_page(struct expecting *expecting, struct outbox_page *page,
          bool *published, struct err *err)
{
    enum { PAGE_EVENTS = 4000 };

    *published = expecting->after < expecting->relay_at;
    arena_reset(&expecting->page);
    if (!outbox_take(expecting->outbox, expecting->after, PAGE_EVENTS,
                     &expecting->page, page, err))
        return false;
    if (!*published || page->last_batch <= expecting->relay_at)
        return true;
    arena_reset(&expecting->page);
    return outbox_take(expecting->outbox, expecting->after, 0, &expecting->page,
                       page, err);
}

static bool
expect_all(struct expecting *expecting, struct err *err)
{
    struct outbox_page page;
    bool published;

    for (;;) {
        if (!take_page(expecting, &page, &published, err))
            return false;
        if (!page.batch_count)
            return rows_flush(&expecting->rows, err);
        if (!add_page(expecting, &page, published, err))
            return false;
        expecting->after = page.last_batch;
    }
}

static bool
read_relay_at(struct pg *pg, int64_t *batch_id, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg, "SELECT batch_id FROM relay_at", NULL, 0, &result, err))
        return false;
    *batch_id = pg_int(result, 0, 0);
    pg_result_free(result);
    return true;
}

/* The outbox plans for a few batches at a time; audits read everything. */
static const char plan_sql[] =
    "SET enable_seqscan = on; SET enable_bitmapscan = on; "
    "SET enable_hashjoin = on; SET enable_mergejoin = on; "
    "SET plan_cache_mode = auto; ANALYZE said; ANALYZE expected";

bool
topic_audit_expect(struct pg *pg, struct err *err)
{
    struct expecting expecting = {0};
    bool ok;

    if (!read_relay_at(pg, &expecting.relay_at, err) ||
        !outbox_open(pg, &expecting.outbox, err))
        return false;
    rows_open(&expecting.rows, pg, copy_expected);
    ok = expect_all(&expecting, err) && pg_exec(pg, plan_sql, err);
    outbox_close(expecting.outbox);
    arena_free(&expecting.rows.arena);
    arena_free(&expecting.page);
    return ok;
}

/* ---- the audits
 * ------------------------------------------------------------------ */

const struct audit topic_audits[] = {
    {
        .name = "topic-position",
        .what = "the relay's position is a batch that exists, and not behind "
                "what the ledger knows of it",
        /* The mark follows the position, so a smaller position was lost. */
        .sql =
            AUDIT_SQL("SELECT batch_id, mark, (SELECT max(id) FROM batches) AS "
                      "last_batch FROM relay_at WHERE mark > batch_id "
                      "OR (batch_id <> 0 AND NOT EXISTS "
                      "(SELECT FROM batches b WHERE b.id = batch_id))"),
    },
    {
        .name = "topic-once",
        .what = "each token event and dead letter is in its topic once",
        .sql =
            AUDIT_SQL("SELECT topic, id, count(*) AS times FROM said "
                      "WHERE id IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"),
    },
    {
        .name = "topic-known",
        .what = "nothing is in the topics that the ledger does not say",
        /* Of dead letters that retention took, the ledger still says how many
         * there were in each batch. */
        .sql = AUDIT_SQL(
            "SELECT s.topic, s.partition, s.\"offset\", s.id FROM ("
            "SELECT s.*, row_number() OVER (PARTITION BY s.set_aside_us "
            "ORDER BY s.partition, s.\"offset\") AS nth FROM said s "
            "LEFT JOIN expected e ON e.topic = s.topic AND e.id = s.id "
            "WHERE e.id IS NULL) s LEFT JOIN (SELECT "
            "(extract(epoch FROM b.posted_at) * 1000000)::bigint "
            "AS set_aside_us, sum(d.conflicts + d.dead_letters) AS letters "
            "FROM dropped_letters d JOIN batches b USING (first_id) "
            "GROUP BY 1) d ON d.set_aside_us = s.set_aside_us "
            "WHERE s.nth > coalesce(d.letters, 0)"),
    },
    {
        .name = "topic-complete",
        .what = "all that was posted up to the relay's position is in the "
                "topics",
        /* What retention has taken away is not missed: in a partition that was
         * cut, anything before the first record that is left. Where an account
         * is, the others of its records tell; one of which none is left may
         * have been in any partition. */
        .sql = AUDIT_SQL(
            "WITH first AS MATERIALIZED (SELECT c.topic, c.partition, "
            "coalesce(min(e.n), 9223372036854775807) AS n FROM cut c "
            "LEFT JOIN said s ON s.topic = c.topic "
            "AND s.partition = c.partition "
            "LEFT JOIN expected e ON e.topic = s.topic AND e.id = s.id "
            "GROUP BY c.topic, c.partition), "
            "most AS MATERIALIZED (SELECT topic, max(n) AS n FROM first "
            "GROUP BY topic), "
            "home AS MATERIALIZED (SELECT e.topic, e.account, "
            "min(s.partition) AS partition FROM said s JOIN expected e "
            "ON e.topic = s.topic AND e.id = s.id "
            "WHERE e.account IS NOT NULL GROUP BY 1, 2) "
            "SELECT e.topic, e.id, e.account, e.seq FROM expected e "
            "LEFT JOIN said s ON s.topic = e.topic AND s.id = e.id "
            "LEFT JOIN home h ON h.topic = e.topic AND h.account = e.account "
            "LEFT JOIN first f ON f.topic = h.topic "
            "AND f.partition = h.partition "
            "LEFT JOIN most m ON m.topic = e.topic "
            "WHERE e.published AND s.id IS NULL AND e.n > coalesce("
            "CASE WHEN h.partition IS NULL THEN m.n ELSE f.n END, 0)"),
    },
    {
        .name = "topic-bytes",
        .what = "each record is, byte for byte, what the ledger says again",
        .sql = AUDIT_SQL(
            "SELECT s.topic, s.partition, s.\"offset\", s.id FROM said s "
            "JOIN expected e ON e.topic = s.topic AND e.id = s.id "
            "WHERE e.digest <> s.digest"),
    },
    {
        .name = "topic-partition",
        .what = "all token events of an account are in one partition of "
                "their topic",
        .sql =
            AUDIT_SQL("SELECT e.topic, e.account, "
                      "count(DISTINCT s.partition) AS partitions "
                      "FROM said s JOIN expected e ON e.topic = s.topic "
                      "AND e.id = s.id WHERE e.account IS NOT NULL "
                      "GROUP BY 1, 2 HAVING count(DISTINCT s.partition) > 1"),
    },
    {
        .name = "topic-order",
        .what = "an account's token events are in the order of its entries",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT e.account, s.partition, s.\"offset\", "
            "e.seq, lag(e.seq) OVER (PARTITION BY e.account "
            "ORDER BY s.partition, s.\"offset\") AS seq_before "
            "FROM said s JOIN expected e ON e.topic = s.topic "
            "AND e.id = s.id WHERE e.seq IS NOT NULL) o "
            "WHERE seq < seq_before"),
    },
    {
        .name = "topic-sequence",
        .what = "each partition is in the order of posting",
        .sql =
            AUDIT_SQL("SELECT topic, partition, \"offset\", id FROM ("
                      "SELECT s.*, e.n, lag(e.n) OVER (PARTITION BY s.topic, "
                      "s.partition ORDER BY s.\"offset\") AS n_before "
                      "FROM said s JOIN expected e ON e.topic = s.topic "
                      "AND e.id = s.id) o WHERE n <= n_before"),
    },
};

const size_t topic_audit_count = sizeof(topic_audits) / sizeof(*topic_audits);
