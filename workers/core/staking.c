/* staking.c - periods and their benefits. */
#include "staking.h"

#include "json_text.h"

enum { PERIODS_MAX = 32 };

/* What a period is good for: numbers and flags. */
static const struct key benefits[] = {
    {"trust_score", false, &shape_amount, "Added to the trust score.", "5"},
    {"bonus_xp", false, &shape_amount,
     "In percent; rules read the highest as account.bonus_xp.", "10"},
    {"featured_badge", false, &shape_flag, "A badge on the profile.", "true"},
    {"priority_matching", false, &shape_flag, "Matched before others.", "true"},
};

enum { BENEFIT_COUNT = sizeof(benefits) / sizeof(*benefits) };

static const struct shape period_shape = {SHAPE_KEYS("a period", benefits)};

static const struct shape periods_shape = {.kind = SHAPE_MAP,
                                           .min = 1,
                                           .max = PERIODS_MAX,
                                           .pattern = "^[0-9]+$",
                                           .of = &period_shape};

static const struct key staking_keys[] = {
    {"periods", true, &periods_shape,
     "What it is good for to stake, by the number of days, 1 to 3650.",
     "{\"30\": {\"trust_score\": 5, \"bonus_xp\": 10}}"},
};

const struct shape staking_shape = {SHAPE_KEYS("staking", staking_keys)};

static void
add_benefit(struct reader *reader, const struct key *benefit,
            const struct node *node, struct staking_period *period,
            struct buf *json)
{
    struct ratio number;

    if (benefit->shape == &shape_flag) {
        if (node->kind != NODE_BOOL) {
            reader_error(reader, node, MISTAKE_WRONG_KIND,
                         "%s must be true or false, not %s", benefit->name,
                         reader_describe(reader, node));
            return;
        }
        json_add_key(json, benefit->name);
        buf_add_cstr(json, node->boolean ? "true" : "false");
        return;
    }
    if (!read_amount(reader, node, benefit->name, &number))
        return;
    json_add_key(json, benefit->name);
    ratio_print(json, number);
    if (str_eq_cstr(STR("bonus_xp"), benefit->name))
        period->bonus_xp = number;
}

static void
compile_period(struct reader *reader, const struct node_member *member,
               struct staking_period *period)
{
    struct buf json;

    period->bonus_xp = ratio_from_int(0);
    if (!num_parse_int(member->key, &period->days) || period->days < 1 ||
        period->days > PERIOD_MAX_DAYS)
        reader_key_error(reader, member, MISTAKE_OUT_OF_BOUNDS,
                         "a period is a whole number of days from 1 to %d",
                         PERIOD_MAX_DAYS);
    if (!read_keys(reader, member->value, &period_shape))
        return;
    buf_init(&json, reader->arena);
    buf_add_char(&json, '{');
    for (size_t i = 0; i < BENEFIT_COUNT; i++) {
        const struct node *node =
            node_get(member->value, str_from_cstr(benefits[i].name));

        if (node)
            add_benefit(reader, &benefits[i], node, period, &json);
    }
    buf_add_char(&json, '}');
    period->benefits = buf_str(&json);
}

const struct staking *
staking_compile(struct reader *reader, const struct node *node)
{
    struct staking *staking = ARENA_NEW(reader->arena, struct staking);
    const struct node *periods;

    if (!read_keys(reader, node, &staking_shape))
        return NULL;
    periods = node_get(node, STR("periods"));
    if (periods->kind != NODE_OBJECT || periods->member_count == 0 ||
        periods->member_count > PERIODS_MAX) {
        reader_error(reader, periods, kind_or_size(periods, NODE_OBJECT),
                     "periods must be a mapping of 1 to %d numbers of days to "
                     "their benefits",
                     PERIODS_MAX);
        return NULL;
    }
    staking->periods = arena_array(reader->arena, periods->member_count,
                                   sizeof(*staking->periods));
    for (size_t i = 0; i < periods->member_count; i++)
        compile_period(reader, &periods->members[i],
                       &staking->periods[staking->period_count++]);
    return staking;
}

const struct staking_period *
staking_find(const struct staking *staking, int64_t days)
{
    for (size_t i = 0; staking && i < staking->period_count; i++)
        if (staking->periods[i].days == days)
            return &staking->periods[i];
    return NULL;
}

/* ---- the bonus
 * ---------------------------------------------------------------
 */

void
staking_want_bonus(struct turn *turn)
{
    turn_record_of(turn, RECORD_STAKES_OF, turn->account);
}

void
staking_read_bonus(struct turn *turn)
{
    const struct fact_record *stakes =
        turn_record_of(turn, RECORD_STAKES_OF, turn->account);
    struct ratio *bonus = &turn->extras[EXTRA_BONUS_XP];
    int64_t at_us = turn->event->time_us;

    *bonus = ratio_from_int(0);
    for (size_t i = 0; i < stakes->row_count; i++) {
        const struct record_row *row = &stakes->rows[i];
        struct ratio number;

        if (record_int(row, STAKES_OF_START) <= at_us &&
            at_us < record_int(row, STAKES_OF_END) &&
            ratio_parse(row->values[STAKES_OF_BONUS], &number) &&
            ratio_compare(number, *bonus) > 0)
            *bonus = number;
    }
}
