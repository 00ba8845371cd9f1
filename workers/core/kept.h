/* kept.h - the fields of an event that outlive it in the ledger, because
 * notifications mention them, or rules read them: a JSON object of texts by
 * path. */
#ifndef CORE_KEPT_H
#define CORE_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "event.h"
#include "rule.h"
#include "str.h"
#include "template.h"

/* Read the members of a JSON object in order: strings as they are, numbers and
 * booleans as spelled; nulls, lists and objects are passed over, and so is
 * whatever follows a fault. Empty text has no members. Texts with escapes are
 * made in the arena, others borrow from `json`. */
size_t kept_read(struct arena *arena, struct str json,
                 const struct template_field **fields);

/* The text of the member called `name`; false when it is none of the object or
 * no object itself. Borrows from `json`. */
bool kept_object(struct arena *arena, struct str json, struct str name,
                 struct str *object);

/* The fields of the event that notifications mention; at is NULL when there
 * are none. Made in the arena. */
struct str kept_write(const struct ruleset *ruleset, const struct event *event,
                      struct arena *arena);

/* The contract that the event names, as any may; at is NULL when it names none,
 * or what is too long to be one. */
struct str kept_contract(const struct event *event, struct arena *arena);
/* The object for an event's fields at the paths, each with a NUL behind it; a
 * list or object is an empty text. At is NULL when there are no paths. */
struct str event_kept(const struct event *event, const struct str *paths,
                      size_t count, struct arena *arena);

#endif
