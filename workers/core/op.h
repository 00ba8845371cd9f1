/* op.h - operations: requests that the program itself knows how to carry out,
 * each by its type of event. What they may do is set in the rule file; what
 * they post goes under the lines of the house. */
#ifndef CORE_OP_H
#define CORE_OP_H

#include "compiler.h"
#include "err.h"
#include "turn.h"

struct op {
    const char *type; /* of the event */
    bool by_rules;    /* rules carry it out; it is decided after them */

    /* Ask for the accounts and records that deciding may need. */
    void (*want)(struct turn *turn);

    /* Post, note effects and answers, or turn_reject. Nothing in the facts
     * changes before it is clear that the request is granted. */
    bool (*decide)(struct turn *turn, struct err *err);
};

/* All of them; ends with a NULL. */
extern const struct op *const ops[];

extern const struct op op_spend;
extern const struct op op_transfer;
extern const struct op op_adjustment;
extern const struct op op_stake;
extern const struct op op_unstake;
extern const struct op op_hold;
extern const struct op op_conversion;
extern const struct op op_settlement;
extern const struct op op_proposal;
extern const struct op op_vote;
extern const struct op op_tally;

/* The operation that an event of the type asks for, or NULL. */
const struct op *op_find(struct str type);

/* ---- what they share -------------------------------------------------------
 */

/* The account that asks. */
struct account_state *op_user(const struct turn *turn);

/* What it has now. */
int64_t op_balance(struct turn *turn);

/* The hexadecimal id in a field of data, in lower case; in the turn's arena. */
struct str op_id(const struct turn *turn, struct str field);

/* A record found by one key, or by one key and the account that asks. */
struct fact_record *op_record(const struct turn *turn, enum record_kind kind,
                              struct str key);
struct fact_record *op_record_of_user(const struct turn *turn,
                                      enum record_kind kind, struct str key);

/* The decimal field `amount` as minor units, above zero. When it is not, the
 * request is refused, *ok is false and the result means nothing. */
int64_t op_amount(struct turn *turn, bool *ok);

/* As op_amount, but it may be below zero. */
int64_t op_signed_amount(struct turn *turn, bool *ok);

/* Refuse a request that is more than the account has. */
bool op_short_of(struct turn *turn, int64_t minor);

#endif
