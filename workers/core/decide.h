/* decide.h - what becomes of an event, given the rules and the facts: what it
 * pays, moves and records, or why it is refused. Pure and deterministic. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "event.h"
#include "facts.h"
#include "rule.h"

/* No balance, and so no amount, ever goes above this. */
#define BALANCE_MAX_MINOR INT64_C(9000000000000000000)

/* What the ledger numbers the entries of an event with; it keeps the token
 * event within a message, too. */
enum { EVENT_ENTRIES_MAX = 1024 };

/* Why a line (or a whole rule) paid nothing. */
enum skip_reason {
    SKIP_WHEN,      /* its condition is false */
    SKIP_NOT_VALID, /* outside valid_from / valid_until */
    SKIP_OFF,       /* mode: off */
    SKIP_ONCE,      /* its once-key was taken before */
    SKIP_LIMIT,     /* its limit leaves nothing */
    SKIP_LATE,      /* came later than `late` accepts */
    SKIP_COHORT,    /* its account is not in the cohort */
    SKIP_ZERO,      /* the amount comes to nothing */
    SKIP_REASON_COUNT,
};

const char *skip_reason_name(enum skip_reason reason);

/* Why a request is refused, for good: a closed set. */
enum rejection {
    REJECT_NONE,
    REJECT_INSUFFICIENT_FUNDS,
    REJECT_INVALID_AMOUNT, /* zero, negative or too many decimals */
    REJECT_INVALID_MEMO,
    REJECT_INVALID_ADDRESS,
    REJECT_SELF_TRANSFER,
    REJECT_UNKNOWN_ITEM,
    REJECT_PRICE_CHANGED,      /* not the price the user was shown */
    REJECT_PRICE_OUT_OF_RANGE, /* of an item with a band of prices */
    REJECT_MISSING_CONTRACT,   /* of an item that is for one contract */
    REJECT_ALREADY_ENTITLED,   /* to an item for that contract */
    REJECT_NOT_OFFERED,        /* the rules have no such operation */
    REJECT_UNKNOWN_PERIOD,
    REJECT_UNKNOWN_STAKE,
    REJECT_ALREADY_UNSTAKED,
    REJECT_NOT_YET_UNLOCKED,
    REJECT_CONVERSION_IN_PROGRESS,
    REJECT_UNKNOWN_CONVERSION,
    REJECT_ALREADY_SETTLED,
    REJECT_INVALID_SETTLEMENT, /* completed without a transaction's hash */
    REJECT_PROPOSAL_EXISTS,
    REJECT_UNKNOWN_PROPOSAL,
    REJECT_VOTING_CLOSED,
    REJECT_VOTING_OPEN, /* too early for a tally */
    REJECT_ALREADY_VOTED,
    REJECT_NO_VOTING_POWER,
    REJECT_SELF_APPROVED,
    REJECTION_COUNT,
};

/* "insufficient_funds", ... */
const char *rejection_name(enum rejection rejection);

/* One ledger entry to be. */
struct posting {
    const struct ledger_line *line;
    struct account_state *account;
    struct account_state *counterparty; /* of a transfer; else NULL */
    int64_t amount_minor;               /* signed, not 0 */
    int64_t balance_after_minor;
    int64_t seq;  /* of the account: 1, 2, 3 ... without gaps */
    bool clipped; /* a limit took some of it off */
};

/* What the account's token event says besides its entries. The first answer
 * of an account goes with them and gives the message its type; without one it
 * is "token.earned". Others are messages of their own. */
struct answer {
    struct account_state *account;
    const char *type;  /* "token.rejected"; static */
    struct str detail; /* a JSON object; its members go into data */
    struct str notify; /* the rule whose notification goes with it; empty:
                          the message of its type; at NULL: that of the first
                          entry, or of its type where there is none */
    int64_t balance_after_minor;
    int64_t seq; /* of the account's last entry; 0: it has none */
    int place;   /* 0: with the entries, else 1, 2 ... */
};

/* What is to be written down besides entries, in this order. */
enum effect_kind {
    /* account: staking_id, amount, days, start, end, bonus, benefits */
    EFFECT_STAKE,
    /* staking_id */
    EFFECT_UNSTAKE,
    /* account, line: item, contract, from, until */
    EFFECT_ENTITLEMENT,
    /* account: conversion_id, amount, rate, blockchain address */
    EFFECT_CONVERSION,
    /* conversion_id, status, hash */
    EFFECT_SETTLEMENT,
    /* account, other: whose event releases it, line: hold_id, amount, expires
     */
    EFFECT_HOLD,
    /* hold_id, "released" or "voided" */
    EFFECT_HOLD_END,
    /* account, line: contract */
    EFFECT_CLOSING,
    /* line: source and id of the origin, and of the event that closes it */
    EFFECT_REVERSAL,
    /* account: proposal_id, title, description, category, start, end, quorum,
     * execution data */
    EFFECT_PROPOSAL,
    /* account: proposal_id, choice, power, reason */
    EFFECT_VOTE,
    /* proposal_id, result, SHA-256 */
    EFFECT_TALLY,
    EFFECT_KIND_COUNT,
};

enum { EFFECT_VALUES = 8 };

/* Values are texts as those of records, in the arena of the decision; one whose
 * `at` is NULL is a NULL. */
struct effect {
    enum effect_kind kind;
    const struct ledger_line *line;
    struct account_state *account;
    struct account_state *other;
    struct str values[EFFECT_VALUES];
};

struct skip {
    const struct ledger_line *line; /* a rule's own line for the whole rule */
    enum skip_reason reason;
};

struct shadow; /* see shadow.h */

struct decision {
    struct posting *postings; /* in rule and line order */
    size_t posting_count;
    struct skip *skips; /* until the next decide() on the same facts; for which
                           rules, facts->tells_skips says */
    size_t skip_count;
    struct answer *answers;
    size_t answer_count;
    struct effect *effects;
    size_t effect_count;
    enum rejection rejection;    /* REJECT_NONE: it is not refused */
    const struct shadow *shadow; /* what rules in shadow come to; NULL: there
                                    are none, or the event is refused */
    struct str basis;            /* see basis.h */
};

/* Whether there is something to say about it: entries or answers. */
bool decision_is_posted(const struct decision *decision);

/* Ask for the facts that deciding about the event may need. Over-asking is
 * allowed, forgetting is not. */
void ruleset_want(const struct ruleset *ruleset, const struct event *event,
                  struct facts *facts);

/* Decide and advance the facts. ERR_INPUT with code "amount_overflow" or
 * "rule_error": then the facts are unchanged. Allocates in `arena`. */
MUST_CHECK bool decide(const struct ruleset *ruleset, const struct event *event,
                       struct facts *facts, struct arena *arena,
                       struct decision *decision, struct err *err);

/* What the rules on the trigger alone come to, of a request whatever its
 * operation says: nothing is closed, repaid or told, and the facts stay as they
 * are. For those who ask why; fails as decide() does. */
MUST_CHECK bool decide_rules(const struct ruleset *ruleset,
                             const struct event *event, struct facts *facts,
                             struct arena *arena, struct decision *decision,
                             struct err *err);

#endif
