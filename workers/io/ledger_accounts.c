/* ledger_accounts.c - the rows of a batch's accounts: locked and read in order
 * of id, made where there are none, and written back where they were read.
 *
 * Mostly nobody else makes one of the new accounts meanwhile. Then they only
 * get their ids before the batch is decided, and are written once, with what it
 * pays them. Should another worker have made one, the key of addresses refuses
 * it, and the batch is decided again; and until enough have been made in a row
 * that were nobody else's, they are made beforehand, empty. */
#include "ledger.h"

#include <stdlib.h>

#include "ledger_parts.h"
#include "pg_array.h"
#include "pg_text.h"
#include "timestamp.h"

#define COLUMNS                                                                \
    "id, address, balance, last_seq, side, total_earned, total_spent, "        \
    "staked_amount, pending_amount, reserved_amount, debt_amount, ctid"

enum { COLUMN_CTID = 5 + FUND_COUNT };

enum { NEW_ACCOUNT = 0 }; /* the kind that odds are kept of */

/* An account and its id, most likely. */
struct id_guess {
    int64_t id;
    struct account_state *account;
};

/* ---- reading
 * -------------------------------------------------------------------- */

static void
fill_account(struct account_state *account, const struct pg_result *rows,
             size_t row)
{
    account->id = pg_int(rows, row, 0);
    account->balance_minor = pg_int(rows, row, 2);
    account->last_seq = pg_int(rows, row, 3);
    account->side = (int)pg_int(rows, row, 4);
    for (int i = 0; i < FUND_COUNT; i++)
        account->funds_minor[i] = pg_int(rows, row, 5 + i);
    account->place = pg_place(rows, row, COLUMN_CTID);
}

static int
address_order(const void *left, const void *right)
{
    const struct account_state *const *a = left;
    const struct account_state *const *b = right;

    return str_compare((*a)->address, (*b)->address);
}

/* In order of address, as an array parameter; sorts `accounts`. */
static struct str
addresses_param(struct account_state **accounts, size_t count,
                struct arena *arena)
{
    struct buf array;

    qsort(accounts, count, sizeof(*accounts), address_order);
    pg_array_open(&array, arena, PG_TEXT);
    for (size_t i = 0; i < count; i++)
        pg_array_text(&array, accounts[i]->address);
    return buf_str(&array);
}

/* The accounts that were not found yet; returns how many. */
static size_t
list_rest(const struct facts *facts, struct arena *arena,
          struct account_state ***rest)
{
    size_t count = 0;

    *rest = arena_array(arena, facts->account_count, sizeof(**rest));
    for (size_t i = 0; i < facts->account_count; i++)
        if (!facts->accounts[i]->id)
            (*rest)[count++] = facts->accounts[i];
    return count;
}

/* Run a statement on the addresses of the accounts that were not found yet, and
 * fill in those that it gives, which may be new; their ids are noted, unless
 * that is NULL. */
static bool
fill_rest(struct pg *pg, struct account_ids *ids, struct facts *facts,
          struct arena *arena, const char *sql, bool is_new, struct err *err)
{
    struct account_state **rest;
    size_t count = list_rest(facts, arena, &rest);
    struct str addresses;
    struct pg_result *rows;

    if (!count)
        return true;
    addresses = addresses_param(rest, count, arena);
    if (!pg_query_binary(pg, sql, &addresses, 1, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct account_state *account =
            facts_account(facts, pg_text(rows, i, 1));

        fill_account(account, rows, i);
        account->is_new = is_new;
        if (ids)
            account_ids_note(ids, account->address, account->id);
    }
    pg_result_free(rows);
    return true;
}

/* ---- locking by id
 * ---------------------------------------------------------------- */

/* Where many had to be asked for that are there, more will be. */
static bool
read_ahead(struct ledger *ledger, size_t found, struct err *err)
{
    struct pg_result *rows;

    if (!account_pages_next(&ledger->account_pages, ledger->pg, found, &rows,
                            err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++)
        account_ids_note(&ledger->account_ids, pg_text(rows, i, 1),
                         pg_int(rows, i, 0));
    pg_result_free(rows);
    return true;
}

/* Ids that are not remembered are asked for, without a lock. */
static bool
ask_ids(struct ledger *ledger, struct facts *facts, struct arena *arena,
        struct account_state **unknown, size_t unknown_count,
        struct id_guess *guesses, size_t *count, struct err *err)
{
    struct str addresses = addresses_param(unknown, unknown_count, arena);
    struct pg_result *rows;
    size_t found;

    if (!pg_query_binary(ledger->pg,
                         "SELECT id, address FROM accounts "
                         "WHERE address = ANY ($1::text[])",
                         &addresses, 1, &rows, err))
        return false;
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct account_state *account =
            facts_account(facts, pg_text(rows, i, 1));

        guesses[*count] = (struct id_guess){pg_int(rows, i, 0), account};
        account_ids_note(&ledger->account_ids, account->address,
                         guesses[(*count)++].id);
    }
    found = pg_rows(rows);
    pg_result_free(rows);
    return read_ahead(ledger, found, err);
}

static bool
guess_ids(struct ledger *ledger, struct facts *facts, struct arena *arena,
          struct id_guess *guesses, size_t *count, struct err *err)
{
    struct account_state **unknown =
        arena_array(arena, facts->account_count, sizeof(*unknown));
    size_t unknown_count = 0;

    *count = 0;
    for (size_t i = 0; i < facts->account_count; i++) {
        struct account_state *account = facts->accounts[i];
        int64_t id = account_ids_find(&ledger->account_ids, account->address);

        if (account->id)
            continue;
        if (id)
            guesses[(*count)++] = (struct id_guess){id, account};
        else
            unknown[unknown_count++] = account;
    }
    return !unknown_count || ask_ids(ledger, facts, arena, unknown,
                                     unknown_count, guesses, count, err);
}

static int
guess_order(const void *left, const void *right)
{
    const struct id_guess *a = left;
    const struct id_guess *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

/* Both are in order of id. A row that has another address than was guessed is
 * left alone, and the guess is forgotten. */
static void
fill_guessed(struct ledger *ledger, const struct id_guess *guesses,
             size_t count, const struct pg_result *rows, bool *is_wrong)
{
    size_t at = 0;

    for (size_t i = 0; i < pg_rows(rows); i++) {
        int64_t id = pg_int(rows, i, 0);

        for (; at < count && guesses[at].id <= id; at++)
            if (guesses[at].id == id &&
                str_eq(guesses[at].account->address, pg_text(rows, i, 1)))
                fill_account(guesses[at].account, rows, i);
    }
    *is_wrong = false;
    for (size_t i = 0; i < count; i++) {
        if (guesses[i].account->id)
            continue;
        account_ids_note(&ledger->account_ids, guesses[i].account->address, 0);
        *is_wrong = true;
    }
}

static bool
lock_guessed(struct ledger *ledger, struct facts *facts, struct arena *arena,
             bool *is_wrong, struct err *err)
{
    struct id_guess *guesses =
        arena_array(arena, facts->account_count, sizeof(*guesses));
    size_t count;
    struct buf ids;
    struct str param;
    struct pg_result *rows;

    *is_wrong = false;
    if (!guess_ids(ledger, facts, arena, guesses, &count, err))
        return false;
    if (!count)
        return true;
    qsort(guesses, count, sizeof(*guesses), guess_order);
    pg_array_open(&ids, arena, PG_INT4);
    for (size_t i = 0; i < count; i++)
        pg_array_int(&ids, guesses[i].id);
    param = buf_str(&ids);
    if (!pg_query_binary(ledger->pg,
                         "SELECT " COLUMNS " FROM accounts "
                         "WHERE id = ANY ($1::int[]) ORDER BY id FOR UPDATE",
                         &param, 1, &rows, err))
        return false;
    fill_guessed(ledger, guesses, count, rows, is_wrong);
    pg_result_free(rows);
    return true;
}

/* ---- making
 * -------------------------------------------------------------------- */

void
account_guesses_init(struct account_guesses *guesses)
{
    odds_trust(&guesses->odds, NEW_ACCOUNT);
}

bool
account_guesses_failed(const struct account_guesses *guesses)
{
    return guesses->wrong;
}

static void
note_made(struct account_guesses *guesses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        odds_note(&guesses->odds, NEW_ACCOUNT, false);
}

/* The second of two workers waits here for the first. */
static bool
make_empty(struct ledger *ledger, struct facts *facts, struct arena *arena,
           size_t count, struct err *err)
{
    struct account_guesses *guesses = &ledger->account_guesses;
    struct account_state **others;
    size_t other_count;

    if (!fill_rest(ledger->pg, &ledger->account_ids, facts, arena,
                   "INSERT INTO accounts (address) "
                   "SELECT a FROM unnest($1::text[]) a "
                   "ON CONFLICT (address) DO NOTHING RETURNING " COLUMNS,
                   true, err))
        return false;
    other_count = list_rest(facts, arena, &others);
    note_made(guesses, count - other_count);
    if (!other_count)
        return true;
    odds_note(&guesses->odds, NEW_ACCOUNT, true);
    return fill_rest(ledger->pg, &ledger->account_ids, facts, arena,
                     "SELECT " COLUMNS " FROM accounts WHERE "
                     "address = ANY ($1::text[]) ORDER BY id FOR UPDATE",
                     false, err);
}

/* In the order in which their rows are made. */
static bool
give_ids(struct ledger *ledger, struct account_state **accounts, size_t count,
         struct arena *arena, struct err *err)
{
    struct str param = int_text(arena, (int64_t)count);
    struct pg_result *rows;

    qsort(accounts, count, sizeof(*accounts), address_order);
    if (!pg_query_binary(ledger->pg,
                         "SELECT nextval('accounts_id_seq') "
                         "FROM generate_series(1, $1::int)",
                         &param, 1, &rows, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        accounts[i]->id = pg_int(rows, i, 0);
        accounts[i]->is_new = true;
    }
    pg_result_free(rows);
    return true;
}

/* Whether the batch will hold locks that are not an account's: a worker that
 * holds one must not wait for the accounts that another makes, which may be
 * waiting for the lock, with those accounts made beforehand. */
static bool
holds_other_locks(const struct facts *facts)
{
    return counters_take_locks(facts) || records_take_locks(facts);
}

static bool
make_rest(struct ledger *ledger, struct facts *facts, struct arena *arena,
          struct err *err)
{
    struct account_state **rest;
    size_t count = list_rest(facts, arena, &rest);

    if (!count)
        return true;
    if (odds_are_good(&ledger->account_guesses.odds, NEW_ACCOUNT) &&
        !holds_other_locks(facts))
        return give_ids(ledger, rest, count, arena, err);
    return make_empty(ledger, facts, arena, count, err);
}

/* Those there are, once more if an id was wrong; then the others. */
bool
ledger_lock_accounts(struct ledger *ledger, struct facts *facts,
                     struct arena *arena, struct err *err)
{
    bool is_wrong;

    return lock_guessed(ledger, facts, arena, &is_wrong, err) &&
           (!is_wrong || lock_guessed(ledger, facts, arena, &is_wrong, err)) &&
           make_rest(ledger, facts, arena, err);
}

bool
ledger_look_accounts(struct pg *pg, struct facts *facts, struct arena *arena,
                     struct err *err)
{
    return fill_rest(pg, NULL, facts, arena,
                     "SELECT " COLUMNS " FROM accounts "
                     "WHERE address = ANY ($1::text[])",
                     false, err);
}

/* ---- writing
 * -------------------------------------------------------------------- */

/* Whether this batch gave it its id: there was no row to lock, and all of it is
 * written as a new one. */
static bool
was_given_id(const struct account_state *account)
{
    return account->id && !account->place;
}

static void
add_new_row(struct buf *rows, const struct account_state *account,
            int64_t now_us)
{
    pg_copy_int(rows, account->id);
    pg_copy_text(rows, account->address);
    pg_copy_time(rows, now_us);
    pg_copy_int(rows, account->balance_minor);
    pg_copy_int(rows, account->last_seq);
    pg_copy_int(rows, account->side);
    for (int i = 0; i < FUND_COUNT; i++)
        pg_copy_int(rows, account->funds_minor[i]);
    pg_copy_end_row(rows);
}

/* In order of address, as all workers do: of two that make some of the same
 * none waits for the other while that one waits for it. */
static size_t
list_new(const struct facts *facts, struct arena *arena,
         struct account_state ***accounts)
{
    size_t count = 0;

    *accounts = arena_array(arena, facts->account_count, sizeof(**accounts));
    for (size_t i = 0; i < facts->account_count; i++)
        if (was_given_id(facts->accounts[i]))
            (*accounts)[count++] = facts->accounts[i];
    if (count)
        qsort(*accounts, count, sizeof(**accounts), address_order);
    return count;
}

static void
add_new_rows(struct writing *writing, const struct facts *facts)
{
    writing->new_account_count =
        list_new(facts, writing->arena, &writing->new_accounts);
    for (size_t i = 0; i < writing->new_account_count; i++)
        add_new_row(&writing->rows.of[TABLE_ACCOUNTS], writing->new_accounts[i],
                    writing->turn->now_us);
}

/* Ids are remembered from here on, since there was no such row before. */
void
new_accounts_made(struct writing *writing)
{
    struct ledger *ledger = writing->ledger;

    note_made(&ledger->account_guesses, writing->new_account_count);
    for (size_t i = 0; i < writing->new_account_count; i++)
        account_ids_note(&ledger->account_ids,
                         writing->new_accounts[i]->address,
                         writing->new_accounts[i]->id);
}

void
new_account_taken(struct ledger *ledger)
{
    struct account_guesses *guesses = &ledger->account_guesses;

    guesses->wrong = true;
    odds_note(&guesses->odds, NEW_ACCOUNT, true);
}

/* Place, balance, seq, earned, spent; and the other funds and the side. */
enum { NARROW = 5, WIDE = 4 + FUND_COUNT };

static const enum pg_type elements[WIDE] = {
    PG_TID,  PG_INT8, PG_INT4, PG_INT8, PG_INT8,
    PG_INT8, PG_INT8, PG_INT8, PG_INT8, PG_INT2,
};

/* Few accounts have anything but a balance: the others are written without
 * what did not change. A row is found where it was locked. */
static const char *const updates[] = {
    [NARROW] = "UPDATE accounts a SET updated_at = $1::timestamptz, "
               "balance = v.balance, last_seq = v.seq, "
               "total_earned = v.earned, total_spent = v.spent "
               "FROM unnest($2::tid[], $3::bigint[], $4::int[], "
               "$5::bigint[], $6::bigint[]) "
               "AS v(place, balance, seq, earned, spent) "
               "WHERE a.ctid = v.place",
    [WIDE] = "UPDATE accounts a SET updated_at = CASE WHEN v.seq > "
             "a.last_seq THEN $1::timestamptz ELSE a.updated_at END, "
             "balance = v.balance, last_seq = v.seq, "
             "total_earned = v.earned, total_spent = v.spent, "
             "staked_amount = v.staked, pending_amount = v.pending, "
             "reserved_amount = v.reserved, debt_amount = v.debt, "
             "side = v.side "
             "FROM unnest($2::tid[], $3::bigint[], $4::int[], "
             "$5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], "
             "$9::bigint[], $10::bigint[], $11::smallint[]) "
             "AS v(place, balance, seq, earned, spent, staked, pending, "
             "reserved, debt, side) WHERE a.ctid = v.place",
};

static int
columns_of(const struct account_state *account)
{
    if (was_given_id(account))
        return 0;
    return account->funds_changed ? WIDE : account->changed ? NARROW : 0;
}

static void
add_account(struct buf *columns, const struct account_state *account)
{
    int64_t values[WIDE] = {0, account->balance_minor, account->last_seq};
    int count = columns_of(account);

    for (int i = 0; i < FUND_COUNT; i++)
        values[3 + i] = account->funds_minor[i];
    values[WIDE - 1] = account->side;
    pg_array_place(&columns[0], account->place);
    for (int c = 1; c < count; c++)
        pg_array_int(&columns[c], values[c]);
}

/* Those accounts that have so many columns to be written. */
static void
add_update(struct writing *writing, const struct facts *facts, int count)
{
    struct buf columns[WIDE];
    struct str params[1 + WIDE];
    struct buf now;
    size_t rows = 0;

    for (int c = 0; c < count; c++)
        pg_array_open(&columns[c], writing->arena, elements[c]);
    for (size_t i = 0; i < facts->account_count; i++) {
        if (columns_of(facts->accounts[i]) != count)
            continue;
        add_account(columns, facts->accounts[i]);
        rows++;
    }
    if (!rows)
        return;
    buf_init(&now, writing->arena);
    timestamp_print(&now, writing->turn->now_us);
    params[0] = buf_str(&now);
    for (int c = 0; c < count; c++)
        params[1 + c] = buf_str(&columns[c]);
    writing_add_statement(writing, updates[count], params, 1 + (size_t)count,
                          rows);
}

void
writing_add_accounts(struct writing *writing, const struct facts *facts)
{
    add_new_rows(writing, facts);
    add_update(writing, facts, NARROW);
    add_update(writing, facts, WIDE);
}
