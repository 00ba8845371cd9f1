/* op_conversion.c - the queue to a blockchain: a request reserves the amount,
 * its settlement burns or returns it. One at a time for each account. */
#include "conversion.h"
#include "detail.h"
#include "op.h"
#include "token_name.h"

static struct fact_record *
open_conversion(const struct turn *turn)
{
    return turn_record_of(turn, RECORD_OPEN_CONVERSION, op_user(turn));
}

/* ---- request ---- */

static struct str
conversion_id(const struct turn *turn)
{
    return thing_id(turn->arena, turn->event, op_user(turn)->address, STR(""));
}

static void
conversion_want(struct turn *turn)
{
    open_conversion(turn);
    op_record(turn, RECORD_CONVERSION, conversion_id(turn));
}

static void
remember_conversion(struct turn *turn, struct str id, int64_t minor)
{
    struct record_row *row =
        turn_add_row(turn, op_record(turn, RECORD_CONVERSION, id));

    row->values[CONVERSION_ADDRESS] = op_user(turn)->address;
    row->values[CONVERSION_AMOUNT] = int_text(turn->facts->arena, minor);
    row->values[CONVERSION_STATUS] = STR("pending");
    row->values[CONVERSION_HASH] = STR("");
    turn_add_row(turn, open_conversion(turn))->values[OPEN_CONVERSION_ID] =
        str_dup(turn->facts->arena, id);
}

static void
answer_conversion(struct turn *turn, const char *type, struct str id,
                  int64_t minor, struct str status, struct str hash)
{
    struct detail detail;

    detail_open(&detail, turn, "conversion");
    detail_text(&detail, "conversion_id", id);
    detail_minor(&detail, "amount", minor);
    detail_text(&detail, "status", status);
    detail_text_or_null(&detail, "blockchain_tx_hash", hash);
    turn_answer(turn, op_user(turn), type, detail_close(&detail));
}

static void
note_conversion(struct turn *turn, struct str id, int64_t minor,
                struct str address)
{
    struct effect *effect = turn_effect(turn, EFFECT_CONVERSION, op_user(turn));
    struct buf rate;

    buf_init(&rate, turn->arena);
    ratio_print(&rate, turn->ruleset->conversion->rate);
    effect->values[0] = id;
    effect->values[1] = int_text(turn->arena, minor);
    effect->values[2] = buf_str(&rate);
    effect->values[3] = address;
}

static bool
conversion_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    struct str id = conversion_id(turn);
    struct str address;
    int64_t minor;
    bool ok;

    if (!turn->ruleset->conversion)
        return turn_reject(turn, user, REJECT_NOT_OFFERED,
                           "nothing can be converted");
    if (!account_canonical(turn->arena,
                           turn_text(turn, STR("blockchain_address")),
                           &address) ||
        !account_is_address(address))
        return turn_reject(turn, user, REJECT_INVALID_ADDRESS,
                           "blockchain_address must be 0x and 40 hexadecimal "
                           "digits");
    minor = op_amount(turn, &ok);
    if (!ok)
        return true;
    if (open_conversion(turn)->row_count)
        return turn_reject(
            turn, user, REJECT_CONVERSION_IN_PROGRESS,
            "conversion %.*s is not settled yet",
            STR_ARG(open_conversion(turn)->rows[0].values[OPEN_CONVERSION_ID]));
    if (op_short_of(turn, minor))
        return true;
    if (!turn_post(turn, turn_house(turn, HOUSE_CONVERSION_RESERVED), user,
                   -minor, err))
        return false;
    note_conversion(turn, id, minor, address);
    answer_conversion(turn, "token.conversion.pending", id, minor,
                      STR("pending"), STR(""));
    remember_conversion(turn, id, minor);
    return true;
}

const struct op op_conversion = {
    .type = "io.gigchain.token.conversion.requested.v1",
    .want = conversion_want,
    .decide = conversion_decide,
};

/* ---- settlement ---- */

static struct fact_record *
wanted_conversion(const struct turn *turn)
{
    return op_record(turn, RECORD_CONVERSION,
                     op_id(turn, STR("conversion_id")));
}

static void
settlement_want(struct turn *turn)
{
    open_conversion(turn);
    wanted_conversion(turn);
}

static bool
is_final(struct str status)
{
    return str_eq(status, STR("completed")) || str_eq(status, STR("failed"));
}

/* The reserve comes back; of a conversion that is completed it leaves again,
 * for the blockchain. */
static bool
post_settlement(struct turn *turn, struct str status, int64_t minor,
                struct err *err)
{
    struct account_state *user = op_user(turn);

    if (!is_final(status))
        return true;
    return turn_post(turn, turn_house(turn, HOUSE_CONVERSION_RETURNED), user,
                     minor, err) &&
           (str_eq(status, STR("failed")) ||
            turn_post(turn, turn_house(turn, HOUSE_CONVERSION_COMPLETED), user,
                      -minor, err));
}

/* Later events of the batch see it. */
static void
remember_settlement(struct turn *turn, struct str status, struct str hash)
{
    struct record_row *row = turn_change_row(turn, wanted_conversion(turn), 0);

    row->values[CONVERSION_STATUS] = str_dup(turn->facts->arena, status);
    row->values[CONVERSION_HASH] = str_dup(turn->facts->arena, hash);
    if (is_final(status))
        turn_take_row(turn, open_conversion(turn));
}

static bool
settle(struct turn *turn, const struct record_row *row, struct str status,
       struct str hash, struct err *err)
{
    struct str id = op_id(turn, STR("conversion_id"));
    int64_t minor = record_int(row, CONVERSION_AMOUNT);
    struct effect *effect;

    if (!post_settlement(turn, status, minor, err))
        return false;
    effect = turn_effect(turn, EFFECT_SETTLEMENT, op_user(turn));
    effect->values[0] = id;
    effect->values[1] = status;
    if (hash.len)
        effect->values[2] = hash;
    answer_conversion(turn,
                      str_eq(status, STR("completed")) ? "token.converted"
                      : str_eq(status, STR("failed"))
                          ? "token.conversion.failed"
                          : "token.conversion.processing",
                      id, minor, status, hash);
    remember_settlement(turn, status, hash);
    return true;
}

/* The same settlement under another id changes nothing. */
static bool
settlement_decide(struct turn *turn, struct err *err)
{
    struct account_state *user = op_user(turn);
    struct fact_record *conversion = wanted_conversion(turn);
    const struct record_row *row = conversion->rows;
    struct str status = turn_text(turn, STR("status"));
    struct str hash = op_id(turn, STR("blockchain_tx_hash"));

    if (!conversion->row_count ||
        !str_eq(row->values[CONVERSION_ADDRESS], user->address))
        return turn_reject(turn, user, REJECT_UNKNOWN_CONVERSION,
                           "the account has no such conversion");
    if (str_eq(row->values[CONVERSION_STATUS], status) &&
        str_eq(row->values[CONVERSION_HASH], hash))
        return true;
    if (is_final(row->values[CONVERSION_STATUS]))
        return turn_reject(turn, user, REJECT_ALREADY_SETTLED,
                           "the conversion is %.*s",
                           STR_ARG(row->values[CONVERSION_STATUS]));
    if (str_eq(status, STR("completed")) && !hash.len)
        return turn_reject(turn, user, REJECT_INVALID_SETTLEMENT,
                           "a completed conversion needs its "
                           "blockchain_tx_hash");
    return settle(turn, row, status, hash, err);
}

const struct op op_settlement = {
    .type = "io.gigchain.token.conversion.settled.v1",
    .want = settlement_want,
    .decide = settlement_decide,
};
