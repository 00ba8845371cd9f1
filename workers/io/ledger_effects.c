/* ledger_effects.c - what decisions come to besides entries: one statement for
 * each kind of effect in the batch, most of them none at all; of holds, which
 * are many, rows for COPY, which takes half as long. */
#include "ledger.h"

#include <assert.h>

#include "ledger_parts.h"
#include "num.h"
#include "pg_array.h"
#include "pg_text.h"

/* One row for each effect: its event, accounts, line and values. */
#define ROWS                                                                   \
    "unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::text[], "       \
    "$6::text[], $7::text[], $8::text[], $9::text[], $10::text[], "            \
    "$11::text[], $12::text[]) WITH ORDINALITY AS v(event_id, account_id, "    \
    "other_id, line_id, a, b, c, d, e, f, g, h, ord)"

#define FROM_ROWS " FROM " ROWS " ORDER BY v.ord"

/* The event, its accounts and line; the values are texts. */
static const enum pg_type elements[] = {PG_INT8, PG_INT4, PG_INT4, PG_INT4};

enum {
    IDS = sizeof(elements) / sizeof(*elements),
    COLUMNS = IDS + EFFECT_VALUES
};

static const char *const statements[EFFECT_KIND_COUNT] = {
    [EFFECT_STAKE] =
        "INSERT INTO stakes (staking_id, event_id, account_id, amount, "
        "lock_days, start_at, end_at, bonus_xp, benefits) "
        "SELECT v.a::uuid, v.event_id, v.account_id, v.b::bigint, v.c::int, "
        "from_us(v.d::bigint), from_us(v.e::bigint), v.f::numeric, "
        "v.g" FROM_ROWS,
    [EFFECT_UNSTAKE] = "INSERT INTO unstakes (staking_id, event_id) "
                       "SELECT v.a::uuid, v.event_id" FROM_ROWS,
    [EFFECT_ENTITLEMENT] =
        "INSERT INTO purchases (event_id, account_id, line_id, item, "
        "contract_id, from_at, until_at) SELECT v.event_id, v.account_id, "
        "v.line_id, v.a, v.b, from_us(v.c::bigint), "
        "from_us(v.d::bigint)" FROM_ROWS,
    [EFFECT_CONVERSION] =
        "INSERT INTO conversions (conversion_id, event_id, account_id, "
        "amount, rate, blockchain_address) SELECT v.a::uuid, v.event_id, "
        "v.account_id, v.b::bigint, v.c::numeric, v.d" FROM_ROWS,
    [EFFECT_SETTLEMENT] =
        "INSERT INTO settlements (event_id, conversion_id, status, tx_hash) "
        "SELECT v.event_id, v.a::uuid, v.b, v.c" FROM_ROWS,
    [EFFECT_HOLD] = NULL, /* added to its tables */
    [EFFECT_HOLD_END] =
        "WITH done AS (INSERT INTO hold_ends (hold_id, event_id, outcome) "
        "SELECT v.a::uuid, v.event_id, v.b" FROM_ROWS " RETURNING hold_id) "
        "DELETE FROM timers WHERE hold_id = ANY (ARRAY (SELECT hold_id "
        "FROM done))",
    /* What is held for it is due now. */
    [EFFECT_CLOSING] =
        "WITH closed AS (INSERT INTO closings (account_id, line_id, "
        "contract_id, event_id) SELECT v.account_id, v.line_id, v.a, "
        "v.event_id" FROM_ROWS " RETURNING account_id, line_id) "
        "UPDATE timers SET due_at = now() WHERE hold_id = ANY (ARRAY "
        "(SELECT h.hold_id FROM closed c JOIN holds h "
        "ON h.matched_id = c.account_id AND h.line_id = c.line_id))",
    [EFFECT_REVERSAL] =
        "INSERT INTO reversals (origin_id, closing_id, line_id) "
        "SELECT o.id, k.id, v.line_id FROM " ROWS " "
        "JOIN sources p ON p.name = split_part(v.a, E'\\n', 1) "
        "JOIN events o ON o.event_id = split_part(v.a, E'\\n', 2) "
        "AND o.source_id = p.id "
        "JOIN sources q ON q.name = split_part(v.b, E'\\n', 1) "
        "JOIN events k ON k.event_id = split_part(v.b, E'\\n', 2) "
        "AND k.source_id = q.id ORDER BY v.ord",
    [EFFECT_PROPOSAL] =
        "INSERT INTO proposals (proposal_id, event_id, account_id, title, "
        "description, category, voting_start, voting_end, quorum_required, "
        "execution_data) SELECT v.a, v.event_id, v.account_id, v.b, v.c, v.d, "
        "from_us(v.e::bigint), from_us(v.f::bigint), v.g::bigint, "
        "v.h" FROM_ROWS,
    [EFFECT_VOTE] =
        "INSERT INTO votes (proposal_id, event_id, account_id, choice, "
        "power, reason) SELECT v.a, v.event_id, v.account_id, "
        "v.b::smallint, v.c::bigint, v.d" FROM_ROWS,
    [EFFECT_TALLY] =
        "INSERT INTO tallies (proposal_id, event_id, result, sha256) "
        "SELECT v.a, v.event_id, v.b, v.c" FROM_ROWS,
};

static void
add_account(struct buf *array, const struct account_state *account)
{
    if (account)
        pg_array_int(array, account->id);
    else
        pg_array_null(array);
}

static void
add_effect(struct buf *columns, const struct item *item,
           const struct effect *effect)
{
    pg_array_int(&columns[0], item->id);
    add_account(&columns[1], effect->account);
    add_account(&columns[2], effect->other);
    if (effect->line)
        pg_array_int(&columns[3], effect->line->id);
    else
        pg_array_null(&columns[3]);
    for (int i = 0; i < EFFECT_VALUES; i++) {
        if (effect->values[i].at)
            pg_array_text(&columns[IDS + i], effect->values[i]);
        else
            pg_array_null(&columns[IDS + i]);
    }
}

/* ---- those of a range
 * ------------------------------------------------------
 */

struct found {
    const struct item *item;
    const struct effect *effect;
};

struct effects {
    struct found *list; /* in the order of the events */
    size_t count;
    size_t room;
};

/* What was set aside has no effect, whatever was decided of it. */
static struct effects
find_effects(struct item_range range, struct arena *arena)
{
    struct effects effects = {0};

    for (size_t i = 0; i < range.count; i++) {
        const struct item *item = &range.items[i];
        const struct decision *decision = &item->decision;

        if (!decision->effect_count || !item_is_applied(item))
            continue;
        for (size_t k = 0; k < decision->effect_count; k++) {
            effects.list = arena_room(arena, effects.list, effects.count,
                                      &effects.room, 16, sizeof(*effects.list));
            effects.list[effects.count++] =
                (struct found){item, &decision->effects[k]};
        }
    }
    return effects;
}

/* The next one of a kind from *at on, which moves behind it; NULL: no more. */
static const struct found *
next_of(const struct effects *effects, enum effect_kind kind, size_t *at)
{
    while (*at < effects->count) {
        const struct found *found = &effects->list[(*at)++];

        if (found->effect->kind == kind)
            return found;
    }
    return NULL;
}

/* ---- to be written
 * ---------------------------------------------------------------
 */

static void
add_kind(struct writing *writing, const struct effects *effects,
         enum effect_kind kind)
{
    struct buf columns[COLUMNS];
    struct str params[COLUMNS];
    size_t at = 0;
    const struct found *found = next_of(effects, kind, &at);

    if (!found)
        return;
    for (int c = 0; c < COLUMNS; c++)
        pg_array_open(&columns[c], writing->arena,
                      c < IDS ? elements[c] : PG_TEXT);
    for (; found; found = next_of(effects, kind, &at))
        add_effect(columns, found->item, found->effect);
    for (int c = 0; c < COLUMNS; c++)
        params[c] = buf_str(&columns[c]);
    writing_add_statement(writing, statements[kind], params, COLUMNS, 0);
}

static void
add_hold(struct buf *holds, struct buf *timers, const struct item *item,
         const struct effect *effect)
{
    int64_t expires_us;
    bool ok = num_parse_int(effect->values[2], &expires_us);

    assert(ok);
    (void)ok;
    pg_copy_text(holds, effect->values[0]);
    pg_copy_int(holds, item->id);
    pg_copy_int(holds, effect->account->id);
    pg_copy_int(holds, effect->other->id);
    pg_copy_int(holds, effect->line->id);
    pg_copy_text(holds, effect->values[1]);
    pg_copy_time(holds, expires_us);
    pg_copy_end_row(holds);
    pg_copy_text(timers, effect->values[0]);
    pg_copy_time(timers, expires_us);
    pg_copy_end_row(timers);
}

static void
add_holds(struct writing *writing, const struct effects *effects)
{
    struct buf *tables = writing->rows.of;
    const struct found *found;
    size_t at = 0;

    while ((found = next_of(effects, EFFECT_HOLD, &at)))
        add_hold(&tables[TABLE_HOLDS], &tables[TABLE_TIMERS], found->item,
                 found->effect);
}

void
writing_add_effects(struct writing *writing, struct item_range range)
{
    struct effects effects = find_effects(range, writing->arena);

    add_holds(writing, &effects);
    for (int kind = 0; kind < EFFECT_KIND_COUNT; kind++)
        if (statements[kind])
            add_kind(writing, &effects, (enum effect_kind)kind);
}
