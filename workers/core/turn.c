/* turn.c - the notebook of a decision. */
#include "turn.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "json_text.h"
#include "quote.h"
#include "trace.h"

/* ---- its beginning ---------------------------------------------------------
 */

void
turn_start(struct turn *turn, const struct ruleset *ruleset,
           const struct trigger *trigger, const struct event *event,
           struct facts *facts, struct arena *arena)
{
    turn->ruleset = ruleset;
    turn->trigger = trigger;
    turn->event = event;
    turn->facts = facts;
    turn->arena = arena;
    turn->day = zone_day(&ruleset->index->zone, event->time_us);
    turn->view = *event;
    turn->view.extras = turn->extras;
    for (int i = 0; i < EXTRA_COUNT; i++)
        turn->extras[i] = ratio_from_int(0);
    turn->trace = NULL;
    turn->account = NULL;
    turn->part_count = 0;
    turn->offer_count = 0;
    turn->change_count = 0;
    turn->skip_count = 0;
    turn->purse_count = turn->purse_room = 0;
    turn->posting_count = turn->posting_room = 0;
    turn->answer_count = turn->answer_room = 0;
    turn->effect_count = turn->effect_room = 0;
    turn->backup_count = turn->backup_room = 0;
    turn->purses = NULL;
    turn->postings = NULL;
    turn->answers = NULL;
    turn->effects = NULL;
    turn->backups = NULL;
    turn->rejection = REJECT_NONE;
    buf_init(&turn->basis, arena);
    turn->looks = NULL;
    turn->look_count = turn->look_room = 0;
    turn->is_late = false;
}

/* Room for `count` things in place of what was there, if that is too small. */
static void *
room_for(struct arena *arena, void *items, size_t *room, size_t count,
         size_t size)
{
    if (items && count <= *room)
        return items;
    *room = count;
    return arena_array(arena, count, size);
}

void
turn_take_room(struct turn *turn, struct turn_room **kept)
{
    const struct trigger *trigger = turn->trigger;
    struct arena *arena = turn->facts->arena;
    struct turn_room *room = *kept;

    if (!room)
        room = *kept = ARENA_NEW(arena, struct turn_room);
    turn->parts = room->parts =
        room_for(arena, room->parts, &room->part_room, trigger->form_count,
                 sizeof(*room->parts));
    turn->offers = room->offers =
        room_for(arena, room->offers, &room->offer_room, trigger->offer_room,
                 sizeof(*room->offers));
    turn->changes = room->changes =
        room_for(arena, room->changes, &room->change_room, trigger->change_room,
                 sizeof(*room->changes));
    turn->skips = room->skips =
        room_for(arena, room->skips, &room->skip_room, trigger->skip_room,
                 sizeof(*room->skips));
    turn->purses = room->purses;
    turn->purse_room = room->purse_room;
}

/* ---- what rules come to ----------------------------------------------------
 */

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
    if (!expr_eval(expr, &turn->view, value, err))
        return err_add(err, "\"%.*s\"", STR_ARG(ledger->name));
    if (turn->trace)
        trace_value(turn->trace, ledger, expr, &turn->view, value);
    return true;
}

bool
turn_eval_account(const struct turn *turn, const struct ledger_line *ledger,
                  const struct expr *expr, bool is_canonical,
                  struct account_state **account, struct err *err)
{
    struct value value;
    struct str address;

    if (!turn_eval(turn, ledger, expr, &value, err))
        return false;
    address = value.string;
    if (!is_canonical &&
        !account_canonical(turn->arena, value.string, &address))
        return turn_error(err, ledger, "%s is no account id",
                          quoted(turn->arena, value.string));
    *account = facts_account(turn->facts, address);
    return true;
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
    if (turn->trace) {
        struct trace_step *step = trace_add(turn->trace, TRACE_OFFER, ledger);

        step->offer.exact = amount;
        step->offer.minor = minor;
    }
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
    if (turn->trace) {
        struct trace_step *step =
            trace_add(turn->trace, TRACE_CHANGE, counter->line);

        step->change.counter = counter;
        step->change.before = counter->value;
        step->change.after = value;
    }
}

void
turn_move_counters(const struct turn *turn)
{
    for (size_t i = 0; i < turn->change_count; i++) {
        turn->changes[i].counter->value = turn->changes[i].value;
        turn->changes[i].counter->changed = true;
    }
}

void
turn_skip(struct turn *turn, const struct ledger_line *ledger,
          enum skip_reason reason)
{
    assert(turn->skip_count < turn->trigger->skip_room);
    turn->skips[turn->skip_count++] = (struct skip){ledger, reason};
    if (turn->trace)
        trace_add(turn->trace, TRACE_SKIP, ledger)->skip = reason;
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

/* ---- what comes of the event ----------------------------------------------
 */

struct purse *
turn_purse(struct turn *turn, struct account_state *account)
{
    for (size_t i = 0; i < turn->purse_count; i++)
        if (turn->purses[i].account == account)
            return &turn->purses[i];
    turn->purses =
        arena_room(turn->facts->arena, turn->purses, turn->purse_count,
                   &turn->purse_room, 4, sizeof(*turn->purses));
    turn->purses[turn->purse_count] =
        (struct purse){.account = account, .now = *account};
    return &turn->purses[turn->purse_count++];
}

/* Move the funds of the entry's type along with the balance. */
static bool
move_funds(struct purse *purse, const struct entry_type *type, int64_t minor)
{
    for (int i = 0; i < FUND_COUNT; i++) {
        int64_t *fund = &purse->now.funds_minor[i];

        if (!type->moves[i])
            continue;
        if (!(type->moves[i] > 0 ? num_add(*fund, minor, fund)
                                 : num_sub(*fund, minor, fund)) ||
            *fund < 0 || *fund > BALANCE_MAX_MINOR)
            return false;
        purse->now.funds_changed |= i > FUND_SPENT;
    }
    if (type->moves[FUND_EARNED])
        purse->earned_minor += minor;
    return num_add(purse->now.balance_minor, minor,
                   &purse->now.balance_minor) &&
           purse->now.balance_minor >= 0 &&
           purse->now.balance_minor <= BALANCE_MAX_MINOR;
}

static bool
post(struct turn *turn, const struct ledger_line *line,
     struct account_state *account, struct account_state *counterparty,
     int64_t minor, struct err *err)
{
    struct purse *purse = turn_purse(turn, account);

    assert(minor != 0);
    if (turn->posting_count == EVENT_ENTRIES_MAX)
        return turn_error(err, line, "the event has more than %d entries",
                          EVENT_ENTRIES_MAX);
    if (!move_funds(purse, line->type, minor))
        return turn_overflow(err, line);
    turn->postings =
        arena_room(turn->arena, turn->postings, turn->posting_count,
                   &turn->posting_room, 2, sizeof(*turn->postings));
    turn->postings[turn->posting_count++] = (struct posting){
        .line = line,
        .account = account,
        .counterparty = counterparty,
        .amount_minor = minor,
        .balance_after_minor = purse->now.balance_minor,
        .seq = ++purse->now.last_seq,
    };
    return true;
}

bool
turn_post(struct turn *turn, const struct ledger_line *line,
          struct account_state *account, int64_t minor, struct err *err)
{
    return post(turn, line, account, NULL, minor, err);
}

bool
turn_transfer(struct turn *turn, struct account_state *from,
              struct account_state *to, int64_t minor, struct err *err)
{
    return post(turn, turn_house(turn, HOUSE_TRANSFER_SENT), from, to, -minor,
                err) &&
           post(turn, turn_house(turn, HOUSE_TRANSFER_RECEIVED), to, from,
                minor, err);
}

/* Keep what is about to change; `index` is the row's. */
static void
back_up(struct turn *turn, struct fact_record *record, size_t index)
{
    struct row_backup *backup;

    turn->backups = arena_room(turn->arena, turn->backups, turn->backup_count,
                               &turn->backup_room, 4, sizeof(*turn->backups));
    backup = &turn->backups[turn->backup_count++];
    *backup = (struct row_backup){
        .record = record, .row_count = record->row_count, .index = index};
    if (index < record->row_count)
        backup->row = record->rows[index];
}

struct fact_record *
turn_record_of(const struct turn *turn, enum record_kind kind,
               struct account_state *account)
{
    const struct str keys[RECORD_KEYS] = {account->address};

    return facts_record(turn->facts, kind, account, keys);
}

struct record_row *
turn_add_row(struct turn *turn, struct fact_record *record)
{
    back_up(turn, record, record->row_count);
    return facts_add_row(turn->facts, record);
}

struct record_row *
turn_change_row(struct turn *turn, struct fact_record *record, size_t index)
{
    assert(index < record->row_count);
    back_up(turn, record, index);
    return &record->rows[index];
}

const struct record_row *
turn_take_row(struct turn *turn, struct fact_record *record)
{
    assert(record->row_count);
    back_up(turn, record, record->row_count - 1);
    return &record->rows[--record->row_count];
}

void
turn_restore_rows(struct turn *turn)
{
    while (turn->backup_count) {
        const struct row_backup *backup = &turn->backups[--turn->backup_count];

        backup->record->row_count = backup->row_count;
        if (backup->index < backup->row_count)
            backup->record->rows[backup->index] = backup->row;
    }
}

struct effect *
turn_effect(struct turn *turn, enum effect_kind kind,
            struct account_state *account)
{
    turn->effects = arena_room(turn->arena, turn->effects, turn->effect_count,
                               &turn->effect_room, 2, sizeof(*turn->effects));
    turn->effects[turn->effect_count] =
        (struct effect){.kind = kind, .account = account};
    return &turn->effects[turn->effect_count++];
}

struct answer *
turn_answer(struct turn *turn, struct account_state *account, const char *type,
            struct str detail)
{
    int place = 0;

    for (size_t i = 0; i < turn->answer_count; i++)
        place += turn->answers[i].account == account;
    turn->answers = arena_room(turn->arena, turn->answers, turn->answer_count,
                               &turn->answer_room, 1, sizeof(*turn->answers));
    turn->answers[turn->answer_count] = (struct answer){
        .account = account, .type = type, .detail = detail, .place = place};
    return &turn->answers[turn->answer_count++];
}

void
turn_answer_apart(struct turn *turn, struct account_state *account,
                  const char *type, struct str detail)
{
    struct answer *answer = turn_answer(turn, account, type, detail);

    if (answer->place == 0)
        answer->place = 1;
}

bool
turn_reject(struct turn *turn, struct account_state *account,
            enum rejection rejection, const char *format, ...)
{
    char text[400];
    struct buf detail;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&detail, turn->arena);
    buf_add_char(&detail, '{');
    json_add_member(&detail, "reason",
                    str_from_cstr(rejection_name(rejection)));
    json_add_member(&detail, "message", str_from_cstr(text));
    buf_add_char(&detail, '}');
    turn_restore_rows(turn);
    turn->purse_count = 0;
    turn->posting_count = 0;
    turn->effect_count = 0;
    turn->answer_count = 0;
    turn->change_count = 0;
    turn->part_count = 0;
    turn->rejection = rejection;
    turn_answer(turn, account, "token.rejected", buf_str(&detail));
    return true;
}

bool
turn_reject_funds(struct turn *turn, struct account_state *account,
                  int64_t minor)
{
    struct buf need;
    struct buf have;

    buf_init(&need, turn->arena);
    buf_init(&have, turn->arena);
    num_print_minor(&need, minor, turn->ruleset->scale);
    num_print_minor(&have, turn_purse(turn, account)->now.balance_minor,
                    turn->ruleset->scale);
    return turn_reject(turn, account, REJECT_INSUFFICIENT_FUNDS,
                       "%.*s are needed, the balance is %.*s",
                       STR_ARG(buf_str(&need)), STR_ARG(buf_str(&have)));
}

struct account_state *
turn_account(const struct turn *turn, struct str field)
{
    return facts_account(turn->facts, turn_text(turn, field));
}

struct str
turn_text(const struct turn *turn, struct str field)
{
    struct str text;

    if (event_field_text(turn->event, &field, 1, turn->arena, &text))
        return text;
    return STR("");
}

const struct ledger_line *
turn_house(const struct turn *turn, enum house_line line)
{
    return turn->ruleset->house[line];
}
