/* proposal.h - what one votes on, and how. */
#ifndef CORE_PROPOSAL_H
#define CORE_PROPOSAL_H

/* The numbers are those of events and of the table of votes. */
enum choice { CHOICE_AGAINST, CHOICE_FOR, CHOICE_ABSTAIN, CHOICE_COUNT };

#endif
