/* proposal.h - what one votes on, and how. */
#ifndef CORE_PROPOSAL_H
#define CORE_PROPOSAL_H

#include "turn.h"

/* The numbers are those of events and of the table of votes. */
enum choice { CHOICE_AGAINST, CHOICE_FOR, CHOICE_ABSTAIN, CHOICE_COUNT };

/* The proposal that the event is about, as it names it, and its record. */
struct str proposal_id(const struct turn *turn);
struct fact_record *proposal_of(const struct turn *turn);

#endif
