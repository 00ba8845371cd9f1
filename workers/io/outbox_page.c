/* outbox_page.c - rows of the ledger to what messages are made of. Texts are
 * borrowed from the rows. */
#include <assert.h>

#include "hex.h"
#include "outbox_shadow.h"

enum { ENTRY_ORDINAL = 6, ANSWER_ORDINAL = 8 }; /* their columns */

struct answer_row {
    int64_t event_id;
    int64_t account_id;
    int64_t place;
    int64_t balance_after_minor;
    int64_t seq;
    struct str address;
    struct str type;
    struct str detail;
    struct str notify; /* at NULL: the rule of the first entry */
    bool is_said;      /* with the entries of its account */
};

struct entry_row {
    int64_t event_id;
    int64_t account_id;
    struct str address;
    struct token_entry entry;
};

/* A walk over the rows of all batches at once. */
struct building {
    const struct outbox *outbox;
    struct arena *arena;
    struct outbox_page *page;
    const struct batch_row *batch; /* at hand */
    size_t batch_index;
    const struct ruleset_name *ruleset;
    struct row_list events;
    size_t next_event;
    struct row_list letters;
    size_t next_letter;
    struct entry_row *entries;
    size_t entry_count;
    size_t next_entry;
    struct answer_row *answers;
    size_t answer_count;
    size_t next_answer;
    struct shadow_list shadows;
};

/* NULL as a str without address. */
static struct str
text_or_null(const struct pg_result *rows, size_t row, int column)
{
    if (pg_is_null(rows, row, column))
        return (struct str){0};
    return pg_text(rows, row, column);
}

static bool
damaged(const struct building *building, int64_t event_id, struct err *err)
{
    assert(building->batch);
    return err_set(
        err, ERR_FATAL,
        "the ledger is damaged: event %" PRId64 " of batch %" PRId64
        " and its entries or answers do not match; see \"reward verify\"",
        event_id, building->batch->id);
}

/* ---- token events
 * -------------------------------------------------------------
 */

static void
read_entries(struct building *building, const struct batch_list *batches,
             const struct str *addresses)
{
    const struct pg_result *rows = building->outbox->entries;
    struct row_list list =
        rows_in_order(rows, ENTRY_ORDINAL, batches, building->arena);

    building->entry_count = list.count;
    building->entries = arena_array(building->arena, building->entry_count,
                                    sizeof(*building->entries));
    for (size_t i = 0; i < list.count; i++) {
        size_t row = list.places[i].row;

        building->entries[i] = (struct entry_row){
            .event_id = list.places[i].id,
            .account_id = pg_int(rows, row, 1),
            .address = addresses[row],
            .entry =
                {
                    .line = *names_find(&building->outbox->names.lines,
                                        pg_int(rows, row, 5)),
                    .amount_minor = pg_int(rows, row, 2),
                    .balance_after_minor = pg_int(rows, row, 3),
                    .seq = pg_int(rows, row, 4),
                },
        };
    }
}

static void
read_answers(struct building *building, const struct batch_list *batches,
             const struct str *addresses)
{
    const struct pg_result *rows = building->outbox->answers;
    struct row_list list =
        rows_in_order(rows, ANSWER_ORDINAL, batches, building->arena);

    building->answer_count = list.count;
    building->answers =
        arena_array(building->arena, list.count, sizeof(*building->answers));
    for (size_t i = 0; i < list.count; i++) {
        size_t row = list.places[i].row;

        building->answers[i] = (struct answer_row){
            .event_id = list.places[i].id,
            .account_id = pg_int(rows, row, 1),
            .place = pg_int(rows, row, 2),
            .balance_after_minor = pg_int(rows, row, 3),
            .seq = pg_int(rows, row, 4),
            .address = addresses[row],
            .type = pg_text(rows, row, 5),
            .detail = pg_text(rows, row, 6),
            .notify = text_or_null(rows, row, 7),
        };
    }
}

/* Bring the entries of the first one's account to the front, keeping the order
 * of all others; returns how many there are. */
static size_t
gather_account(struct entry_row *entries, size_t count)
{
    size_t gathered = 1;

    for (size_t i = 1; i < count; i++) {
        struct entry_row entry = entries[i];

        if (entry.account_id != entries[0].account_id)
            continue;
        memmove(&entries[gathered + 1], &entries[gathered],
                (i - gathered) * sizeof(entry));
        entries[gathered++] = entry;
    }
    return gathered;
}

static const struct token_entry *
copy_entries(struct arena *arena, const struct entry_row *entries, size_t count)
{
    struct token_entry *copies = arena_array(arena, count, sizeof(*copies));

    for (size_t i = 0; i < count; i++)
        copies[i] = entries[i].entry;
    return copies;
}

static void
event_from_row(const struct building *building, size_t row,
               struct token_source *token)
{
    const struct outbox *outbox = building->outbox;
    const struct pg_result *rows = outbox->events;

    *token = (struct token_source){
        .occurred_us = pg_time(rows, row, 1),
        .event_source =
            *names_find(&outbox->names.sources, pg_int(rows, row, 2)),
        .event_type = *names_find(&outbox->names.types, pg_int(rows, row, 3)),
        .may_notify = pg_bool(rows, row, 4),
        .event_id = pg_text(rows, row, 5),
        .contract_id = text_or_null(rows, row, 6),
        .traceparent = pg_text(rows, row, 7),
        .kept = pg_text(rows, row, 8),
        .ruleset = building->ruleset->stamp,
        .asset = building->ruleset->asset,
        .scale = LEDGER_SCALE,
        .posted_us = building->batch->posted_us,
    };
}

static struct token_source *
add_token(struct building *building, const struct token_source *event,
          struct str account)
{
    struct token_source *token =
        ARENA_NEW(building->arena, struct token_source);
    struct outbox_page *page = building->page;

    *token = *event;
    token->account = account;
    token->type = STR(TOKEN_EARNED);
    page->items[page->item_count++] = (struct outbox_item){.token = token};
    return token;
}

static void
add_entries(struct building *building, struct token_source *token,
            const struct entry_row *entries, size_t count)
{
    token->entries = copy_entries(building->arena, entries, count);
    token->entry_count = count;
    token->balance_after_minor = entries[count - 1].entry.balance_after_minor;
    token->seq = entries[count - 1].entry.seq;
    token->notify =
        names_notify(&building->outbox->names, building->batch->ruleset_id,
                     entries[0].entry.line);
}

static void
add_answer(struct building *building, struct token_source *token,
           const struct answer_row *answer)
{
    token->type = answer->type;
    token->detail = answer->detail;
    token->balance_after_minor = answer->balance_after_minor;
    token->seq = answer->seq;
    token->place = (int)answer->place;
    if (answer->notify.at || !token->entry_count)
        token->notify =
            names_message(&building->outbox->names, building->batch->ruleset_id,
                          answer->notify.len ? answer->notify : answer->type);
}

/* The answers to an account from the given one on: the first may belong to
 * `token`, others are messages of their own. Returns how many there are. */
static size_t
add_answers(struct building *building, const struct token_source *event,
            struct token_source *token, size_t first, size_t end)
{
    int64_t account_id = building->answers[first].account_id;
    size_t at = first;

    for (; at < end && building->answers[at].account_id == account_id; at++) {
        const struct answer_row *answer = &building->answers[at];

        if (answer->place > 0 || !token)
            token = add_token(building, event, answer->address);
        add_answer(building, token, answer);
    }
    return at - first;
}

/* The first answer to the account, or `end`. */
static size_t
find_answer(const struct building *building, int64_t account_id, size_t first,
            size_t end)
{
    while (first < end && building->answers[first].account_id != account_id)
        first++;
    return first;
}

/* The entries of the event at hand; they are the next ones. */
static size_t
count_entries(const struct building *building, int64_t event_id)
{
    size_t end = building->next_entry;

    while (end < building->entry_count &&
           building->entries[end].event_id == event_id)
        end++;
    return end - building->next_entry;
}

/* The answers of the event at hand; they are the next ones. */
static size_t
end_of_answers(const struct building *building, int64_t event_id)
{
    size_t end = building->next_answer;

    while (end < building->answer_count &&
           building->answers[end].event_id == event_id)
        end++;
    return end;
}

/* A message to each account that has entries, with its answers. */
static void
add_paid(struct building *building, const struct token_source *event,
         size_t left, size_t answer_end)
{
    while (left) {
        struct entry_row *entries = &building->entries[building->next_entry];
        size_t count = gather_account(entries, left);
        size_t answer = find_answer(building, entries[0].account_id,
                                    building->next_answer, answer_end);
        struct token_source *token =
            add_token(building, event, entries[0].address);

        add_entries(building, token, entries, count);
        if (answer < answer_end) {
            size_t said =
                add_answers(building, event, token, answer, answer_end);

            for (size_t i = answer; i < answer + said; i++)
                building->answers[i].is_said = true;
        }
        building->next_entry += count;
        left -= count;
    }
}

/* A message to each account that has answers alone. */
static void
add_told(struct building *building, const struct token_source *event,
         size_t answer_end)
{
    while (building->next_answer < answer_end) {
        size_t at = building->next_answer;

        building->next_answer +=
            building->answers[at].is_said
                ? 1
                : add_answers(building, event, NULL, at, answer_end);
    }
}

static bool
add_event(struct building *building, struct err *err)
{
    const struct row_place *place =
        &building->events.places[building->next_event++];
    int64_t event_id = place->id;
    size_t left = count_entries(building, event_id);
    size_t answer_end = end_of_answers(building, event_id);
    struct token_source event;

    if (!left && answer_end == building->next_answer)
        return damaged(building, event_id, err);
    event_from_row(building, place->row, &event);
    add_paid(building, &event, left, answer_end);
    add_told(building, &event, answer_end);
    return true;
}

/* ---- dead letters
 * -------------------------------------------------------------
 */

/* Bytes from hexadecimal; never at NULL. */
static struct str
bytes_from_hex(struct arena *arena, struct str hex)
{
    char *bytes = arena_alloc(arena, hex.len / 2 + 1);

    hex_read(bytes, hex.at, hex.len / 2);
    return str_make(bytes, hex.len / 2);
}

/* What stands before the separator; *rest moves behind it. */
static struct str
take_until(struct str *rest, char separator)
{
    const char *found = memchr(rest->at, separator, rest->len);
    size_t len = found ? (size_t)(found - rest->at) : rest->len;
    struct str part = str_make(rest->at, len);

    len += found ? 1 : 0;
    *rest = str_make(rest->at + len, rest->len - len);
    return part;
}

static void
read_headers(struct arena *arena, struct str text, struct record *record)
{
    struct record_header *headers;
    size_t room = 1;

    if (!text.len)
        return;
    for (size_t i = 0; i < text.len; i++)
        room += text.at[i] == ',';
    headers = arena_array(arena, room, sizeof(*headers));
    for (size_t i = 0; i < room; i++) {
        struct str pair = take_until(&text, ',');
        struct str name = take_until(&pair, ':');

        headers[i].name = bytes_from_hex(arena, name);
        if (!str_eq(pair, STR("-")))
            headers[i].value = bytes_from_hex(arena, pair);
    }
    record->headers = headers;
    record->header_count = room;
}

static void
add_letter(struct building *building)
{
    const struct pg_result *rows = building->outbox->letters;
    struct dead_letter *letter = ARENA_NEW(building->arena, struct dead_letter);
    struct record *record = &letter->record;
    struct outbox_page *page = building->page;
    size_t row = building->letters.places[building->next_letter++].row;

    record->offset = pg_int(rows, row, 1);
    record->timestamp_ms =
        pg_is_null(rows, row, 2) ? -1 : pg_time(rows, row, 2) / 1000;
    record->topic = pg_text(rows, row, 3);
    record->partition = (int32_t)pg_int(rows, row, 4);
    letter->reason = pg_text(rows, row, 5);
    letter->text = pg_text(rows, row, 6);
    record->key = text_or_null(rows, row, 7);
    record->value = text_or_null(rows, row, 8);
    read_headers(building->arena, pg_text(rows, row, 9), record);
    letter->ruleset = building->ruleset->stamp;
    letter->set_aside_us = building->batch->posted_us;
    page->items[page->item_count++] = (struct outbox_item){.letter = letter};
    page->letter_count++;
}

/* ---- the page
 * ------------------------------------------------------------------
 */

/* Id of the next row if it is of the batch at hand, else INT64_MAX. */
static int64_t
id_in_batch(const struct building *building, const struct row_list *list,
            size_t next)
{
    return next < list->count &&
                   list->places[next].batch == building->batch_index
               ? list->places[next].id
               : INT64_MAX;
}

/* The batch's own row says what there has to be. */
static bool
is_whole(const struct building *building, size_t first_event,
         size_t first_letter, struct err *err)
{
    const struct batch_row *batch = building->batch;
    int64_t events = (int64_t)(building->next_event - first_event);
    int64_t letters = (int64_t)(building->next_letter - first_letter);

    if (events == batch->posted && letters == batch->letters)
        return true;
    return err_set(err, ERR_FATAL,
                   "the ledger is damaged: batch %" PRId64 " counts %" PRId64
                   " posted events and %" PRId64 " dead letters, but holds "
                   "%" PRId64 " and %" PRId64 "; see \"reward verify\"",
                   batch->id, batch->posted, batch->letters, events, letters);
}

/* What rules in shadow would have paid in the batch at hand. */
static bool
add_shadows(struct building *building, struct err *err)
{
    struct outbox_page *page = building->page;
    const struct token_source *token;

    for (;;) {
        if (!shadow_next(&building->shadows, building->batch_index, &token,
                         err))
            return false;
        if (!token)
            return true;
        page->items[page->item_count++] = (struct outbox_item){.token = token};
        page->shadow_count++;
    }
}

static bool
add_batch(struct building *building, const struct batch_list *batches,
          size_t index, struct err *err)
{
    const struct outbox *outbox = building->outbox;
    size_t first_event = building->next_event;
    size_t first_letter = building->next_letter;

    building->batch_index = index;
    building->batch = &batches->items[index];
    building->ruleset =
        names_ruleset(&outbox->names, building->batch->ruleset_id);
    for (;;) {
        int64_t event_id =
            id_in_batch(building, &building->events, building->next_event);
        int64_t letter_id =
            id_in_batch(building, &building->letters, building->next_letter);

        if (event_id == letter_id) /* neither is left */
            return is_whole(building, first_event, first_letter, err) &&
                   add_shadows(building, err);
        if (letter_id < event_id)
            add_letter(building);
        else if (!add_event(building, err))
            return false;
    }
}

bool
page_build(const struct outbox *outbox, const struct batch_list *batches,
           const struct outbox_addresses *addresses, struct arena *arena,
           struct outbox_page *page, struct err *err)
{
    struct building building = {.outbox = outbox, .arena = arena, .page = page};
    const struct batch_row *last = &batches->items[batches->count - 1];

    building.events = rows_in_order(outbox->events, -1, batches, arena);
    building.letters = rows_in_order(outbox->letters, -1, batches, arena);
    read_entries(&building, batches, addresses->entries);
    read_answers(&building, batches, addresses->answers);
    shadow_open(&building.shadows, outbox, batches, addresses->shadows, arena);
    page->items =
        arena_array(arena,
                    building.entry_count + building.answer_count +
                        building.letters.count + building.shadows.rows.count,
                    sizeof(*page->items));
    for (size_t i = 0; i < batches->count; i++)
        if (!add_batch(&building, batches, i, err))
            return false;
    if (building.next_entry != building.entry_count)
        return damaged(&building,
                       building.entries[building.next_entry].event_id, err);
    if (building.next_answer != building.answer_count)
        return damaged(&building,
                       building.answers[building.next_answer].event_id, err);
    page->batch_count = batches->count;
    page->has_more = batches->has_more;
    page->last_batch = last->id;
    page->last_posted_us = last->posted_us;
    return true;
}
