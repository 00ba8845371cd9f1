/* voting.c - the setting; what is done with it is op_proposal.c and op_vote.c.
 */
#include "voting.h"

const struct voting *
voting_compile(struct reader *reader, const struct node *node)
{
    static const struct key keys[] = {{"period", true}};
    struct voting *voting = ARENA_NEW(reader->arena, struct voting);

    if (!read_keys(reader, node, "voting", keys, 1) ||
        !read_period(reader, node_get(node, STR("period")), "period",
                     &voting->period_us))
        return NULL;
    return voting;
}
