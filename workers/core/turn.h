/* turn.h - one event on its way through the rules: what the lines may look at,
 * and where they leave what they would pay and count. Nothing in the facts
 * changes before the whole event is decided. */
#ifndef CORE_TURN_H
#define CORE_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "decide.h"
#include "err.h"
#include "event.h"
#include "facts.h"
#include "house_line.h"
#include "rule.h"
#include "rule_parts.h"

/* An amount a line would pay, in minor units; a limit may take some off. */
struct offer {
    const struct line *line;
    const struct ledger_line *ledger; /* the line or its table row */
    struct once_key *once;            /* to be taken when it pays, or NULL */
    int64_t minor;
    bool clipped;
};

/* A counter and its value once the event is decided. */
struct change {
    struct counter *counter;
    struct ratio value;
};

/* An account that this event moves, with what it has so far. */
struct purse {
    struct account_state *account;
    struct account_state now;
    int64_t earned_minor; /* by this event, less what it took back */
};

/* What a record was before this event: its count, and the row at hand. */
struct row_backup {
    struct fact_record *record;
    size_t row_count;
    size_t index; /* row_count: there was no row */
    struct record_row row;
};

/* What one rule came to: a run of the turn's offers. */
struct part {
    const struct rule_form *form;
    struct account_state *account;
    struct once_key *once; /* the rule's own, or NULL */
    size_t first_offer;
    size_t end_offer;
};

struct turn {
    const struct ruleset *ruleset;
    const struct trigger *trigger;
    const struct event *event;
    struct event view; /* the event, as expressions see it: with the extras */
    struct ratio extras[EXTRA_COUNT];
    struct facts *facts;
    struct arena *arena;
    struct trace *trace; /* see trace.h; NULL: nobody asks */
    int32_t day;         /* of the event, in the rule set's zone */

    /* The rule at hand. */
    struct account_state *account;
    int64_t line_minor[RULE_LINES_MAX]; /* what each earlier line pays */

    /* Results so far; the trigger says how many there can be. */
    struct part *parts;
    size_t part_count;
    struct offer *offers;
    size_t offer_count;
    struct change *changes;
    size_t change_count;
    struct skip *skips;
    size_t skip_count;

    /* What comes of it; see turn_post and the like. */
    struct purse *purses;
    size_t purse_count;
    size_t purse_room;
    struct posting *postings;
    size_t posting_count;
    size_t posting_room;
    struct answer *answers;
    size_t answer_count;
    size_t answer_room;
    struct effect *effects;
    size_t effect_count;
    size_t effect_room;
    struct row_backup *backups; /* oldest first */
    size_t backup_count;
    size_t backup_room;
    enum rejection rejection;

    /* What it rests on, see basis.h. */
    struct buf basis;
    const struct counter **looks;
    size_t look_count;
    size_t look_room;
    bool is_late;
};

/* The arrays of a turn, as large as any trigger needed so far. The room is used
 * again for each event: with many rules, it is far more than what comes of
 * them. */
struct turn_room {
    struct part *parts;
    struct offer *offers;
    struct change *changes;
    struct skip *skips;
    struct purse *purses;
    size_t part_room;
    size_t offer_room;
    size_t change_room;
    size_t skip_room;
    size_t purse_room;
};

/* A turn with nothing in it yet, nor room for what rules leave. */
void turn_start(struct turn *turn, const struct ruleset *ruleset,
                const struct trigger *trigger, const struct event *event,
                struct facts *facts, struct arena *arena);

/* Give it the room that its trigger needs: *room, which is of the facts, is
 * made or made larger when it does not do. */
void turn_take_room(struct turn *turn, struct turn_room **room);

/* A failure that the rules, not the machine, are to blame for: ERR_INPUT with
 * code "rule_error"; returns false. */
bool turn_error(struct err *err, const struct ledger_line *ledger,
                const char *format, ...) PRINTF_LIKE(3, 4);

/* As turn_error with code "amount_overflow". */
bool turn_overflow(struct err *err, const struct ledger_line *ledger);

/* Evaluate an expression for the line, which is named in a failure. */
MUST_CHECK bool turn_eval(const struct turn *turn,
                          const struct ledger_line *ledger,
                          const struct expr *expr, struct value *value,
                          struct err *err);

/* The account that an expression names; `is_canonical` when the schema has made
 * it so already. */
MUST_CHECK bool turn_eval_account(const struct turn *turn,
                                  const struct ledger_line *ledger,
                                  const struct expr *expr, bool is_canonical,
                                  struct account_state **account,
                                  struct err *err);

/* As turn_eval for a number. */
MUST_CHECK bool turn_number(const struct turn *turn,
                            const struct ledger_line *ledger,
                            const struct expr *expr, struct ratio *number,
                            struct err *err);

/* Round the amount and offer it, or note that it comes to nothing. Fails when
 * it is below zero or beyond what the ledger can hold. */
MUST_CHECK bool turn_offer(struct turn *turn, const struct line *line,
                           const struct ledger_line *ledger,
                           struct once_key *once, struct ratio amount,
                           struct err *err);

/* Have the counter moved once the event is decided; one move a counter. */
void turn_change(struct turn *turn, struct counter *counter,
                 struct ratio value);

/* Move the counters: the decision stands. */
void turn_move_counters(const struct turn *turn);

/* ---- what comes of the event ---- */

/* The account's purse; valid until another one is asked for. */
struct purse *turn_purse(struct turn *turn, struct account_state *account);

/* An entry. Fails when the balance, or one of the funds that the line's type
 * moves, leaves its range. */
MUST_CHECK bool turn_post(struct turn *turn, const struct ledger_line *line,
                          struct account_state *account, int64_t minor,
                          struct err *err);

/* Two entries that name each other. */
MUST_CHECK bool turn_transfer(struct turn *turn, struct account_state *from,
                              struct account_state *to, int64_t minor,
                              struct err *err);

/* The record that there is one of for each account. */
struct fact_record *turn_record_of(const struct turn *turn,
                                   enum record_kind kind,
                                   struct account_state *account);

/* Records are advanced as the event is decided, by these alone: when it fails
 * or is refused after all, turn_restore_rows takes them back to what they were.
 * The row is valid until another one is added. */
struct record_row *turn_add_row(struct turn *turn, struct fact_record *record);
struct record_row *turn_change_row(struct turn *turn,
                                   struct fact_record *record, size_t index);
/* The last row, off the record. */
const struct record_row *turn_take_row(struct turn *turn,
                                       struct fact_record *record);
void turn_restore_rows(struct turn *turn);

/* Another effect, its values for the caller to fill in. */
struct effect *turn_effect(struct turn *turn, enum effect_kind kind,
                           struct account_state *account);

/* An answer to the account; `detail` is a JSON object. Valid until the next. */
struct answer *turn_answer(struct turn *turn, struct account_state *account,
                           const char *type, struct str detail);

/* As turn_answer, in a message of its own. */
void turn_answer_apart(struct turn *turn, struct account_state *account,
                       const char *type, struct str detail);

/* Refuse the event: whatever was posted is dropped, and `account` is told why,
 * in words for people. Returns true, so that a decision may end with it. */
bool turn_reject(struct turn *turn, struct account_state *account,
                 enum rejection rejection, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Refuse since the account has less than `minor`. */
bool turn_reject_funds(struct turn *turn, struct account_state *account,
                       int64_t minor);

/* The account named by a field of data, which the schema made canonical. */
struct account_state *turn_account(const struct turn *turn, struct str field);

/* A field of data as text, in the turn's arena; empty when it is not there. */
struct str turn_text(const struct turn *turn, struct str field);

/* A line of the house. */
const struct ledger_line *turn_house(const struct turn *turn,
                                     enum house_line line);

void turn_skip(struct turn *turn, const struct ledger_line *ledger,
               enum skip_reason reason);

/* The sum of the offers from `first` on. */
MUST_CHECK bool turn_sum(const struct turn *turn, size_t first,
                         const struct ledger_line *ledger, int64_t *minor,
                         struct err *err);

#endif
