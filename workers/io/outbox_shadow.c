/* outbox_shadow.c - what rules in shadow would have paid, as messages: one for
 * each event and account, like those of what was paid. */
#include "outbox_shadow.h"

#include "outbox_parts.h"

enum { SHADOW_ORDINAL = 4 }; /* its column */

/* A row has its event with it: most are of events that nothing else is said
 * of. */
const char shadows_sql[] =
    "SELECT x.event_id, x.account_id, x.amount, x.line_id, x.ordinal, "
    "e.occurred_at, e.source_id, e.event_id, e.contract_id, e.traceparent "
    "FROM batches b "
    "JOIN shadow_entries x ON x.event_id BETWEEN b.first_id AND b.last_id "
    "JOIN events e ON e.id = x.event_id WHERE b.id > $1 AND b.id <= $2";

bool
shadow_names_known(const struct outbox *outbox)
{
    const struct pg_result *rows = outbox->shadows;

    for (size_t i = 0; rows && i < pg_rows(rows); i++)
        if (!names_find(&outbox->names.lines, pg_int(rows, i, 3)) ||
            !names_find(&outbox->names.sources, pg_int(rows, i, 6)))
            return false;
    return true;
}

void
shadow_open(struct shadow_list *list, const struct outbox *outbox,
            const struct batch_list *batches, const struct str *addresses,
            struct arena *arena)
{
    *list = (struct shadow_list){
        .outbox = outbox,
        .arena = arena,
        .batches = batches,
        .addresses = addresses,
        .rows = rows_in_order(outbox->shadows, SHADOW_ORDINAL, batches, arena),
    };
}

static bool
is_same_message(const struct shadow_list *list, size_t left, size_t right)
{
    const struct row_place *a = &list->rows.places[left];
    const struct row_place *b = &list->rows.places[right];
    const struct pg_result *rows = list->outbox->shadows;

    return a->id == b->id && pg_int(rows, a->row, 1) == pg_int(rows, b->row, 1);
}

static void
token_from_row(const struct shadow_list *list, size_t row,
               const struct batch_row *batch, struct token_source *token)
{
    const struct outbox_names *names = &list->outbox->names;
    const struct pg_result *rows = list->outbox->shadows;
    const struct ruleset_name *ruleset =
        names_ruleset(names, batch->ruleset_id);

    *token = (struct token_source){
        .type = STR(TOKEN_SHADOW),
        .place = 1,
        .is_shadow = true,
        .occurred_us = pg_time(rows, row, 5),
        .event_source = *names_find(&names->sources, pg_int(rows, row, 6)),
        .event_id = pg_text(rows, row, 7),
        .traceparent = pg_text(rows, row, 9),
        .account = list->addresses[row],
        .ruleset = ruleset->stamp,
        .asset = ruleset->asset,
        .scale = LEDGER_SCALE,
        .posted_us = batch->posted_us,
    };
    if (!pg_is_null(rows, row, 8))
        token->contract_id = pg_text(rows, row, 8);
}

/* Whether the row at hand is of the batch. */
static bool
is_in_batch(const struct shadow_list *list, size_t batch)
{
    return list->next < list->rows.count &&
           list->rows.places[list->next].batch == batch;
}

/* The entries of a message may stand apart from each other, when another
 * account's are between them. */
static void
take_entries(struct shadow_list *list, struct token_source *token)
{
    const struct pg_result *rows = list->outbox->shadows;
    const struct row_place *places = list->rows.places;
    size_t first = list->next;
    size_t end = first;
    struct token_entry *entries;

    while (end < list->rows.count && places[end].id == places[first].id)
        end++;
    entries = arena_array(list->arena, end - first, sizeof(*entries));
    for (size_t i = first; i < end; i++)
        if (is_same_message(list, first, i))
            entries[token->entry_count++] = (struct token_entry){
                .line = *names_find(&list->outbox->names.lines,
                                    pg_int(rows, places[i].row, 3)),
                .amount_minor = pg_int(rows, places[i].row, 2),
            };
    token->entries = entries;
}

/* Whether an earlier row of the event has told of this row's account. */
static bool
is_told(const struct shadow_list *list)
{
    size_t at = list->next;

    while (at && list->rows.places[at - 1].id == list->rows.places[at].id)
        if (is_same_message(list, --at, list->next))
            return true;
    return false;
}

bool
shadow_next(struct shadow_list *list, size_t batch,
            const struct token_source **token, struct err *err)
{
    const struct batch_row *row = &list->batches->items[batch];
    struct token_source *made;

    *token = NULL;
    for (; is_in_batch(list, batch); list->next++) {
        list->taken++;
        if (is_told(list))
            continue;
        made = ARENA_NEW(list->arena, struct token_source);
        token_from_row(list, list->rows.places[list->next].row, row, made);
        take_entries(list, made);
        list->next++;
        *token = made;
        return true;
    }
    if (list->taken != row->shadows)
        return err_set(err, ERR_FATAL,
                       "the ledger is damaged: batch %" PRId64
                       " counts %" PRId64 " entries of rules in shadow, but "
                       "holds %" PRId64 "; see \"reward verify\"",
                       row->id, row->shadows, list->taken);
    list->taken = 0;
    return true;
}
