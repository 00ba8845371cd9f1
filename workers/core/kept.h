/* kept.h - the fields of an event that outlive it in the ledger, because
 * notifications mention them: a JSON object of texts by path. */
#ifndef CORE_KEPT_H
#define CORE_KEPT_H

#include <stddef.h>

#include "arena.h"
#include "str.h"
#include "template.h"

/* Read the members of a JSON object in order: strings as they are, numbers and
 * booleans as spelled; nulls, lists and objects are passed over, and so is
 * whatever follows a fault. Empty text has no members. Texts with escapes are
 * made in the arena, others borrow from `json`. */
size_t kept_read(struct arena *arena, struct str json,
                 const struct template_field **fields);

#endif
