/* ledger_once.c - the once-keys that a batch asks for; each is covered by its
 * account's lock, or by the unique key where it is of all accounts. */
#include "ledger.h"

#include <stdlib.h>

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

static size_t
to_be_read(const struct facts *facts, struct arena *arena,
           struct once_key ***keys)
{
    size_t count = 0;

    *keys = arena_array(arena, facts->once_count, sizeof(**keys));
    for (size_t i = 0; i < facts->once_count; i++)
        if (!facts->once_keys[i]->account ||
            account_may_have_rows(facts->once_keys[i]->account))
            (*keys)[count++] = facts->once_keys[i];
    return count;
}

/* Sorts them by their key: those that are near one another in the index are
 * read, and written, one after the other. */
bool
ledger_read_once_keys(struct pg *pg, struct facts *facts, struct arena *arena,
                      struct err *err)
{
    struct buf accounts;
    struct buf lines;
    struct buf keys;
    struct once_key **asked;
    size_t count;
    struct pg_result *rows;

    if (!facts->once_count)
        return true;
    qsort(facts->once_keys, facts->once_count, sizeof(*facts->once_keys),
          key_order);
    count = to_be_read(facts, arena, &asked);
    if (!count)
        return true;
    pg_array_open(&accounts, arena, PG_INT4);
    pg_array_open(&lines, arena, PG_INT4);
    pg_array_open(&keys, arena, PG_TEXT);
    for (size_t i = 0; i < count; i++) {
        pg_array_int(&accounts, id_of(asked[i]->account));
        pg_array_int(&lines, asked[i]->line->id);
        pg_array_text(&keys, asked[i]->key);
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
        asked[pg_int(rows, i, 0) - 1]->taken = true;
    pg_result_free(rows);
    return true;
}

bool
ledger_write_once_keys(struct writing *writing, const struct facts *facts,
                       struct err *err)
{
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
    return pg_copy(writing->ledger->pg,
                   "COPY once_keys (event_id, account_id, line_id, key) "
                   "FROM STDIN",
                   buf_str(&rows), err);
}
