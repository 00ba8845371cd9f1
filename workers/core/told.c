/* told.c - entries and answers gathered by account, as io/outbox_page.c gathers
 * their rows: first who has entries, then who has answers alone. */
#include "told.h"

#include "kept.h"

struct telling {
    const struct ruleset *ruleset;
    const struct decision *decision;
    struct arena *arena;
    struct told *told;
    struct token_source event; /* what all tokens have in common */
    bool *entry_done;          /* by place in the decision */
    bool *answer_done;
};

static struct token_source *
add_token(struct telling *telling, const struct account_state *account)
{
    struct token_source *token = &telling->told->tokens[telling->told->count++];

    *token = telling->event;
    token->account = account->address;
    token->type = STR(TOKEN_EARNED);
    return token;
}

/* All entries of the account whose first one is at `first`. */
static void
add_entries(struct telling *telling, struct token_source *token, size_t first)
{
    const struct decision *decision = telling->decision;
    struct token_entry *entries =
        arena_array(telling->arena, decision->posting_count, sizeof(*entries));
    const struct posting *posting = &decision->postings[first];

    for (size_t i = first; i < decision->posting_count; i++) {
        if (decision->postings[i].account != decision->postings[first].account)
            continue;
        posting = &decision->postings[i];
        telling->entry_done[i] = true;
        entries[token->entry_count++] = (struct token_entry){
            .line = posting->line->name,
            .amount_minor = posting->amount_minor,
            .balance_after_minor = posting->balance_after_minor,
            .seq = posting->seq,
        };
    }
    token->entries = entries;
    token->balance_after_minor = posting->balance_after_minor;
    token->seq = posting->seq;
    token->notify = ruleset_line_notify(telling->ruleset, entries[0].line);
}

static void
add_answer(const struct telling *telling, struct token_source *token,
           const struct answer *answer)
{
    token->type = str_from_cstr(answer->type);
    token->detail = answer->detail;
    token->balance_after_minor = answer->balance_after_minor;
    token->seq = answer->seq;
    token->place = answer->place;
    if (answer->notify.at && answer->notify.len)
        token->notify = ruleset_notify(telling->ruleset, answer->notify);
    else if (answer->notify.at || !token->entry_count)
        token->notify = ruleset_notify(telling->ruleset, token->type);
}

/* The answers to the account: the first may belong to `token`, others are
 * messages of their own. */
static void
add_answers(struct telling *telling, const struct account_state *account,
            struct token_source *token)
{
    for (size_t i = 0; i < telling->decision->answer_count; i++) {
        const struct answer *answer = &telling->decision->answers[i];

        if (telling->answer_done[i] || answer->account != account)
            continue;
        telling->answer_done[i] = true;
        if (answer->place > 0 || !token)
            token = add_token(telling, account);
        add_answer(telling, token, answer);
    }
}

static void
tell(struct telling *telling)
{
    const struct decision *decision = telling->decision;

    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct account_state *account = decision->postings[i].account;
        struct token_source *token;

        if (telling->entry_done[i])
            continue;
        token = add_token(telling, account);
        add_entries(telling, token, i);
        add_answers(telling, account, token);
    }
    for (size_t i = 0; i < decision->answer_count; i++)
        if (!telling->answer_done[i])
            add_answers(telling, decision->answers[i].account, NULL);
}

void
told_of(const struct ruleset *ruleset, const struct event *event,
        const struct decision *decision, int64_t posted_us, struct arena *arena,
        struct told *told)
{
    size_t room = decision->posting_count + decision->answer_count;
    struct telling telling = {
        .ruleset = ruleset,
        .decision = decision,
        .arena = arena,
        .told = told,
        .event =
            {
                .event_source = event->source,
                .event_id = event->id,
                .event_type = event->type->name,
                .occurred_us = event->time_us,
                .traceparent = event->traceparent,
                .contract_id = kept_contract(event, arena),
                .kept = kept_write(ruleset, event, arena),
                .ruleset = str_from_cstr(ruleset->stamp),
                .asset = ruleset->asset,
                .scale = ruleset->scale,
                .posted_us = posted_us,
                .may_notify = true,
            },
        .entry_done = arena_array(arena, room, sizeof(bool)),
        .answer_done = arena_array(arena, room, sizeof(bool)),
    };

    *told = (struct told){.tokens =
                              arena_array(arena, room, sizeof(*told->tokens))};
    tell(&telling);
}
