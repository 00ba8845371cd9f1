/* token.c - writes the JSON of a token event by hand: a relay makes one for
 * every event, and a document tree would cost more than the message. Its
 * notification is notification.c. */
#include "token.h"

#include <assert.h>

#include "json_text.h"
#include "notification.h"
#include "num.h"
#include "timestamp.h"
#include "token_name.h"

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
    buf_init(&writer->type, arena);
}

/* What tells the message from others about the event, to the account. */
static struct str
id_suffix(const struct token_source *source, struct arena *arena)
{
    if (source->place == 0)
        return STR("");
    if (source->place == 1)
        return source->type;
    return str_from_cstr(
        arena_printf(arena, "%.*s/%d", STR_ARG(source->type), source->place));
}

void
token_id(const struct token_source *source, struct arena *arena,
         char text[UUID_TEXT + 1])
{
    token_name(arena, source->event_source, source->event_id, source->account,
               id_suffix(source, arena), text);
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
    ADD(json, "\",\"source\":\"" TOKEN_SOURCE "\",\"type\":\"");
    buf_add_str(json, buf_str(&writer->type));
    ADD(json, "\",\"subject\":");
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

/* What people are told: what an event earned, whatever of it paid a debt. */
static int64_t
told_amount(const struct token_source *source)
{
    int64_t total = 0;

    for (size_t i = 0; i < source->entry_count; i++)
        if (!str_starts_with(source->entries[i].line, STR("debt.")) &&
            !num_add(total, source->entries[i].amount_minor, &total))
            assert(!"the balance would not fit either");
    return total < 0 ? -total : total;
}

static void
add_amounts(struct buf *json, const struct token_source *source, int64_t total)
{
    ADD(json, "{\"account\":");
    json_add_string(json, source->account);
    ADD(json, ",\"currency\":");
    json_add_string(json, source->asset);
    ADD(json, ",\"amount\":\"");
    num_print_minor(json, total, source->scale);
    buf_add_char(json, '"');
    if (source->is_shadow)
        return;
    ADD(json, ",\"balance_after\":\"");
    num_print_minor(json, source->balance_after_minor, source->scale);
    ADD(json, "\",\"account_seq\":");
    buf_add_int(json, source->seq);
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

/* The members of a JSON object, without its braces. */
static void
add_detail(struct buf *json, struct str detail)
{
    if (detail.len <= 2)
        return;
    buf_add_char(json, ',');
    buf_add(json, detail.at + 1, detail.len - 2);
}

static void
add_notification(struct token_writer *writer, const struct token_source *source)
{
    struct buf *json = &writer->value;

    ADD(json, ",\"notification\":");
    if (source->may_notify && source->notify && source->notify->enabled)
        buf_add_str(json,
                    notification_render(writer, source, told_amount(source)));
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
    add_detail(json, source->detail);
    if (!source->is_shadow)
        add_notification(writer, source);
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
    HEADER("ce_type", buf_str(&writer->type));
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
    token_id(source, writer->arena, writer->id);
    buf_clear(&writer->type);
    ADD(&writer->type, "io.gigchain.");
    buf_add_str(&writer->type, source->type);
    ADD(&writer->type, ".v1");
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
