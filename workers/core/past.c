/* past.c - from texts back to a document, and from the basis to facts. */
#include "past.h"

#include "basis.h"
#include "kept.h"
#include "rule_parts.h"
#include "schema.h"

/* ---- the event -------------------------------------------------------------
 */

static struct node *
object_new(struct arena *arena, size_t room)
{
    struct node *node = ARENA_NEW(arena, struct node);

    node->kind = NODE_OBJECT;
    node->members = arena_array(arena, room, sizeof(*node->members));
    return node;
}

/* A field as it was after the check against its schema. */
static struct node *
field_node(struct arena *arena, enum field_type type, struct str text)
{
    struct node *node = ARENA_NEW(arena, struct node);

    node->kind = NODE_STRING;
    node->text = text;
    if (type == FIELD_BOOL) {
        node->kind = NODE_BOOL;
        node->boolean = str_eq(text, STR("true"));
    } else if (type == FIELD_INT) {
        node->kind =
            num_parse_int(text, &node->integer) ? NODE_INT : NODE_STRING;
    } else if (type == FIELD_DECIMAL) {
        node->kind =
            ratio_parse(text, &node->decimal) ? NODE_DECIMAL : NODE_STRING;
    } else if (type == FIELD_OTHER) {
        return object_new(arena, 1);
    }
    return node;
}

/* Room for all fields in every object: there are few. */
static void
add_field(struct node *data, size_t room, const struct event_type *type,
          struct arena *arena, struct str path, struct str text)
{
    struct str keys[FIELD_DEPTH_MAX];
    size_t depth = field_keys(path, keys);
    struct node *object = data;
    struct field field;

    if (!schema_field(type, keys, depth, &field))
        return;
    for (size_t i = 0; i < depth; i++) {
        struct node_member *member = node_member(object, keys[i]);

        if (!member) {
            member = &object->members[object->member_count++];
            member->key = keys[i];
            member->value = i + 1 < depth ? object_new(arena, room)
                                          : field_node(arena, field.type, text);
        }
        object = member->value;
    }
}

void
past_take_entries(struct past *past, const struct decision *decision,
                  struct arena *arena)
{
    struct past_entry *entries =
        arena_array(arena, decision->posting_count, sizeof(*entries));

    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct posting *posting = &decision->postings[i];

        entries[i] = (struct past_entry){
            .line = posting->line->name,
            .type = str_from_cstr(posting->line->type->name),
            .account = posting->account->address,
            .seq = posting->seq,
            .amount_minor = posting->amount_minor,
            .balance_after_minor = posting->balance_after_minor,
        };
    }
    past->entries = entries;
    past->entry_count = decision->posting_count;
}

size_t
past_fields(const struct past *past, struct arena *arena,
            const struct template_field **fields)
{
    const struct template_field *kept;
    const struct template_field *read;
    size_t kept_count = kept_read(arena, past->kept, &kept);
    size_t read_count = kept_read(arena, basis_fields(past->basis), &read);
    struct template_field *all =
        arena_array(arena, 1 + kept_count + read_count, sizeof(*all));
    size_t count = 0;

    if (past->contract_id.at)
        all[count++] =
            (struct template_field){STR("contract_id"), past->contract_id};
    for (size_t i = 0; i < kept_count; i++)
        all[count++] = kept[i];
    for (size_t i = 0; i < read_count; i++)
        all[count++] = read[i];
    *fields = all;
    return count;
}

void
past_event(const struct past *past, const struct event_type *type,
           struct arena *arena, struct event *event)
{
    const struct template_field *fields;
    size_t count = past_fields(past, arena, &fields);
    struct record *record = ARENA_NEW(arena, struct record);

    record->timestamp_ms = basis_time_ms(past->basis);
    *event = (struct event){
        .record = record,
        .source = past->source,
        .id = past->id,
        .type = type,
        .time_us = past->occurred_us,
        .data = object_new(arena, count + 1),
        .row_id = past->row_id,
    };
    if (past->user.at)
        add_field(event->data, count + 1, type, arena, STR("user_address"),
                  past->user);
    for (size_t i = 0; i < count; i++)
        add_field(event->data, count + 1, type, arena, fields[i].name,
                  fields[i].text);
}

/* ---- the facts -------------------------------------------------------------
 */

/* What the account had before: its first entry, or what it was told, says. */
static void
fill_account(const struct past *past, struct account_state *account)
{
    for (size_t i = past->answer_count; i > 0; i--) {
        const struct past_answer *answer = &past->answers[i - 1];

        if (str_eq(answer->account, account->address)) {
            account->balance_minor = answer->balance_after_minor;
            account->last_seq = answer->seq;
        }
    }
    for (size_t i = past->entry_count; i > 0; i--) {
        const struct past_entry *entry = &past->entries[i - 1];

        if (str_eq(entry->account, account->address)) {
            account->balance_minor =
                entry->balance_after_minor - entry->amount_minor;
            account->last_seq = entry->seq - 1;
        }
    }
}

/* The stakes themselves are not asked again: one stands for them. */
static void
fill_bonus(const struct rule_form *form, const struct past *past,
           const struct event *event, struct facts *facts)
{
    struct ratio bonus = basis_rule_bonus(past->basis, form->rule->id);
    struct err ignored = {0};
    struct fact_record *stakes;
    struct record_row *row;
    struct value value;
    struct str address;
    struct buf text;

    if (bonus.num == 0 || !expr_eval(form->account, event, &value, &ignored) ||
        !account_canonical(facts->arena, value.string, &address))
        return;
    stakes =
        facts_record(facts, RECORD_STAKES_OF, facts_account(facts, address),
                     (const struct str[RECORD_KEYS]){
                         facts_account(facts, address)->address});
    buf_init(&text, facts->arena);
    ratio_print(&text, bonus);
    row = facts_add_row(facts, stakes);
    row->values[STAKES_OF_START] = int_text(facts->arena, event->time_us);
    row->values[STAKES_OF_END] = int_text(facts->arena, event->time_us + 1);
    row->values[STAKES_OF_BONUS] = buf_str(&text);
}

void
past_facts(const struct past *past, const struct ruleset *ruleset,
           const struct event *event, struct facts *facts)
{
    const struct trigger *trigger =
        rule_index_find(ruleset->index, event->type);

    for (size_t i = 0; i < facts->account_count; i++)
        fill_account(past, facts->accounts[i]);
    for (size_t i = 0; i < facts->counter_count; i++)
        facts->counters[i]->value =
            basis_counter(past->basis, facts->counters[i]);
    for (size_t i = 0; trigger && i < trigger->form_count; i++)
        if (trigger->forms[i]->uses_bonus)
            fill_bonus(trigger->forms[i], past, event, facts);
}

/* ---- comparing -------------------------------------------------------------
 */

static bool
is_paid_by(const struct rule_form *form, struct str line)
{
    size_t len = form->rule->id.len;

    return str_starts_with(line, form->rule->id) && line.len > len &&
           line.at[len] == '.';
}

/* Entries that rules on the trigger make by paying or charging: others, such as
 * a reversal under the same name, are of another type. */
static bool
is_compared(const struct trigger *trigger, struct str line, struct str type)
{
    if (!str_eq_cstr(type, entry_earn.name) &&
        !str_eq_cstr(type, entry_spend.name))
        return false;
    for (size_t i = 0; trigger && i < trigger->form_count; i++)
        if (is_paid_by(trigger->forms[i], line))
            return true;
    return false;
}

bool
past_agrees(const struct past *past, const struct ruleset *ruleset,
            const struct event_type *type, const struct decision *decision,
            struct str *line)
{
    const struct trigger *trigger = rule_index_find(ruleset->index, type);
    size_t next = 0;

    for (size_t i = 0; i < decision->posting_count; i++) {
        const struct posting *posting = &decision->postings[i];
        const struct past_entry *entry;

        if (!is_compared(trigger, posting->line->name,
                         str_from_cstr(posting->line->type->name)))
            continue;
        *line = posting->line->name;
        while (next < past->entry_count &&
               !is_compared(trigger, past->entries[next].line,
                            past->entries[next].type))
            next++;
        entry = next < past->entry_count ? &past->entries[next++] : NULL;
        if (!entry || !str_eq(entry->line, *line) ||
            !str_eq(entry->account, posting->account->address) ||
            entry->amount_minor != posting->amount_minor)
            return false;
    }
    for (; next < past->entry_count; next++) {
        *line = past->entries[next].line;
        if (is_compared(trigger, *line, past->entries[next].type))
            return false;
    }
    return true;
}
