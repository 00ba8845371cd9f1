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

/* Each with its key, and the columns of its rows. Times are microseconds,
 * amounts minor units, flags "t" or "f". Later kinds are read after earlier
 * ones. */
enum record_kind {
    /* staking_id: address, amount, end, whether it was returned */
    RECORD_STAKE,
    /* address: start, end, bonus on XP in percent */
    RECORD_STAKES_OF,
    /* address, item, contract: until (empty: for good) of the latest */
    RECORD_ENTITLEMENT,
    /* conversion_id: address, amount, status, hash */
    RECORD_CONVERSION,
    /* address: id of the one that is not settled */
    RECORD_OPEN_CONVERSION,
    /* hold_id: address, amount, expires, whether it has ended, whether what it
     * waits for has come, rule, the account that it waits for */
    RECORD_HOLD,
    /* rule, address, contract or empty: the event that closes it */
    RECORD_CLOSING,
    /* rule, address, contract: event, line, amount, whether it was reversed */
    RECORD_ORIGIN,
    /* proposal_id: proposer, start, end, quorum (empty: none), whether it was
     * tallied */
    RECORD_PROPOSAL,
    /* proposal_id, address: balance at the proposal's snapshot */
    RECORD_VOTING_POWER,
    /* proposal_id, address: choice */
    RECORD_VOTE,
    /* proposal_id: choice, power, voters */
    RECORD_VOTES_FOR,
    RECORD_KIND_COUNT,
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
    size_t row_room;
};

int64_t record_int(const struct record_row *row, int column);
bool record_flag(const struct record_row *row, int column);

#endif
