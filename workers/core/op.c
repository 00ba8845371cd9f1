/* op.c - the table of operations, and what they share. */
#include "op.h"

const struct op *const ops[] = {
    &op_spend,    &op_transfer, &op_adjustment, &op_stake,
    &op_unstake,  &op_hold,     &op_conversion, &op_settlement,
    &op_proposal, &op_vote,     &op_tally,      NULL,
};

const struct op *
op_find(struct str type)
{
    for (size_t i = 0; ops[i]; i++)
        if (str_eq_cstr(type, ops[i]->type))
            return ops[i];
    return NULL;
}

struct account_state *
op_user(const struct turn *turn)
{
    return turn_account(turn, STR("user_address"));
}

int64_t
op_balance(struct turn *turn)
{
    return turn_purse(turn, op_user(turn))->now.balance_minor;
}

struct str
op_id(const struct turn *turn, struct str field)
{
    return str_lower(turn->arena, turn_text(turn, field));
}

struct fact_record *
op_record(const struct turn *turn, enum record_kind kind, struct str key)
{
    const struct str keys[RECORD_KEYS] = {key};

    return facts_record(turn->facts, kind, NULL, keys);
}

struct fact_record *
op_record_of_user(const struct turn *turn, enum record_kind kind,
                  struct str key)
{
    struct account_state *user = op_user(turn);
    const struct str keys[RECORD_KEYS] = {key, user->address};

    return facts_record(turn->facts, kind, user, keys);
}

/* Exactly, in minor units; false when it has more decimals than those. */
static bool
field_minor(const struct turn *turn, int64_t *minor)
{
    static const struct str amount = {"amount", 6};
    const struct node *node = event_field(turn->event, &amount, 1);

    return node && node->kind == NODE_DECIMAL &&
           ratio_to_minor_exactly(node->decimal, turn->ruleset->scale, minor);
}

int64_t
op_signed_amount(struct turn *turn, bool *ok)
{
    int64_t minor = 0;

    *ok = field_minor(turn, &minor) && minor != 0 &&
          minor <= BALANCE_MAX_MINOR && minor >= -BALANCE_MAX_MINOR;
    if (!*ok)
        turn_reject(turn, op_user(turn), REJECT_INVALID_AMOUNT,
                    "the amount must not be zero, have at most %d decimals "
                    "and fit into an account",
                    turn->ruleset->scale);
    return minor;
}

int64_t
op_amount(struct turn *turn, bool *ok)
{
    int64_t minor = op_signed_amount(turn, ok);

    if (*ok && minor < 0) {
        *ok = false;
        turn_reject(turn, op_user(turn), REJECT_INVALID_AMOUNT,
                    "the amount must be above zero");
    }
    return minor;
}

bool
op_short_of(struct turn *turn, int64_t minor)
{
    struct account_state *user = op_user(turn);

    if (op_balance(turn) >= minor)
        return false;
    return turn_reject_funds(turn, user, minor);
}
