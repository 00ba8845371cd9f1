/* ledger_counters.c - the counters that a batch looks at. One of an account is
 * covered by its account's lock; those of all accounts are locked by
 * themselves, and made before they are, so that there is a row to lock. */
#include "ledger.h"

#include <stdlib.h>

#include "ledger_parts.h"
#include "pg_array.h"
#include "pg_text.h"

/* Counters in order of their key, as array parameters. */
struct keys {
    struct buf accounts;
    struct buf lines;
    struct buf kinds;
    struct buf buckets;
    struct counter **counters; /* of each element */
    size_t count;
};

static int
key_order(const void *left, const void *right)
{
    const struct counter *a = *(const struct counter *const *)left;
    const struct counter *b = *(const struct counter *const *)right;

    if (account_row_id(a->account) != account_row_id(b->account))
        return account_row_id(a->account) < account_row_id(b->account) ? -1 : 1;
    if (a->line->id != b->line->id)
        return a->line->id < b->line->id ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

/* The counters of all accounts, or those of single ones. */
static void
keys_collect(struct keys *keys, struct arena *arena, const struct facts *facts,
             bool of_all)
{
    struct buf *bufs[] = {&keys->accounts, &keys->lines, &keys->kinds,
                          &keys->buckets};

    keys->counters =
        arena_array(arena, facts->counter_count, sizeof(struct counter *));
    keys->count = 0;
    for (size_t i = 0; i < facts->counter_count; i++) {
        const struct account_state *account = facts->counters[i]->account;

        if (of_all ? !account : account && account_may_have_rows(account))
            keys->counters[keys->count++] = facts->counters[i];
    }
    if (keys->count)
        qsort(keys->counters, keys->count, sizeof(struct counter *), key_order);
    for (size_t b = 0; b < sizeof(bufs) / sizeof(*bufs); b++)
        pg_array_open(bufs[b], arena, PG_INT4);
    for (size_t i = 0; i < keys->count; i++) {
        pg_array_int(&keys->accounts,
                     account_row_id(keys->counters[i]->account));
        pg_array_int(&keys->lines, keys->counters[i]->line->id);
        pg_array_int(&keys->kinds, keys->counters[i]->kind);
        pg_array_int(&keys->buckets, keys->counters[i]->bucket);
    }
}

static bool
read_counters(struct pg *pg, const struct keys *keys, const char *sql,
              struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!keys->count)
        return true;
    if (!pg_query_binary(
            pg, sql,
            (struct str[]){buf_str(&keys->accounts), buf_str(&keys->lines),
                           buf_str(&keys->kinds), buf_str(&keys->buckets)},
            4, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows) && ok; i++) {
        struct counter *counter = keys->counters[pg_int(rows, i, 0) - 1];

        counter->place = pg_place(rows, i, 2);
        if (!ratio_parse(pg_text(rows, i, 1), &counter->value))
            ok = err_set(
                err, ERR_FATAL, "counter of line \"%.*s\" is no decimal: %.*s",
                STR_ARG(counter->line->name), STR_ARG(pg_text(rows, i, 1)));
    }
    pg_result_free(rows);
    return ok;
}

#define KEYS                                                                   \
    "unnest($1::int[], $2::int[], $3::int[], $4::int[]) WITH ORDINALITY "      \
    "AS k(account_id, line_id, kind, bucket, ord)"
#define SELECT_COUNTERS                                                        \
    "SELECT k.ord, c.value::text, c.ctid FROM " KEYS " JOIN counters c "       \
    "ON c.account_id = k.account_id AND c.line_id = k.line_id "                \
    "AND c.kind = k.kind AND c.bucket = k.bucket"

bool
counters_take_locks(const struct facts *facts)
{
    for (size_t i = 0; i < facts->counter_count; i++)
        if (!facts->counters[i]->account)
            return true;
    return false;
}

bool
ledger_lock_counters(struct ledger *ledger, struct facts *facts,
                     struct arena *arena, struct err *err)
{
    struct keys keys;

    keys_collect(&keys, arena, facts, false);
    if (!read_counters(ledger->pg, &keys, SELECT_COUNTERS, err))
        return false;
    keys_collect(&keys, arena, facts, true);
    if (!keys.count)
        return true;
    return pg_run(ledger->pg,
                  "INSERT INTO counters "
                  "(account_id, line_id, kind, bucket, value) "
                  "SELECT account_id, line_id, kind, bucket, 0 "
                  "FROM " KEYS " ORDER BY ord ON CONFLICT DO NOTHING",
                  (struct str[]){buf_str(&keys.accounts), buf_str(&keys.lines),
                                 buf_str(&keys.kinds), buf_str(&keys.buckets)},
                  4, err) &&
           read_counters(ledger->pg, &keys,
                         SELECT_COUNTERS " ORDER BY k.ord FOR UPDATE OF c",
                         err);
}

bool
ledger_look_counters(struct pg *pg, struct facts *facts, struct arena *arena,
                     struct err *err)
{
    struct keys own;
    struct keys of_all;

    keys_collect(&own, arena, facts, false);
    keys_collect(&of_all, arena, facts, true);
    return read_counters(pg, &own, SELECT_COUNTERS, err) &&
           read_counters(pg, &of_all, SELECT_COUNTERS, err);
}

/* ---- writing
 * -------------------------------------------------------------------- */

/* Under the account's lock nobody else makes it. */
static void
add_new(struct buf *rows, struct arena *arena, const struct counter *counter)
{
    pg_copy_int(rows, account_row_id(counter->account));
    pg_copy_int(rows, counter->line->id);
    pg_copy_int(rows, counter->kind);
    pg_copy_int(rows, counter->bucket);
    pg_copy_text(rows, ratio_text(arena, counter->value));
    pg_copy_end_row(rows);
}

/* In order of their key. */
static size_t
changed_counters(const struct facts *facts, struct arena *arena,
                 const struct counter ***changed)
{
    size_t count = 0;

    *changed = arena_array(arena, facts->counter_count, sizeof(**changed));
    for (size_t i = 0; i < facts->counter_count; i++)
        if (facts->counters[i]->changed)
            (*changed)[count++] = facts->counters[i];
    if (count)
        qsort(*changed, count, sizeof(**changed), key_order);
    return count;
}

/* New ones are added, the others written where they were read. */
void
writing_add_counters(struct writing *writing, const struct facts *facts)
{
    const struct counter **changed;
    size_t count = changed_counters(facts, writing->arena, &changed);
    struct buf places;
    struct buf values;
    size_t updates = 0;

    pg_array_open(&places, writing->arena, PG_TID);
    pg_array_open(&values, writing->arena, PG_TEXT);
    for (size_t i = 0; i < count; i++) {
        const struct counter *counter = changed[i];

        if (counter->place) {
            pg_array_place(&places, counter->place);
            pg_array_text(&values, ratio_text(writing->arena, counter->value));
            updates++;
        } else {
            add_new(&writing->rows.of[TABLE_COUNTERS], writing->arena, counter);
        }
    }
    if (updates)
        writing_add_statement(
            writing,
            "UPDATE counters c SET value = v.value::numeric "
            "FROM unnest($1::tid[], $2::text[]) "
            "AS v(place, value) WHERE c.ctid = v.place",
            (struct str[]){buf_str(&places), buf_str(&values)}, 2, updates);
}
