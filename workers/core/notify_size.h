/* notify_size.h - how large a notification can become. */
#ifndef CORE_NOTIFY_SIZE_H
#define CORE_NOTIFY_SIZE_H

#include <stddef.h>

#include "rule.h"
#include "schema.h"

/* The bytes of the notification, as JSON, for an event of the type with the
 * longest values that its schema allows; a character takes four bytes, and a
 * field whose length the schema leaves open none. */
size_t notify_size_most(const struct ruleset *ruleset,
                        const struct event_type *type,
                        const struct notify *notify, struct arena *arena);

#endif
