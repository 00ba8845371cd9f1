/* simulation_hold.c - a heap by expiry, and lists by what is waited for. */
#include "simulation_hold.h"

#include "schema.h"

void
simulation_holds_free(struct simulation_holds *holds)
{
    hash_table_free(&holds->waiting);
    arena_free(&holds->arena);
    *holds = (struct simulation_holds){0};
}

/* ---- the heap ---------------------------------------------------------------
 */

static void
swap(struct simulation_holds *holds, size_t a, size_t b)
{
    struct simulation_hold *hold = holds->open[a];

    holds->open[a] = holds->open[b];
    holds->open[b] = hold;
}

static bool
is_before(const struct simulation_holds *holds, size_t a, size_t b)
{
    return holds->open[a]->expires_us < holds->open[b]->expires_us;
}

static void
heap_push(struct simulation_holds *holds, struct simulation_hold *hold)
{
    size_t at = holds->open_count;

    holds->open = arena_room(&holds->arena, holds->open, holds->open_count,
                             &holds->open_room, 64, sizeof(*holds->open));
    holds->open[holds->open_count++] = hold;
    for (; at && is_before(holds, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(holds, at, (at - 1) / 2);
}

static void
heap_pop(struct simulation_holds *holds)
{
    size_t at = 0;
    size_t child;

    holds->open[0] = holds->open[--holds->open_count];
    while ((child = 2 * at + 1) < holds->open_count) {
        if (child + 1 < holds->open_count && is_before(holds, child + 1, child))
            child++;
        if (!is_before(holds, child, at))
            return;
        swap(holds, at, child);
        at = child;
    }
}

/* ---- holding and confirming
 * --------------------------------------------------
 */

static struct hash_key
wait_key(struct str rule, struct str account)
{
    return hash_key_text(hash_key_text(hash_key_start(), rule), account);
}

static void
note_confirmed(struct simulation_holds *holds, struct simulation_hold *hold)
{
    hold->confirmed = true;
    holds->confirmed =
        arena_room(&holds->arena, holds->confirmed, holds->confirmed_count,
                   &holds->confirmed_room, 16, sizeof(*holds->confirmed));
    holds->confirmed[holds->confirmed_count++] = hold;
}

static void
note_waiting(struct simulation_holds *holds, struct simulation_hold *hold)
{
    bool is_new;
    uint64_t *list = hash_table_put(
        &holds->waiting, wait_key(hold->rule, hold->waits_for), &is_new);

    hold->next = (struct simulation_hold *)(uintptr_t)*list;
    *list = (uintptr_t)hold;
}

void
simulation_holds_add(struct simulation_holds *holds,
                     const struct simulation_hold *hold)
{
    struct arena *arena = &holds->arena;
    struct simulation_hold *kept = ARENA_NEW(arena, struct simulation_hold);

    *kept = (struct simulation_hold){
        .id = str_dup(arena, hold->id),
        .account = str_dup(arena, hold->account),
        .waits_for = str_dup(arena, hold->waits_for),
        .rule = str_dup(arena, hold->rule),
        .minor = hold->minor,
        .expires_us = hold->expires_us,
    };
    holds->held_minor = num_add_capped(holds->held_minor, hold->minor);
    holds->held_count++;
    heap_push(holds, kept);
    if (hold->confirmed)
        note_confirmed(holds, kept);
    else
        note_waiting(holds, kept);
}

static void
note_hold(struct simulation_holds *holds, const struct effect *effect)
{
    struct simulation_hold hold = {
        .id = effect->values[0],
        .account = effect->account->address,
        .waits_for = effect->other->address,
        .rule = effect->line->name,
    };

    if (num_parse_int(effect->values[1], &hold.minor) &&
        num_parse_int(effect->values[2], &hold.expires_us))
        simulation_holds_add(holds, &hold);
}

static void
note_closing(struct simulation_holds *holds, const struct effect *effect)
{
    uint64_t *list =
        hash_table_get(&holds->waiting,
                       wait_key(effect->line->name, effect->account->address));

    if (!list)
        return;
    for (struct simulation_hold *hold =
             (struct simulation_hold *)(uintptr_t)*list;
         hold; hold = hold->next) {
        if (hold->ended)
            continue;
        hold->confirmed = true;
        holds->confirmed =
            arena_room(&holds->arena, holds->confirmed, holds->confirmed_count,
                       &holds->confirmed_room, 16, sizeof(*holds->confirmed));
        holds->confirmed[holds->confirmed_count++] = hold;
    }
    *list = 0;
}

void
simulation_holds_note(struct simulation_holds *holds,
                      const struct decision *decision)
{
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct effect *effect = &decision->effects[i];

        if (effect->kind == EFFECT_HOLD)
            note_hold(holds, effect);
        else if (effect->kind == EFFECT_CLOSING)
            note_closing(holds, effect);
    }
}

/* ---- ending
 * -------------------------------------------------------------------
 */

bool
simulation_holds_expire(const struct simulation_holds *holds, int64_t now_us)
{
    return holds->open_count && holds->open[0]->expires_us <= now_us;
}

struct simulation_hold *
simulation_holds_take(struct simulation_holds *holds, int64_t now_us)
{
    struct simulation_hold *hold = NULL;

    if (holds->confirmed_taken < holds->confirmed_count) {
        hold = holds->confirmed[holds->confirmed_taken++];
    } else {
        holds->confirmed_count = holds->confirmed_taken = 0;
        while (simulation_holds_expire(holds, now_us) && !hold) {
            if (!holds->open[0]->ended)
                hold = holds->open[0];
            heap_pop(holds);
        }
    }
    if (!hold)
        return NULL;
    hold->ended = true;
    holds->held_minor = num_add_capped(holds->held_minor, -hold->minor);
    holds->held_count--;
    return hold;
}

void
simulation_holds_keep(struct simulation_holds *holds,
                      struct simulation_hold *hold)
{
    hold->ended = false;
    holds->held_minor = num_add_capped(holds->held_minor, hold->minor);
    holds->held_count++;
}

static struct node *
make_text(struct arena *arena, struct str text)
{
    struct node *node = ARENA_NEW(arena, struct node);

    node->kind = NODE_STRING;
    node->text = text;
    return node;
}

bool
simulation_hold_event(const struct simulation_hold *hold,
                      const struct schema_set *schemas, int64_t now_us,
                      struct arena *arena, struct event *event)
{
    struct node *data = ARENA_NEW(arena, struct node);

    data->kind = NODE_OBJECT;
    data->members = arena_array(arena, 3, sizeof(*data->members));
    data->members[data->member_count++] = (struct node_member){
        .key = STR("user_address"), .value = make_text(arena, hold->account)};
    data->members[data->member_count++] = (struct node_member){
        .key = STR("waits_for"), .value = make_text(arena, hold->waits_for)};
    data->members[data->member_count++] = (struct node_member){
        .key = STR("hold_id"), .value = make_text(arena, hold->id)};
    *event = (struct event){
        .source = STR("/reward"),
        .id = hold->id,
        .type = schema_find(schemas, STR("io.gigchain.token.hold.due.v1")),
        .time_us = now_us,
        .data = data,
    };
    return event->type != NULL;
}

void
simulation_hold_fill(const struct simulation_hold *hold, struct facts *facts)
{
    const struct str keys[RECORD_KEYS] = {hold->id};
    struct fact_record *record =
        facts_find_record(facts, RECORD_HOLD, NULL, keys);
    struct record_row *row;

    if (!record)
        return;
    record->row_count = 0; /* a ledger knows of no confirmation here */
    row = facts_add_row(facts, record);
    row->values[HOLD_ADDRESS] = hold->account;
    row->values[HOLD_AMOUNT] = int_text(facts->arena, hold->minor);
    row->values[HOLD_EXPIRES] = int_text(facts->arena, hold->expires_us);
    row->values[HOLD_ENDED] = STR("f");
    row->values[HOLD_CONFIRMED] = hold->confirmed ? STR("t") : STR("f");
    row->values[HOLD_RULE] = hold->rule;
    row->values[HOLD_WAITS_FOR] = hold->waits_for;
}
