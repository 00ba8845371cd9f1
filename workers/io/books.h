/* books.h - audits of the ledger: that the books close. */
#ifndef IO_BOOKS_H
#define IO_BOOKS_H

#include "audit.h"

/* How PostgreSQL is to plan them; in force to the end of the transaction. */
extern const char books_plan_sql[];

extern const struct audit books_audits[];
extern const size_t books_audit_count;

#endif
