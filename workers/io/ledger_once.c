/* ledger_once.c - the once-keys that a batch asks for; each is covered by its
 * account's lock, or by the unique key where it is of all accounts.
 *
 * Those of a line whose keys are hardly ever taken are not looked up, but
 * guessed to be free. The unique key refuses those that the batch takes, should
 * they be taken; the others are looked up before it is written. Then the batch
 * is decided again, and all keys are looked up. */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_parts.h"
#include "pg_array.h"
#include "pg_text.h"

/* 0 is of all accounts. */
static int64_t
id_of(const struct account_state *account)
{
    return account ? account->id : 0;
}

static int
key_order(const void *left, const void *right)
{
    const struct once_key *a = *(const struct once_key *const *)left;
    const struct once_key *b = *(const struct once_key *const *)right;

    if (id_of(a->account) != id_of(b->account))
        return id_of(a->account) < id_of(b->account) ? -1 : 1;
    if (a->line->id != b->line->id)
        return a->line->id < b->line->id ? -1 : 1;
    return str_compare(a->key, b->key);
}

/* Those that are near one another in the index are read, and written, one after
 * the other. */
static void
sort_keys(struct facts *facts)
{
    if (facts->once_count)
        qsort(facts->once_keys, facts->once_count, sizeof(*facts->once_keys),
              key_order);
}

/* ---- asking
 * -------------------------------------------------------------------- */

/* Keys of which the ledger is asked whether they are taken. */
struct asked {
    struct once_key **keys;
    size_t count;
};

static struct asked
asked_none(const struct facts *facts, struct arena *arena)
{
    return (struct asked){.keys = arena_array(arena, facts->once_count,
                                              sizeof(*facts->once_keys))};
}

static bool
ask(struct pg *pg, const struct asked *asked, struct arena *arena,
    struct err *err)
{
    struct buf accounts;
    struct buf lines;
    struct buf keys;
    struct pg_result *rows;

    if (!asked->count)
        return true;
    pg_array_open(&accounts, arena, PG_INT4);
    pg_array_open(&lines, arena, PG_INT4);
    pg_array_open(&keys, arena, PG_TEXT);
    for (size_t i = 0; i < asked->count; i++) {
        pg_array_int(&accounts, id_of(asked->keys[i]->account));
        pg_array_int(&lines, asked->keys[i]->line->id);
        pg_array_text(&keys, asked->keys[i]->key);
    }
    if (!pg_query_binary(
            pg,
            "SELECT k.ord FROM unnest($1::int[], $2::int[], $3::text[]) "
            "WITH ORDINALITY AS k(account_id, line_id, key, ord) "
            "JOIN once_keys o ON o.account_id = k.account_id "
            "AND o.line_id = k.line_id AND o.key = k.key",
            (struct str[]){buf_str(&accounts), buf_str(&lines), buf_str(&keys)},
            3, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        asked->keys[pg_int(rows, i, 0) - 1]->taken = true;
    pg_result_free(rows);
    return true;
}

bool
ledger_look_once_keys(struct pg *pg, struct facts *facts, struct arena *arena,
                      struct err *err)
{
    struct asked asked = asked_none(facts, arena);

    sort_keys(facts);
    for (size_t i = 0; i < facts->once_count; i++)
        asked.keys[asked.count++] = facts->once_keys[i];
    return ask(pg, &asked, arena, err);
}

/* ---- guessing
 * ------------------------------------------------------------------ */

/* An account that this batch makes has taken no key. */
static bool
may_be_taken(const struct once_key *key)
{
    return !key->account || account_may_have_rows(key->account);
}

static void
choose(struct asked *asked, struct once_guesses *guesses,
       const struct facts *facts)
{
    guesses->count = 0;
    for (size_t i = 0; i < facts->once_count; i++) {
        struct once_key *key = facts->once_keys[i];

        if (!may_be_taken(key))
            continue;
        key->guessed = !guesses->was_wrong &&
                       once_odds_are_good(&guesses->odds, key->line->id);
        if (key->guessed)
            guesses->count++;
        else
            asked->keys[asked->count++] = key;
    }
    guesses->was_wrong = false;
}

bool
ledger_read_once_keys(struct ledger *ledger, struct facts *facts,
                      struct arena *arena, struct err *err)
{
    struct once_guesses *guesses = &ledger->once_guesses;
    struct asked asked = asked_none(facts, arena);

    sort_keys(facts);
    choose(&asked, guesses, facts);
    if (!ask(ledger->pg, &asked, arena, err))
        return false;
    for (size_t i = 0; i < asked.count; i++)
        once_odds_note(&guesses->odds, asked.keys[i]->line->id,
                       asked.keys[i]->taken);
    return true;
}

/* The unique key looks at those that the batch takes. */
bool
ledger_confirm_once_keys(struct ledger *ledger, const struct facts *facts,
                         struct err *err)
{
    struct once_guesses *guesses = &ledger->once_guesses;
    struct arena arena = {0};
    struct asked asked = asked_none(facts, &arena);
    bool ok;

    for (size_t i = 0; i < facts->once_count; i++)
        if (facts->once_keys[i]->guessed && !facts->once_keys[i]->changed)
            asked.keys[asked.count++] = facts->once_keys[i];
    ok = ask(ledger->pg, &asked, &arena, err);
    for (size_t i = 0; ok && i < asked.count; i++)
        guesses->was_wrong = guesses->was_wrong || asked.keys[i]->taken;
    arena_free(&arena);
    return ok && (!guesses->was_wrong ||
                  err_set(err, ERR_RETRY,
                          "a once-key that was taken was guessed to be free"));
}

/* ---- writing
 * -------------------------------------------------------------------- */

bool
ledger_write_once_keys(struct writing *writing, const struct facts *facts,
                       struct err *err)
{
    struct once_guesses *guesses = &writing->ledger->once_guesses;
    struct buf rows;

    buf_init(&rows, writing->arena);
    for (size_t i = 0; i < facts->once_count; i++) {
        const struct once_key *once = facts->once_keys[i];

        if (!once->changed)
            continue;
        pg_copy_int(&rows, once->taken_by->row_id);
        pg_copy_int(&rows, id_of(once->account));
        pg_copy_int(&rows, once->line->id);
        pg_copy_text(&rows, once->key);
        pg_copy_end_row(&rows);
    }
    if (pg_copy(writing->ledger->pg,
                "COPY once_keys (event_id, account_id, line_id, key) "
                "FROM STDIN",
                buf_str(&rows), err))
        return true;
    guesses->was_wrong =
        guesses->count && strcmp(err->code, PG_UNIQUE_VIOLATION) == 0;
    return false;
}
