/* ledger.h - where a batch is written down, in one transaction, in the order
 * that makes it exactly once: begin and fence, claim, lock the facts, write,
 * commit. What a batch pays is for decide.h. */
#ifndef IO_LEDGER_H
#define IO_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "batch.h"
#include "compiler.h"
#include "err.h"
#include "facts.h"
#include "hex.h"
#include "pg.h"
#include "rule.h"
#include "str.h"

struct ledger;

/* Use a connection, which stays the caller's. */
MUST_CHECK bool ledger_open(struct pg *pg, struct ledger **ledger,
                            struct err *err);

/* NULL is allowed. The connection stays open. */
void ledger_close(struct ledger *ledger);

/* The connection it was opened with. */
struct pg *ledger_pg(const struct ledger *ledger);

/* ---- positions ------------------------------------------------------------
 */

enum { LAST_RECORD_BYTES = 16 };

struct position {
    bool known; /* false: the partition was never read */
    int32_t stream_id;
    int64_t next_offset;
    bool has_last_record;
    uint8_t last_record[LAST_RECORD_BYTES]; /* digest of the one before */
};

/* Where a partition is read from. */
MUST_CHECK bool ledger_position(struct ledger *ledger, struct str topic,
                                int32_t partition, struct position *position,
                                struct err *err);

/* Enter a partition that was never read; if another worker was first, its
 * position stands. */
MUST_CHECK bool ledger_start_stream(struct ledger *ledger, struct str topic,
                                    int32_t partition, int64_t next_offset,
                                    struct err *err);

/* Partitions came that others have read so far: what those have met and made is
 * learned again, where it turns out to be missing. */
void ledger_look_back(struct ledger *ledger);

/* Digest of a record, to know it again: first bytes of the SHA-256 of its
 * timestamp, key and value. */
void record_digest(const struct record *record,
                   uint8_t digest[LAST_RECORD_BYTES]);

/* ---- one transaction
 * ---------------------------------------------------------- */

/* What the transaction learned on entry. */
struct ledger_turn {
    int64_t now_us;     /* the database's clock: the batch's posted_at */
    int32_t ruleset_id; /* in force, and held so until the end */
    int64_t first_id;   /* of this batch's block of ids */
};

/* Begin, hold the rule set in force, lock the positions of the range's
 * streams. Items below their stream's position become OUTCOME_PASSED, and those
 * of a record that has an outcome without an event OUTCOME_SEEN. ERR_RETRY
 * with code "gap" when a stream's position is not what this process last knew:
 * read again from the database's position. After any failure of this and the
 * functions below the caller calls ledger_rollback. */
MUST_CHECK bool ledger_begin(struct ledger *ledger, struct item_range range,
                             struct ledger_turn *turn, struct err *err);

/* Find the events already known: those items become OUTCOME_SEEN (the very
 * record that made the event), OUTCOME_DUPLICATE (same hash) or are set aside
 * as OUTCOME_CONFLICT.
 * Events that this process seems never to have met are mostly not looked up,
 * but guessed to be new and stay OUTCOME_OPEN. Should one be known,
 * ledger_write fails on the unique key; of those that are not written
 * ledger_claim_refused finds out. Repeats within the range are for the caller,
 * by item_repeat. */
MUST_CHECK bool ledger_claim(struct ledger *ledger, struct batch *batch,
                             struct item_range range, struct err *err);

/* Look up the events guessed to be new that were set aside since: the rules
 * refused them, but a known one is a repeat or a conflict all the same. */
MUST_CHECK bool ledger_claim_refused(struct ledger *ledger, struct batch *batch,
                                     struct item_range range, struct err *err);

/* Whether a transaction that failed may have because of a wrong guess. Then the
 * same range, tried again, finds what it was about: no event is guessed to be
 * new until some batches had none known, the next time no once-key to be free,
 * and no new account to be nobody else's until enough in a row were. */
bool ledger_guessed_wrong(struct ledger *ledger, const struct err *err);

/* The stored form of an event's hash: 36 characters and a NUL. */
void event_hash_text(const struct event *event, char text[UUID_TEXT + 1]);

/* The item repeats a known event: a duplicate when the hashes agree, else a
 * conflict. known_id is 0 while that event, of the same batch, has no id. */
void item_repeat(struct batch *batch, struct item *item, int64_t known_id,
                 struct str known_hash);

/* Lock and fill in everything the facts mention; accounts that are new get
 * their id, and mostly their row only from ledger_write, which fails if another
 * worker has made one meanwhile. Once-keys of lines whose keys are hardly ever
 * taken are not looked up, but guessed to be free; where one is not,
 * ledger_write fails. */
MUST_CHECK bool ledger_lock(struct ledger *ledger, struct facts *facts,
                            struct err *err);

/* As ledger_lock, for those who only want to know: nothing is locked or made.
 */
MUST_CHECK bool ledger_look(struct pg *pg, struct facts *facts,
                            struct err *err);

/* Find the events that are known, as ledger_claim does, for those who only want
 * to know: all ids are looked up, and where records came from is not asked. */
MUST_CHECK bool ledger_look_known(struct pg *pg, struct batch *batch,
                                  struct err *err);

struct ledger_options {
    const struct ruleset *ruleset;
    int64_t notify_max_age_us; /* older events notify nobody */
};

/* Write the decided range: rows that are new, those of accounts first; then
 * balances, effects, counters and positions; last, under a short lock, the
 * batch row. Gives the items their ids. */
MUST_CHECK bool ledger_write(struct ledger *ledger, struct arena *arena,
                             struct item_range range, const struct facts *facts,
                             const struct ledger_turn *turn,
                             const struct ledger_options *options,
                             struct err *err);

/* Commit; ERR_RETRY with code "commit_unknown" when the outcome is not known:
 * the position row tells. */
MUST_CHECK bool ledger_commit(struct ledger *ledger, struct err *err);

void ledger_rollback(struct ledger *ledger);

#endif
