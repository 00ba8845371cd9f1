/* books_answers.c - what must hold of all that accounts are told besides what
 * was paid: refusals, fee tiers, votes. As in books.c, each audit reads tables
 * in whole, a fixed number of times. */
#include "books.h"

#include "books_parts.h"

/* Behind `regexp_replace(to_char(TIME`, as core's timestamp_print: three digits
 * of a second or, where needed, six. */
#define UTC_TEXT                                                               \
    " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "              \
    "'000Z$', 'Z')"

const struct audit books_answer_audits[] = {
    /* ---- answers ---- */
    {
        .name = "answer-events",
        .what = "each answer is to an account, about an event that counts as "
                "posted or rejected",
        .sql = AUDIT_SQL(
            "SELECT w.event_id AS event, w.account_id, w.type, e.outcome "
            "FROM answers w LEFT JOIN events e ON e.id = w.event_id "
            "LEFT JOIN accounts a ON a.id = w.account_id WHERE a.id IS NULL "
            "OR e.id IS NULL OR e.outcome NOT IN ('p', 'r')"),
    },
    {
        .name = "answer-balances",
        .what = "each answer tells the balance and number of the account's "
                "last entry up to its event",
        .sql = AUDIT_SQL(
            "SELECT w.event_id AS event, w.account_id, w.seq, w.balance_after, "
            "n.balance_after AS balance_found, n.event_id AS event_of_seq, "
            "x.event_id AS event_of_next FROM answers w JOIN batches wb "
            "ON wb.first_id = w.event_id" BLOCK " LEFT JOIN entries n "
            "ON n.account_id = w.account_id AND n.seq = w.seq "
            "LEFT JOIN batches nb ON nb.first_id = n.event_id" BLOCK " "
            "LEFT JOIN entries x ON x.account_id = w.account_id "
            "AND x.seq = w.seq + 1 LEFT JOIN batches xb "
            "ON xb.first_id = x.event_id" BLOCK " "
            "WHERE (w.seq = 0) <> (n.event_id IS NULL) "
            "OR w.balance_after <> coalesce(n.balance_after, 0) OR (nb.id, "
            "n.event_id) > (wb.id, w.event_id) OR (xb.id, "
            "x.event_id) <= (wb.id, w.event_id)"),
    },
    {
        .name = "answer-effects",
        .what = "each request that was granted is answered as what it was, and "
                "so is what was held or taken back",
        .sql = AUDIT_SQL(
            "SELECT event_id AS event, account_id, type, sum(made) AS made, "
            "sum(told) AS told FROM ("
            "SELECT event_id, account_id, 'token.staked' AS type, 1 AS made, "
            "0 AS told FROM stakes "
            "UNION ALL SELECT u.event_id, k.account_id, 'token.unstaked', 1, 0 "
            "FROM unstakes u JOIN stakes k ON k.staking_id = u.staking_id "
            "UNION ALL SELECT event_id, account_id, 'token.spent', 1, 0 "
            "FROM purchases "
            "UNION ALL SELECT event_id, account_id, 'token.pending', 1, 0 "
            "FROM holds "
            "UNION ALL SELECT x.event_id, h.account_id, 'token.' || x.outcome, "
            "1, 0 FROM hold_ends x JOIN holds h ON h.hold_id = x.hold_id "
            "UNION ALL SELECT event_id, account_id, CASE transaction_type "
            "WHEN 'transfer' THEN 'token.transferred' "
            "WHEN 'adjust' THEN 'token.adjusted' ELSE 'token.reversed' END, "
            "1, 0 FROM entries n JOIN lines l ON l.id = n.line_id "
            "WHERE transaction_type IN ('transfer', 'adjust', 'reversal') "
            "UNION ALL SELECT event_id, account_id, "
            "'token.conversion.pending', 1, 0 FROM conversions "
            "UNION ALL SELECT s.event_id, c.account_id, CASE s.status "
            "WHEN 'completed' THEN 'token.converted' "
            "ELSE 'token.conversion.' || s.status END, 1, 0 "
            "FROM settlements s "
            "JOIN conversions c ON c.conversion_id = s.conversion_id "
            "UNION ALL SELECT event_id, account_id, "
            "'governance.proposal.opened', 1, 0 FROM proposals "
            "UNION ALL SELECT event_id, account_id, "
            "'governance.vote.counted', 1, 0 FROM votes "
            "UNION ALL SELECT e.id, e.account_id, 'governance.tallied', 1, 0 "
            "FROM tallies t JOIN events e ON e.id = t.event_id "
            "UNION ALL SELECT event_id, account_id, type, 0, 1 FROM answers "
            "WHERE type NOT IN ('token.rejected', 'token.tier.changed')) x "
            "GROUP BY 1, 2, 3 HAVING (sum(made) = 0) <> (sum(told) = 0)"),
    },
    {
        .name = "answer-reasons",
        .what = "each refusal has a reason of the closed set",
        .sql = AUDIT_SQL(
            "SELECT event_id AS event, account_id, detail FROM answers "
            "WHERE type = 'token.rejected' "
            "AND coalesce(detail::jsonb ->> 'reason', "
            "'') NOT IN ('insufficient_funds', 'invalid_amount', "
            "'invalid_memo', 'invalid_address', 'self_transfer', "
            "'unknown_item', 'price_changed', 'price_out_of_range', "
            "'missing_contract', 'already_entitled', 'not_offered', "
            "'unknown_period', 'unknown_stake', 'already_unstaked', "
            "'not_yet_unlocked', 'conversion_in_progress', "
            "'unknown_conversion', 'already_settled', 'invalid_settlement', "
            "'proposal_exists', 'unknown_proposal', 'voting_closed', "
            "'voting_open', 'already_voted', 'no_voting_power', "
            "'self_approved')"),
    },

    /* ---- fee tiers ---- */
    {
        .name = "ruleset-tiers",
        .what = "the tiers of each rule set begin at 0 and are of one kind",
        .sql = AUDIT_SQL(
            "SELECT t.ruleset_id, r.stamp, min(t.from_minor) AS lowest "
            "FROM ruleset_tiers t LEFT JOIN ruleset_texts r "
            "ON r.id = t.ruleset_id GROUP BY 1, 2 HAVING r.stamp IS NULL "
            "OR min(t.from_minor) <> 0 OR bool_or(t.fee_percent NOT BETWEEN 0 "
            "AND 100) OR bool_and(t.count_staked) <> bool_or(t.count_staked) "
            "OR count(DISTINCT t.name) <> count(*)"),
    },
    {
        .name = "tier-answers",
        .what = "each account is told when an event takes it into another fee "
                "tier, and only then",
        /* By the tiers of the batch's rule set. */
        .sql = AUDIT_SQL(
            "WITH tiers AS (SELECT ruleset_id, "
            "bool_or(count_staked)::integer AS count_staked, "
            "array_agg(from_minor::numeric ORDER BY from_minor) AS froms, "
            "array_agg(name ORDER BY from_minor) AS names, "
            "array_agg(fee_percent ORDER BY from_minor) AS fees "
            "FROM ruleset_tiers GROUP BY 1), "
            /* The last entry of each event and account. */
            "moved AS (SELECT event_id, account_id, balance_after, staked, "
            "lag(balance_after, 1, 0::bigint) OVER w AS balance_before, "
            "lag(staked, 1, 0::numeric) OVER w AS staked_before "
            "FROM (SELECT n.event_id, n.account_id, n.seq, n.balance_after, "
            "sum(n.amount * t.staked) OVER w AS staked, "
            "lead(n.event_id) OVER w AS event_after FROM entries n "
            "JOIN lines l ON l.id = n.line_id JOIN transaction_types t "
            "ON t.name = l.transaction_type "
            "WINDOW w AS (PARTITION BY n.account_id ORDER BY n.seq)) x "
            "WHERE event_after IS DISTINCT FROM event_id "
            "WINDOW w AS (PARTITION BY account_id ORDER BY seq)), "
            "placed AS (SELECT m.event_id, m.account_id, t.names, t.fees, "
            "width_bucket(m.balance_before + m.staked_before * t.count_staked, "
            "t.froms) AS old, "
            "width_bucket(m.balance_after + m.staked * t.count_staked, "
            "t.froms) AS new FROM moved m JOIN batches b "
            "ON b.first_id = m.event_id" BLOCK " JOIN tiers t "
            "ON t.ruleset_id = b.ruleset_id), crossed AS (SELECT event_id, "
            "account_id, jsonb_build_object('from', names[old], 'to', "
            "names[new], 'fee_percent', fees[new], 'direction', CASE "
            "WHEN new > old THEN 'up' ELSE 'down' END) AS tier FROM placed "
            "WHERE old <> new), told AS (SELECT event_id, account_id, "
            "jsonb_set(detail::jsonb -> 'tier', '{fee_percent}', "
            "to_jsonb((detail::jsonb #>> '{tier,fee_percent}')::numeric)) AS "
            "tier FROM answers "
            "WHERE type = 'token.tier.changed') SELECT coalesce(c.event_id, "
            "w.event_id) AS event, coalesce(c.account_id, "
            "w.account_id) AS account_id, c.tier AS crossed, w.tier AS told "
            "FROM crossed c FULL JOIN told w ON w.event_id = c.event_id "
            "AND w.account_id = c.account_id WHERE c.tier IS DISTINCT "
            "FROM w.tier"),
    },

    /* ---- votes ---- */
    {
        .name = "proposal-terms",
        .what = "each proposal is open from its event on",
        .sql = AUDIT_SQL(
            "SELECT p.proposal_id, p.event_id AS event, p.voting_start, "
            "e.occurred_at, p.voting_end "
            "FROM proposals p LEFT JOIN events e ON e.id = p.event_id "
            "WHERE e.occurred_at IS DISTINCT FROM p.voting_start "
            "OR e.account_id IS DISTINCT FROM p.account_id "
            "OR p.voting_end <= p.voting_start"),
    },
    {
        .name = "vote-power",
        .what = "each vote weighs what the account had before the proposal",
        /* Proposals are put among the account's entries; the number of the
         * last entry before one leads to the balance. */
        .sql = AUDIT_SQL(
            "SELECT v.proposal_id, v.account_id, v.power, "
            "n.balance_after AS balance_found FROM (SELECT *, max(seq) OVER "
            "(PARTITION BY account_id ORDER BY batch, event) AS last_seq "
            "FROM (SELECT n.account_id, b.id AS batch, n.event_id AS event, "
            "n.seq, NULL AS proposal_id, NULL::bigint AS power FROM entries n "
            "JOIN batches b ON b.first_id = n.event_id" BLOCK " "
            "WHERE n.account_id IN (SELECT account_id FROM votes) "
            "UNION ALL SELECT v.account_id, b.id, p.event_id, NULL, "
            "v.proposal_id, v.power FROM votes v LEFT JOIN proposals p "
            "ON p.proposal_id = v.proposal_id "
            "LEFT JOIN batches b ON b.first_id = p.event_id" BLOCK
            ") x) v LEFT JOIN entries n "
            "ON n.account_id = v.account_id AND n.seq = v.last_seq "
            "WHERE v.proposal_id IS NOT NULL AND v.power IS DISTINCT "
            "FROM n.balance_after"),
    },
    {
        .name = "vote-window",
        .what = "each vote was cast after its proposal and before the end, "
                "by the database's clock, and before the count",
        .sql = AUDIT_SQL(
            "SELECT v.proposal_id, v.account_id, v.event_id AS event, "
            "e.occurred_at, b.posted_at, p.voting_start, p.voting_end "
            "FROM votes v LEFT JOIN events e ON e.id = v.event_id "
            "LEFT JOIN batches b ON b.first_id = v.event_id" BLOCK " "
            "LEFT JOIN proposals p ON p.proposal_id = v.proposal_id "
            "LEFT JOIN batches pb ON pb.first_id = p.event_id" BLOCK " "
            "LEFT JOIN tallies t ON t.proposal_id = v.proposal_id "
            "LEFT JOIN batches tb ON tb.first_id = t.event_id" BLOCK " "
            "WHERE (b.posted_at < p.voting_end) IS NOT TRUE "
            "OR e.occurred_at < p.voting_start OR e.account_id IS DISTINCT "
            "FROM v.account_id OR (b.id, v.event_id) < (pb.id, p.event_id) "
            "OR (b.id, v.event_id) > (tb.id, t.event_id)"),
    },
    {
        .name = "tally-results",
        .what = "each result, counted after the end, is that of the votes, in "
                "canonical form and with its digest",
        .sql = AUDIT_SQL(
            "SELECT * FROM (SELECT t.proposal_id, t.result, t.sha256, "
            "b.posted_at < p.voting_end AS early, '{\"proposal_id\":' || "
            "to_json(p.proposal_id)::text || "
            "coalesce(',\"quorum_required\":\"' || "
            "(p.quorum_required * 0.01)::numeric(30, 2)::text || '\"', '') || "
            "',\"result\":\"' || CASE "
            "WHEN coalesce(v.votes_for + v.votes_against + v.votes_abstain, "
            "0) < p.quorum_required THEN 'no_quorum' "
            "WHEN v.votes_for > v.votes_against THEN 'passed' "
            "ELSE 'rejected' END || '\",\"voters\":' || coalesce(v.voters, "
            "0) || ',\"votes_abstain\":\"' || (coalesce(v.votes_abstain, "
            "0) * 0.01)::numeric(30, 2)::text || '\",\"votes_against\":\"' || "
            "(coalesce(v.votes_against, 0) * 0.01)::numeric(30, 2)::text || "
            "'\",\"votes_for\":\"' || (coalesce(v.votes_for, "
            "0) * 0.01)::numeric(30, 2)::text || '\",\"voting_end\":\"' || "
            "regexp_replace(to_char(p.voting_end" UTC_TEXT " || "
            "'\",\"voting_start\":\"' || "
            "regexp_replace(to_char(p.voting_start" UTC_TEXT
            " || '\"}' AS result_found FROM tallies t "
            "LEFT JOIN proposals p ON p.proposal_id = t.proposal_id "
            "LEFT JOIN batches b ON b.first_id = t.event_id" BLOCK " "
            "LEFT JOIN (SELECT proposal_id, count(*) AS voters, "
            "coalesce(sum(power) FILTER (WHERE choice = 0), "
            "0) AS votes_against, "
            "coalesce(sum(power) FILTER (WHERE choice = 1), 0) AS votes_for, "
            "coalesce(sum(power) FILTER (WHERE choice = 2), "
            "0) AS votes_abstain FROM votes GROUP BY 1) v "
            "ON v.proposal_id = t.proposal_id) r WHERE early IS NOT FALSE "
            "OR result IS DISTINCT FROM result_found "
            "OR sha256 <> encode(sha256(convert_to(result, 'UTF8')), 'hex')"),
    },
};

const size_t books_answer_audit_count =
    sizeof(books_answer_audits) / sizeof(*books_answer_audits);
