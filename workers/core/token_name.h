/* token_name.h - names of token events, and of the things that they tell of:
 * the same whenever and wherever they are made. */
#ifndef CORE_TOKEN_NAME_H
#define CORE_TOKEN_NAME_H

#include "arena.h"
#include "event.h"
#include "hex.h"
#include "str.h"

/* UUID, version 5, of event source, event id and account joined by NUL bytes,
 * in the name space e1d81fc6-3311-5b1f-9021-bda9e5367aa5 (itself version 5 of
 * "https://gigchain.io/ns/reward/token-event" in the one for URLs). `suffix`
 * follows after another NUL byte unless it is empty: it tells apart what one
 * event says to, or makes for, one account. */
void token_name(struct arena *arena, struct str event_source,
                struct str event_id, struct str account, struct str suffix,
                char text[UUID_TEXT + 1]);

/* The id of what the event makes for the account: a stake, a hold, a
 * conversion. With an empty suffix it is that of the token event. */
struct str thing_id(struct arena *arena, const struct event *event,
                    struct str account, struct str suffix);

#endif
