/* ledger_facts.c - locks and reads what a decision depends on. Account rows
 * are locked in order of id; a counter or once-key of an account is covered by
 * its account's lock; those of all accounts are locked by themselves. */
#include "ledger.h"

#include <stdlib.h>

#include "fault.h"
#include "ledger_parts.h"

/* ---- accounts
 * ----------------------------------------------------------------- */

static int
address_order(const void *left, const void *right)
{
    const struct account_state *const *a = left;
    const struct account_state *const *b = right;

    return str_compare((*a)->address, (*b)->address);
}

/* The accounts without an id, in order of address, as an array parameter; at
 * is NULL when there are none. */
static struct str
accounts_without_id(const struct facts *facts, struct arena *arena)
{
    struct account_state **missing = arena_array(
        arena, facts->account_count, sizeof(struct account_state *));
    size_t count = 0;
    struct buf array;

    for (size_t i = 0; i < facts->account_count; i++)
        if (!facts->accounts[i]->id)
            missing[count++] = facts->accounts[i];
    if (!count)
        return (struct str){0};
    qsort(missing, count, sizeof(struct account_state *), address_order);
    pg_array_open(&array, arena);
    for (size_t i = 0; i < count; i++)
        pg_array_text(&array, missing[i]->address);
    pg_array_close(&array);
    return buf_str(&array);
}

static void
fill_account(struct facts *facts, const struct pg_result *rows, size_t row)
{
    struct account_state *account = facts_account(facts, pg_text(rows, row, 1));

    account->id = pg_int(rows, row, 0);
    account->balance_minor = pg_int(rows, row, 2);
    account->last_seq = pg_int(rows, row, 3);
    account->side = (int)pg_int(rows, row, 4);
    for (int i = 0; i < FUND_COUNT; i++)
        account->funds_minor[i] = pg_int(rows, row, 5 + i);
}

#define ACCOUNT_COLUMNS                                                        \
    "id, address, balance, last_seq, side, total_earned, total_spent, "        \
    "staked_amount, pending_amount, reserved_amount, debt_amount"

static bool
fill_accounts(struct ledger *ledger, struct facts *facts, const char *sql,
              struct str addresses, struct err *err)
{
    struct pg_result *rows;

    if (!pg_query(ledger->pg, sql, &addresses, 1, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        fill_account(facts, rows, i);
    pg_result_free(rows);
    return true;
}

/* Those there are, those that are made, which nobody else sees, and those that
 * others have made meanwhile. */
static bool
lock_all_accounts(struct ledger *ledger, struct facts *facts,
                  struct arena *arena, struct err *err)
{
    static const char lock[] =
        "SELECT " ACCOUNT_COLUMNS " FROM accounts "
        "WHERE address = ANY ($1::text[]) ORDER BY id FOR UPDATE";
    static const char make[] =
        "INSERT INTO accounts (address) SELECT a FROM unnest($1::text[]) a "
        "ON CONFLICT DO NOTHING RETURNING " ACCOUNT_COLUMNS;
    static const char *const steps[] = {lock, make, lock};

    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        struct str addresses = accounts_without_id(facts, arena);

        if (addresses.at &&
            !fill_accounts(ledger, facts, steps[i], addresses, err))
            return false;
    }
    return true;
}

/* ---- counters
 * -------------------------------------------------------------------- */

struct key_arrays {
    struct buf accounts;
    struct buf lines;
    struct buf kinds;
    struct buf buckets;
    void **objects; /* the counter of each element, in order */
    size_t count;
};

static void
key_arrays_open(struct key_arrays *keys, struct arena *arena, size_t room)
{
    struct buf *bufs[] = {&keys->accounts, &keys->lines, &keys->kinds,
                          &keys->buckets};

    for (size_t i = 0; i < sizeof(bufs) / sizeof(*bufs); i++)
        pg_array_open(bufs[i], arena);
    keys->objects = arena_array(arena, room, sizeof(void *));
    keys->count = 0;
}

static void
key_arrays_close(struct key_arrays *keys)
{
    pg_array_close(&keys->accounts);
    pg_array_close(&keys->lines);
    pg_array_close(&keys->kinds);
    pg_array_close(&keys->buckets);
}

static int
counter_order(const void *left, const void *right)
{
    const struct counter *a = *(const struct counter *const *)left;
    const struct counter *b = *(const struct counter *const *)right;

    if (a->line->id != b->line->id)
        return a->line->id < b->line->id ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

/* The counters of all accounts, or those of single ones. */
static void
collect_counters(struct key_arrays *keys, struct arena *arena,
                 const struct facts *facts, bool of_all)
{
    struct counter **chosen =
        arena_array(arena, facts->counter_count, sizeof(struct counter *));
    size_t count = 0;

    for (size_t i = 0; i < facts->counter_count; i++) {
        const struct account_state *account = facts->counters[i]->account;

        /* Without an id, by those who only look: it has no counters. */
        if (of_all ? !account : account && account->id)
            chosen[count++] = facts->counters[i];
    }
    if (of_all && count)
        qsort(chosen, count, sizeof(struct counter *), counter_order);
    key_arrays_open(keys, arena, count);
    for (size_t i = 0; i < count; i++) {
        const struct account_state *account = chosen[i]->account;

        pg_array_int(&keys->accounts, account ? account->id : 0);
        pg_array_int(&keys->lines, chosen[i]->line->id);
        pg_array_int(&keys->kinds, chosen[i]->kind);
        pg_array_int(&keys->buckets, chosen[i]->bucket);
        keys->objects[keys->count++] = chosen[i];
    }
    key_arrays_close(keys);
}

static bool
read_counters(struct ledger *ledger, const struct key_arrays *keys,
              const char *sql, struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(ledger->pg, sql,
                  (struct str[]){buf_str(&keys->accounts),
                                 buf_str(&keys->lines), buf_str(&keys->kinds),
                                 buf_str(&keys->buckets)},
                  4, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows) && ok; i++) {
        struct counter *counter = keys->objects[pg_int(rows, i, 0) - 1];

        if (!ratio_parse(pg_text(rows, i, 1), &counter->value))
            ok = err_set(
                err, ERR_FATAL, "counter of line \"%.*s\" is no decimal: %.*s",
                STR_ARG(counter->line->name), STR_ARG(pg_text(rows, i, 1)));
    }
    pg_result_free(rows);
    return ok;
}

#define COUNTER_KEYS                                                           \
    "unnest($1::int[], $2::int[], $3::int[], $4::int[]) WITH ORDINALITY "      \
    "AS k(account_id, line_id, kind, bucket, ord)"
#define COUNTER_JOIN                                                           \
    "SELECT k.ord, c.value FROM " COUNTER_KEYS " JOIN counters c "             \
    "ON c.account_id = k.account_id AND c.line_id = k.line_id "                \
    "AND c.kind = k.kind AND c.bucket = k.bucket"

static bool
lock_counters(struct ledger *ledger, struct facts *facts, struct arena *arena,
              struct err *err)
{
    struct key_arrays keys;

    collect_counters(&keys, arena, facts, false);
    if (keys.count && !read_counters(ledger, &keys, COUNTER_JOIN, err))
        return false;
    collect_counters(&keys, arena, facts, true);
    if (!keys.count)
        return true;
    return pg_run(ledger->pg,
                  "INSERT INTO counters "
                  "(account_id, line_id, kind, bucket, value) "
                  "SELECT account_id, line_id, kind, bucket, 0 "
                  "FROM " COUNTER_KEYS " ORDER BY ord ON CONFLICT DO NOTHING",
                  (struct str[]){buf_str(&keys.accounts), buf_str(&keys.lines),
                                 buf_str(&keys.kinds), buf_str(&keys.buckets)},
                  4, err) &&
           read_counters(ledger, &keys,
                         COUNTER_JOIN " ORDER BY k.ord FOR UPDATE OF c", err);
}

/* ---- once-keys
 * ----------------------------------------------------------------------- */

/* 0 is of all accounts; one that is not there has no keys. */
static int64_t
id_of(const struct account_state *account)
{
    return !account ? 0 : account->id ? account->id : -1;
}

static bool
read_once_keys(struct ledger *ledger, struct facts *facts, struct arena *arena,
               struct err *err)
{
    struct buf accounts;
    struct buf lines;
    struct buf keys;
    struct pg_result *rows;

    if (!facts->once_count)
        return true;
    pg_array_open(&accounts, arena);
    pg_array_open(&lines, arena);
    pg_array_open(&keys, arena);
    for (size_t i = 0; i < facts->once_count; i++) {
        const struct once_key *once = facts->once_keys[i];

        pg_array_int(&accounts, id_of(once->account));
        pg_array_int(&lines, once->line->id);
        pg_array_text(&keys, once->key);
    }
    pg_array_close(&accounts);
    pg_array_close(&lines);
    pg_array_close(&keys);
    if (!pg_query(
            ledger->pg,
            "SELECT k.ord FROM unnest($1::int[], $2::int[], $3::text[]) "
            "WITH ORDINALITY AS k(account_id, line_id, key, ord) "
            "JOIN once_keys o ON o.account_id = k.account_id "
            "AND o.line_id = k.line_id AND o.key = k.key",
            (struct str[]){buf_str(&accounts), buf_str(&lines), buf_str(&keys)},
            3, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        facts->once_keys[pg_int(rows, i, 0) - 1]->taken = true;
    pg_result_free(rows);
    return true;
}

bool
ledger_lock(struct ledger *ledger, struct facts *facts, struct err *err)
{
    struct arena arena = {0};
    bool ok = lock_all_accounts(ledger, facts, &arena, err) &&
              lock_counters(ledger, facts, &arena, err) &&
              read_once_keys(ledger, facts, &arena, err) &&
              ledger_read_records(ledger, facts, &arena, err);

    arena_free(&arena);
    FAULT_POINT("worker.lock");
    return ok;
}

bool
ledger_look(struct pg *pg, struct facts *facts, struct err *err)
{
    static const char look[] = "SELECT " ACCOUNT_COLUMNS " FROM accounts "
                               "WHERE address = ANY ($1::text[])";
    struct ledger ledger = {.pg = pg};
    struct arena arena = {0};
    struct key_arrays own;
    struct key_arrays of_all;
    struct str addresses = accounts_without_id(facts, &arena);
    bool ok =
        !addresses.at || fill_accounts(&ledger, facts, look, addresses, err);

    collect_counters(&own, &arena, facts, false);
    collect_counters(&of_all, &arena, facts, true);
    ok =
        ok && (!own.count || read_counters(&ledger, &own, COUNTER_JOIN, err)) &&
        (!of_all.count || read_counters(&ledger, &of_all, COUNTER_JOIN, err)) &&
        read_once_keys(&ledger, facts, &arena, err) &&
        ledger_look_records(&ledger, facts, &arena, err);
    arena_free(&arena);
    return ok;
}
