/* notification.h - what a phone shows of a token event; for token.c only. */
#ifndef CORE_NOTIFICATION_H
#define CORE_NOTIFICATION_H

#include <stdint.h>

#include "str.h"
#include "token.h"

/* The notification as a JSON object of at most TOKEN_NOTIFICATION_MAX_BYTES,
 * borrowed from the writer. Where the texts make it larger, the fields of data
 * are left out first, then the body is cut. */
struct str notification_render(struct token_writer *writer,
                               const struct token_source *source,
                               int64_t total_minor);

#endif
