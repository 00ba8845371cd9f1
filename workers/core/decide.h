/* decide.h - what an event pays, given the rules and the facts: pure and
 * deterministic. */
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

/* Why a line (or a whole rule) paid nothing. */
enum skip_reason {
    SKIP_WHEN,      /* its condition is false */
    SKIP_NOT_VALID, /* outside valid_from / valid_until */
    SKIP_OFF,       /* mode: off */
    SKIP_ONCE,      /* its once-key was taken before */
    SKIP_LIMIT,     /* its limit leaves nothing */
    SKIP_LATE,      /* came later than `late` accepts */
    SKIP_ZERO,      /* the amount comes to nothing */
};

const char *skip_reason_name(enum skip_reason reason);

/* One ledger entry to be. */
struct posting {
    const struct ledger_line *line;
    struct account_state *account;
    int64_t amount_minor; /* above 0 in this version */
    int64_t balance_after_minor;
    int64_t seq;  /* of the account: 1, 2, 3 ... without gaps */
    bool clipped; /* a limit took some of it off */
};

struct skip {
    const struct ledger_line *line; /* a rule's own line for the whole rule */
    enum skip_reason reason;
};

struct decision {
    struct posting *postings; /* in rule and line order */
    size_t posting_count;
    struct skip *skips; /* until the next decide() on the same facts */
    size_t skip_count;
};

/* Ask for the facts that deciding about the event may need. Over-asking is
 * allowed, forgetting is not. */
void ruleset_want(const struct ruleset *ruleset, const struct event *event,
                  struct facts *facts);

/* Decide and advance the facts. ERR_INPUT with code "amount_overflow" or
 * "rule_error": then the facts are unchanged. Allocates in `arena`. */
MUST_CHECK bool decide(const struct ruleset *ruleset, const struct event *event,
                       struct facts *facts, struct arena *arena,
                       struct decision *decision, struct err *err);

#endif
