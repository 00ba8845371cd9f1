/* ledger_counters.c - the counters that a batch looks at. One of an account is
 * covered by its account's lock; those of all accounts are locked by
 * themselves, and made before they are, so that there is a row to lock. */
#include "ledger.h"

#include <stdlib.h>

#include "ledger_parts.h"
#include "pg_array.h"
#include "pg_text.h"

enum { KEY_COLUMNS = 4 };

/* Counters in order of their key, as array parameters. */
struct keys {
    struct str params[KEY_COLUMNS];
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
    struct buf columns[KEY_COLUMNS];

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
    for (int c = 0; c < KEY_COLUMNS; c++)
        pg_array_open(&columns[c], arena, PG_INT4);
    for (size_t i = 0; i < keys->count; i++) {
        const struct counter *counter = keys->counters[i];

        pg_array_int(&columns[0], account_row_id(counter->account));
        pg_array_int(&columns[1], counter->line->id);
        pg_array_int(&columns[2], counter->kind);
        pg_array_int(&columns[3], counter->bucket);
    }
    for (int c = 0; c < KEY_COLUMNS; c++)
        keys->params[c] = buf_str(&columns[c]);
}

/* A question_reader; its context is struct keys. */
static bool
read_counters(void *context, const struct pg_result *rows, struct err *err)
{
    const struct keys *keys = context;

    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct counter *counter = keys->counters[pg_int(rows, i, 0) - 1];

        counter->place = pg_place(rows, i, 2);
        if (!ratio_parse(pg_text(rows, i, 1), &counter->value))
            return err_set(
                err, ERR_FATAL, "counter of line \"%.*s\" is no decimal: %.*s",
                STR_ARG(counter->line->name), STR_ARG(pg_text(rows, i, 1)));
    }
    return true;
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

static void
ask(struct inquiry *inquiry, struct keys *keys, const char *sql,
    question_reader *read)
{
    inquiry_add(inquiry,
                (struct pg_statement){.sql = sql,
                                      .params = keys->params,
                                      .param_count = KEY_COLUMNS,
                                      .is_binary = true},
                read, keys);
}

void
ask_counters(struct inquiry *inquiry, struct facts *facts, bool lock)
{
    struct keys *own = ARENA_NEW(inquiry->arena, struct keys);
    struct keys *of_all = ARENA_NEW(inquiry->arena, struct keys);

    keys_collect(own, inquiry->arena, facts, false);
    if (own->count)
        ask(inquiry, own, SELECT_COUNTERS, read_counters);
    keys_collect(of_all, inquiry->arena, facts, true);
    if (!of_all->count)
        return;
    if (lock)
        ask(inquiry, of_all,
            "INSERT INTO counters (account_id, line_id, kind, bucket, value) "
            "SELECT account_id, line_id, kind, bucket, 0 "
            "FROM " KEYS " ORDER BY ord ON CONFLICT DO NOTHING",
            NULL);
    ask(inquiry, of_all,
        lock ? SELECT_COUNTERS " ORDER BY k.ord FOR UPDATE OF c"
             : SELECT_COUNTERS,
        read_counters);
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
