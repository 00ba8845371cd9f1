/* basis.h - what a decision about the rules rested on that the ledger does not
 * have anyway: counters, which move on, the bonus of stakes, how late the event
 * was, the fields that rules read or that say what a request asked for. A few
 * bytes that the ledger keeps with the event; `reward explain` reads them back.
 *
 * Words with spaces between: `c14.1:70` counter of line 14 and kind 1 (see
 * facts.h) was 70; `c14.2.20768:5` with its bucket, of a streak; `bxp:25` the
 * bonus for the rule xp was 25; `t1764201600000` Kafka's time of the record, in
 * milliseconds. What is not there was 0, or did not matter. Last come the
 * fields that are not kept for texts already, as in kept.h. */
#ifndef CORE_BASIS_H
#define CORE_BASIS_H

#include "arena.h"
#include "compiler.h"
#include "facts.h"
#include "num.h"
#include "str.h"

struct event;
struct ruleset;
struct turn;
struct rule;

/* Note that the counter, as it is now, has a say. */
void basis_look(struct turn *turn, const struct counter *counter);

/* Note the bonus that the lines of the rule are about to read. */
void basis_bonus(struct turn *turn, const struct rule *rule);

/* Note that a rule found the event late. */
void basis_late(struct turn *turn);

/* All that was noted, while the counters are as they were; empty when it is
 * nothing. In the turn's arena. */
struct str basis_text(const struct turn *turn);

/* Read it back: 0 where it does not say. The counter's line has its id. */
struct ratio basis_counter(struct str basis, const struct counter *counter);
struct ratio basis_rule_bonus(struct str basis, struct str rule);
/* -1 where it does not say. */
int64_t basis_time_ms(struct str basis);

/* The whole of what is kept: the words of a decision and the fields. Never at
 * NULL. */
struct str basis_keep(const struct ruleset *ruleset, const struct event *event,
                      struct str words, struct arena *arena);

/* The fields, for kept_read; may be empty. */
struct str basis_fields(struct str basis);

#endif
