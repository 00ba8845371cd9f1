/* turn.c - the notebook of a decision. */
#include "turn.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

bool
turn_error(struct err *err, const struct ledger_line *ledger,
           const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set_code(err, ERR_INPUT, reason_name(REASON_RULE_ERROR),
                        "\"%.*s\": %s", STR_ARG(ledger->name), text);
}

bool
turn_overflow(struct err *err, const struct ledger_line *ledger)
{
    return err_set_code(err, ERR_INPUT, reason_name(REASON_AMOUNT_OVERFLOW),
                        "\"%.*s\": the amount is beyond what an account can "
                        "hold",
                        STR_ARG(ledger->name));
}

bool
turn_eval(const struct turn *turn, const struct ledger_line *ledger,
          const struct expr *expr, struct value *value, struct err *err)
{
    return expr_eval(expr, turn->event, value, err) ||
           err_add(err, "\"%.*s\"", STR_ARG(ledger->name));
}

bool
turn_number(const struct turn *turn, const struct ledger_line *ledger,
            const struct expr *expr, struct ratio *number, struct err *err)
{
    struct value value;

    if (!turn_eval(turn, ledger, expr, &value, err))
        return false;
    *number = value.number;
    return true;
}

bool
turn_offer(struct turn *turn, const struct line *line,
           const struct ledger_line *ledger, struct once_key *once,
           struct ratio amount, struct err *err)
{
    const struct ruleset *ruleset = turn->ruleset;
    int64_t minor;

    if (amount.num < 0)
        return turn_error(err, ledger, "the amount is below zero");
    if (!ratio_to_minor(amount, ruleset->scale, ruleset->index->round,
                        &minor) ||
        minor > BALANCE_MAX_MINOR)
        return turn_overflow(err, ledger);
    if (minor == 0) {
        turn_skip(turn, ledger, SKIP_ZERO);
        return true;
    }
    assert(turn->offer_count < turn->trigger->offer_room);
    turn->offers[turn->offer_count++] = (struct offer){
        .line = line, .ledger = ledger, .once = once, .minor = minor};
    return true;
}

void
turn_change(struct turn *turn, struct counter *counter, struct ratio value)
{
    assert(turn->change_count < turn->trigger->change_room);
    turn->changes[turn->change_count++] = (struct change){counter, value};
}

void
turn_skip(struct turn *turn, const struct ledger_line *ledger,
          enum skip_reason reason)
{
    assert(turn->skip_count < turn->trigger->skip_room);
    turn->skips[turn->skip_count++] = (struct skip){ledger, reason};
}

bool
turn_sum(const struct turn *turn, size_t first,
         const struct ledger_line *ledger, int64_t *minor, struct err *err)
{
    *minor = 0;
    for (size_t i = first; i < turn->offer_count; i++)
        if (!num_add(*minor, turn->offers[i].minor, minor))
            return turn_overflow(err, ledger);
    return true;
}
