/* books_claims.c - what must hold of earnings that wait or are taken back: each
 * hold and reversal has its entries, and debts are as large as they have to be.
 * As in books.c, each audit reads tables in whole, a fixed number of times. */
#include "books.h"

#include "books_parts.h"

/* Before events, `SELECT ...) GROUP BY 1, 2, 3) `: what each rule paid for
 * them. Lines are called "rule.line". */
#define PAID_BY                                                                \
    "(SELECT event_id, account_id, split_part(line, '.', 1) AS rule, "         \
    "sum(amount) AS amount FROM " ENTRIES_OF "'earn')) n WHERE event_id IN ("

const struct audit books_claim_audits[] = {
    /* ---- holds ---- */
    {
        .name = "hold-entries",
        .what = "each hold took what it says from the balance",
        .sql = AUDIT_SQL(
            "SELECT coalesce(h.event_id, n.event_id) AS event, h.amount, "
            "n.amount AS held FROM (SELECT event_id, account_id, "
            "sum(amount) AS amount FROM holds GROUP BY 1, 2) h "
            "FULL JOIN (SELECT event_id, account_id, sum(amount) AS amount "
            "FROM " ENTRIES_OF "'hold')) n GROUP BY 1, 2) n "
            "ON n.event_id = h.event_id AND n.account_id = h.account_id "
            "WHERE h.amount IS DISTINCT FROM -n.amount"),
    },
    {
        .name = "hold-paid",
        .what = "each hold is all that its rule paid for the event",
        .sql = AUDIT_SQL(
            "SELECT h.hold_id, h.event_id AS event, l.name AS rule, h.amount, "
            "p.amount AS paid FROM holds h LEFT JOIN lines l "
            "ON l.id = h.line_id LEFT JOIN " PAID_BY "SELECT event_id "
            "FROM holds) GROUP BY 1, 2, 3) p ON p.event_id = h.event_id "
            "AND p.account_id = h.account_id AND p.rule = l.name "
            "WHERE p.amount IS DISTINCT FROM h.amount"),
    },
    {
        .name = "hold-ends",
        .what = "what was held came back once, and left again if it was "
                "voided, which was not before it expired",
        .sql = AUDIT_SQL(
            "SELECT coalesce(x.event_id, n.event_id, v.event_id) AS event, "
            "x.hold_id, x.outcome, h.amount, n.amount AS released, "
            "v.amount AS voided, h.expires_at, b.posted_at FROM hold_ends x "
            "FULL JOIN " ENTRIES_OF "'release')) n ON n.event_id = x.event_id "
            "FULL JOIN " ENTRIES_OF "'void')) v "
            "ON v.event_id = coalesce(x.event_id, n.event_id) "
            "LEFT JOIN holds h ON h.hold_id = x.hold_id LEFT JOIN batches b "
            "ON b.first_id = x.event_id" BLOCK " WHERE h.hold_id IS NULL "
            "OR (n.amount, n.account_id) IS DISTINCT FROM (h.amount, "
            "h.account_id) OR v.account_id <> h.account_id "
            "OR v.amount IS DISTINCT FROM CASE x.outcome "
            "WHEN 'voided' THEN -h.amount END OR x.outcome = 'voided' "
            "AND b.posted_at < h.expires_at"),
    },
    {
        .name = "hold-closings",
        .what = "what was held was not confirmed yet, what was released was, "
                "and what was voided was not",
        .sql = AUDIT_SQL(
            "SELECT h.hold_id, h.event_id AS event, x.outcome, h.expires_at, "
            "a.id AS batch, b.id AS end_batch, c.batch AS closing_batch "
            "FROM holds h JOIN batches a "
            "ON a.first_id = h.event_id" BLOCK " LEFT JOIN hold_ends x "
            "ON x.hold_id = h.hold_id LEFT JOIN batches b "
            "ON b.first_id = x.event_id" BLOCK " "
            "LEFT JOIN (SELECT c.account_id, c.line_id, min(b.id) AS batch "
            "FROM closings c JOIN batches b "
            "ON b.first_id = c.event_id" BLOCK " WHERE c.contract_id = '' "
            "GROUP BY 1, 2) c ON c.account_id = h.matched_id "
            "AND c.line_id = h.line_id WHERE c.batch < a.id "
            "OR x.outcome = 'released' AND (c.batch < b.id) IS NOT TRUE "
            "OR x.outcome = 'voided' AND c.batch < b.id"),
    },
    {
        .name = "hold-sums",
        .what = "what an account has pending is in its open holds",
        .sql = AUDIT_SQL(
            "SELECT a.address, a.pending_amount, h.amount AS pending_found "
            "FROM accounts a FULL JOIN (SELECT h.account_id, "
            "sum(h.amount) AS amount FROM holds h LEFT JOIN hold_ends x "
            "ON x.hold_id = h.hold_id WHERE x.hold_id IS NULL GROUP BY 1) h "
            "ON h.account_id = a.id WHERE a.pending_amount IS DISTINCT "
            "FROM coalesce(h.amount, 0)"),
    },
    {
        .name = "hold-timers",
        .what = "the clock has a timer for each open hold and no other",
        .sql = AUDIT_SQL(
            "SELECT coalesce(h.hold_id, t.hold_id) AS hold_id, h.expires_at, "
            "t.due_at FROM (SELECT h.hold_id, h.expires_at FROM holds h "
            "LEFT JOIN hold_ends x ON x.hold_id = h.hold_id "
            "WHERE x.hold_id IS NULL) h FULL JOIN timers t "
            "ON t.hold_id = h.hold_id WHERE h.hold_id IS NULL "
            "OR t.hold_id IS NULL"),
    },

    /* ---- reversals ---- */
    {
        .name = "reversal-origins",
        .what = "each reversal is of what its rule paid for the contract that "
                "both its events are about",
        .sql = AUDIT_SQL(
            "SELECT r.origin_id AS origin, r.closing_id AS closing, "
            "l.name AS rule, o.contract_id, "
            "k.contract_id AS contract_of_closing, p.amount AS paid "
            "FROM reversals r LEFT JOIN lines l ON l.id = r.line_id "
            "LEFT JOIN events o ON o.id = r.origin_id LEFT JOIN events k "
            "ON k.id = r.closing_id LEFT JOIN " PAID_BY "SELECT origin_id "
            "FROM reversals) GROUP BY 1, 2, 3) p ON p.event_id = r.origin_id "
            "AND p.rule = l.name WHERE p.event_id IS NULL "
            "OR o.contract_id IS NULL OR o.contract_id IS DISTINCT "
            "FROM k.contract_id"),
    },
    {
        .name = "reversal-amounts",
        .what = "what a reversed event was paid was taken back, once and line "
                "by line",
        /* By whichever of the two events came later. Lines that are no longer
         * in the rules were taken back as `rule:reversed`. */
        .sql = AUDIT_SQL(
            "SELECT event, account_id, sum(paid) AS paid, sum(taken) AS taken "
            "FROM (SELECT d.event, n.account_id, n.line || "
            "':reversed' AS line, sum(n.amount) AS paid "
            "FROM (SELECT r.origin_id, l.name AS rule, CASE "
            "WHEN (o.id, r.origin_id) < (k.id, r.closing_id) "
            "THEN r.closing_id ELSE r.origin_id END AS event "
            "FROM reversals r JOIN lines l ON l.id = r.line_id "
            "LEFT JOIN batches o ON o.first_id = r.origin_id" BLOCK " "
            "LEFT JOIN batches k ON k.first_id = r.closing_id" BLOCK
            ") d JOIN " ENTRIES_OF "'earn')) n "
            "ON n.event_id = d.origin_id AND split_part(n.line, '.', "
            "1) = d.rule GROUP BY 1, 2, 3) p "
            "FULL JOIN (SELECT event_id AS event, account_id, line, "
            "sum(amount) AS taken FROM " ENTRIES_OF "'reversal')) n "
            "GROUP BY 1, 2, 3) t USING (event, account_id, line) GROUP BY 1, 2 "
            "HAVING coalesce(sum(paid), 0) + coalesce(sum(taken), 0) <> 0 "
            "OR bool_or(line LIKE '%.%' AND taken <> -coalesce(paid, 0))"),
    },
    {
        .name = "closing-used",
        .what = "what was paid for a contract that was closed, before or "
                "after, was reversed",
        /* After it, under the same rules: others may not reverse any more. */
        .sql = AUDIT_SQL(
            "SELECT c.event_id AS closing, c.account_id, c.contract_id, "
            "o.event_id AS origin FROM closings c JOIN lines l "
            "ON l.id = c.line_id JOIN batches b ON b.first_id = "
            "c.event_id" BLOCK " JOIN (SELECT p.*, e.contract_id, "
            "b.id AS batch, b.ruleset_id FROM " PAID_BY "SELECT e.id "
            "FROM events e WHERE e.contract_id IN (SELECT contract_id "
            "FROM closings)) GROUP BY 1, 2, 3) p JOIN events e "
            "ON e.id = p.event_id JOIN batches b ON b.first_id = "
            "p.event_id" BLOCK ") o ON o.contract_id = c.contract_id "
            "AND o.account_id = c.account_id AND o.rule = l.name "
            "AND (o.ruleset_id = b.ruleset_id OR (o.batch, "
            "o.event_id) < (b.id, c.event_id)) LEFT JOIN reversals r "
            "ON r.origin_id = o.event_id AND r.line_id = c.line_id "
            "WHERE c.contract_id <> '' AND r.origin_id IS NULL"),
    },

    /* ---- debts ---- */
    {
        .name = "debt-lent",
        .what = "the house lent no more than a reversal had to take: it left "
                "nothing",
        .sql = AUDIT_SQL(
            "SELECT d.event_id AS event, d.account_id, d.amount AS lent, "
            "min(r.balance_after) AS balance_left FROM " ENTRIES_OF
            "'debt')) d LEFT JOIN " ENTRIES_OF "'reversal')) r "
            "ON r.event_id = d.event_id AND r.account_id = d.account_id "
            "AND r.seq > d.seq GROUP BY 1, 2, 3 "
            "HAVING min(r.balance_after) IS DISTINCT FROM 0"),
    },
    {
        .name = "debt-repaid",
        .what = "by each event an account repaid the least of what it owed, "
                "what it earned by the event, and what it had then",
        /* Only accounts that owed anything at some time can have repaid. */
        .sql = AUDIT_SQL(
            "SELECT event, account_id, repaid, debt + repaid AS owed, earned, "
            "balance + repaid AS had FROM (SELECT x.*, sum(debt_moved) OVER "
            "(PARTITION BY account_id ORDER BY seq) AS debt "
            "FROM (SELECT n.event_id AS event, n.account_id, "
            "max(n.seq) AS seq, sum(n.amount * t.earned) AS earned, "
            "sum(n.amount * t.debt) AS debt_moved, "
            "-coalesce(sum(n.amount) FILTER (WHERE t.name = 'repay'), "
            "0) AS repaid, "
            "(array_agg(n.balance_after ORDER BY n.seq DESC))[1] AS balance "
            "FROM entries n JOIN lines l ON l.id = n.line_id "
            "JOIN transaction_types t ON t.name = l.transaction_type "
            "WHERE n.account_id IN (SELECT account_id FROM " ENTRIES_OF
            "'debt', 'repay')) d) GROUP BY 1, 2) x) y "
            "WHERE repaid <> greatest(0, least(debt + repaid, earned, "
            "balance + repaid))"),
    },
};

const size_t books_claim_audit_count =
    sizeof(books_claim_audits) / sizeof(*books_claim_audits);
