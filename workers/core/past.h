/* past.h - an event as the ledger keeps it, made again so far that its rules
 * can be asked once more: the fields that they read, the facts that they looked
 * at. What it did is what the ledger says, not what comes of asking. */
#ifndef CORE_PAST_H
#define CORE_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "decide.h"
#include "err.h"
#include "event.h"
#include "facts.h"
#include "rule.h"
#include "str.h"
#include "template.h"
#include "token.h"

struct past_entry {
    struct str line;
    struct str type; /* "earn" */
    struct str account;
    int64_t seq;
    int64_t amount_minor;
    int64_t balance_after_minor;
};

/* What its token event says besides; see struct answer. */
struct past_answer {
    struct str type; /* "token.rejected" */
    struct str account;
    int64_t seq;
    int64_t balance_after_minor;
    int place;
    struct str detail; /* a JSON object */
    struct str notify; /* at NULL: none of its own */
};

/* A record that did not make the event: a repeat, or one that was set aside. */
struct past_record {
    struct str place;   /* "topic/partition@offset" */
    struct str outcome; /* "duplicate", "conflict", "dead_letter" */
    struct str reason;  /* of one set aside; else empty */
    struct str message;
};

/* Texts are borrowed, or at NULL where the ledger has nothing. */
struct past {
    int64_t row_id; /* 0: it is in no ledger */
    int64_t batch_id;
    struct str source;
    struct str id;
    struct str type;
    struct str user; /* the account it is of */
    struct str outcome;
    struct str place;
    struct str contract_id;
    struct str traceparent;
    struct str kept;  /* see kept.h */
    struct str basis; /* see basis.h; at NULL: not known */
    int64_t occurred_us;
    int64_t posted_us;
    bool may_notify;
    const struct past_entry *entries; /* in order of posting */
    size_t entry_count;
    const struct past_answer *answers;
    size_t answer_count;
};

/* Take for its entries what the decision posts. Texts are borrowed, the entries
 * are made in the arena. */
void past_take_entries(struct past *past, const struct decision *decision,
                       struct arena *arena);

/* What is known of its data, by path: the contract's id, what texts mention,
 * what rules read. Made in the arena. */
size_t past_fields(const struct past *past, struct arena *arena,
                   const struct template_field **fields);

/* Make the event again, with what rules and texts mention of its data. The
 * record, if the event was late, is made too. */
void past_event(const struct past *past, const struct event_type *type,
                struct arena *arena, struct event *event);

/* Fill in what the facts mention, after ruleset_want: counters, bonuses and
 * balances as they were before the event. Once-keys are for the caller: the
 * ledger has them all. */
void past_facts(const struct past *past, const struct ruleset *ruleset,
                const struct event *event, struct facts *facts);

/* Whether the rules, asked again, pay what they paid; *line is the first name
 * that differs. */
bool past_agrees(const struct past *past, const struct ruleset *ruleset,
                 const struct event_type *type, const struct decision *decision,
                 struct str *line);

/* The token events that tell of it, in no order of accounts; made in the
 * arena, for token_render. Entries and answers of the past are in order. */
size_t past_messages(const struct past *past, const struct ruleset *ruleset,
                     struct arena *arena, const struct token_source **messages);

#endif
