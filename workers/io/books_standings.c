/* books_standings.c - see books_standings.h; to be planned like the books. */
#include "books.h"

#include "books_parts.h"

/* What all batches up to the position come to. */
#define SUMS                                                                   \
    "(SELECT coalesce(sum(b.opened), 0) AS accounts, "                         \
    "coalesce(sum(b.amount), 0) AS circulating, "                              \
    "coalesce(sum(b.earned), 0) AS earned, "                                   \
    "coalesce(sum(b.spent), 0) AS spent, "                                     \
    "coalesce(sum(b.staked), 0) AS staked, "                                   \
    "coalesce(sum(b.pending), 0) AS pending, "                                 \
    "coalesce(sum(b.reserved), 0) AS reserved, "                               \
    "coalesce(sum(b.debt), 0) AS debt FROM batches b "                         \
    "WHERE b.id <= (SELECT batch_id FROM totals)) "

const struct audit books_standings_audits[] = {
    {
        .name = "standings",
        .what = "each account without entries after the position stands "
                "there with what it has earned",
        .sql = AUDIT_SQL(
            "SELECT coalesce(a.id, s.account_id) AS account, a.address, "
            "s.address AS address_found, a.total_earned, "
            "s.total_earned AS earned_found "
            "FROM accounts a FULL JOIN standings s ON s.account_id = a.id "
            "LEFT JOIN (SELECT DISTINCT n.account_id FROM entries n "
            "JOIN batches b ON b.first_id = n.event_id" BLOCK
            "WHERE b.id > (SELECT batch_id FROM totals)) t "
            "ON t.account_id = a.id "
            "WHERE a.id IS NULL OR a.address <> s.address "
            "OR t.account_id IS NULL "
            "AND ((a.last_seq > 0) <> (s.account_id IS NOT NULL) "
            "OR a.total_earned <> s.total_earned)"),
    },
    {
        .name = "standings-totals",
        .what = "the totals are the sums of all batches up to the position, "
                "which is a batch",
        .sql = AUDIT_SQL(
            "SELECT t.batch_id, t.accounts, s.accounts AS accounts_found, "
            "t.circulating, s.circulating AS circulating_found, "
            "t.earned, s.earned AS earned_found, "
            "t.spent, s.spent AS spent_found, "
            "t.staked, s.staked AS staked_found, "
            "t.pending, s.pending AS pending_found, "
            "t.reserved, s.reserved AS reserved_found, "
            "t.debt, s.debt AS debt_found "
            "FROM " SUMS "s LEFT JOIN totals t ON true "
            "WHERE (t.accounts, t.circulating, t.earned, t.spent, t.staked, "
            "t.pending, t.reserved, t.debt) IS DISTINCT FROM (s.accounts, "
            "s.circulating, s.earned, s.spent, s.staked, s.pending, "
            "s.reserved, s.debt) OR t.batch_id <> 0 "
            "AND t.batch_id NOT IN (SELECT b.id FROM batches b)"),
    },
    {
        .name = "standings-days",
        .what = "the totals of each day are those of its batches",
        .sql = AUDIT_SQL(
            "SELECT coalesce(d.day, b.day) AS day, d.earned, "
            "b.earned AS earned_found, d.spent, b.spent AS spent_found "
            "FROM daily_totals d FULL JOIN ("
            "SELECT (posted_at AT TIME ZONE 'UTC')::date AS day, "
            "sum(earned) AS earned, sum(spent) AS spent FROM batches "
            "WHERE id <= (SELECT batch_id FROM totals) GROUP BY 1) b "
            "ON b.day = d.day WHERE (d.earned, d.spent) IS DISTINCT FROM "
            "(b.earned, b.spent)"),
    },
};

const size_t books_standings_audit_count =
    sizeof(books_standings_audits) / sizeof(*books_standings_audits);
