/* ledger_rows.c - the rows that a decided range becomes, in COPY's text format,
 * and what the batch row counts of them. */
#include "ledger.h"

#include "basis.h"
#include "hex.h"
#include "kept.h"
#include "ledger_parts.h"
#include "pg_text.h"
#include "shadow.h"

/* The end of the year 9999; a later time of a record is not kept. */
#define LAST_TIME_MS INT64_C(253402300799999)

static void
count_entry(struct rows *rows, const struct posting *posting)
{
    const struct entry_type *type = posting->line->type;

    rows->entry_count++;
    rows->opened += posting->seq == 1;
    rows->amount_minor += posting->amount_minor;
    for (int i = 0; i < FUND_COUNT; i++)
        rows->funds_minor[i] += (int128)type->moves[i] * posting->amount_minor;
}

static void
add_entries(struct rows *rows, const struct item *item)
{
    for (size_t i = 0; i < item->decision.posting_count; i++) {
        const struct posting *posting = &item->decision.postings[i];
        struct buf *row = &rows->of[TABLE_ENTRIES];

        pg_copy_int(row, item->id);
        pg_copy_int(row, posting->amount_minor);
        pg_copy_int(row, posting->balance_after_minor);
        pg_copy_int(row, posting->account->id);
        pg_copy_int(row, posting->seq);
        pg_copy_int(row, posting->line->id);
        pg_copy_int(row, (int64_t)i);
        if (posting->counterparty)
            pg_copy_int(row, posting->counterparty->id);
        else
            pg_copy_null(row);
        pg_copy_end_row(row);
        count_entry(rows, posting);
    }
}

static void
add_answers(struct rows *rows, const struct item *item)
{
    for (size_t i = 0; i < item->decision.answer_count; i++) {
        const struct answer *answer = &item->decision.answers[i];
        struct buf *row = &rows->of[TABLE_ANSWERS];

        pg_copy_int(row, item->id);
        pg_copy_int(row, answer->balance_after_minor);
        pg_copy_int(row, answer->account->id);
        pg_copy_int(row, answer->seq);
        pg_copy_int(row, answer->place);
        pg_copy_text(row, str_from_cstr(answer->type));
        pg_copy_text(row, answer->detail);
        pg_copy_text(row, answer->notify);
        pg_copy_end_row(row);
    }
}

/* What rules in shadow would have paid, and where they failed. */
static void
add_shadow(struct rows *rows, const struct item *item,
           const struct shadow *shadow)
{
    for (size_t i = 0; i < shadow->payment_count; i++) {
        const struct shadow_payment *payment = &shadow->payments[i];
        struct buf *row = &rows->of[TABLE_SHADOW_ENTRIES];

        pg_copy_int(row, item->id);
        pg_copy_int(row, payment->amount_minor);
        pg_copy_int(row, payment->account->id);
        pg_copy_int(row, payment->line->id);
        pg_copy_int(row, (int64_t)i);
        pg_copy_end_row(row);
    }
    for (size_t i = 0; i < shadow->error_count; i++) {
        const struct shadow_error *error = &shadow->errors[i];
        struct buf *row = &rows->of[TABLE_SHADOW_ERRORS];

        pg_copy_int(row, item->id);
        pg_copy_int(row, error->line->id);
        pg_copy_text(row, str_from_cstr(reason_name(error->reason)));
        pg_copy_text(row, error->message);
        pg_copy_end_row(row);
    }
    rows->shadow_entry_count += (int64_t)shadow->payment_count;
    rows->shadow_error_count += (int64_t)shadow->error_count;
}

static struct str
outcome_letter(enum outcome outcome)
{
    if (outcome == OUTCOME_POSTED)
        return STR("p");
    return outcome == OUTCOME_REJECTED ? STR("r") : STR("n");
}

static void
add_event(struct writing *writing, struct item *item)
{
    const struct event *event = &item->event;
    const struct ruleset *ruleset = writing->options->ruleset;
    struct buf *row = &writing->rows.of[TABLE_EVENTS];
    struct arena *scratch = &writing->ledger->scratch;
    char hash[UUID_TEXT + 1];
    bool notify = writing->turn->now_us - event->time_us <=
                  writing->options->notify_max_age_us;

    arena_reset(scratch);
    event_hash_text(event, hash);
    item->id = writing->rows.next_id++;
    item->event.row_id = item->id;
    pg_copy_int(row, item->id);
    pg_copy_int(row, item->record.offset);
    pg_copy_time(row, event->time_us);
    pg_copy_text(row, str_from_cstr(hash));
    if (item->account)
        pg_copy_int(row, item->account->id);
    else
        pg_copy_null(row);
    pg_copy_int(row, name_cache_id(&writing->ledger->sources, event->source));
    pg_copy_int(row, item->stream->id);
    pg_copy_int(row, name_cache_id(&writing->ledger->types, event->type->name));
    pg_copy_text(row, outcome_letter(item->outcome));
    pg_copy_text(row, notify ? STR("t") : STR("f"));
    pg_copy_text(row, event->id);
    pg_copy_text(row, kept_contract(event, scratch));
    pg_copy_text(row,
                 event->traceparent.len ? event->traceparent : (struct str){0});
    pg_copy_text(row, kept_write(ruleset, event, scratch));
    pg_copy_text(row,
                 basis_keep(ruleset, event, item->decision.basis, scratch));
    pg_copy_end_row(row);
    add_entries(&writing->rows, item);
    add_answers(&writing->rows, item);
    if (item->decision.shadow)
        add_shadow(&writing->rows, item, item->decision.shadow);
}

/* A duplicate, or a tombstone. */
static void
add_other(struct rows *rows, const struct item *item)
{
    struct buf *row = &rows->of[TABLE_OTHER_RECORDS];
    int64_t known_id = item->first ? item->first->id : item->known_id;

    pg_copy_int(row, item->record.offset);
    if (known_id)
        pg_copy_int(row, known_id);
    else
        pg_copy_null(row);
    pg_copy_int(row, item->stream->id);
    pg_copy_text(row, item->outcome == OUTCOME_DUPLICATE ? STR("d") : STR("n"));
    pg_copy_end_row(row);
}

/* One side of the headers, as an array of bytea. */
static void
add_header_array(struct buf *row, const struct record *record, bool values,
                 struct arena *arena)
{
    struct buf array;

    pg_literal_open(&array, arena);
    for (size_t i = 0; i < record->header_count; i++) {
        struct str bytes =
            values ? record->headers[i].value : record->headers[i].name;
        struct buf text;

        if (!bytes.at) {
            pg_literal_null(&array);
            continue;
        }
        buf_init(&text, arena);
        buf_add_cstr(&text, "\\x");
        hex_write(buf_reserve(&text, bytes.len * 2), bytes.at, bytes.len);
        text.len += bytes.len * 2;
        pg_literal_text(&array, buf_str(&text));
    }
    pg_literal_close(&array);
    pg_copy_text(row, buf_str(&array));
}

static void
add_dead(struct writing *writing, struct item *item)
{
    struct buf *row = &writing->rows.of[TABLE_DEAD_RECORDS];
    const struct record *record = &item->record;

    item->id = writing->rows.next_id++;
    pg_copy_int(row, item->id);
    pg_copy_int(row, record->offset);
    if (record->timestamp_ms >= 0 && record->timestamp_ms <= LAST_TIME_MS)
        pg_copy_time(row, record->timestamp_ms * 1000);
    else
        pg_copy_null(row);
    pg_copy_int(row, item->stream->id);
    pg_copy_text(row, str_from_cstr(reason_name(item->reason)));
    pg_copy_text(row, item->message);
    pg_copy_bytes(row, record->key);
    pg_copy_bytes(row, record->value);
    add_header_array(row, record, false, writing->arena);
    add_header_array(row, record, true, writing->arena);
    pg_copy_end_row(row);
}

void
writing_add_item(struct writing *writing, struct item *item)
{
    writing->rows.counts[item->outcome]++;
    switch (item->outcome) {
    case OUTCOME_POSTED:
    case OUTCOME_REJECTED:
        add_event(writing, item);
        break;
    case OUTCOME_NO_REWARD:
        if (item->is_event)
            add_event(writing, item);
        else
            add_other(&writing->rows, item);
        break;
    case OUTCOME_DUPLICATE:
        add_other(&writing->rows, item);
        break;
    case OUTCOME_CONFLICT:
    case OUTCOME_DEAD_LETTER:
        add_dead(writing, item);
        break;
    default: /* passed: posted by an earlier batch */
        break;
    }
}

void
writing_init(struct writing *writing, size_t count)
{
    struct rows *rows = &writing->rows;

    memset(rows, 0, sizeof(*rows));
    for (int table = 0; table < TABLE_COUNT; table++)
        buf_init(&rows->of[table], writing->arena);
    /* What a batch of usual events needs; growing would leave copies behind. */
    buf_reserve(&rows->of[TABLE_EVENTS], count * 320);
    buf_reserve(&rows->of[TABLE_ENTRIES], count * 96);
    rows->next_id = writing->turn->first_id;
}
