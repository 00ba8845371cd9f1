/* past_message.c - which token events tell of an event: one to each account
 * that has entries, with the first answer to it; further answers apart. */
#include "past.h"

struct messages {
    const struct past *past;
    const struct ruleset *ruleset;
    struct arena *arena;
    struct token_source *list;
    size_t count;
};

static struct token_source *
message_new(struct messages *messages, struct str account)
{
    const struct past *past = messages->past;
    struct token_source *message = &messages->list[messages->count++];

    *message = (struct token_source){
        .type = STR(TOKEN_EARNED),
        .event_source = past->source,
        .event_id = past->id,
        .event_type = past->type,
        .occurred_us = past->occurred_us,
        .traceparent = past->traceparent,
        .contract_id = past->contract_id,
        .kept = past->kept,
        .account = account,
        .ruleset = str_from_cstr(messages->ruleset->stamp),
        .asset = messages->ruleset->asset,
        .scale = messages->ruleset->scale,
        .posted_us = past->posted_us,
        .may_notify = past->may_notify,
    };
    return message;
}

static bool
is_known(const struct messages *messages, struct str account)
{
    for (size_t i = 0; i < messages->count; i++)
        if (str_eq(messages->list[i].account, account))
            return true;
    return false;
}

/* All entries of the account, wherever they stand among others. */
static void
add_entries(struct messages *messages, struct str account)
{
    const struct past *past = messages->past;
    struct token_source *message = message_new(messages, account);
    struct token_entry *entries =
        arena_array(messages->arena, past->entry_count, sizeof(*entries));

    for (size_t i = 0; i < past->entry_count; i++) {
        const struct past_entry *entry = &past->entries[i];

        if (!str_eq(entry->account, account))
            continue;
        entries[message->entry_count++] = (struct token_entry){
            .line = entry->line,
            .amount_minor = entry->amount_minor,
            .balance_after_minor = entry->balance_after_minor,
            .seq = entry->seq,
        };
        message->balance_after_minor = entry->balance_after_minor;
        message->seq = entry->seq;
    }
    message->entries = entries;
    message->notify = ruleset_line_notify(messages->ruleset, entries[0].line);
}

static void
add_answer(struct messages *messages, const struct past_answer *answer)
{
    struct str texts =
        answer->notify.at && answer->notify.len ? answer->notify : answer->type;
    struct token_source *message = NULL;

    for (size_t i = 0; i < messages->count && answer->place == 0; i++)
        if (str_eq(messages->list[i].account, answer->account))
            message = &messages->list[i];
    if (!message)
        message = message_new(messages, answer->account);
    message->type = answer->type;
    message->place = answer->place;
    message->detail = answer->detail;
    message->balance_after_minor = answer->balance_after_minor;
    message->seq = answer->seq;
    if (answer->notify.at || !message->entry_count)
        message->notify = ruleset_notify(messages->ruleset, texts);
}

size_t
past_messages(const struct past *past, const struct ruleset *ruleset,
              struct arena *arena, const struct token_source **list)
{
    struct messages messages = {
        .past = past,
        .ruleset = ruleset,
        .arena = arena,
        .list = arena_array(arena, past->entry_count + past->answer_count,
                            sizeof(*messages.list)),
    };

    for (size_t i = 0; i < past->entry_count; i++)
        if (!is_known(&messages, past->entries[i].account))
            add_entries(&messages, past->entries[i].account);
    for (size_t i = 0; i < past->answer_count; i++)
        add_answer(&messages, &past->answers[i]);
    *list = messages.list;
    return messages.count;
}
