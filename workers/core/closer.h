/* closer.h - events that decide about an earlier one of another type: they
 * release what a rule holds back (`pending`), or reverse what it paid
 * (`reversed_by`). Where they come first, they are remembered as closings. */
#ifndef CORE_CLOSER_H
#define CORE_CLOSER_H

#include "compiler.h"
#include "err.h"
#include "expr.h"
#include "rule_parts.h"
#include "rule_read.h"
#include "turn.h"

/* One rule's interest in a type of event. */
struct closer {
    const struct rule *rule;
    bool reverses;              /* else it releases */
    struct str field;           /* releases: of the account in its data */
    const struct expr *account; /* reverses: the rule's account */
};

/* Read `match`: `event.data.A == origin.data.B`, where event is the one that
 * closes and origin the one that the rule paid for. */
MUST_CHECK bool match_compile(struct reader *reader, const struct node *node,
                              struct str *event_field,
                              struct str *origin_field);

/* An event cannot close what it pays itself. */
MUST_CHECK bool check_other_type(struct reader *reader, const struct node *node,
                                 const char *what,
                                 const struct event_type *closing,
                                 const struct event_type *paying);

/* The key of a closing, or of the origins of a reversal. */
void closing_keys(const struct rule *rule, const struct account_state *account,
                  struct str contract_id, struct str keys[RECORD_KEYS]);

/* Remember that the event closes what is still to come. */
void closing_note(struct turn *turn, const struct rule *rule,
                  struct account_state *account, struct str contract_id,
                  struct fact_record *closing);

/* The event's identity in one text, as records hold it. */
struct str event_identity(const struct turn *turn, const struct event *event);

void closer_want(const struct closer *closer, struct turn *turn,
                 struct err *ignored);

MUST_CHECK bool closer_decide(const struct closer *closer, struct turn *turn,
                              struct err *err);

#endif
