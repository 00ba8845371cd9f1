/* books.c - what must hold in every ledger at any time, each as a query over
 * the base tables. All of them read the tables in whole, a fixed number of
 * times; sorting is the database's, and goes to disk when it must. */
#include "books.h"

#include "books_parts.h"

/* Lines that pay, each with the names that its payments may be counted under:
 * its own; its rule's, as lines are called "rule.line"; and its table's, as
 * rows of a table are called "rule.line[row]". What is taken back later counts
 * on. */
#define PAYING_LINES                                                           \
    "(SELECT id, ARRAY[name, split_part(name, '.', 1), "                       \
    "split_part(name, '[', 1)] AS names FROM lines "                           \
    "WHERE transaction_type = 'earn') "

/* What entries come to, by the kinds of their lines. */
#define FUNDS                                                                  \
    "sum(n.amount * t.earned) AS earned, "                                     \
    "sum(n.amount * t.spent) AS spent, "                                       \
    "sum(n.amount * t.staked) AS staked, "                                     \
    "sum(n.amount * t.pending) AS pending, "                                   \
    "sum(n.amount * t.reserved) AS reserved, "                                 \
    "sum(n.amount * t.debt) AS debt "

/* Row by row through an index, a ledger larger than the memory takes days. */
const char books_plan_sql[] =
    "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; "
    "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '16MB'";

const struct audit books_audits[] = {
    /* ---- records and positions ---- */
    {
        .name = "record-once",
        .what = "each consumed record has one outcome",
        .sql = AUDIT_SQL(
            "SELECT stream_id, \"offset\", count(*) AS outcomes FROM ("
            "SELECT stream_id, \"offset\" FROM events "
            "UNION ALL SELECT stream_id, \"offset\" FROM other_records "
            "UNION ALL SELECT stream_id, \"offset\" FROM dead_records) o "
            "GROUP BY 1, 2 HAVING count(*) > 1"),
    },
    {
        .name = "record-position",
        .what = "no outcome is at or beyond its partition's position",
        .sql = AUDIT_SQL(
            "SELECT o.stream_id, o.last_offset, s.next_offset FROM ("
            "SELECT stream_id, max(\"offset\") AS last_offset FROM ("
            "SELECT stream_id, \"offset\" FROM events "
            "UNION ALL SELECT stream_id, \"offset\" FROM other_records "
            "UNION ALL SELECT stream_id, \"offset\" FROM dead_records) u "
            "GROUP BY 1) o LEFT JOIN streams s ON s.id = o.stream_id "
            "WHERE s.id IS NULL OR o.last_offset >= s.next_offset"),
    },
    {
        .name = "record-order",
        .what = "each partition was posted in its own order",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT u.stream_id, b.id AS batch, u.id, "
            "u.\"offset\", lag(u.\"offset\") OVER (PARTITION BY u.stream_id "
            "ORDER BY b.id, u.id) AS offset_before FROM ("
            "SELECT stream_id, \"offset\", id FROM events UNION ALL "
            "SELECT stream_id, \"offset\", id FROM dead_records) u "
            "JOIN batches b ON b.first_id = u.id" BLOCK ") o "
            "WHERE \"offset\" <= offset_before"),
    },
    {
        .name = "duplicate-event",
        .what = "each repeat is one of a known event, each tombstone of none",
        .sql = AUDIT_SQL(
            "SELECT o.stream_id, o.\"offset\", o.outcome, o.event_id "
            "FROM other_records o LEFT JOIN events e ON e.id = o.event_id "
            "WHERE (o.outcome = 'd') <> (e.id IS NOT NULL) "
            "OR (o.outcome = 'd') <> (o.event_id IS NOT NULL)"),
    },

    /* ---- batches ---- */
    {
        .name = "batch-ids",
        .what = "ids of events and dead letters are in their batch's block, "
                "without gaps but for what retention took",
        .sql = AUDIT_SQL(
            /* The last id may be one of those taken. */
            "SELECT i.block, b.id AS batch, b.last_id, i.last AS last_used, "
            "i.used, i.taken FROM (SELECT block, max(id) AS last, "
            "sum(used) AS used, sum(taken) AS taken FROM ("
            "SELECT id" BLOCK "AS block, id, 1 AS used, 0 AS taken FROM events "
            "UNION ALL SELECT id" BLOCK ", id, 1, 0 FROM dead_records "
            "UNION ALL SELECT first_id, NULL, 0, conflicts + dead_letters "
            "FROM dropped_letters) u "
            "GROUP BY 1) i FULL JOIN batches b ON b.first_id = i.block "
            "WHERE b.id IS NULL OR i.last > b.last_id "
            "OR coalesce(i.taken, 0) = 0 "
            "AND coalesce(i.last, b.first_id - 1) < b.last_id "
            "OR coalesce(i.used + i.taken, 0) <> b.last_id - b.first_id + 1"),
    },
    {
        .name = "batch-events",
        .what = "each batch counts its events",
        .sql = AUDIT_SQL(
            /* Tombstones count as no_reward too, and have no batch. */
            "SELECT b.id AS batch, b.posted, e.posted AS posted_found, "
            "b.rejected, e.rejected AS rejected_found, "
            "b.no_reward, e.no_reward AS no_reward_found "
            "FROM batches b LEFT JOIN (SELECT id" BLOCK "AS block, "
            "count(*) FILTER (WHERE outcome = 'p') AS posted, "
            "count(*) FILTER (WHERE outcome = 'r') AS rejected, "
            "count(*) FILTER (WHERE outcome = 'n') AS no_reward "
            "FROM events GROUP BY 1) e ON e.block = b.first_id "
            "WHERE b.posted <> coalesce(e.posted, 0) "
            "OR b.rejected <> coalesce(e.rejected, 0) "
            "OR b.no_reward < coalesce(e.no_reward, 0)"),
    },
    {
        .name = "batch-dead-letters",
        .what = "each batch counts its dead letters and conflicts, with those "
                "that retention took",
        .sql = AUDIT_SQL(
            "SELECT b.id AS batch, b.conflicts, "
            "d.conflicts AS conflicts_found, b.dead_letters, "
            "d.dead_letters AS dead_letters_found "
            "FROM batches b LEFT JOIN (SELECT block, "
            "sum(conflicts) AS conflicts, sum(dead_letters) AS dead_letters "
            "FROM (SELECT id" BLOCK "AS block, "
            "(reason = 'id_conflict')::integer AS conflicts, "
            "(reason <> 'id_conflict')::integer AS dead_letters "
            "FROM dead_records UNION ALL "
            "SELECT first_id, conflicts, dead_letters FROM dropped_letters) u "
            "GROUP BY 1) d ON d.block = b.first_id "
            "WHERE b.conflicts <> coalesce(d.conflicts, 0) "
            "OR b.dead_letters <> coalesce(d.dead_letters, 0)"),
    },
    {
        .name = "batch-entries",
        .what = "each batch counts its entries and what they pay",
        .sql = AUDIT_SQL(
            "SELECT b.id AS batch, b.entries, n.entries AS entries_found, "
            "b.amount, n.amount AS amount_found, b.opened, "
            "n.opened AS opened_found "
            "FROM batches b FULL JOIN (SELECT event_id" BLOCK "AS block, "
            "count(*) AS entries, sum(amount) AS amount, "
            "count(*) FILTER (WHERE seq = 1) AS opened "
            "FROM entries GROUP BY 1) n ON n.block = b.first_id "
            "WHERE b.id IS NULL OR b.entries <> coalesce(n.entries, 0) "
            "OR b.amount <> coalesce(n.amount, 0) "
            "OR b.opened <> coalesce(n.opened, 0)"),
    },
    {
        .name = "batch-funds",
        .what = "each batch counts what it did to the sums of all accounts",
        .sql = AUDIT_SQL(
            "SELECT b.id AS batch, b.earned, n.earned AS earned_found, "
            "b.spent, n.spent AS spent_found, b.staked, "
            "n.staked AS staked_found, b.pending, n.pending AS pending_found, "
            "b.reserved, n.reserved AS reserved_found, b.debt, "
            "n.debt AS debt_found FROM batches b LEFT JOIN ("
            "SELECT event_id" BLOCK "AS block, " FUNDS "FROM entries n "
            "JOIN lines l ON l.id = n.line_id "
            "JOIN transaction_types t ON t.name = l.transaction_type "
            "GROUP BY 1) n ON n.block = b.first_id "
            "WHERE (b.earned, b.spent, b.staked, b.pending, b.reserved, "
            "b.debt) IS DISTINCT FROM (coalesce(n.earned, 0), "
            "coalesce(n.spent, 0), coalesce(n.staked, 0), "
            "coalesce(n.pending, 0), coalesce(n.reserved, 0), "
            "coalesce(n.debt, 0))"),
    },
    {
        .name = "batch-others",
        .what = "all batches together count the repeats and tombstones, with "
                "those that retention took",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT "
            "(SELECT coalesce(sum(duplicates), 0) FROM batches) "
            "AS duplicates, (SELECT count(*) FROM other_records "
            "WHERE outcome = 'd') + (SELECT coalesce(sum(duplicates), 0) "
            "FROM dropped_partitions) AS duplicates_found, "
            "(SELECT coalesce(sum(no_reward), 0) FROM batches) "
            "AS no_reward, (SELECT count(*) FROM other_records "
            "WHERE outcome = 'n') + (SELECT count(*) FROM events "
            "WHERE outcome = 'n') + (SELECT coalesce(sum(tombstones), 0) "
            "FROM dropped_partitions) AS no_reward_found) t "
            "WHERE duplicates <> duplicates_found "
            "OR no_reward <> no_reward_found"),
    },
    {
        .name = "dropped-letters",
        .what = "what retention took is counted alike by batch and by month",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT "
            "(SELECT coalesce(sum(conflicts), 0) FROM dropped_letters) "
            "AS conflicts, (SELECT coalesce(sum(conflicts), 0) "
            "FROM dropped_partitions) AS conflicts_by_month, "
            "(SELECT coalesce(sum(dead_letters), 0) FROM dropped_letters) "
            "AS dead_letters, (SELECT coalesce(sum(dead_letters), 0) "
            "FROM dropped_partitions) AS dead_letters_by_month) t "
            "WHERE conflicts <> conflicts_by_month "
            "OR dead_letters <> dead_letters_by_month"),
    },

    /* ---- events ---- */
    {
        .name = "event-once",
        .what = "each event is there once",
        .sql = AUDIT_SQL(
            "SELECT source_id, event_id, count(*) AS times FROM events "
            "GROUP BY 1, 2 HAVING count(*) > 1"),
    },
    {
        .name = "event-names",
        .what = "each event has a source, type, partition and account that "
                "exist",
        .sql = AUDIT_SQL(
            "SELECT e.id AS event, e.source_id, e.type_id, e.stream_id, "
            "e.account_id FROM events e "
            "LEFT JOIN sources s ON s.id = e.source_id "
            "LEFT JOIN types t ON t.id = e.type_id "
            "LEFT JOIN streams p ON p.id = e.stream_id "
            "LEFT JOIN accounts a ON a.id = e.account_id "
            "WHERE s.id IS NULL OR t.id IS NULL OR p.id IS NULL "
            "OR (a.id IS NULL AND e.account_id IS NOT NULL)"),
    },
    {
        .name = "event-paid",
        .what = "each event that counts as posted has entries, or an answer",
        .sql = AUDIT_SQL("SELECT e.id AS event, e.event_id FROM events e "
                         "LEFT JOIN entries n ON n.event_id = e.id "
                         "LEFT JOIN answers w ON w.event_id = e.id "
                         "WHERE e.outcome = 'p' AND n.event_id IS NULL "
                         "AND w.event_id IS NULL"),
    },
    {
        .name = "event-rejected",
        .what = "each request that was refused is told why, once",
        .sql = AUDIT_SQL(
            "SELECT e.id AS event, e.event_id, e.outcome, w.type "
            "FROM events e FULL JOIN (SELECT event_id, min(type) AS type, "
            "count(*) AS answers FROM answers GROUP BY 1 "
            "HAVING bool_or(type = 'token.rejected')) w "
            "ON w.event_id = e.id WHERE (e.outcome = 'r' OR w.event_id IS NOT "
            "NULL) AND (e.outcome IS DISTINCT FROM 'r' OR w.answers IS "
            "DISTINCT FROM 1 OR w.type <> 'token.rejected')"),
    },

    /* ---- entries ---- */
    {
        .name = "entry-event",
        .what = "each entry belongs to an event that counts as posted",
        .sql = AUDIT_SQL(
            "SELECT n.event_id AS event, n.line_id, n.amount, e.outcome "
            "FROM entries n LEFT JOIN events e ON e.id = n.event_id "
            "WHERE e.outcome IS DISTINCT FROM 'p'"),
    },
    {
        .name = "entry-names",
        .what = "each entry has an account and a line that exist",
        .sql = AUDIT_SQL(
            "SELECT n.event_id AS event, n.account_id, n.line_id "
            "FROM entries n LEFT JOIN accounts a ON a.id = n.account_id "
            "LEFT JOIN lines l ON l.id = n.line_id "
            "WHERE a.id IS NULL OR l.id IS NULL"),
    },
    {
        .name = "entry-once",
        .what = "each line moved an account once for an event",
        .sql = AUDIT_SQL("SELECT event_id AS event, line_id, account_id, "
                         "count(*) AS times FROM entries GROUP BY 1, 2, 3 "
                         "HAVING count(*) > 1"),
    },
    {
        .name = "entry-ordinals",
        .what = "the entries of an event are numbered 0, 1, 2 ...",
        .sql = AUDIT_SQL(
            "SELECT event_id AS event, count(*) AS entries, "
            "max(ordinal) AS last_ordinal FROM entries GROUP BY 1 "
            "HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1 "
            "OR count(DISTINCT ordinal) <> count(*)"),
    },
    {
        .name = "entry-amounts",
        .what = "no entry is of nothing, and no balance was below zero",
        .sql = AUDIT_SQL(
            "SELECT event_id AS event, amount, balance_after FROM entries "
            "WHERE amount = 0 OR balance_after < 0"),
    },
    {
        .name = "entry-chain",
        .what = "an account's entries are numbered without gaps, each balance "
                "following from the one before",
        .sql = AUDIT_SQL(
            "SELECT account_id, seq, amount, balance_after, seq_before, "
            "balance_before FROM (SELECT account_id, seq, amount, "
            "balance_after, lag(seq, 1, 0) OVER w AS seq_before, "
            "lag(balance_after, 1, 0::bigint) OVER w AS balance_before "
            "FROM entries "
            "WINDOW w AS (PARTITION BY account_id ORDER BY seq)) c "
            "WHERE seq <> seq_before + 1 "
            "OR balance_after <> balance_before::numeric + amount"),
    },

    /* ---- accounts ---- */
    {
        .name = "account-sums",
        .what = "each account is the sum of its entries",
        .sql = AUDIT_SQL(
            "SELECT a.address, a.balance, n.balance AS balance_found, "
            "a.total_earned, n.earned AS earned_found, a.total_spent, "
            "n.spent AS spent_found, a.staked_amount, "
            "n.staked AS staked_found, a.pending_amount, "
            "n.pending AS pending_found, a.reserved_amount, "
            "n.reserved AS reserved_found, a.debt_amount, "
            "n.debt AS debt_found, a.last_seq, n.seq AS seq_found "
            "FROM accounts a LEFT JOIN (SELECT n.account_id, "
            "sum(n.amount) AS balance, max(n.seq) AS seq, " FUNDS
            "FROM entries n JOIN lines l ON l.id = n.line_id "
            "JOIN transaction_types t ON t.name = l.transaction_type "
            "GROUP BY 1) n ON n.account_id = a.id "
            "WHERE (a.balance, a.total_earned, a.total_spent, "
            "a.staked_amount, a.pending_amount, a.reserved_amount, "
            "a.debt_amount, a.last_seq) IS DISTINCT FROM ("
            "coalesce(n.balance, 0), coalesce(n.earned, 0), "
            "coalesce(n.spent, 0), coalesce(n.staked, 0), "
            "coalesce(n.pending, 0), coalesce(n.reserved, 0), "
            "coalesce(n.debt, 0), coalesce(n.seq, 0))"),
    },
    {
        .name = "account-signs",
        .what = "no number of an account is below zero",
        .sql = AUDIT_SQL("SELECT address, balance, total_earned, total_spent, "
                         "staked_amount, pending_amount, reserved_amount, "
                         "debt_amount, last_seq FROM accounts "
                         "WHERE least(balance, total_earned, total_spent, "
                         "staked_amount, pending_amount, reserved_amount, "
                         "debt_amount, last_seq) < 0"),
    },
    {
        .name = "account-addresses",
        .what = "each account has one spelling, and is there once",
        .sql = AUDIT_SQL(
            /* All spelled well, only equal texts can be one account. */
            "SELECT address, 1 AS accounts FROM accounts "
            "WHERE address !~ '^[ -?A-~][ -~]{0,41}$' "
            "OR address <> lower(address) "
            "AND address ~ '^0[xX][0-9a-fA-F]{40}$' "
            "UNION ALL SELECT address, count(*) FROM accounts "
            "GROUP BY 1 HAVING count(*) > 1"),
    },
    {
        .name = "totals",
        .what = "batches, entries and balances come to the same total",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT "
            "(SELECT coalesce(sum(amount), 0) FROM batches) AS batches, "
            "(SELECT coalesce(sum(amount), 0) FROM entries) AS entries, "
            "(SELECT coalesce(sum(balance), 0) FROM accounts) AS balances) "
            "t WHERE batches <> entries OR entries <> balances"),
    },

    /* ---- what rules remember ---- */
    {
        .name = "once-paid",
        .what = "each once-key was taken by an event that paid its line",
        .sql = AUDIT_SQL(
            "SELECT o.event_id AS event, l.name AS line, o.account_id, o.key "
            "FROM once_keys o LEFT JOIN lines l ON l.id = o.line_id "
            "WHERE l.transaction_type IS DISTINCT FROM 'shadow' "
            "AND NOT EXISTS (SELECT FROM entries n "
            "JOIN " PAYING_LINES "p ON p.id = n.line_id "
            "WHERE n.event_id = o.event_id "
            "AND (o.account_id = 0 OR n.account_id = o.account_id) "
            "AND l.name = ANY (p.names))"),
    },
    {
        .name = "counter-values",
        .what = "each counter is of a known kind, account and line, and in "
                "range",
        .sql = AUDIT_SQL(
            "SELECT c.account_id, l.name AS line, c.kind, c.bucket, c.value "
            "FROM counters c LEFT JOIN lines l ON l.id = c.line_id "
            "LEFT JOIN accounts a ON a.id = c.account_id "
            "WHERE l.id IS NULL OR (a.id IS NULL AND c.account_id <> 0) "
            "OR c.value < 0 "
            "OR c.kind NOT IN (1, 2, 10, 11, 12, 13, 20, 21, 22, 23) "
            "OR (c.kind >= 20 OR c.kind = 2) AND c.value <> trunc(c.value) "
            "OR c.kind = 2 AND c.value >= 4294967296 "
            "OR c.kind IN (1, 13, 23) AND c.bucket <> 0"),
    },
    {
        .name = "counter-sums",
        .what = "no limit counts more than its line paid",
        .sql = AUDIT_SQL(
            /* Paid is summed up by event first: a limit of times counts an
             * event once, however many entries it made. Account 0 stands for
             * all. */
            "SELECT u.account_id, l.name AS line, u.kind, u.used, "
            "CASE WHEN u.kind < 20 THEN p.amount ELSE p.times END AS paid "
            "FROM (SELECT account_id, line_id, kind, sum(value) AS used "
            "FROM counters WHERE kind >= 10 GROUP BY 1, 2, 3) u "
            "JOIN lines l ON l.id = u.line_id "
            "AND l.transaction_type <> 'shadow' LEFT JOIN ("
            "SELECT account_id, line_id, sum(amount) * 0.01 AS amount, "
            "count(*) AS times FROM ("
            "SELECT m.line_id, sum(n.amount) AS amount, "
            "CASE WHEN m.of_all THEN 0 ELSE n.account_id END AS account_id "
            "FROM (SELECT DISTINCT q.id AS paid_id, k.line_id, k.of_all "
            "FROM (SELECT DISTINCT line_id, account_id = 0 AS of_all "
            "FROM counters WHERE kind >= 10) k "
            "JOIN lines o ON o.id = k.line_id "
            "JOIN (SELECT id, unnest(names) AS name FROM " PAYING_LINES "x) q "
            "ON q.name = o.name) m JOIN entries n ON n.line_id = m.paid_id "
            "GROUP BY n.event_id, 1, 3) e GROUP BY 1, 2) p "
            "ON p.account_id = u.account_id AND p.line_id = u.line_id "
            "WHERE u.used > coalesce(CASE WHEN u.kind < 20 THEN p.amount "
            "ELSE p.times END, 0)"),
    },

    /* ---- rule sets ---- */
    {
        .name = "ruleset-text",
        .what = "each rule set has the digest and stamp of its text",
        .sql = AUDIT_SQL("SELECT id, stamp, sha256 FROM ruleset_texts "
                         "WHERE sha256 <> "
                         "encode(sha256(convert_to(text, 'UTF8')), 'hex') "
                         "OR stamp <> name || '@' || left(sha256, 8)"),
    },
    {
        .name = "ruleset-in-force",
        .what = "each batch was decided by the rule set in force at its time",
        .sql = AUDIT_SQL("SELECT b.id AS batch, b.posted_at, b.ruleset_id "
                         "FROM batches b WHERE NOT EXISTS (SELECT FROM ("
                         "SELECT ruleset_id, activated_at, "
                         "lead(activated_at, 1, 'infinity') OVER (ORDER BY id) "
                         "AS replaced_at FROM ruleset_activations) a "
                         "WHERE a.ruleset_id = b.ruleset_id "
                         "AND b.posted_at >= a.activated_at "
                         "AND b.posted_at < a.replaced_at)"),
    },

    /* ---- the relay ---- */
    {
        .name = "relay-position",
        .what = "no relay claims to be past the last batch",
        .sql = AUDIT_SQL("SELECT name, batch_id, (SELECT max(id) FROM batches) "
                         "AS last_batch FROM relay_positions WHERE batch_id > "
                         "coalesce((SELECT max(id) FROM batches), 0)"),
    },
};

const size_t books_audit_count = sizeof(books_audits) / sizeof(*books_audits);
