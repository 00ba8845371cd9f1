/* books_economy.c - what must hold of GIGS that are moved on: each transfer,
 * stake, purchase and conversion has its entries, and no entry is without one.
 * Holds, reversals and debts are books_claims.c. As in books.c, each audit
 * reads tables in whole, a fixed number of times. */
#include "books.h"

#include "books_parts.h"

const struct audit books_economy_audits[] = {
    /* ---- double entry ---- */
    {
        .name = "line-counterparty",
        .what = "each line has the other side of its kind of entry",
        .sql = AUDIT_SQL(
            "SELECT l.name AS line, l.transaction_type, l.counterparty, "
            "t.counterparty AS counterparty_of_kind FROM lines l "
            "LEFT JOIN transaction_types t ON t.name = l.transaction_type "
            "WHERE t.counterparty IS DISTINCT FROM l.counterparty"),
    },
    {
        .name = "entry-counterparty",
        .what = "entries of transfers name another account, others none",
        .sql = AUDIT_SQL(
            "SELECT n.event_id AS event, l.name AS line, n.account_id, "
            "n.counterparty_id FROM entries n JOIN lines l ON l.id = n.line_id "
            "LEFT JOIN accounts a ON a.id = n.counterparty_id "
            "WHERE (l.transaction_type = 'transfer') <> (a.id IS NOT NULL) "
            "OR (n.counterparty_id IS NULL) <> (a.id IS NULL)"),
    },
    {
        .name = "entry-signs",
        .what = "each kind of entry adds to the balance, or takes from it",
        .sql = AUDIT_SQL(
            "SELECT n.event_id AS event, l.name AS line, l.transaction_type, "
            "n.amount FROM entries n JOIN lines l ON l.id = n.line_id "
            "WHERE l.transaction_type <> 'adjust' "
            "AND (n.amount > 0) <> (l.transaction_type IN ('earn', 'release', "
            "'debt', 'unstake', 'unreserve') OR l.name = 'transfer.received')"),
    },
    {
        .name = "entry-order",
        .what = "an account's entries are numbered in the order of events",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT n.account_id, n.seq, b.id AS batch, "
            "n.event_id AS event, lag(b.id) OVER w AS batch_before, "
            "lag(n.event_id) OVER w AS event_before FROM entries n "
            "JOIN batches b ON b.first_id = n.event_id" BLOCK " "
            "WINDOW w AS (PARTITION BY n.account_id ORDER BY n.seq)) o "
            "WHERE (batch, event) < (batch_before, event_before)"),
    },
    {
        .name = "entry-funds",
        .what = "nothing that an account has besides its balance was ever "
                "below zero",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT n.account_id, n.seq, n.event_id AS event, "
            "sum(n.amount * t.earned) OVER w AS earned, "
            "sum(n.amount * t.spent) OVER w AS spent, "
            "sum(n.amount * t.staked) OVER w AS staked, "
            "sum(n.amount * t.pending) OVER w AS pending, "
            "sum(n.amount * t.reserved) OVER w AS reserved, "
            "sum(n.amount * t.debt) OVER w AS debt FROM entries n JOIN lines l "
            "ON l.id = n.line_id JOIN transaction_types t "
            "ON t.name = l.transaction_type "
            "WINDOW w AS (PARTITION BY n.account_id ORDER BY n.seq)) f "
            "WHERE least(earned, spent, staked, pending, reserved, debt) < 0"),
    },
    {
        .name = "effect-events",
        .what = "all that events leave besides entries comes from events that "
                "count as posted",
        /* A closing may be all that an event does. */
        .sql = AUDIT_SQL(
            "SELECT x.made, x.event, e.outcome FROM (SELECT 'stake', event_id, "
            "true FROM stakes UNION ALL SELECT 'unstake', event_id, true "
            "FROM unstakes UNION ALL SELECT 'purchase', event_id, true "
            "FROM purchases UNION ALL SELECT 'hold', event_id, true FROM holds "
            "UNION ALL SELECT 'end of a hold', event_id, true FROM hold_ends "
            "UNION ALL SELECT 'conversion', event_id, true FROM conversions "
            "UNION ALL SELECT 'settlement', event_id, true FROM settlements "
            "UNION ALL SELECT 'proposal', event_id, true FROM proposals "
            "UNION ALL SELECT 'vote', event_id, true FROM votes "
            "UNION ALL SELECT 'tally', event_id, true FROM tallies "
            "UNION ALL SELECT 'closing', event_id, false FROM closings "
            "UNION ALL SELECT 'reversal', origin_id, true FROM reversals "
            "UNION ALL SELECT 'reversal', closing_id, false "
            "FROM reversals) AS x (made, event, posted) LEFT JOIN events e "
            "ON e.id = x.event WHERE e.id IS NULL OR e.outcome = 'r' "
            "OR x.posted AND e.outcome <> 'p'"),
    },
    {
        .name = "account-side",
        .what = "each account with stakes or closings is marked as such",
        .sql = AUDIT_SQL(
            "SELECT a.address, a.side, s.side AS side_found "
            "FROM (SELECT account_id, bit_or(side) AS side "
            "FROM (SELECT account_id, 1 AS side FROM stakes "
            "UNION ALL SELECT account_id, 2 FROM closings) x GROUP BY 1) s "
            "LEFT JOIN accounts a ON a.id = s.account_id WHERE a.id IS NULL "
            "OR a.side & s.side <> s.side"),
    },

    /* ---- transfers ---- */
    {
        .name = "transfer-pairs",
        .what = "a transfer is two entries that name each other and come to "
                "nothing",
        .sql = AUDIT_SQL(
            "SELECT event_id AS event, count(*) AS entries, "
            "sum(amount) AS amount FROM " ENTRIES_OF "'transfer')) n "
            "GROUP BY 1 HAVING count(*) <> 2 OR sum(amount) <> 0 "
            "OR bool_or(account_id = counterparty_id) "
            "OR min(account_id) IS DISTINCT FROM min(counterparty_id) "
            "OR max(account_id) IS DISTINCT FROM max(counterparty_id)"),
    },

    /* ---- stakes ---- */
    {
        .name = "stake-entries",
        .what = "each stake locked what it says, for the days that it says",
        .sql = AUDIT_SQL(
            "SELECT coalesce(k.event_id, n.event_id) AS event, k.amount, "
            "n.amount AS locked, k.start_at, k.end_at, k.lock_days "
            "FROM (SELECT event_id, account_id, sum(amount) AS amount, "
            "min(start_at) AS start_at, max(end_at) AS end_at, "
            "min(lock_days) AS lock_days FROM stakes GROUP BY 1, 2) k "
            "FULL JOIN " ENTRIES_OF "'stake')) n ON n.event_id = k.event_id "
            "AND n.account_id = k.account_id LEFT JOIN events e "
            "ON e.id = k.event_id WHERE k.amount IS DISTINCT FROM -n.amount "
            "OR k.start_at IS DISTINCT FROM e.occurred_at "
            "OR k.end_at <> k.start_at + k.lock_days * interval '24 hours'"),
    },
    {
        .name = "stake-returns",
        .what = "each stake came back in whole, and not before its end",
        .sql = AUDIT_SQL(
            "SELECT coalesce(u.event_id, n.event_id) AS event, u.staking_id, "
            "k.amount, n.amount AS returned, k.end_at, b.posted_at "
            "FROM unstakes u FULL JOIN " ENTRIES_OF "'unstake')) n "
            "ON n.event_id = u.event_id LEFT JOIN stakes k "
            "ON k.staking_id = u.staking_id LEFT JOIN batches b "
            "ON b.first_id = u.event_id" BLOCK " WHERE (n.amount, "
            "n.account_id) IS DISTINCT FROM (k.amount, k.account_id) "
            "OR k.staking_id IS NULL OR b.posted_at < k.end_at"),
    },
    {
        .name = "stake-sums",
        .what = "what an account has staked is in its open stakes",
        .sql = AUDIT_SQL(
            "SELECT a.address, a.staked_amount, k.amount AS staked_found "
            "FROM accounts a FULL JOIN (SELECT k.account_id, "
            "sum(k.amount) AS amount FROM stakes k LEFT JOIN unstakes u "
            "ON u.staking_id = k.staking_id WHERE u.staking_id IS NULL "
            "GROUP BY 1) k ON k.account_id = a.id "
            "WHERE a.staked_amount IS DISTINCT FROM coalesce(k.amount, 0)"),
    },

    /* ---- purchases ---- */
    {
        .name = "purchase-entries",
        .what = "each entitlement was charged, and each charge entitles",
        .sql = AUDIT_SQL(
            "SELECT coalesce(p.event_id, n.event_id) AS event, p.item, "
            "p.account_id, n.account_id AS account_charged, n.amount "
            "FROM purchases p FULL JOIN " ENTRIES_OF "'spend')) n "
            "ON n.event_id = p.event_id AND n.line_id = p.line_id "
            "WHERE p.account_id IS DISTINCT FROM n.account_id"),
    },
    {
        .name = "purchase-terms",
        .what = "what is bought again begins where it would have ended",
        /* What never ends begins when it is bought. */
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT p.event_id AS event, p.account_id, p.item, "
            "p.contract_id, p.from_at, p.until_at, e.occurred_at, "
            "lag(p.until_at) OVER (PARTITION BY p.account_id, p.item, "
            "p.contract_id ORDER BY b.id, p.event_id) AS until_before "
            "FROM purchases p JOIN events e ON e.id = p.event_id "
            "JOIN batches b ON b.first_id = p.event_id" BLOCK ") t "
            "WHERE from_at <> CASE WHEN until_at IS NULL THEN occurred_at "
            "ELSE greatest(occurred_at, until_before) END"),
    },

    /* ---- conversions ---- */
    {
        .name = "conversion-entries",
        .what = "each conversion reserved what it says",
        .sql = AUDIT_SQL(
            "SELECT coalesce(c.event_id, n.event_id) AS event, c.amount, "
            "n.amount AS reserved FROM (SELECT event_id, account_id, "
            "sum(amount) AS amount FROM conversions GROUP BY 1, 2) c FULL "
            "JOIN " ENTRIES_OF "'reserve')) n ON n.event_id = c.event_id "
            "AND n.account_id = c.account_id WHERE c.amount IS DISTINCT "
            "FROM -n.amount"),
    },
    {
        .name = "settlement-entries",
        .what = "each reserve came back once, and left again if the "
                "conversion was completed",
        .sql = AUDIT_SQL(
            "SELECT coalesce(s.event_id, n.event_id, v.event_id) AS event, "
            "s.status, c.amount, n.amount AS returned, v.amount AS converted "
            "FROM (SELECT * FROM settlements WHERE status <> 'processing') s "
            "FULL JOIN " ENTRIES_OF "'unreserve')) n "
            "ON n.event_id = s.event_id FULL JOIN " ENTRIES_OF "'convert')) v "
            "ON v.event_id = coalesce(s.event_id, n.event_id) "
            "LEFT JOIN conversions c ON c.conversion_id = s.conversion_id "
            "WHERE c.conversion_id IS NULL OR (n.amount, "
            "n.account_id) IS DISTINCT FROM (c.amount, c.account_id) "
            "OR v.account_id <> c.account_id OR v.amount IS DISTINCT "
            "FROM CASE s.status WHEN 'completed' THEN -c.amount END"),
    },
    {
        .name = "settlement-order",
        .what = "nothing follows the last step of a conversion, and each has "
                "one last step",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT s.conversion_id, s.event_id AS event, "
            "s.status, "
            "lag(s.status) OVER (PARTITION BY s.conversion_id ORDER BY b.id, "
            "s.event_id) AS status_before FROM settlements s JOIN batches b "
            "ON b.first_id = s.event_id" BLOCK ") o "
            "WHERE status_before <> 'processing'"),
    },
    {
        .name = "conversion-turns",
        .what = "an account's conversions come one after the other",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT c.account_id, c.conversion_id, r.seq, "
            "s.seq AS settled_seq, lag(coalesce(s.seq, 2147483647)) OVER "
            "(PARTITION BY c.account_id ORDER BY r.seq) AS settled_before "
            "FROM conversions c JOIN " ENTRIES_OF "'reserve')) r "
            "ON r.event_id = c.event_id LEFT JOIN (SELECT s.conversion_id, "
            "n.seq FROM settlements s JOIN " ENTRIES_OF "'unreserve')) n "
            "ON n.event_id = s.event_id) s "
            "ON s.conversion_id = c.conversion_id) t "
            "WHERE settled_before > seq OR settled_seq < seq"),
    },
    {
        .name = "conversion-sums",
        .what = "what an account has reserved is in its open conversions",
        .sql = AUDIT_SQL(
            "SELECT a.address, a.reserved_amount, c.amount AS reserved_found "
            "FROM accounts a FULL JOIN (SELECT c.account_id, "
            "sum(c.amount) AS amount FROM conversions c "
            "LEFT JOIN (SELECT conversion_id FROM settlements "
            "WHERE status <> 'processing') s "
            "ON s.conversion_id = c.conversion_id "
            "WHERE s.conversion_id IS NULL GROUP BY 1) c "
            "ON c.account_id = a.id WHERE a.reserved_amount IS DISTINCT "
            "FROM coalesce(c.amount, 0)"),
    },
};

const size_t books_economy_audit_count =
    sizeof(books_economy_audits) / sizeof(*books_economy_audits);
