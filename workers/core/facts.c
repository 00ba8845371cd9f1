/* facts.c - all kinds of fact found through one hash table, with linear
 * probing and at most half full. It is asked several times an event, so it
 * compares pointers where it can: a line and an account are one object each. */
#include "facts.h"

#include <assert.h>

#include "bits.h"
#include "hash.h"

enum fact_kind { FACT_ACCOUNT, FACT_COUNTER, FACT_ONCE, FACT_RECORD };

struct fact_slot {
    uint32_t hash; /* its lower half; what has the same is compared */
    enum fact_kind kind;
    void *fact; /* NULL: free */
};

/* What a fact is about; parts that its kind does not have are zero. */
struct fact_key {
    enum fact_kind kind;
    const struct ledger_line *line;
    const struct account_state *account;
    enum counter_kind counter;
    int32_t bucket;
    struct str text;
    enum record_kind record;
    const struct str *keys; /* of a record: RECORD_KEYS of them */
};

void
facts_init(struct facts *facts, struct arena *arena)
{
    *facts = (struct facts){.arena = arena};
}

/* The account stands for its address. */
static uint64_t
mix_record(uint64_t hash, const struct fact_key *key)
{
    hash = hash_mix(hash, (uint64_t)key->record);
    for (int i = 0; i < RECORD_KEYS; i++)
        if (!key->account || !str_eq(key->keys[i], key->account->address))
            hash = hash_text(hash, key->keys[i]);
    return hash;
}

static uint32_t
key_hash(const struct fact_key *key)
{
    uint64_t hash = hash_mix((uint64_t)key->kind, (uintptr_t)key->line);

    hash = hash_mix(hash, (uintptr_t)key->account);
    hash = hash_mix(hash, (uint64_t)key->counter << 32 | (uint32_t)key->bucket);
    hash = hash_text(hash, key->text);
    if (key->kind == FACT_RECORD)
        hash = mix_record(hash, key);
    return (uint32_t)hash;
}

static bool
account_is(const void *fact, const struct fact_key *key)
{
    const struct account_state *account = fact;

    return str_eq(account->address, key->text);
}

static bool
counter_is(const void *fact, const struct fact_key *key)
{
    const struct counter *counter = fact;

    return counter->line == key->line && counter->account == key->account &&
           counter->kind == key->counter && counter->bucket == key->bucket;
}

static bool
once_is(const void *fact, const struct fact_key *key)
{
    const struct once_key *once = fact;

    return once->line == key->line && once->account == key->account &&
           str_eq(once->key, key->text);
}

static bool
record_is(const void *fact, const struct fact_key *key)
{
    const struct fact_record *record = fact;

    if (record->kind != key->record || record->account != key->account)
        return false;
    for (int i = 0; i < RECORD_KEYS; i++)
        if (!str_eq(record->keys[i], key->keys[i]))
            return false;
    return true;
}

static bool
slot_is(const struct fact_slot *slot, uint32_t hash, const struct fact_key *key)
{
    static bool (*const is[])(const void *, const struct fact_key *) = {
        [FACT_ACCOUNT] = account_is,
        [FACT_COUNTER] = counter_is,
        [FACT_ONCE] = once_is,
        [FACT_RECORD] = record_is,
    };

    return slot->hash == hash && slot->kind == key->kind &&
           is[key->kind](slot->fact, key);
}

static void
grow_slots(struct facts *facts)
{
    size_t room = facts->slot_room ? facts->slot_room * 2 : 64;
    struct fact_slot *slots = arena_array(facts->arena, room, sizeof(*slots));

    for (size_t i = 0; i < facts->slot_room; i++) {
        size_t at = facts->slots[i].hash & (room - 1);

        if (!facts->slots[i].fact)
            continue;
        while (slots[at].fact)
            at = (at + 1) & (room - 1);
        slots[at] = facts->slots[i];
    }
    facts->slots = slots;
    facts->slot_room = room;
}

/* Where the key is, or would be. */
static struct fact_slot *
probe(const struct facts *facts, uint32_t hash, const struct fact_key *key)
{
    size_t at = hash & (facts->slot_room - 1);

    while (facts->slots[at].fact && !slot_is(&facts->slots[at], hash, key))
        at = (at + 1) & (facts->slot_room - 1);
    return &facts->slots[at];
}

/* The slot of that key: its fact is NULL when there is none yet, and the
 * caller then makes one. Valid until the next call. */
static struct fact_slot *
find_slot(struct facts *facts, const struct fact_key *key)
{
    uint32_t hash = key_hash(key);
    struct fact_slot *slot;

    if (facts->slot_count * 2 >= facts->slot_room)
        grow_slots(facts);
    slot = probe(facts, hash, key);
    if (!slot->fact) {
        slot->hash = hash;
        slot->kind = key->kind;
        facts->slot_count++;
    }
    return slot;
}

struct account_state *
facts_account(struct facts *facts, struct str address)
{
    struct fact_key key = {.kind = FACT_ACCOUNT, .text = address};
    struct fact_slot *slot = find_slot(facts, &key);
    struct account_state *account = slot->fact;

    if (account)
        return account;
    account = ARENA_NEW(facts->arena, struct account_state);
    account->address = str_dup(facts->arena, address);
    slot->fact = account;
    facts->accounts =
        arena_room(facts->arena, facts->accounts, facts->account_count,
                   &facts->account_room, 16, sizeof(void *));
    facts->accounts[facts->account_count++] = account;
    return account;
}

struct counter *
facts_counter(struct facts *facts, const struct ledger_line *line,
              struct account_state *account, enum counter_kind kind,
              int32_t bucket)
{
    struct fact_key key = {.kind = FACT_COUNTER,
                           .line = line,
                           .account = account,
                           .counter = kind,
                           .bucket = bucket};
    struct fact_slot *slot = find_slot(facts, &key);
    struct counter *counter = slot->fact;

    if (counter)
        return counter;
    counter = ARENA_NEW(facts->arena, struct counter);
    *counter = (struct counter){.line = line,
                                .account = account,
                                .kind = kind,
                                .bucket = bucket,
                                .value = ratio_from_int(0)};
    slot->fact = counter;
    facts->counters =
        arena_room(facts->arena, facts->counters, facts->counter_count,
                   &facts->counter_room, 16, sizeof(void *));
    facts->counters[facts->counter_count++] = counter;
    return counter;
}

struct once_key *
facts_once(struct facts *facts, const struct ledger_line *line,
           struct account_state *account, struct str text)
{
    struct fact_key key = {
        .kind = FACT_ONCE, .line = line, .account = account, .text = text};
    struct fact_slot *slot = find_slot(facts, &key);
    struct once_key *once = slot->fact;

    assert(text.len <= ONCE_KEY_MAX_BYTES);
    if (once)
        return once;
    once = ARENA_NEW(facts->arena, struct once_key);
    *once = (struct once_key){
        .line = line, .account = account, .key = str_dup(facts->arena, text)};
    slot->fact = once;
    facts->once_keys =
        arena_room(facts->arena, facts->once_keys, facts->once_count,
                   &facts->once_room, 16, sizeof(void *));
    facts->once_keys[facts->once_count++] = once;
    return once;
}

struct fact_record *
facts_record(struct facts *facts, enum record_kind kind,
             struct account_state *account, const struct str keys[RECORD_KEYS])
{
    struct fact_key key = {
        .kind = FACT_RECORD, .account = account, .record = kind, .keys = keys};
    struct fact_slot *slot = find_slot(facts, &key);
    struct fact_record *record = slot->fact;

    if (record)
        return record;
    record = ARENA_NEW(facts->arena, struct fact_record);
    record->kind = kind;
    record->account = account;
    for (int i = 0; i < RECORD_KEYS; i++)
        record->keys[i] = keys[i];
    slot->fact = record;
    facts->records =
        arena_room(facts->arena, facts->records, facts->record_count,
                   &facts->record_room, 16, sizeof(void *));
    facts->records[facts->record_count++] = record;
    return record;
}

struct fact_record *
facts_find_record(const struct facts *facts, enum record_kind kind,
                  const struct account_state *account,
                  const struct str keys[RECORD_KEYS])
{
    struct fact_key key = {
        .kind = FACT_RECORD, .account = account, .record = kind, .keys = keys};

    return facts->record_count ? probe(facts, key_hash(&key), &key)->fact
                               : NULL;
}

struct record_row *
facts_add_row(struct facts *facts, struct fact_record *record)
{
    struct record_row *row;

    record->rows = arena_room(facts->arena, record->rows, record->row_count,
                              &record->row_room, 2, sizeof(*record->rows));
    row = &record->rows[record->row_count++];
    *row = (struct record_row){0};
    return row;
}

int64_t
record_int(const struct record_row *row, int column)
{
    int64_t value = 0;

    if (!num_parse_int(row->values[column], &value))
        assert(!"the ledger's numbers are numbers");
    return value;
}

bool
record_flag(const struct record_row *row, int column)
{
    return str_eq(row->values[column], STR("t"));
}

uint64_t *
facts_add_verdict(struct facts *facts, const struct event *event,
                  size_t form_count)
{
    uint64_t *open = bits_new(facts->arena, form_count);

    facts->verdicts =
        arena_room(facts->arena, facts->verdicts, facts->verdict_count,
                   &facts->verdict_room, 16, sizeof(*facts->verdicts));
    facts->verdicts[facts->verdict_count++] = (struct verdict){event, open};
    return open;
}

/* Events are decided in the order in which their facts were asked for. */
const uint64_t *
facts_find_verdict(struct facts *facts, const struct event *event)
{
    for (size_t i = 0; i < facts->verdict_count; i++) {
        size_t at = (facts->next_verdict + i) % facts->verdict_count;

        if (facts->verdicts[at].event == event) {
            facts->next_verdict = at + 1;
            return facts->verdicts[at].open;
        }
    }
    return NULL;
}

void
facts_clear(struct facts *facts)
{
    for (size_t i = 0; i < facts->account_count; i++) {
        struct account_state *account = facts->accounts[i];

        *account = (struct account_state){.address = account->address};
    }
    for (size_t i = 0; i < facts->counter_count; i++) {
        facts->counters[i]->value = ratio_from_int(0);
        facts->counters[i]->place = 0;
        facts->counters[i]->changed = false;
    }
    for (size_t i = 0; i < facts->once_count; i++) {
        facts->once_keys[i]->taken = false;
        facts->once_keys[i]->guessed = false;
        facts->once_keys[i]->changed = false;
        facts->once_keys[i]->taken_by = NULL;
    }
    for (size_t i = 0; i < facts->record_count; i++)
        facts->records[i]->row_count = 0;
}
