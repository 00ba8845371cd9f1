/* memory_ledger.c - a table for each kind of fact, by hash; records are kept
 * as bytes, since most of them are never looked at again. */
#include "memory_ledger.h"

#include <assert.h>
#include <string.h>

#include "buf.h"

void
memory_ledger_free(struct memory_ledger *ledger)
{
    hash_table_free(&ledger->accounts);
    hash_table_free(&ledger->counters);
    hash_table_free(&ledger->once_keys);
    hash_table_free(&ledger->records);
    arena_free(&ledger->arena);
    *ledger = (struct memory_ledger){0};
}

/* ---- keys
 * --------------------------------------------------------------------- */

static struct hash_key
account_key(struct str address)
{
    return hash_key_text(hash_key_start(), address);
}

/* Of a counter or once-key; `account` NULL: of all accounts. */
static struct hash_key
line_key(const struct ledger_line *line, const struct account_state *account)
{
    struct hash_key key = hash_key_text(hash_key_start(), line->name);

    return hash_key_text(hash_key_word(key, account != NULL),
                         account ? account->address : STR(""));
}

static struct hash_key
counter_key(const struct counter *counter)
{
    struct hash_key key = line_key(counter->line, counter->account);

    return hash_key_word(hash_key_word(key, (uint64_t)counter->kind),
                         (uint32_t)counter->bucket);
}

static struct hash_key
once_key(const struct once_key *once)
{
    return hash_key_text(line_key(once->line, once->account), once->key);
}

static struct hash_key
record_key(const struct fact_record *record)
{
    struct hash_key key =
        hash_key_word(hash_key_start(), (uint64_t)record->kind);

    for (int i = 0; i < RECORD_KEYS; i++)
        key = hash_key_text(key, record->keys[i]);
    return key;
}

/* ---- records as bytes
 * ---------------------------------------------------------
 * A row is its number of columns, up to the last one that is set, and for each
 * of them the length, 0 for a NULL, else one more than it is, and the bytes.
 * Numbers are seven bits to a byte, the lowest first. */

struct kept_record {
    size_t row_count;
    size_t len;
    size_t room;
    unsigned char *bytes;
};

static void
add_number(struct buf *buf, size_t number)
{
    for (; number >= 0x80; number >>= 7)
        buf_add_char(buf, (char)(number | 0x80));
    buf_add_char(buf, (char)number);
}

static size_t
take_number(const unsigned char **at)
{
    size_t number = 0;
    int shift = 0;

    for (; **at & 0x80; shift += 7)
        number |= (size_t)(*(*at)++ & 0x7F) << shift;
    return number | (size_t) * (*at)++ << shift;
}

static void
add_row(struct buf *buf, const struct record_row *row)
{
    size_t columns = RECORD_COLUMNS;

    while (columns && !row->values[columns - 1].at)
        columns--;
    add_number(buf, columns);
    for (size_t i = 0; i < columns; i++) {
        struct str value = row->values[i];

        add_number(buf, value.at ? value.len + 1 : 0);
        buf_add_str(buf, value);
    }
}

static void
take_row(const unsigned char **at, struct record_row *row)
{
    size_t columns = take_number(at);

    for (size_t i = 0; i < columns; i++) {
        size_t len = take_number(at);

        if (!len)
            continue;
        row->values[i] = str_make((const char *)*at, len - 1);
        *at += len - 1;
    }
}

/* ---- filling in
 * --------------------------------------------------------------- */

const struct account_state *
memory_ledger_account(const struct memory_ledger *ledger, struct str address)
{
    const uint64_t *place =
        hash_table_get(&ledger->accounts, account_key(address));

    return place ? ledger->states[*place] : NULL;
}

/* The keys of all facts of a batch, by kind in the order of the facts. */
struct fact_keys {
    struct hash_key *accounts;
    struct hash_key *counters;
    struct hash_key *once_keys;
    struct hash_key *records;
};

static struct hash_key *
expect_accounts(const struct memory_ledger *ledger, const struct facts *facts)
{
    struct hash_key *keys =
        arena_array(facts->arena, facts->account_count, sizeof(*keys));

    for (size_t i = 0; i < facts->account_count; i++) {
        keys[i] = account_key(facts->accounts[i]->address);
        hash_table_expect(&ledger->accounts, keys[i]);
    }
    return keys;
}

static struct hash_key *
expect_counters(const struct memory_ledger *ledger, const struct facts *facts)
{
    struct hash_key *keys =
        arena_array(facts->arena, facts->counter_count, sizeof(*keys));

    for (size_t i = 0; i < facts->counter_count; i++) {
        keys[i] = counter_key(facts->counters[i]);
        hash_table_expect(&ledger->counters, keys[i]);
    }
    return keys;
}

static struct hash_key *
expect_once_keys(const struct memory_ledger *ledger, const struct facts *facts)
{
    struct hash_key *keys =
        arena_array(facts->arena, facts->once_count, sizeof(*keys));

    for (size_t i = 0; i < facts->once_count; i++) {
        keys[i] = once_key(facts->once_keys[i]);
        hash_table_expect(&ledger->once_keys, keys[i]);
    }
    return keys;
}

static struct hash_key *
expect_records(const struct memory_ledger *ledger, const struct facts *facts)
{
    struct hash_key *keys =
        arena_array(facts->arena, facts->record_count, sizeof(*keys));

    for (size_t i = 0; i < facts->record_count; i++) {
        keys[i] = record_key(facts->records[i]);
        hash_table_expect(&ledger->records, keys[i]);
    }
    return keys;
}

static void
fill_account(const struct memory_ledger *ledger, struct hash_key key,
             struct account_state *account)
{
    const uint64_t *place = hash_table_get(&ledger->accounts, key);
    struct str address = account->address;

    if (!place)
        return;
    *account = *ledger->states[*place];
    account->address = address;
}

static void
fill_counter(const struct memory_ledger *ledger, struct hash_key key,
             struct counter *counter)
{
    const uint64_t *place = hash_table_get(&ledger->counters, key);

    if (place)
        counter->value = ledger->moved[*place]->value;
}

static void
fill_record(const struct memory_ledger *ledger, struct hash_key key,
            struct facts *facts, struct fact_record *record)
{
    const uint64_t *place = hash_table_get(&ledger->records, key);
    const struct kept_record *kept;
    const unsigned char *at;

    if (!place)
        return;
    kept = (const struct kept_record *)(uintptr_t)*place;
    at = kept->bytes;
    record->row_count = 0;
    for (size_t i = 0; i < kept->row_count; i++)
        take_row(&at, facts_add_row(facts, record));
    assert(at == kept->bytes + kept->len);
}

void
memory_ledger_fill(const struct memory_ledger *ledger, struct facts *facts)
{
    struct fact_keys keys = {
        .accounts = expect_accounts(ledger, facts),
        .counters = expect_counters(ledger, facts),
        .once_keys = expect_once_keys(ledger, facts),
        .records = expect_records(ledger, facts),
    };

    for (size_t i = 0; i < facts->account_count; i++)
        fill_account(ledger, keys.accounts[i], facts->accounts[i]);
    for (size_t i = 0; i < facts->counter_count; i++)
        fill_counter(ledger, keys.counters[i], facts->counters[i]);
    for (size_t i = 0; i < facts->once_count; i++)
        if (hash_table_get(&ledger->once_keys, keys.once_keys[i]))
            facts->once_keys[i]->taken = true;
    for (size_t i = 0; i < facts->record_count; i++)
        fill_record(ledger, keys.records[i], facts, facts->records[i]);
}

/* ---- keeping
 * ------------------------------------------------------------------ */

/* The kept state of the account, made when there is none. */
static struct account_state *
kept_account(struct memory_ledger *ledger, struct str address)
{
    bool is_new;
    uint64_t *place =
        hash_table_put(&ledger->accounts, account_key(address), &is_new);
    struct account_state *kept;

    if (!is_new)
        return ledger->states[*place];
    *place = ledger->state_count;
    kept = ARENA_NEW(&ledger->arena, struct account_state);
    kept->address = str_dup(&ledger->arena, address);
    ledger->states =
        arena_room(&ledger->arena, ledger->states, ledger->state_count,
                   &ledger->state_room, 64, sizeof(*ledger->states));
    ledger->states[ledger->state_count++] = kept;
    return kept;
}

static void
keep_account(struct memory_ledger *ledger, const struct account_state *account)
{
    struct account_state *kept = kept_account(ledger, account->address);
    struct str address = kept->address;

    *kept = *account;
    kept->address = address;
    kept->changed = kept->funds_changed = false;
}

static void
keep_counter(struct memory_ledger *ledger, const struct counter *counter)
{
    bool is_new;
    uint64_t *place =
        hash_table_put(&ledger->counters, counter_key(counter), &is_new);
    struct counter *kept;

    if (is_new) {
        *place = ledger->moved_count;
        kept = ARENA_NEW(&ledger->arena, struct counter);
        *kept = *counter;
        kept->changed = false;
        kept->account = NULL; /* is in the key; it may not have changed */
        ledger->moved =
            arena_room(&ledger->arena, ledger->moved, ledger->moved_count,
                       &ledger->moved_room, 64, sizeof(*ledger->moved));
        ledger->moved[ledger->moved_count++] = kept;
    } else {
        kept = ledger->moved[*place];
    }
    kept->value = counter->value;
}

/* One that lost its rows is kept as an empty one: the database, which is read
 * again for each batch, still has them. */
static bool
never_had_row(const struct fact_record *record)
{
    return !record->row_room;
}

static void
keep_record(struct memory_ledger *ledger, const struct fact_record *record,
            struct buf *buf)
{
    struct kept_record *kept;
    bool is_new;
    uint64_t *place;

    if (never_had_row(record) &&
        !hash_table_get(&ledger->records, record_key(record)))
        return;
    buf_clear(buf);
    for (size_t i = 0; i < record->row_count; i++)
        add_row(buf, &record->rows[i]);
    place = hash_table_put(&ledger->records, record_key(record), &is_new);
    if (is_new)
        *place = (uintptr_t)ARENA_NEW(&ledger->arena, struct kept_record);
    kept = (struct kept_record *)(uintptr_t)*place;
    if (buf->len > kept->room) {
        kept->room = buf->len;
        kept->bytes = arena_alloc(&ledger->arena, kept->room);
    }
    if (buf->len)
        memcpy(kept->bytes, buf->at, buf->len);
    kept->len = buf->len;
    kept->row_count = record->row_count;
}

void
memory_ledger_keep(struct memory_ledger *ledger, const struct facts *facts)
{
    struct buf buf;
    bool is_new;

    buf_init(&buf, facts->arena);
    for (size_t i = 0; i < facts->account_count; i++)
        if (facts->accounts[i]->changed)
            keep_account(ledger, facts->accounts[i]);
    for (size_t i = 0; i < facts->counter_count; i++)
        if (facts->counters[i]->changed)
            keep_counter(ledger, facts->counters[i]);
    for (size_t i = 0; i < facts->once_count; i++)
        if (facts->once_keys[i]->changed)
            hash_table_put(&ledger->once_keys, once_key(facts->once_keys[i]),
                           &is_new);
    for (size_t i = 0; i < facts->record_count; i++)
        keep_record(ledger, facts->records[i], &buf);
}
