/* facts.h - what the past says about the accounts of a batch: balances,
 * counters, once-keys, records. Asked for by the rules before a decision,
 * filled in by the ledger under lock, advanced by each decision, written back
 * as sets. */
#ifndef CORE_FACTS_H
#define CORE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "entry_type.h"
#include "fact_record.h"
#include "num.h"
#include "str.h"

struct event;
struct fact_slot;
struct trace; /* see trace.h */

/* A name under which the ledger keeps rows: a line ("contract.base"), a table
 * row ("level.level[3]") or, for a rule's own limit and once-key, the rule
 * ("contract"). Names are stable across rule sets. */
struct ledger_line {
    struct str name;
    struct str description;             /* for people; may be empty */
    bool pays;                          /* entries can be posted under it */
    const struct entry_type *type;      /* of those entries */
    const struct ledger_line *reversal; /* under which they are reversed */
    int32_t id;                         /* given by the database; 0 before */
    size_t index;                       /* among the rule set's lines */
};

struct account_state {
    struct str address; /* canonical account id */
    int64_t id;         /* given by the database */
    int64_t place;      /* where the ledger has it, see pg_place; 0: nowhere */
    int64_t balance_minor;
    int64_t funds_minor[FUND_COUNT];
    int64_t last_seq;
    int side;           /* enum account_side, of the ledger and this batch */
    bool is_new;        /* got its id in this batch: nothing refers to it yet */
    bool changed;       /* by a decision of this batch */
    bool funds_changed; /* those beyond earned and spent, or side */
};

/* The numbers are stored in the database: never renumber. */
enum counter_kind {
    COUNTER_CARRY = 1,         /* lifetime sum of an `every` line; bucket 0 */
    COUNTER_STREAK = 2,        /* days seen: bit d-bucket for day d; bucket is a
                                  multiple of 32 */
    COUNTER_AMOUNT_DAY = 10,   /* used of a limit, in whole units; the bucket */
    COUNTER_AMOUNT_WEEK = 11,  /* is the first day of the window (weeks start */
    COUNTER_AMOUNT_MONTH = 12, /* on Monday), 0 for ever */
    COUNTER_AMOUNT_EVER = 13,
    COUNTER_TIMES_DAY = 20,
    COUNTER_TIMES_WEEK = 21,
    COUNTER_TIMES_MONTH = 22,
    COUNTER_TIMES_EVER = 23,
};

struct counter {
    const struct ledger_line *line;
    struct account_state *account; /* NULL: one for all accounts */
    enum counter_kind kind;
    int32_t bucket;     /* days since 1970-01-01 */
    int64_t place;      /* as an account's; 0: it is not there yet */
    struct ratio value; /* a decimal of at most NUM_MAX_DECIMALS places */
    bool changed;
};

/* Longer keys are refused by decide(); the database indexes them. */
enum { ONCE_KEY_MAX_BYTES = 512 };

struct once_key {
    const struct ledger_line *line;
    struct account_state *account; /* NULL: the key is not per account */
    struct str key;                /* the other fields, e.g. "2026-12-01";
                                      at most ONCE_KEY_MAX_BYTES */
    bool taken;                    /* in the database or by this batch */
    bool guessed;                 /* to be free: the ledger was not asked yet */
    bool changed;                 /* taken by this batch: to be inserted */
    const struct event *taken_by; /* the event of this batch that took it */
};

/* Which forms of its trigger may let an event pass, a bit each; of the others
 * the event alone says that they do not. */
struct verdict {
    const struct event *event;
    uint64_t *open;
};

/* Arrays are in order of first mention, once-keys until the ledger sorts them.
 */
struct facts {
    struct arena *arena; /* borrowed: as long as they */
    struct account_state **accounts;
    size_t account_count;
    size_t account_room;
    struct counter **counters;
    size_t counter_count;
    size_t counter_room;
    struct once_key **once_keys;
    size_t once_count;
    size_t once_room;
    struct fact_record **records;
    size_t record_count;
    size_t record_room;
    int64_t now_us; /* the database's clock, for what may happen only later */
    bool is_whole;  /* there is no ledger behind: what was decided is all there
                       is, and so is kept */
    struct trace *trace; /* where decide() notes what it looks at, or NULL */
    bool tells_skips;    /* decide() notes of every rule why it pays nothing,
                            not only of those that the event leaves open; for
                            tests. So it does where there is a trace */
    struct verdict *verdicts; /* of events whose facts were asked for */
    size_t verdict_count;
    size_t verdict_room;
    size_t next_verdict;           /* whose it is, most likely */
    struct turn_room *turn_room;   /* decide()'s own, for one event at a time */
    struct turn_room *shadow_room; /* the same, of rules in shadow */
    struct fact_slot *slots;       /* all kinds by what they are about */
    size_t slot_room;
    size_t slot_count;
};

void facts_init(struct facts *facts, struct arena *arena);

/* The one object for that key, added with zero values when it is new. Texts
 * are copied when new. */
struct account_state *facts_account(struct facts *facts, struct str address);
struct counter *facts_counter(struct facts *facts,
                              const struct ledger_line *line,
                              struct account_state *account,
                              enum counter_kind kind, int32_t bucket);
struct once_key *facts_once(struct facts *facts, const struct ledger_line *line,
                            struct account_state *account, struct str key);

/* Rows are in the order they were added. The keys are borrowed: they must live
 * as long as the facts. */
struct fact_record *facts_record(struct facts *facts, enum record_kind kind,
                                 struct account_state *account,
                                 const struct str keys[RECORD_KEYS]);

/* The record if it was asked for, else NULL. */
struct fact_record *facts_find_record(const struct facts *facts,
                                      enum record_kind kind,
                                      const struct account_state *account,
                                      const struct str keys[RECORD_KEYS]);

/* Room for the verdict on an event that is not judged yet, of so many forms: no
 * bit is set. The event must stay where it is as long as the facts. */
uint64_t *facts_add_verdict(struct facts *facts, const struct event *event,
                            size_t form_count);

/* NULL when nobody has judged it. */
const uint64_t *facts_find_verdict(struct facts *facts,
                                   const struct event *event);

/* Another row of the record, all of its values empty. */
struct record_row *facts_add_row(struct facts *facts,
                                 struct fact_record *record);

/* Forget values and changes, keeping the keys: the ledger is about to fill
 * them in again. */
void facts_clear(struct facts *facts);

#endif
