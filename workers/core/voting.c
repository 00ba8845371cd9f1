/* voting.c - the setting; what is done with it is op_proposal.c and op_vote.c.
 */
#include "voting.h"

static const struct key voting_keys[] = {
    {"period", true, &shape_period, "How long a proposal is voted on.", "7d"},
};

const struct shape voting_shape = {SHAPE_KEYS("voting", voting_keys)};

const struct voting *
voting_compile(struct reader *reader, const struct node *node)
{
    struct voting *voting = ARENA_NEW(reader->arena, struct voting);

    if (!read_keys(reader, node, &voting_shape) ||
        !read_period(reader, node_get(node, STR("period")), "period",
                     &voting->period_us))
        return NULL;
    return voting;
}
