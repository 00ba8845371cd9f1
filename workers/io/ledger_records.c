/* ledger_records.c - looks up what the ledger knows of stakes, purchases,
 * proposals and the like: one statement for each kind that a batch asks for,
 * most of them none at all. */
#include "ledger.h"

#include "ledger_parts.h"
#include "pg_array.h"

/* The keys of the records, and the accounts that they are about. */
#define KEYS                                                                   \
    "unnest($1::text[], $2::text[], $3::text[], $4::int[]) "                   \
    "WITH ORDINALITY AS k(a, b, c, account_id, ord) "

/* An event's identity in one text, as core/closer.h has it. */
#define IDENTITY "s.name || E'\\n' || e.event_id"

/* Votes hold their proposal shared; whoever puts or counts it holds it alone,
 * so that no vote comes before the one unseen, or after the other. */
#define LOCK_PROPOSALS(function)                                               \
    "SELECT " function "(" LEDGER_PROPOSAL_LOCK                                \
    ", h) FROM (SELECT DISTINCT hashtext(a) AS h "                             \
    "FROM " KEYS "ORDER BY 1) x"

/* How a kind is found (ids of events are not in the order of posting: that is
 * the batches'): the number of the key, then the columns. */
static const struct query {
    const char *sql;
    const char *lock; /* to be taken first, or NULL */
    int columns;
    int side; /* of its account, without which there is nothing to find */
} queries[RECORD_KIND_COUNT] = {
    [RECORD_STAKE] =
        {.sql = "SELECT k.ord, a.address, t.amount, to_us(t.end_at), "
                "EXISTS (SELECT FROM unstakes u "
                "WHERE u.staking_id = t.staking_id) "
                "FROM " KEYS "JOIN stakes t ON t.staking_id = "
                "uuid_or_null(k.a) JOIN accounts a ON a.id = t.account_id",
         .columns = STAKE_COLUMNS},
    [RECORD_STAKES_OF] =
        {.sql = "SELECT k.ord, to_us(t.start_at), to_us(t.end_at), t.bonus_xp "
                "FROM " KEYS "JOIN stakes t ON t.account_id = k.account_id",
         .columns = STAKES_OF_COLUMNS,
         .side = SIDE_STAKES},
    [RECORD_ENTITLEMENT] =
        {.sql = "SELECT k.ord, coalesce(to_us(p.until_at)::text, '') "
                "FROM " KEYS "CROSS JOIN LATERAL (SELECT p.until_at "
                "FROM purchases p WHERE p.account_id = k.account_id "
                "AND p.item = k.b AND p.contract_id = k.c "
                "ORDER BY p.until_at DESC NULLS FIRST LIMIT 1) p",
         .columns = ENTITLEMENT_COLUMNS},
    [RECORD_CONVERSION] =
        {.sql = "SELECT k.ord, a.address, c.amount, "
                "coalesce(x.status, 'pending'), coalesce(x.tx_hash, '') "
                "FROM " KEYS "JOIN conversions c ON c.conversion_id = "
                "uuid_or_null(k.a) JOIN accounts a ON a.id = c.account_id "
                "LEFT JOIN LATERAL (SELECT t.status, t.tx_hash "
                "FROM settlements t JOIN batches b "
                "ON b.first_id = t.event_id & -8192 "
                "WHERE t.conversion_id = c.conversion_id "
                "ORDER BY b.id DESC, t.event_id DESC LIMIT 1) x ON true",
         .columns = CONVERSION_COLUMNS},
    [RECORD_OPEN_CONVERSION] =
        {.sql = "SELECT k.ord, c.conversion_id FROM " KEYS
                "JOIN conversions c ON c.account_id = k.account_id "
                "WHERE NOT EXISTS (SELECT FROM settlements t "
                "WHERE t.conversion_id = c.conversion_id "
                "AND t.status IN ('completed', 'failed'))",
         .columns = OPEN_CONVERSION_COLUMNS},
    [RECORD_HOLD] =
        {.sql = "SELECT k.ord, a.address, h.amount, to_us(h.expires_at), "
                "EXISTS (SELECT FROM hold_ends x "
                "WHERE x.hold_id = h.hold_id), EXISTS (SELECT FROM closings c "
                "WHERE c.account_id = h.matched_id "
                "AND c.line_id = h.line_id AND c.contract_id = ''), l.name, "
                "m.address "
                "FROM " KEYS "JOIN holds h ON h.hold_id = uuid_or_null(k.a) "
                "JOIN accounts a ON a.id = h.account_id "
                "JOIN accounts m ON m.id = h.matched_id "
                "JOIN lines l ON l.id = h.line_id",
         .columns = HOLD_COLUMNS},
    [RECORD_CLOSING] =
        {.sql = "SELECT k.ord, " IDENTITY " FROM " KEYS
                "JOIN lines l ON l.name = k.a "
                "JOIN closings c ON c.account_id = k.account_id "
                "AND c.line_id = l.id AND c.contract_id = k.c "
                "JOIN events e ON e.id = c.event_id "
                "JOIN sources s ON s.id = e.source_id ORDER BY k.ord, e.id",
         .columns = CLOSING_COLUMNS,
         .side = SIDE_CLOSINGS},
    /* OFFSET 0: entries are found by their event, never by the account, which
     * may have any number of them. */
    [RECORD_ORIGIN] =
        {.sql =
             "SELECT k.ord, " IDENTITY ", l.name, n.amount, "
             "EXISTS (SELECT FROM reversals r WHERE r.origin_id = e.id "
             "AND r.line_id = q.id) FROM " KEYS "JOIN lines q ON q.name = k.a "
             "JOIN events e ON e.contract_id = k.c "
             "JOIN LATERAL (SELECT * FROM entries i WHERE i.event_id = e.id "
             "OFFSET 0) n ON n.account_id = k.account_id "
             "JOIN lines l ON l.id = n.line_id "
             "AND l.transaction_type = 'earn' "
             "AND split_part(l.name, '.', 1) = k.a "
             "JOIN sources s ON s.id = e.source_id "
             "ORDER BY k.ord, e.id, n.ordinal",
         .columns = ORIGIN_COLUMNS},
    [RECORD_PROPOSAL] =
        {.sql = "SELECT k.ord, a.address, to_us(p.voting_start), "
                "to_us(p.voting_end), coalesce(p.quorum_required::text, ''), "
                "EXISTS (SELECT FROM tallies t "
                "WHERE t.proposal_id = p.proposal_id) FROM " KEYS
                "JOIN proposals p ON p.proposal_id = k.a "
                "JOIN accounts a ON a.id = p.account_id",
         .lock = LOCK_PROPOSALS("pg_advisory_xact_lock_shared"),
         .columns = PROPOSAL_COLUMNS},
    [RECORD_VOTING_POWER] =
        {.sql = "SELECT k.ord, balance_at(k.account_id, p.proposal_id) "
                "FROM " KEYS "JOIN proposals p ON p.proposal_id = k.a",
         .columns = VOTING_POWER_COLUMNS},
    [RECORD_VOTE] = {.sql = "SELECT k.ord, v.choice FROM " KEYS
                            "JOIN votes v ON v.proposal_id = k.a "
                            "AND v.account_id = k.account_id",
                     .columns = VOTE_COLUMNS},
    [RECORD_VOTES_FOR] =
        {.sql = "SELECT k.ord, v.choice, sum(v.power), count(*) FROM " KEYS
                "JOIN votes v ON v.proposal_id = k.a GROUP BY 1, 2 "
                "ORDER BY 1, 2",
         .lock = LOCK_PROPOSALS("pg_advisory_xact_lock"),
         .columns = VOTES_FOR_COLUMNS},
};

/* The records of one kind that have to be looked up. */
struct lookup {
    struct facts *facts;
    enum record_kind kind;
    struct fact_record **records;
    size_t count;
    struct str params[RECORD_KEYS + 1];
};

static bool
may_exist(const struct fact_record *record)
{
    int side = queries[record->kind].side;

    return !side || (record->account->side & side);
}

static struct lookup *
collect(struct facts *facts, enum record_kind kind, struct arena *arena)
{
    struct lookup *lookup = ARENA_NEW(arena, struct lookup);
    struct buf columns[RECORD_KEYS + 1];

    lookup->facts = facts;
    lookup->kind = kind;
    lookup->records =
        arena_array(arena, facts->record_count, sizeof(struct fact_record *));
    for (int c = 0; c <= RECORD_KEYS; c++)
        pg_array_open(&columns[c], arena, c < RECORD_KEYS ? PG_TEXT : PG_INT4);
    for (size_t i = 0; i < facts->record_count; i++) {
        struct fact_record *record = facts->records[i];

        if (record->kind != kind || !may_exist(record))
            continue;
        for (int c = 0; c < RECORD_KEYS; c++)
            pg_array_text(&columns[c], record->keys[c]);
        pg_array_int(&columns[RECORD_KEYS], account_row_id(record->account));
        lookup->records[lookup->count++] = record;
    }
    for (int c = 0; c <= RECORD_KEYS; c++)
        lookup->params[c] = buf_str(&columns[c]);
    return lookup;
}

/* A question_reader; its context is struct lookup. */
static bool
read_records(void *context, const struct pg_result *rows, struct err *err)
{
    const struct lookup *lookup = context;

    (void)err;
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct record_row *row = facts_add_row(
            lookup->facts, lookup->records[pg_int(rows, i, 0) - 1]);

        for (int c = 0; c < queries[lookup->kind].columns; c++)
            row->values[c] =
                str_dup(lookup->facts->arena, pg_text(rows, i, c + 1));
    }
    return true;
}

static void
ask(struct inquiry *inquiry, struct lookup *lookup, const char *sql,
    question_reader *read)
{
    if (sql && lookup->count)
        inquiry_add(inquiry,
                    (struct pg_statement){.sql = sql,
                                          .params = lookup->params,
                                          .param_count = RECORD_KEYS + 1},
                    read, lookup);
}

bool
records_take_locks(const struct facts *facts)
{
    for (size_t i = 0; i < facts->record_count; i++)
        if (queries[facts->records[i]->kind].lock)
            return true;
    return false;
}

/* Of the locks, the one that excludes others is taken first, not on top. */
void
ask_records(struct inquiry *inquiry, struct facts *facts, bool lock)
{
    struct lookup *lookups[RECORD_KIND_COUNT];

    if (!facts->record_count)
        return;
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        lookups[kind] = collect(facts, (enum record_kind)kind, inquiry->arena);
    for (int kind = RECORD_KIND_COUNT; lock && kind-- > 0;)
        ask(inquiry, lookups[kind], queries[kind].lock, NULL);
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        ask(inquiry, lookups[kind], queries[kind].sql, read_records);
}
