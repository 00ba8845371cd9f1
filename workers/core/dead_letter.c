/* dead_letter.c - see the header. */
#include "dead_letter.h"

#include "buf.h"
#include "timestamp.h"

static struct str
time_text(struct arena *arena, int64_t at_us)
{
    struct buf buf;

    buf_init(&buf, arena);
    timestamp_print(&buf, at_us);
    return buf_str(&buf);
}

void
dead_letter_message(struct arena *arena, const struct dead_letter *letter,
                    struct message *message)
{
    const struct record *record = &letter->record;
    bool omitted = record->value.len > DEAD_LETTER_MAX_BYTES;
    const struct record_header added[] = {
        {STR("reward_dlq_reason"), letter->reason},
        {STR("reward_dlq_message"), letter->text},
        {STR("reward_dlq_topic"), record->topic},
        {STR("reward_dlq_partition"), int_text(arena, record->partition)},
        {STR("reward_dlq_offset"), int_text(arena, record->offset)},
        {STR("reward_dlq_timestamp"), int_text(arena, record->timestamp_ms)},
        {STR("reward_dlq_ruleset"), letter->ruleset},
        {STR("reward_dlq_time"), time_text(arena, letter->set_aside_us)},
        {STR("reward_dlq_value_bytes"),
         int_text(arena, (int64_t)record->value.len)},
    };
    size_t added_count = sizeof(added) / sizeof(*added) - !omitted;
    struct record_header *headers =
        arena_grow(arena, record->headers, record->header_count,
                   record->header_count + added_count, sizeof(*headers));

    memcpy(headers + record->header_count, added, added_count * sizeof(*added));
    *message = (struct message){
        .key = record->key,
        .value = record->value,
        .headers = headers,
        .header_count = record->header_count + added_count,
        .timestamp_ms = letter->set_aside_us / 1000,
    };
    if (omitted)
        message->value = (struct str){0};
}
