/* token.c - writes the JSON of a token event by hand: a relay makes one for
 * every event, and a document tree would cost more than the message. Its
 * notification is notification.c. */
#include "token.h"

#include <assert.h>

#include "json_text.h"
#include "notification.h"
#include "num.h"
#include "timestamp.h"

#define ADD(buf, literal) buf_add(buf, literal, sizeof(literal) - 1)

void
token_writer_init(struct token_writer *writer, struct arena *arena)
{
    *writer = (struct token_writer){.arena = arena, .posted_us = INT64_MIN};
    buf_init(&writer->value, arena);
    buf_init(&writer->notification, arena);
    buf_init(&writer->text, arena);
    buf_init(&writer->numbers, arena);
    buf_init(&writer->posted_at, arena);
}

static void
fill_id(struct buf *name, const struct token_source *source,
        char text[UUID_TEXT + 1])
{
    static const uint8_t name_space[16] = {0xe1, 0xd8, 0x1f, 0xc6, 0x33, 0x11,
                                           0x5b, 0x1f, 0x90, 0x21, 0xbd, 0xa9,
                                           0xe5, 0x36, 0x7a, 0xa5};

    buf_clear(name);
    buf_add_str(name, source->event_source);
    buf_add_char(name, '\0');
    buf_add_str(name, source->event_id);
    buf_add_char(name, '\0');
    buf_add_str(name, source->account);
    digest_uuid5(name_space, buf_str(name), text);
}

void
token_id(const struct token_source *source, struct arena *arena,
         char text[UUID_TEXT + 1])
{
    struct buf name;

    buf_init(&name, arena);
    fill_id(&name, source, text);
}

/* All messages of a batch were posted at the same time. */
static struct str
posted_at(struct token_writer *writer, const struct token_source *source)
{
    if (writer->posted_us != source->posted_us) {
        buf_clear(&writer->posted_at);
        timestamp_print(&writer->posted_at, source->posted_us);
        writer->posted_us = source->posted_us;
    }
    return buf_str(&writer->posted_at);
}

static void
add_envelope(struct token_writer *writer, const struct token_source *source)
{
    struct buf *json = &writer->value;

    ADD(json, "{\"specversion\":\"1.0\",\"id\":\"");
    buf_add(json, writer->id, UUID_TEXT);
    ADD(json, "\",\"source\":\"" TOKEN_SOURCE "\",\"type\":\"" TOKEN_EARNED_TYPE
              "\",\"subject\":");
    json_add_string(json, source->account);
    ADD(json, ",\"time\":\"");
    buf_add_str(json, buf_str(&writer->posted_at));
    ADD(json, "\",\"datacontenttype\":\"application/json\",\"partitionkey\":");
    json_add_string(json, source->account);
    ADD(json, ",\"causationid\":");
    json_add_string(json, source->event_id);
    ADD(json, ",\"causationsource\":");
    json_add_string(json, source->event_source);
    if (source->traceparent.len) {
        ADD(json, ",\"traceparent\":");
        json_add_string(json, source->traceparent);
    }
}

static int64_t
total_of(const struct token_source *source)
{
    int64_t total = 0;

    for (size_t i = 0; i < source->entry_count; i++)
        if (!num_add(total, source->entries[i].amount_minor, &total))
            assert(!"the balance would not fit either");
    return total;
}

static void
add_amounts(struct buf *json, const struct token_source *source, int64_t total)
{
    const struct token_entry *last = &source->entries[source->entry_count - 1];

    ADD(json, "{\"account\":");
    json_add_string(json, source->account);
    ADD(json, ",\"currency\":");
    json_add_string(json, source->asset);
    ADD(json, ",\"amount\":\"");
    num_print_minor(json, total, source->scale);
    ADD(json, "\",\"balance_after\":\"");
    num_print_minor(json, last->balance_after_minor, source->scale);
    ADD(json, "\",\"account_seq\":");
    buf_add_int(json, last->seq);
}

static void
add_entries(struct buf *json, const struct token_source *source)
{
    ADD(json, ",\"entries\":[");
    for (size_t i = 0; i < source->entry_count; i++) {
        if (i)
            buf_add_char(json, ',');
        ADD(json, "{\"line\":");
        json_add_string(json, source->entries[i].line);
        ADD(json, ",\"amount\":\"");
        num_print_minor(json, source->entries[i].amount_minor, source->scale);
        ADD(json, "\"}");
    }
    buf_add_char(json, ']');
}

static void
add_origin(struct token_writer *writer, const struct token_source *source)
{
    struct buf *json = &writer->value;

    ADD(json, ",\"ruleset\":");
    json_add_string(json, source->ruleset);
    ADD(json, ",\"occurred_at\":\"");
    timestamp_print(json, source->occurred_us);
    ADD(json, "\",\"posted_at\":\"");
    buf_add_str(json, buf_str(&writer->posted_at));
    ADD(json, "\",\"contract_id\":");
    if (source->contract_id.at)
        json_add_string(json, source->contract_id);
    else
        ADD(json, "null");
}

static void
add_data(struct token_writer *writer, const struct token_source *source)
{
    struct buf *json = &writer->value;
    int64_t total = total_of(source);

    add_amounts(json, source, total);
    add_entries(json, source);
    add_origin(writer, source);
    ADD(json, ",\"notification\":");
    if (source->may_notify && source->notify && source->notify->enabled)
        buf_add_str(json, notification_render(writer, source, total));
    else
        ADD(json, "null");
    buf_add_char(json, '}');
}

/* A reader that looks at headers only, to filter or to know a repeat, need not
 * parse the value. */
static size_t
fill_headers(struct token_writer *writer, const struct token_source *source)
{
    struct record_header *next = writer->headers;

#define HEADER(header, text) *next++ = (struct record_header){STR(header), text}
    HEADER("content-type", STR("application/cloudevents+json; charset=UTF-8"));
    HEADER("ce_specversion", STR("1.0"));
    HEADER("ce_id", str_make(writer->id, UUID_TEXT));
    HEADER("ce_source", STR(TOKEN_SOURCE));
    HEADER("ce_type", STR(TOKEN_EARNED_TYPE));
    HEADER("ce_subject", source->account);
    HEADER("ce_time", buf_str(&writer->posted_at));
    HEADER("ce_causationid", source->event_id);
    HEADER("ce_causationsource", source->event_source);
    HEADER("ce_partitionkey", source->account);
    if (source->traceparent.len)
        HEADER("ce_traceparent", source->traceparent);
#undef HEADER
    assert(next <= writer->headers + TOKEN_HEADERS_MAX);
    return (size_t)(next - writer->headers);
}

void
token_render(struct token_writer *writer, const struct token_source *source,
             struct message *message)
{
    assert(source->entry_count > 0);
    fill_id(&writer->text, source, writer->id);
    posted_at(writer, source);
    buf_clear(&writer->value);
    add_envelope(writer, source);
    ADD(&writer->value, ",\"data\":");
    add_data(writer, source);
    buf_add_char(&writer->value, '}');
    *message = (struct message){
        .key = source->account,
        .value = buf_str(&writer->value),
        .headers = writer->headers,
        .header_count = fill_headers(writer, source),
        .timestamp_ms = source->posted_us / 1000,
    };
}
