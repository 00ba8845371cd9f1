/* op_stake.c - locking GIGS for a number of days, and getting them back. A
 * stake's time is that of its request; whether it is over, the database's clock
 * says. */
#include "detail.h"
#include "op.h"
#include "staking.h"
#include "timestamp.h"
#include "token_name.h"

/* ---- stake ---- */

static struct str
stake_id(const struct turn *turn)
{
    return thing_id(turn->arena, turn->event, op_user(turn)->address, STR(""));
}

static struct fact_record *
stakes_of_user(const struct turn *turn)
{
    return turn_record_of(turn, RECORD_STAKES_OF, op_user(turn));
}

static void
stake_want(struct turn *turn)
{
    op_record(turn, RECORD_STAKE, stake_id(turn));
    stakes_of_user(turn);
}

/* A stake as it is decided. */
struct new_stake {
    const struct staking_period *period;
    struct str id;
    int64_t minor;
    int64_t start_us;
    int64_t end_us;
};

static struct str
stake_bonus(const struct turn *turn, const struct new_stake *stake)
{
    struct buf text;

    buf_init(&text, turn->facts->arena);
    ratio_print(&text, stake->period->bonus_xp);
    return buf_str(&text);
}

/* Later events of the batch see the stake. */
static void
remember_stake(struct turn *turn, const struct new_stake *stake)
{
    struct arena *arena = turn->facts->arena;
    struct record_row *row =
        turn_add_row(turn, op_record(turn, RECORD_STAKE, stake->id));

    row->values[STAKE_ADDRESS] = op_user(turn)->address;
    row->values[STAKE_AMOUNT] = int_text(arena, stake->minor);
    row->values[STAKE_END] = int_text(arena, stake->end_us);
    row->values[STAKE_RETURNED] = STR("f");
    row = turn_add_row(turn, stakes_of_user(turn));
    row->values[STAKES_OF_START] = int_text(arena, stake->start_us);
    row->values[STAKES_OF_END] = int_text(arena, stake->end_us);
    row->values[STAKES_OF_BONUS] = stake_bonus(turn, stake);
}

static void
note_stake(struct turn *turn, const struct new_stake *stake)
{
    struct account_state *user = op_user(turn);
    struct effect *effect = turn_effect(turn, EFFECT_STAKE, user);
    struct purse *purse = turn_purse(turn, user);

    effect->values[0] = stake->id;
    effect->values[1] = int_text(turn->arena, stake->minor);
    effect->values[2] = int_text(turn->arena, stake->period->days);
    effect->values[3] = int_text(turn->arena, stake->start_us);
    effect->values[4] = int_text(turn->arena, stake->end_us);
    effect->values[5] = stake_bonus(turn, stake);
    effect->values[6] = stake->period->benefits;
    purse->now.side |= SIDE_STAKES; /* the funds change too */
}

static void
answer_stake(struct turn *turn, const struct new_stake *stake)
{
    struct detail detail;

    detail_open(&detail, turn, "stake");
    detail_text(&detail, "staking_id", stake->id);
    detail_minor(&detail, "amount", stake->minor);
    detail_int(&detail, "lock_period", stake->period->days);
    detail_time(&detail, "start_date", stake->start_us);
    detail_time(&detail, "end_date", stake->end_us);
    detail_json(&detail, "benefits", stake->period->benefits);
    turn_answer(turn, op_user(turn), "token.staked", detail_close(&detail));
}

static bool
stake_decide(struct turn *turn, struct err *err)
{
    const struct staking *staking = turn->ruleset->staking;
    struct account_state *user = op_user(turn);
    struct new_stake stake = {.id = stake_id(turn),
                              .start_us = turn->event->time_us};
    struct str period = turn_text(turn, STR("lock_period"));
    int64_t days = 0;
    bool ok;

    if (!staking)
        return turn_reject(turn, user, REJECT_NOT_OFFERED,
                           "there is no staking");
    if (num_parse_int(period, &days))
        stake.period = staking_find(staking, days);
    if (!stake.period)
        return turn_reject(turn, user, REJECT_UNKNOWN_PERIOD,
                           "nothing is locked for %lld days", (long long)days);
    stake.minor = op_amount(turn, &ok);
    if (!ok || op_short_of(turn, stake.minor))
        return true;
    stake.end_us = stake.start_us + days * US_PER_DAY;
    if (!turn_post(turn, turn_house(turn, HOUSE_STAKE_LOCKED), user,
                   -stake.minor, err))
        return false;
    note_stake(turn, &stake);
    answer_stake(turn, &stake);
    remember_stake(turn, &stake);
    return true;
}

const struct op op_stake = {
    .type = "io.gigchain.token.stake.requested.v1",
    .want = stake_want,
    .decide = stake_decide,
};

/* ---- unstake ---- */

static struct fact_record *
wanted_stake(const struct turn *turn)
{
    return op_record(turn, RECORD_STAKE, op_id(turn, STR("staking_id")));
}

static void
unstake_want(struct turn *turn)
{
    op_user(turn);
    wanted_stake(turn);
}

static bool
unstake_post(struct turn *turn, const struct record_row *row, struct err *err)
{
    struct account_state *user = op_user(turn);
    int64_t minor = record_int(row, STAKE_AMOUNT);
    struct str id = op_id(turn, STR("staking_id"));
    struct detail detail;

    if (!turn_post(turn, turn_house(turn, HOUSE_STAKE_RETURNED), user, minor,
                   err))
        return false;
    turn_effect(turn, EFFECT_UNSTAKE, user)->values[0] = id;
    detail_open(&detail, turn, "stake");
    detail_text(&detail, "staking_id", id);
    detail_minor(&detail, "amount", minor);
    turn_answer(turn, user, "token.unstaked", detail_close(&detail));
    turn_change_row(turn, wanted_stake(turn), 0)->values[STAKE_RETURNED] =
        STR("t");
    return true;
}

static bool
unstake_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    const struct fact_record *stake = wanted_stake(turn);
    const struct record_row *row = stake->rows;
    struct buf end;

    /* Somebody else's is not told from one that does not exist. */
    if (!stake->row_count || !str_eq(row->values[STAKE_ADDRESS], user->address))
        return turn_reject(turn, user, REJECT_UNKNOWN_STAKE,
                           "the account has no such stake");
    if (record_flag(row, STAKE_RETURNED))
        return turn_reject(turn, user, REJECT_ALREADY_UNSTAKED,
                           "the stake was returned before");
    if (turn->facts->now_us >= record_int(row, STAKE_END))
        return unstake_post(turn, row, err);
    buf_init(&end, turn->arena);
    timestamp_print(&end, record_int(row, STAKE_END));
    return turn_reject(turn, user, REJECT_NOT_YET_UNLOCKED,
                       "the stake is locked until %.*s",
                       STR_ARG(buf_str(&end)));
}

const struct op op_unstake = {
    .type = "io.gigchain.token.unstake.requested.v1",
    .want = unstake_want,
    .decide = unstake_decide,
};
