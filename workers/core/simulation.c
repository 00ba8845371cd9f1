/* simulation.c - a worker's turn without the servers: batches are cut where
 * something that is held has to end, facts come from memory. */
#include "simulation.h"

#include <stdlib.h>
#include <string.h>

#include "rule_parts.h"
#include "shadow.h"
#include "told.h"

void
simulation_init(struct simulation *simulation, const struct schema_set *schemas,
                int64_t notify_max_age_us)
{
    *simulation = (struct simulation){
        .schemas = schemas,
        .notify_max_age_us = notify_max_age_us,
        .now_us = INT64_MIN,
        .first_us = INT64_MAX,
        .last_us = INT64_MIN,
    };
}

void
simulation_free(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->side_count; i++) {
        memory_ledger_free(&simulation->sides[i].ledger);
        simulation_holds_free(&simulation->sides[i].holds);
        hash_table_free(&simulation->sides[i].set_aside);
    }
    hash_table_free(&simulation->ids);
    hash_table_free(&simulation->started);
    hash_table_free(&simulation->day_places);
    arena_free(&simulation->arena);
}

void
simulation_add_side(struct simulation *simulation, struct ruleset *ruleset)
{
    struct simulation_side *side = &simulation->sides[simulation->side_count++];

    side->ruleset = ruleset;
    side->lines = arena_array(&simulation->arena, ruleset->line_count,
                              sizeof(*side->lines));
    for (size_t i = 0; i < ruleset->line_count; i++)
        side->lines[i].line = ruleset->lines[i];
}

/* ---- totals -----------------------------------------------------------------
 */

static bool
add(int64_t *sum, int64_t minor, struct err *err)
{
    return num_add(*sum, minor, sum) ||
           err_set_code(err, ERR_INPUT, "amount_overflow",
                        "the sum of all that is paid leaves 64 bits");
}

static struct simulation_day *
day_of(struct simulation *simulation, const struct event *event)
{
    const struct zone *zone = &simulation->sides[0].ruleset->index->zone;
    int32_t day = zone_day(zone, event->time_us);
    bool is_new;
    uint64_t *place =
        hash_table_put(&simulation->day_places,
                       hash_key_word(hash_key_start(), (uint32_t)day), &is_new);

    if (is_new) {
        *place = simulation->day_count;
        simulation->days = arena_room(
            &simulation->arena, simulation->days, simulation->day_count,
            &simulation->day_room, 64, sizeof(*simulation->days));
        simulation->days[simulation->day_count++] =
            (struct simulation_day){.day = day};
    }
    return &simulation->days[*place];
}

static bool
count_posting(struct simulation_side *side, const struct posting *posting,
              int64_t *earned, struct err *err)
{
    struct simulation_line *line = &side->lines[posting->line->index];
    const int8_t *moves = posting->line->type->moves;
    int64_t minor = posting->amount_minor;

    line->entries++;
    line->clipped += posting->clipped;
    return add(&line->minor, minor, err) &&
           (!moves[FUND_EARNED] || (add(&side->earned_minor, minor, err) &&
                                    add(earned, minor, err))) &&
           (!moves[FUND_SPENT] || add(&side->spent_minor, -minor, err));
}

/* What rules in shadow would have paid is among the lines and nowhere else. */
static bool
count_shadow(struct simulation_side *side, const struct shadow *shadow,
             struct err *err)
{
    for (size_t i = 0; shadow && i < shadow->payment_count; i++) {
        const struct shadow_payment *payment = &shadow->payments[i];
        struct simulation_line *line = &side->lines[payment->line->index];

        line->entries++;
        line->clipped += payment->clipped;
        if (!add(&line->minor, payment->amount_minor, err))
            return false;
    }
    return true;
}

static bool
count_postings(struct simulation *simulation, struct simulation_side *side,
               const struct event *event, const struct decision *decision,
               struct err *err)
{
    int64_t earned = 0;

    for (size_t i = 0; i < decision->posting_count; i++)
        if (!count_posting(side, &decision->postings[i], &earned, err))
            return false;
    return !earned || add(&day_of(simulation, event)
                               ->earned_minor[side - simulation->sides],
                          earned, err);
}

static void
count_notifications(const struct simulation *simulation,
                    struct simulation_side *side, const struct event *event,
                    const struct decision *decision, struct arena *arena)
{
    struct told told;

    told_of(side->ruleset, event, decision, simulation->now_us, arena, &told);
    for (size_t i = 0; i < told.count; i++)
        side->notifications +=
            told.tokens[i].notify && told.tokens[i].notify->enabled;
}

/* ---- deciding
 * ----------------------------------------------------------------
 */

static struct hash_key
id_key(const struct event *event)
{
    return hash_key_text(hash_key_text(hash_key_start(), event->source),
                         event->id);
}

/* The flag that an event of that id was set aside, and none since was not. */
static uint64_t *
set_aside_flag(const struct simulation_side *side, const struct item *item)
{
    return hash_table_get(&side->set_aside, id_key(&item->event));
}

/* Whether the rules are asked about it: it is new, or all before it under its
 * id were set aside. */
static bool
is_open(const struct simulation_side *side, const struct item *item)
{
    const uint64_t *aside;

    if (!item->is_event || item->outcome == OUTCOME_OPEN)
        return item->is_event;
    aside = set_aside_flag(side, item);
    return aside && *aside;
}

static void
set_aside(struct simulation_side *side, const struct item *item,
          enum reason reason)
{
    bool is_new;

    side->outcomes[OUTCOME_DEAD_LETTER]++;
    side->reasons[reason]++;
    *hash_table_put(&side->set_aside, id_key(&item->event), &is_new) = 1;
}

static void
note_error(struct simulation *simulation, struct simulation_side *side,
           const struct item *item, const struct err *err)
{
    set_aside(side, item, reason_of(err));
    if (!side->first_error.len)
        side->first_error = str_from_cstr(arena_printf(
            &simulation->arena, "event %.*s of %.*s: %s",
            STR_ARG(item->event.id), STR_ARG(item->event.source), err->text));
}

/* *outcome is OUTCOME_DEAD_LETTER when the rules failed, which *fault tells. */
static bool
decide_event(struct simulation *simulation, struct simulation_side *side,
             const struct event *event, struct facts *facts,
             enum outcome *outcome, struct err *fault, struct err *err)
{
    struct decision decision;

    *outcome = OUTCOME_DEAD_LETTER;
    facts->now_us = simulation->now_us;
    if (!decide(side->ruleset, event, facts, facts->arena, &decision, fault))
        return true;
    *outcome = decision_outcome(&decision);
    side->rejections[decision.rejection]++;
    if (simulation->now_us - event->time_us <= simulation->notify_max_age_us)
        count_notifications(simulation, side, event, &decision, facts->arena);
    simulation_holds_note(&side->holds, &decision);
    return count_shadow(side, decision.shadow, err) &&
           count_postings(simulation, side, event, &decision, err);
}

static bool
decide_item(struct simulation *simulation, struct simulation_side *side,
            const struct item *item, struct facts *facts, struct err *err)
{
    uint64_t *aside = set_aside_flag(side, item);
    struct err fault = {0};
    enum outcome outcome;

    if (!decide_event(simulation, side, &item->event, facts, &outcome, &fault,
                      err))
        return false;
    if (outcome == OUTCOME_DEAD_LETTER) {
        note_error(simulation, side, item, &fault);
        return true;
    }
    side->outcomes[outcome]++;
    if (aside)
        *aside = 0;
    return true;
}

static struct hash_key
address_key(struct str address)
{
    return hash_key_text(hash_key_start(), address);
}

static int64_t
net_of(const struct account_state *account)
{
    return account->funds_minor[FUND_EARNED] - account->funds_minor[FUND_SPENT];
}

/* What accounts had before: it is not of the rules that are simulated. */
static void
note_started(struct simulation *simulation, const struct facts *facts)
{
    bool is_new;

    for (size_t i = 0; i < facts->account_count; i++)
        if (net_of(facts->accounts[i]))
            *hash_table_put(&simulation->started,
                            address_key(facts->accounts[i]->address), &is_new) =
                (uint64_t)net_of(facts->accounts[i]);
}

/* What was there before, and over it what came of the events so far. */
static bool
fill_facts(struct simulation *simulation, const struct simulation_side *side,
           struct facts *facts, struct err *err)
{
    if (simulation->look) {
        if (!simulation->look(simulation->look_context, facts, err))
            return false;
        note_started(simulation, facts);
    }
    memory_ledger_fill(&side->ledger, facts);
    return true;
}

/* One hold, by the clock's event, which is no record of a topic. What cannot be
 * ended stays held, as it does where a worker tries it again every minute. */
static bool
end_hold(struct simulation *simulation, struct simulation_side *side,
         struct simulation_hold *hold, struct arena *arena, struct err *err)
{
    enum outcome outcome = OUTCOME_DEAD_LETTER;
    struct err fault = {0};
    struct event event;
    struct facts facts;

    facts_init(&facts, arena);
    facts.is_whole = true;
    if (simulation_hold_event(hold, simulation->schemas, simulation->now_us,
                              arena, &event)) {
        ruleset_want(side->ruleset, &event, &facts);
        if (!fill_facts(simulation, side, &facts, err))
            return false;
        simulation_hold_fill(hold, &facts);
        if (!decide_event(simulation, side, &event, &facts, &outcome, &fault,
                          err))
            return false;
    }
    if (outcome == OUTCOME_DEAD_LETTER)
        simulation_holds_keep(&side->holds, hold);
    memory_ledger_keep(&side->ledger, &facts);
    return true;
}

/* What has been held and is to end by now. */
static bool
end_holds(struct simulation *simulation, struct simulation_side *side,
          struct arena *arena, struct err *err)
{
    struct simulation_hold *hold;

    while ((hold = simulation_holds_take(&side->holds, simulation->now_us)))
        if (!end_hold(simulation, side, hold, arena, err))
            return false;
    return true;
}

/* What no rules are asked about. */
static void
count_outcome(struct simulation_side *side, const struct item *item)
{
    side->outcomes[item->outcome]++;
    if (item->outcome == OUTCOME_DEAD_LETTER)
        side->reasons[item->reason]++;
    if (item->outcome == OUTCOME_CONFLICT)
        side->reasons[REASON_ID_CONFLICT]++;
}

/* ---- batches
 * -----------------------------------------------------------------
 */

/* A record's time, which is that of its event where Kafka gave none. */
static int64_t
record_us(const struct item *item)
{
    return item->record.timestamp_ms >= 0 ? item->record.timestamp_ms * 1000
                                          : item->event.time_us;
}

static void
move_clock(struct simulation *simulation, const struct item *item)
{
    int64_t at_us = record_us(item);

    if (at_us > simulation->now_us)
        simulation->now_us = at_us;
}

/* Where Kafka has stamped the record, that is when a worker saw it. */
static bool
is_ahead(const struct simulation *simulation, const struct item *item)
{
    return item->record.timestamp_ms >= 0 &&
           item->event.time_us > simulation->now_us + EVENT_AHEAD_MAX_US;
}

/* Decide from `first` on, until something that is held expires; *next is the
 * item to go on with. */
static bool
take_slice(struct simulation *simulation, struct simulation_side *side,
           struct batch *batch, size_t first, size_t *next, struct err *err)
{
    struct facts facts;

    facts_init(&facts, &batch->arena);
    facts.is_whole = true;
    for (size_t i = first; i < batch->count; i++)
        if (batch->items[i].is_event)
            ruleset_want(side->ruleset, &batch->items[i].event, &facts);
    if (!fill_facts(simulation, side, &facts, err))
        return false;
    for (*next = first; *next < batch->count; ++*next) {
        struct item *item = &batch->items[*next];

        if (item->is_event)
            move_clock(simulation, item);
        if (simulation_holds_expire(&side->holds, simulation->now_us))
            break;
        if (!is_open(side, item))
            count_outcome(side, item);
        else if (is_ahead(simulation, item))
            set_aside(side, item, REASON_FUTURE_TIMESTAMP);
        else if (!decide_item(simulation, side, item, &facts, err))
            return false;
    }
    memory_ledger_keep(&side->ledger, &facts);
    return true;
}

static bool
take_side(struct simulation *simulation, struct simulation_side *side,
          struct batch *batch, struct err *err)
{
    size_t next = 0;

    do {
        if (!end_holds(simulation, side, &batch->arena, err) ||
            !take_slice(simulation, side, batch, next, &next, err))
            return false;
    } while (next < batch->count);
    return end_holds(simulation, side, &batch->arena, err);
}

/* Whether the id was met before, with what it said: repeats and conflicts are
 * the same for all rules. */
static void
check_id(struct simulation *simulation, struct item *item)
{
    bool is_new;
    uint64_t *said =
        hash_table_put(&simulation->ids, id_key(&item->event), &is_new);
    uint64_t says;

    memcpy(&says, item->event.hash, sizeof(says));
    if (is_new)
        *said = says;
    else if (item->outcome == OUTCOME_OPEN)
        item->outcome = *said == says ? OUTCOME_DUPLICATE : OUTCOME_CONFLICT;
}

static void
count_input(struct simulation *simulation, struct item *item)
{
    simulation->records++;
    if (!item->is_event)
        return;
    if (item->event.time_us < simulation->first_us)
        simulation->first_us = item->event.time_us;
    if (item->event.time_us > simulation->last_us)
        simulation->last_us = item->event.time_us;
    check_id(simulation, item);
}

bool
simulation_take(struct simulation *simulation, struct batch *batch,
                struct err *err)
{
    int64_t started_us = simulation->now_us;

    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].is_event)
            hash_table_expect(&simulation->ids, id_key(&batch->items[i].event));
    for (size_t i = 0; i < batch->count; i++)
        count_input(simulation, &batch->items[i]);
    for (size_t i = 0; i < simulation->side_count; i++) {
        struct simulation_side *side = &simulation->sides[i];

        simulation->now_us = started_us;
        if (!take_side(simulation, side, batch, err))
            return false;
    }
    return true;
}

/* ---- results
 * -----------------------------------------------------------------
 */

static int
by_day(const void *left, const void *right)
{
    const struct simulation_day *a = left;
    const struct simulation_day *b = right;

    return (a->day > b->day) - (a->day < b->day);
}

void
simulation_finish(struct simulation *simulation)
{
    if (simulation->day_count)
        qsort(simulation->days, simulation->day_count,
              sizeof(*simulation->days), by_day);
}

int64_t
simulation_net_minor(const struct simulation *simulation,
                     const struct simulation_side *side, struct str address)
{
    const struct account_state *account =
        memory_ledger_account(&side->ledger, address);
    const uint64_t *started =
        hash_table_get(&simulation->started, address_key(address));

    if (!account)
        return 0;
    return num_add_capped(net_of(account), started ? -(int64_t)*started : 0);
}
