/* books.h - audits of the ledger: that the books close. */
#ifndef IO_BOOKS_H
#define IO_BOOKS_H

#include "audit.h"

/* How PostgreSQL is to plan them; in force to the end of the transaction. */
extern const char books_plan_sql[];

/* Records, events, entries and accounts. */
extern const struct audit books_audits[];
extern const size_t books_audit_count;

/* What moves GIGS: transfers, stakes, purchases, conversions. */
extern const struct audit books_economy_audits[];
extern const size_t books_economy_audit_count;

/* What takes back or holds back what was earned: holds, reversals, debts. */
extern const struct audit books_claim_audits[];
extern const size_t books_claim_audit_count;

/* What accounts are told, and how they vote. */
extern const struct audit books_answer_audits[];
extern const size_t books_answer_audit_count;

/* What rules in shadow would have paid. */
extern const struct audit books_shadow_audits[];
extern const size_t books_shadow_audit_count;

/* What leaderboard and stats are read from: a copy of the ledger as of its
 * position. */
extern const struct audit books_standings_audits[];
extern const size_t books_standings_audit_count;

#endif
