/* answer_message.c - the kinds of message, and their texts. */
#include "answer_message.h"

#include "rule_compile.h"
#include "suggest.h"

#define CONVERSION " conversion_id amount status blockchain_tx_hash "

const struct answer_message answer_messages[] = {
    {"transfer.sent", " direction counterparty memo "},
    {"transfer.received", " direction counterparty memo "},
    {"adjustment.booked", " reason approved_by "},
    {"stake.locked", " staking_id amount lock_period start_date end_date "},
    {"stake.returned", " staking_id amount "},
    {"conversion.reserved", CONVERSION},
    {"conversion.returned", CONVERSION},
    {"token.pending", " hold_id amount until expires_at "},
    {"token.voided", " hold_id amount "},
    {"token.reversed", " event_source event_id amount debt "},
    {"token.conversion.processing", CONVERSION},
    {"token.rejected", " reason message "},
    {"token.tier.changed", " from to fee_percent direction "},
    {"governance.proposal.opened",
     " proposal_id title category voting_start voting_end "},
    {"governance.vote.counted", " proposal_id choice voting_power "},
    {"governance.tallied", " sha256 "},
    {0},
};

static const char *
name_at(size_t index)
{
    return answer_messages[index].name;
}

const struct shape messages_shape = {
    .kind = SHAPE_MAP, .min = 1, .name = name_at, .of = &message_shape};

static const struct answer_message *
find_kind(struct reader *reader, const struct node_member *member)
{
    struct suggest suggest = suggest_for(member->key);

    for (size_t i = 0; answer_messages[i].name; i++) {
        if (str_eq_cstr(member->key, answer_messages[i].name))
            return &answer_messages[i];
        suggest_offer(&suggest, str_from_cstr(answer_messages[i].name));
    }
    reader_key_error(reader, member, MISTAKE_UNKNOWN_WORD,
                     "there is no message of that kind");
    suggest_help(&suggest, reader->diags);
    return NULL;
}

void
answer_messages_compile(struct reader *reader, const struct node *node)
{
    struct ruleset *ruleset = reader->draft;

    if (node->kind != NODE_OBJECT || node->member_count == 0) {
        reader_error(reader, node, kind_or_size(node, NODE_OBJECT),
                     "messages must be a mapping of kinds to texts");
        return;
    }
    ruleset->notifies = arena_grow(
        reader->arena, ruleset->notifies, ruleset->notify_count,
        ruleset->notify_count + node->member_count, sizeof(*ruleset->notifies));
    for (size_t i = 0; i < node->member_count; i++) {
        const struct answer_message *kind =
            find_kind(reader, &node->members[i]);
        struct rule_notify *row = &ruleset->notifies[ruleset->notify_count];

        if (!kind)
            continue;
        row->rule = str_from_cstr(kind->name);
        notify_compile(reader, node->members[i].value, kind->fields,
                       &row->notify);
        ruleset->notify_count++;
    }
}
