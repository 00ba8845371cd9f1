/* token.h - the message that says what an event did to an account: a pure
 * function of posted rows, so that it can be made again byte for byte. */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "digest.h"
#include "message.h"
#include "rule.h"
#include "str.h"

/* Who says it, and the type of token events that have no answer; all types are
 * io.gigchain.NAME.v1. */
#define TOKEN_SOURCE "/reward"
#define TOKEN_EARNED "token.earned"
#define TOKEN_SHADOW "token.shadow"

enum {
    TOKEN_NOTIFICATION_MAX_BYTES = 4096, /* as JSON: what APNs and FCM take */
    TOKEN_TITLE_MAX_BYTES = 200,
    TOKEN_BODY_MAX_BYTES = 1000,
    TOKEN_COLLAPSE_MAX_BYTES = 64, /* of apns-collapse-id */
    TOKEN_CATEGORY_MAX_BYTES = 64,
    TOKEN_HEADERS_MAX = 12,
};

struct token_entry {
    struct str line; /* "contract.base" */
    int64_t amount_minor;
    int64_t balance_after_minor;
    int64_t seq; /* of the account */
};

/* What one event did to one account. All borrowed. */
struct token_source {
    struct str type; /* "token.earned" */
    int place;       /* among the messages to the account: 0, 1, 2 ... */
    bool is_shadow;  /* not paid: there is no balance, nobody is notified */
    struct str event_source;
    struct str event_id;
    struct str event_type;
    int64_t occurred_us;
    struct str traceparent; /* empty: none */
    struct str contract_id; /* at is NULL: none */
    struct str kept;        /* JSON object of fields by path; may be empty */
    struct str account;
    const struct token_entry *entries; /* of this account, in order */
    size_t entry_count;                /* may be 0 */
    int64_t balance_after_minor;
    int64_t seq;        /* of the account's last entry; 0: it has none */
    struct str detail;  /* JSON object, its members go into data; or empty */
    struct str ruleset; /* stamp: "gigs@a1b2c3d4" */
    struct str asset;
    int scale;
    int64_t posted_us;
    bool may_notify;             /* not too late, no replay */
    const struct notify *notify; /* of a rule or of its kind; or NULL */
};

/* Room for one message at a time; reused for the next. */
struct token_writer {
    struct arena *arena; /* borrowed */
    struct buf value;
    struct buf notification;
    struct buf text; /* a text of the notification */
    struct buf numbers;
    struct buf posted_at;
    struct buf type;
    int64_t posted_us; /* of posted_at */
    char id[UUID_TEXT + 1];
    struct record_header headers[TOKEN_HEADERS_MAX];
};

/* The arena must live as long as the writer, and grows by what kept fields
 * with escapes take. */
void token_writer_init(struct token_writer *writer, struct arena *arena);

/* The message for `source`, borrowed from both until the next one is made. Its
 * key is the account, its value a structured CloudEvent, its headers repeat
 * the attributes. */
void token_render(struct token_writer *writer,
                  const struct token_source *source, struct message *message);

/* The message's id: see token_name.h. The type goes into those of further
 * messages to the account, and from the third on their place. */
void token_id(const struct token_source *source, struct arena *arena,
              char text[UUID_TEXT + 1]);

#endif
