/* fact_record.h - what the ledger knows of stakes, purchases, proposals and
 * other things with a life of their own: rows of texts found by key. They are
 * facts like balances: asked for before a decision, filled in by the ledger
 * under lock, advanced by each decision, so that later events of the batch see
 * them. What is to be written of them are the effects of decide.h. */
#ifndef CORE_FACT_RECORD_H
#define CORE_FACT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct account_state;

/* Each with its key, which may be of several texts; its columns are below.
 * Later kinds are read after earlier ones. */
enum record_kind {
    RECORD_STAKE,           /* staking_id */
    RECORD_STAKES_OF,       /* address */
    RECORD_ENTITLEMENT,     /* address, item, contract: the latest */
    RECORD_CONVERSION,      /* conversion_id */
    RECORD_OPEN_CONVERSION, /* address: the one that is not settled */
    RECORD_HOLD,            /* hold_id */
    RECORD_CLOSING,         /* rule, address, contract or empty */
    RECORD_ORIGIN,          /* rule, address, contract: what the rule paid */
    RECORD_PROPOSAL,        /* proposal_id */
    RECORD_VOTING_POWER,    /* proposal_id, address */
    RECORD_VOTE,            /* proposal_id, address */
    RECORD_VOTES_FOR,       /* proposal_id: a row for each choice */
    RECORD_KIND_COUNT,
};

/* Columns of each kind's rows, in the order of the queries of
 * io/ledger_records. Times are microseconds, amounts minor units, flags "t" or
 * "f". */
enum stake_column {
    STAKE_ADDRESS,
    STAKE_AMOUNT,
    STAKE_END,
    STAKE_RETURNED, /* flag */
    STAKE_COLUMNS
};

enum stakes_of_column {
    STAKES_OF_START,
    STAKES_OF_END,
    STAKES_OF_BONUS, /* on XP, in percent */
    STAKES_OF_COLUMNS
};

enum entitlement_column {
    ENTITLEMENT_UNTIL, /* empty: for good */
    ENTITLEMENT_COLUMNS
};

enum conversion_column {
    CONVERSION_ADDRESS,
    CONVERSION_AMOUNT,
    CONVERSION_STATUS,
    CONVERSION_HASH, /* of the transaction; empty: none yet */
    CONVERSION_COLUMNS
};

enum open_conversion_column { OPEN_CONVERSION_ID, OPEN_CONVERSION_COLUMNS };

enum hold_column {
    HOLD_ADDRESS,
    HOLD_AMOUNT,
    HOLD_EXPIRES,
    HOLD_ENDED,     /* flag */
    HOLD_CONFIRMED, /* flag: what it waits for has come */
    HOLD_RULE,
    HOLD_WAITS_FOR, /* address of the account that it waits for */
    HOLD_COLUMNS
};

enum closing_column { CLOSING_EVENT, CLOSING_COLUMNS }; /* event_identity() */

enum origin_column {
    ORIGIN_EVENT, /* event_identity() */
    ORIGIN_LINE,
    ORIGIN_AMOUNT,
    ORIGIN_REVERSED, /* flag */
    ORIGIN_COLUMNS
};

enum proposal_column {
    PROPOSAL_PROPOSER, /* address */
    PROPOSAL_START,
    PROPOSAL_END,
    PROPOSAL_QUORUM,  /* empty: none */
    PROPOSAL_TALLIED, /* flag */
    PROPOSAL_COLUMNS
};

enum voting_power_column { VOTING_POWER_BALANCE, VOTING_POWER_COLUMNS };

enum vote_column { VOTE_CHOICE, VOTE_COLUMNS };

enum votes_for_column {
    VOTES_FOR_CHOICE,
    VOTES_FOR_POWER,
    VOTES_FOR_VOTERS, /* how many there are */
    VOTES_FOR_COLUMNS
};

enum { RECORD_KEYS = 3, RECORD_COLUMNS = 7 };

/* Accounts say of which kinds the ledger has anything; records of the others
 * need not be looked up. Stored in the database: never renumber. */
enum account_side {
    SIDE_STAKES = 1,   /* RECORD_STAKES_OF */
    SIDE_CLOSINGS = 2, /* RECORD_CLOSING */
};

struct record_row {
    struct str values[RECORD_COLUMNS];
};

struct fact_record {
    enum record_kind kind;
    struct str keys[RECORD_KEYS];  /* unused ones are empty */
    struct account_state *account; /* whose lock covers it, or NULL */
    struct record_row *rows;
    size_t row_count;
    size_t row_room; /* 0: it never had a row */
};

/* A column that is a whole number, a time or an amount. The ledger wrote it as
 * one: anything else is a bug, and aborts. */
int64_t record_int(const struct record_row *row, int column);

bool record_flag(const struct record_row *row, int column);

#endif
