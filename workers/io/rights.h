/* rights.h - who may change what in the database: audits that what is written
 * once stays as it was written, and what a program itself needs. */
#ifndef IO_RIGHTS_H
#define IO_RIGHTS_H

#include "audit.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"

extern const struct audit rights_audits[];
extern const size_t rights_audit_count;

/* ERR_CONFIG unless the connection's user may add rows to the table, as those
 * who have the role may. */
MUST_CHECK bool rights_require(struct pg *pg, const char *table,
                               const char *role, struct err *err);

#endif
