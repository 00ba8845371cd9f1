/* books_shadow.c - what must hold of rules in shadow: they are beside the
 * ledger, never in it. As in books.c, each audit reads tables in whole, a fixed
 * number of times. */
#include "books.h"

#include "books_parts.h"

/* Their lines, each with the names that its payments may be counted under; as
 * PAYING_LINES of books.c. */
#define SHADOW_LINES                                                           \
    "(SELECT id, ARRAY[name, split_part(name, '.', 1), "                       \
    "split_part(name, '[', 1)] AS names FROM lines "                           \
    "WHERE transaction_type = 'shadow') "

const struct audit books_shadow_audits[] = {
    {
        .name = "shadow-apart",
        .what = "no entry is of a rule in shadow, and lines of such rules "
                "alone are called so",
        .sql = AUDIT_SQL(
            "SELECT l.name AS line, l.transaction_type, n.event_id AS event "
            "FROM lines l LEFT JOIN entries n ON n.line_id = l.id "
            "AND l.transaction_type = 'shadow' "
            "WHERE n.event_id IS NOT NULL "
            "OR (l.transaction_type = 'shadow') <> (l.name LIKE 'shadow:%')"),
    },
    {
        .name = "shadow-events",
        .what = "what rules in shadow came to belongs to an event that was not "
                "refused, an account and a line of such a rule",
        .sql = AUDIT_SQL(
            "SELECT x.event_id AS event, l.name AS line, x.account_id, "
            "e.outcome FROM (SELECT event_id, line_id, account_id, "
            "true AS pays FROM shadow_entries UNION ALL "
            "SELECT event_id, line_id, NULL, false FROM shadow_errors) x "
            "LEFT JOIN events e ON e.id = x.event_id "
            "LEFT JOIN accounts a ON a.id = x.account_id "
            "LEFT JOIN lines l ON l.id = x.line_id "
            "WHERE e.id IS NULL OR e.outcome = 'r' "
            "OR x.pays AND a.id IS NULL "
            "OR l.transaction_type IS DISTINCT FROM 'shadow'"),
    },
    {
        .name = "shadow-once",
        .what = "each line of a rule in shadow paid once for an event, and "
                "nothing where its rule failed",
        .sql = AUDIT_SQL(
            "SELECT x.event_id AS event, l.name AS line, sum(x.entries) AS "
            "entries, sum(x.errors) AS errors FROM ("
            "SELECT s.event_id, s.line_id, 1 AS entries, 0 AS errors "
            "FROM shadow_entries s "
            "UNION ALL SELECT s.event_id, r.id, 1, 0 FROM shadow_entries s "
            "JOIN lines n ON n.id = s.line_id "
            "JOIN lines r ON r.name = split_part(n.name, '.', 1) "
            "WHERE EXISTS (SELECT FROM shadow_errors f WHERE f.event_id = "
            "s.event_id AND f.line_id = r.id) "
            "UNION ALL SELECT event_id, line_id, 0, 1 FROM shadow_errors) x "
            "LEFT JOIN lines l ON l.id = x.line_id GROUP BY 1, 2 "
            "HAVING sum(x.entries) + sum(x.errors) > 1"),
    },
    {
        .name = "shadow-batches",
        .what = "each batch counts what rules in shadow came to",
        .sql = AUDIT_SQL(
            "SELECT b.id AS batch, b.shadow_entries, "
            "s.entries AS entries_found, b.shadow_errors, "
            "s.errors AS errors_found FROM batches b FULL JOIN ("
            "SELECT block, sum(entries) AS entries, sum(errors) AS errors "
            "FROM (SELECT event_id" BLOCK "AS block, 1 AS entries, "
            "0 AS errors FROM shadow_entries UNION ALL "
            "SELECT event_id" BLOCK ", 0, 1 FROM shadow_errors) u "
            "GROUP BY 1) s ON s.block = b.first_id "
            "WHERE b.id IS NULL OR (b.shadow_entries, b.shadow_errors) "
            "IS DISTINCT FROM (coalesce(s.entries, 0), "
            "coalesce(s.errors, 0))"),
    },
    {
        .name = "shadow-keys",
        .what = "each once-key of a rule in shadow was taken by an event that "
                "its line would have paid for",
        .sql = AUDIT_SQL(
            "SELECT o.event_id AS event, l.name AS line, o.account_id, o.key "
            "FROM once_keys o JOIN lines l ON l.id = o.line_id "
            "AND l.transaction_type = 'shadow' WHERE NOT EXISTS ("
            "SELECT FROM shadow_entries n "
            "JOIN " SHADOW_LINES "p ON p.id = n.line_id "
            "WHERE n.event_id = o.event_id "
            "AND (o.account_id = 0 OR n.account_id = o.account_id) "
            "AND l.name = ANY (p.names))"),
    },
    {
        .name = "shadow-limits",
        .what = "no limit of a rule in shadow counts more than its line would "
                "have paid",
        .sql = AUDIT_SQL(
            /* As counter-sums. */
            "SELECT u.account_id, l.name AS line, u.kind, u.used, "
            "CASE WHEN u.kind < 20 THEN p.amount ELSE p.times END AS paid "
            "FROM (SELECT account_id, line_id, kind, sum(value) AS used "
            "FROM counters WHERE kind >= 10 GROUP BY 1, 2, 3) u "
            "JOIN lines l ON l.id = u.line_id "
            "AND l.transaction_type = 'shadow' LEFT JOIN ("
            "SELECT account_id, line_id, sum(amount) * 0.01 AS amount, "
            "count(*) AS times FROM ("
            "SELECT o.id AS line_id, sum(n.amount) AS amount, "
            "k.account_id FROM shadow_entries n "
            "JOIN " SHADOW_LINES "p ON p.id = n.line_id "
            "JOIN lines o ON o.name = ANY (p.names) "
            "CROSS JOIN LATERAL (VALUES (0), (n.account_id)) "
            "AS k (account_id) GROUP BY n.event_id, 1, 3) e GROUP BY 1, 2) p "
            "ON p.account_id = u.account_id AND p.line_id = u.line_id "
            "WHERE u.used > coalesce(CASE WHEN u.kind < 20 THEN p.amount "
            "ELSE p.times END, 0)"),
    },
};

const size_t books_shadow_audit_count =
    sizeof(books_shadow_audits) / sizeof(*books_shadow_audits);
