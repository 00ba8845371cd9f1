/* batch.c - filling a batch and setting records aside. */
#include "batch.h"

#include <assert.h>
#include <string.h>

void
batch_init(struct batch *batch, size_t max_records)
{
    assert(max_records <= BATCH_MAX_RECORDS);
    memset(batch, 0, sizeof(*batch));
    batch->items =
        arena_array(&batch->room, max_records, sizeof(*batch->items));
    batch->max_records = max_records;
}

void
batch_reset(struct batch *batch)
{
    arena_reset(&batch->arena);
    batch->count = 0;
    batch->bytes = 0;
}

void
batch_free(struct batch *batch)
{
    arena_free(&batch->arena);
    arena_free(&batch->room);
    batch->items = NULL;
    batch->count = 0;
}

struct item *
batch_add(struct batch *batch)
{
    struct item *item = &batch->items[batch->count];

    assert(batch->count < batch->max_records);
    batch->count++;
    memset(item, 0, sizeof(*item));
    return item;
}

void
item_set_aside(struct batch *batch, struct item *item, const struct err *error)
{
    item->reason = reason_of(error);
    item->outcome = item->reason == REASON_ID_CONFLICT ? OUTCOME_CONFLICT
                                                       : OUTCOME_DEAD_LETTER;
    /* A message must not be what keeps a record from being set aside. */
    item->message = str_dup_utf8(&batch->arena, str_from_cstr(error->text));
}

bool
item_is_applied(const struct item *item)
{
    return item->outcome == OUTCOME_POSTED ||
           item->outcome == OUTCOME_NO_REWARD;
}

enum outcome
decision_outcome(const struct decision *decision)
{
    if (decision->rejection)
        return OUTCOME_REJECTED;
    return decision_is_posted(decision) ? OUTCOME_POSTED : OUTCOME_NO_REWARD;
}

const char *
outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_OPEN] = "open",
        [OUTCOME_PASSED] = "passed",
        [OUTCOME_SEEN] = "seen",
        [OUTCOME_POSTED] = "posted",
        [OUTCOME_NO_REWARD] = "no_reward",
        [OUTCOME_REJECTED] = "rejected",
        [OUTCOME_DUPLICATE] = "duplicate",
        [OUTCOME_CONFLICT] = "conflict",
        [OUTCOME_DEAD_LETTER] = "dead_letter",
    };

    return names[outcome];
}
