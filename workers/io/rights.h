/* rights.h - audits of who may change what in the database: that what is
 * written once stays as it was written. */
#ifndef IO_RIGHTS_H
#define IO_RIGHTS_H

#include "audit.h"

extern const struct audit rights_audits[];
extern const size_t rights_audit_count;

#endif
