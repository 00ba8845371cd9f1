/* ledger_once.c - the once-keys that a batch asks for. One of an account is
 * covered by its account's lock; one of all accounts may be taken by others
 * until the batch has its id. Those of a line whose keys are hardly ever taken
 * are not looked up, but guessed to be free.
 *
 * Should a key be taken that was held to be free, the unique key refuses it
 * where the batch takes it, and a look under the lock that orders batches finds
 * it where it does not: what was decided may rest on it all the same. Then all
 * keys are looked up and the batch is decided again. */
#include "ledger.h"

#include <stdlib.h>

#include "ledger_parts.h"
#include "pg_array.h"
#include "pg_text.h"

static int
key_order(const void *left, const void *right)
{
    const struct once_key *a = *(const struct once_key *const *)left;
    const struct once_key *b = *(const struct once_key *const *)right;

    if (account_row_id(a->account) != account_row_id(b->account))
        return account_row_id(a->account) < account_row_id(b->account) ? -1 : 1;
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
    struct once_guesses *guesses; /* that learn from it; NULL: none */
};

static struct asked *
asked_none(const struct facts *facts, struct arena *arena)
{
    struct asked *asked = ARENA_NEW(arena, struct asked);

    asked->keys =
        arena_array(arena, facts->once_count, sizeof(*facts->once_keys));
    return asked;
}

/* A question_reader; its context is struct asked. */
static bool
read_taken(void *context, const struct pg_result *rows, struct err *err)
{
    const struct asked *asked = context;

    (void)err;
    for (size_t i = 0; i < pg_rows(rows); i++)
        asked->keys[pg_int(rows, i, 0) - 1]->taken = true;
    for (size_t i = 0; i < asked->count && asked->guesses; i++)
        odds_note(&asked->guesses->odds, asked->keys[i]->line->id,
                  asked->keys[i]->taken);
    return true;
}

static void
ask(struct inquiry *inquiry, struct asked *asked)
{
    enum { COLUMNS = 3 };
    struct str *params = arena_array(inquiry->arena, COLUMNS, sizeof(*params));
    struct buf columns[COLUMNS];

    if (!asked->count)
        return;
    pg_array_open(&columns[0], inquiry->arena, PG_INT4);
    pg_array_open(&columns[1], inquiry->arena, PG_INT4);
    pg_array_open(&columns[2], inquiry->arena, PG_TEXT);
    for (size_t i = 0; i < asked->count; i++) {
        pg_array_int(&columns[0], account_row_id(asked->keys[i]->account));
        pg_array_int(&columns[1], asked->keys[i]->line->id);
        pg_array_text(&columns[2], asked->keys[i]->key);
    }
    for (int c = 0; c < COLUMNS; c++)
        params[c] = buf_str(&columns[c]);
    inquiry_add(
        inquiry,
        (struct pg_statement){
            .sql = "SELECT k.ord FROM unnest($1::int[], $2::int[], $3::text[]) "
                   "WITH ORDINALITY AS k(account_id, line_id, key, ord) "
                   "JOIN once_keys o ON o.account_id = k.account_id "
                   "AND o.line_id = k.line_id AND o.key = k.key",
            .params = params,
            .param_count = COLUMNS,
            .is_binary = true},
        read_taken, asked);
}

/* An account that this batch makes, or nobody has made, has taken no key. */
static bool
may_be_taken(const struct once_key *key)
{
    return !key->account || account_may_have_rows(key->account);
}

/* ---- guessing
 * ------------------------------------------------------------------ */

static bool
is_guessed(const struct once_guesses *guesses, const struct once_key *key)
{
    return guesses && !guesses->ask_all &&
           odds_are_good(&guesses->odds, key->line->id);
}

void
ask_once_keys(struct inquiry *inquiry, struct facts *facts,
              struct once_guesses *guesses)
{
    struct asked *asked = asked_none(facts, inquiry->arena);

    sort_keys(facts);
    for (size_t i = 0; i < facts->once_count; i++) {
        struct once_key *key = facts->once_keys[i];

        if (!may_be_taken(key))
            continue;
        key->guessed = is_guessed(guesses, key);
        if (key->guessed)
            guesses->count++;
        else
            asked->keys[asked->count++] = key;
    }
    asked->guesses = guesses;
    ask(inquiry, asked);
}

bool
once_guesses_failed(struct once_guesses *guesses, const struct err *err)
{
    /* Data that is refused may come of a key that is not free. */
    bool failed = guesses->wrong || (guesses->count && err->kind == ERR_INPUT);

    guesses->ask_all = guesses->ask_all || failed;
    return failed;
}

/* ---- writing
 * -------------------------------------------------------------------- */

/* Whether it may be taken although it was found free: it was not looked for, or
 * nothing keeps others from taking it. */
static bool
is_unsure(const struct once_key *key)
{
    return key->guessed || !key->account;
}

void
writing_add_once_keys(struct writing *writing, const struct facts *facts)
{
    struct once_guesses *guesses = &writing->ledger->once_guesses;
    struct buf *row = &writing->rows.of[TABLE_ONCE_KEYS];

    for (size_t i = 0; i < facts->once_count; i++) {
        const struct once_key *once = facts->once_keys[i];

        if (!once->changed)
            continue;
        guesses->unsure = guesses->unsure || is_unsure(once);
        pg_copy_int(row, once->taken_by->row_id);
        pg_copy_int(row, account_row_id(once->account));
        pg_copy_int(row, once->line->id);
        pg_copy_text(row, once->key);
        pg_copy_end_row(row);
    }
}

void
once_key_taken(struct ledger *ledger)
{
    ledger->once_guesses.wrong = ledger->once_guesses.unsure;
}

/* The unique key has looked at those that the batch takes. */
static bool
needs_confirming(const struct once_key *key)
{
    return !key->taken && is_unsure(key);
}

bool
once_keys_need_confirming(const struct facts *facts)
{
    for (size_t i = 0; i < facts->once_count; i++)
        if (needs_confirming(facts->once_keys[i]))
            return true;
    return false;
}

bool
ledger_confirm_once_keys(struct writing *writing, const struct facts *facts,
                         struct err *err)
{
    struct inquiry inquiry = {.arena = writing->arena};
    struct asked *asked = asked_none(facts, writing->arena);

    for (size_t i = 0; i < facts->once_count; i++)
        if (needs_confirming(facts->once_keys[i]))
            asked->keys[asked->count++] = facts->once_keys[i];
    ask(&inquiry, asked);
    if (!inquiry_run(&inquiry, writing->ledger->pg, err))
        return false;
    for (size_t i = 0; i < asked->count; i++)
        if (asked->keys[i]->taken) {
            writing->ledger->once_guesses.wrong = true;
            return err_set(err, ERR_RETRY,
                           "a once-key that is taken was held to be free");
        }
    return true;
}
