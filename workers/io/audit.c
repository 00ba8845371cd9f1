/* audit.c - runs audits; what they ask is in books.c, rights.c and
 * topic_audit.c. */
#include "audit.h"

bool
audit_run(struct pg *pg, const struct audit *audit, struct pg_result **offences,
          struct err *err)
{
    if (pg_query(pg, audit->sql, NULL, 0, offences, err))
        return true;
    return err_add(err, "audit \"%s\"", audit->name);
}
