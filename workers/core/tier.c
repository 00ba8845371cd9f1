/* tier.c - thresholds and the fees behind them. */
#include "tier.h"

#include <stdlib.h>

#include "detail.h"

enum { LEVELS_MAX = 32 };

static const struct key tier_keys[] = {
    {"balance", true, &shape_amount, "From which balance on; one has 0.",
     "10000"},
    {"fee", true, &shape_amount, "In percent, at most 100.", "2.5"},
};

static const struct shape tier_shape = {SHAPE_KEYS("a tier", tier_keys)};

static const struct shape levels_shape = {.kind = SHAPE_MAP,
                                          .min = 1,
                                          .max = LEVELS_MAX,
                                          .pattern = "^[a-z][a-z0-9_]{0,39}$",
                                          .of = &tier_shape};

static const struct key tiers_keys[] = {
    {"count_staked", false, &shape_flag,
     "Whether what is staked counts; true when left out.", "true"},
    {"levels", true, &levels_shape, "Tiers by name.",
     "{\"standard\": {\"balance\": 0, \"fee\": 2.5}}"},
};

const struct shape tiers_shape = {SHAPE_KEYS("tiers", tiers_keys)};

static bool
read_level(struct reader *reader, const struct node_member *member,
           struct tier *tier)
{
    struct ratio balance;
    int scale = reader->ruleset->scale;

    if (!read_id_key(reader, member, "the name of a tier", &tier->name) ||
        !read_keys(reader, member->value, &tier_shape) ||
        !read_amount(reader, node_get(member->value, STR("balance")), "balance",
                     &balance) ||
        !read_amount(reader, node_get(member->value, STR("fee")), "fee",
                     &tier->fee))
        return false;
    if (ratio_compare(tier->fee, ratio_from_int(100)) > 0)
        return reader_error(reader, member->value, MISTAKE_OUT_OF_BOUNDS,
                            "a fee is at most 100 percent");
    if (!ratio_to_minor_exactly(balance, scale, &tier->from_minor))
        return reader_error(reader, member->value, MISTAKE_TOO_PRECISE,
                            "balance must have at most %d decimals", scale);
    return true;
}

static int
by_threshold(const void *left, const void *right)
{
    const struct tier *a = left;
    const struct tier *b = right;

    return (a->from_minor > b->from_minor) - (a->from_minor < b->from_minor);
}

static void
check_levels(struct reader *reader, const struct node *node,
             const struct tiers *tiers)
{
    if (tiers->level_count && tiers->levels[0].from_minor != 0)
        reader_error(reader, node, MISTAKE_TIERS,
                     "the lowest tier must start at balance 0");
    for (size_t i = 1; i < tiers->level_count; i++) {
        const struct tier *below = &tiers->levels[i - 1];
        const struct tier *tier = &tiers->levels[i];

        if (tier->from_minor == below->from_minor)
            reader_error(reader, node, MISTAKE_TIERS,
                         "tiers \"%.*s\" and \"%.*s\" start at the same "
                         "balance",
                         STR_ARG(below->name), STR_ARG(tier->name));
        else if (ratio_compare(tier->fee, below->fee) > 0)
            reader_error(reader, node, MISTAKE_TIERS,
                         "tier \"%.*s\" has more balance than \"%.*s\" and a "
                         "higher fee",
                         STR_ARG(tier->name), STR_ARG(below->name));
    }
}

static void
compile_levels(struct reader *reader, const struct node *node,
               struct tiers *tiers)
{
    if (node->kind != NODE_OBJECT || node->member_count == 0 ||
        node->member_count > LEVELS_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_OBJECT),
                     "levels must be a mapping of 1 to %d names to tiers",
                     LEVELS_MAX);
        return;
    }
    tiers->levels =
        arena_array(reader->arena, node->member_count, sizeof(*tiers->levels));
    for (size_t i = 0; i < node->member_count; i++)
        if (read_level(reader, &node->members[i],
                       &tiers->levels[tiers->level_count]))
            tiers->level_count++;
    qsort(tiers->levels, tiers->level_count, sizeof(*tiers->levels),
          by_threshold);
    check_levels(reader, node, tiers);
}

const struct tiers *
tiers_compile(struct reader *reader, const struct node *node)
{
    struct tiers *tiers = ARENA_NEW(reader->arena, struct tiers);
    const struct node *staked;

    if (!read_keys(reader, node, &tiers_shape))
        return NULL;
    staked = node_get(node, STR("count_staked"));
    if (staked && staked->kind != NODE_BOOL)
        reader_error(reader, staked, MISTAKE_WRONG_KIND,
                     "count_staked must be true or false, not %s",
                     reader_describe(reader, staked));
    tiers->count_staked = !staked || staked->boolean;
    compile_levels(reader, node_get(node, STR("levels")), tiers);
    return tiers;
}

/* ---- crossing ---------------------------------------------------------------
 */

static const struct tier *
tier_of(const struct tiers *tiers, const struct account_state *account)
{
    const struct tier *tier = &tiers->levels[0];
    int128 minor = account->balance_minor;

    if (tiers->count_staked)
        minor += account->funds_minor[FUND_STAKED];
    for (size_t i = 1; i < tiers->level_count; i++)
        if (minor >= tiers->levels[i].from_minor)
            tier = &tiers->levels[i];
    return tier;
}

static void
answer_crossing(struct turn *turn, struct account_state *account,
                const struct tier *from, const struct tier *to)
{
    struct detail detail;

    detail_open(&detail, turn, "tier");
    detail_text(&detail, "from", from->name);
    detail_text(&detail, "to", to->name);
    detail_ratio(&detail, "fee_percent", to->fee);
    detail_text(&detail, "direction",
                to->from_minor > from->from_minor ? STR("up") : STR("down"));
    turn_answer_apart(turn, account, "token.tier.changed",
                      detail_close(&detail));
}

void
tier_answer(struct turn *turn)
{
    const struct tiers *tiers = turn->ruleset->tiers;

    for (size_t i = 0; tiers && i < turn->purse_count; i++) {
        const struct purse *purse = &turn->purses[i];
        const struct tier *from = tier_of(tiers, purse->account);
        const struct tier *to = tier_of(tiers, &purse->now);

        if (from != to)
            answer_crossing(turn, purse->account, from, to);
    }
}
