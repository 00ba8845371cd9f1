/* proposal.h - columns of the records that proposals and votes are kept in. */
#ifndef CORE_PROPOSAL_H
#define CORE_PROPOSAL_H

/* Of RECORD_PROPOSAL. */
enum {
    PROPOSAL_PROPOSER,
    PROPOSAL_START,
    PROPOSAL_END,
    PROPOSAL_QUORUM, /* empty: none */
    PROPOSAL_TALLIED,
};

/* Of RECORD_VOTES_FOR. */
enum { VOTES_CHOICE, VOTES_POWER, VOTES_VOTERS };

/* As in the plan. */
enum choice { CHOICE_AGAINST, CHOICE_FOR, CHOICE_ABSTAIN, CHOICE_COUNT };

#endif
