/* voting.c - the setting; what is done with it is op_proposal.c and op_vote.c.
 */
#include "voting.h"

#include "timestamp.h"

const struct voting *
voting_compile(struct reader *reader, const struct node *node)
{
    static const struct key keys[] = {{"period", true}};
    struct voting *voting = ARENA_NEW(reader->arena, struct voting);
    int64_t seconds;

    if (!read_keys(reader, node, "voting", keys, 1) ||
        !read_duration(reader, node_get(node, STR("period")), "period",
                       &seconds))
        return NULL;
    voting->period_us = seconds * US_PER_SECOND;
    return voting;
}
