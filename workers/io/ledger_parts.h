/* ledger_parts.h - shared by the ledger's own files only. */
#ifndef IO_LEDGER_PARTS_H
#define IO_LEDGER_PARTS_H

#include "account_ids.h"
#include "account_pages.h"
#include "ledger.h"
#include "ledger_inquiry.h"
#include "map.h"
#include "odds.h"
#include "pg_together.h"
#include "recent.h"

/* Names that rows refer to by id, remembered once the database has them. */
struct name_cache {
    const char *select; /* statement: ids and names of $1::text[] */
    const char *insert; /* statement: enter the names of $1::text[] */
    struct arena arena;
    struct map ids;
};

/* The events that this process has met. */
struct met {
    struct recent events;
    struct pages pages; /* what was read of others' */
    bool missed;        /* one of those came that had not been met */
};

/* Events guessed to be new, see ledger_claim.c. */
struct event_guesses {
    size_t count;     /* in the transaction at hand */
    bool wrong;       /* one of those was known */
    int whole_claims; /* batches to come of which all events are looked up */
};

/* Once-keys guessed to be free, see ledger_once.c. */
struct once_guesses {
    struct odds odds; /* by line id */
    size_t count;     /* in the transaction at hand */
    bool wrong;       /* one of those was taken */
    bool unsure;      /* one that the batch takes may have been, all the same */
    bool ask_all;     /* in the next one none is guessed */
};

/* New accounts guessed to be nobody else's, see ledger_accounts.c. */
struct account_guesses {
    struct odds odds; /* of one kind */
    bool wrong;       /* one was made by another, in the transaction at hand */
};

struct ledger {
    struct arena arena;   /* holds this struct */
    struct arena scratch; /* texts on their way into an event's row */
    struct pg *pg;        /* borrowed */
    struct name_cache sources;
    struct name_cache types;
    struct account_ids account_ids;
    struct pages account_pages; /* what was read into those */
    struct met met;
    struct event_guesses event_guesses;
    struct once_guesses once_guesses;
    struct account_guesses account_guesses;
};

/* Of an account that was not there before this batch no table has rows. */
static inline bool
account_may_have_rows(const struct account_state *account)
{
    return account->id && !account->is_new;
}

/* The account's id in rows of which those with 0 are of all accounts. */
static inline int64_t
account_row_id(const struct account_state *account)
{
    return account ? account->id : 0;
}

/* Advisory locks, beside those of registry.h: held while a batch gets its id
 * and is committed; and, with the proposal's hash, while it is voted on. */
#define LEDGER_BATCH_LOCK "7237101"
#define LEDGER_PROPOSAL_LOCK "7237103"

/* What rows are added to, in this order. New accounts first: if one is
 * another's by now, nothing else was written in vain. */
enum ledger_table {
    TABLE_ACCOUNTS,
    TABLE_EVENTS,
    TABLE_OTHER_RECORDS,
    TABLE_DEAD_RECORDS,
    TABLE_ENTRIES,
    TABLE_ANSWERS,
    TABLE_SHADOW_ENTRIES,
    TABLE_SHADOW_ERRORS,
    TABLE_HOLDS,
    TABLE_TIMERS,
    TABLE_COUNTERS,
    TABLE_ONCE_KEYS,
    TABLE_COUNT
};

/* Rows for COPY, and what the batch row counts. */
struct rows {
    struct buf of[TABLE_COUNT];
    int64_t counts[OUTCOME_COUNT];
    int64_t entry_count;
    int64_t shadow_entry_count;
    int64_t shadow_error_count;
    int64_t opened; /* accounts that got their first entry */
    int128 amount_minor;
    int128 funds_minor[FUND_COUNT];
    int64_t next_id;
};

/* What every row of the range needs to know, and all that will be written: rows
 * are added to tables, and then statements change what there is. */
struct writing {
    struct ledger *ledger;
    struct arena *arena;
    const struct ledger_turn *turn;
    const struct ledger_options *options;
    struct rows rows;
    struct account_state **new_accounts; /* that have no row yet */
    size_t new_account_count;
    struct pg_statement *statements;
    size_t statement_count;
    size_t statement_room;
};

/* Empty rows with room for `count` items; the members before are set. */
void writing_init(struct writing *writing, size_t count);

/* Add the rows of one item and give it its id. */
void writing_add_item(struct writing *writing, struct item *item);

/* Add a statement, which must change so many rows, 0: any number. The texts of
 * its parameters must last until the batch is written. */
void writing_add_statement(struct writing *writing, const char *sql,
                           const struct str *params, size_t param_count,
                           size_t row_count);

/* Run the statements that were added so far. */
MUST_CHECK bool writing_flush(struct writing *writing, struct err *err);

/* Add what decisions have come to: accounts, counters, once-keys, and all that
 * they ask for besides entries. The items have their ids. */
void writing_add_accounts(struct writing *writing, const struct facts *facts);
void writing_add_counters(struct writing *writing, const struct facts *facts);
void writing_add_once_keys(struct writing *writing, const struct facts *facts);
void writing_add_effects(struct writing *writing, struct item_range range);

/* The rows of new accounts are there. */
void new_accounts_made(struct writing *writing);

/* Of a new connection: most likely nobody else makes the accounts that it does.
 */
void account_guesses_init(struct account_guesses *guesses);

/* Lock and fill in the accounts of the facts; those that are new get an id, and
 * mostly no row yet. */
MUST_CHECK bool ledger_lock_accounts(struct ledger *ledger, struct facts *facts,
                                     struct arena *arena, struct err *err);

/* The same without any lock, and nothing is made or guessed. */
MUST_CHECK bool ledger_look_accounts(struct pg *pg, struct facts *facts,
                                     struct arena *arena, struct err *err);

/* Ask for the counters and the records that the facts mention; the accounts are
 * there, and, with `lock`, locked. */
void ask_counters(struct inquiry *inquiry, struct facts *facts, bool lock);
void ask_records(struct inquiry *inquiry, struct facts *facts, bool lock);

/* Whether those locks will be of more than the facts' accounts. */
bool counters_take_locks(const struct facts *facts);
bool records_take_locks(const struct facts *facts);

/* Ask whether the once-keys are taken, where that is not guessed; NULL: nothing
 * is. The accounts are there. */
void ask_once_keys(struct inquiry *inquiry, struct facts *facts,
                   struct once_guesses *guesses);

/* The statement that finds repeats, tombstones and dead letters of the range
 * that are written already; and what its rows make of the items: OUTCOME_SEEN.
 */
struct pg_statement seen_statement(struct item_range range, struct arena *arena,
                                   struct pg_result **rows);
void mark_seen(struct item_range range, const struct pg_result *rows);

/* Whether there are once-keys that were held to be free and that the batch does
 * not take. If so, under the batch lock, when all batches of smaller ids can be
 * seen: whether they are. ERR_RETRY if not. */
bool once_keys_need_confirming(const struct facts *facts);
MUST_CHECK bool ledger_confirm_once_keys(struct writing *writing,
                                         const struct facts *facts,
                                         struct err *err);

/* A row that the batch adds is there already: whether a guess was wrong. */
void new_account_taken(struct ledger *ledger);
void event_taken(struct ledger *ledger);
void once_key_taken(struct ledger *ledger);

/* Whether the transaction failed, or may have, because a guess was wrong; if
 * so, the next one knows better, or does by now. */
bool account_guesses_failed(const struct account_guesses *guesses);
bool event_guesses_failed(struct ledger *ledger, const struct err *err);
bool once_guesses_failed(struct once_guesses *guesses, const struct err *err);

/* ---- events met ------------------------------------------------------------
 */

/* Of a new connection: none. */
void met_init(struct met *met, struct arena *arena);

/* Add an event; returns whether it may have been met already. */
bool met_add(struct met *met, struct str source, struct str id);

/* Streams came that others have read so far. */
void met_look_back(struct met *met);

/* One of their events came again, and had not been met. */
void met_missed(struct met *met);

/* Read a page of what they have claimed, latest first, if one was missed. */
MUST_CHECK bool met_recall(struct met *met, struct pg *pg, struct err *err);

/* ---- names ----------------------------------------------------------------
 */

void name_cache_init(struct name_cache *cache, const char *select,
                     const char *insert);
void name_cache_free(struct name_cache *cache);

/* Make sure the cache knows all the names; to be called outside a transaction,
 * since an id is remembered for ever. */
MUST_CHECK bool name_cache_learn(struct name_cache *cache, struct pg *pg,
                                 const struct str *names, size_t count,
                                 struct err *err);

/* The id of a name that was learned. */
int32_t name_cache_id(const struct name_cache *cache, struct str name);

#endif
