/* rule_index.c - rules sorted by the type of event that triggers them, with
 * what a decision or the ledger wants to know about a type beforehand. */
#include "closer.h"
#include "op.h"
#include "pending.h"
#include "reversal.h"
#include "rule_compile.h"
#include "template.h"

struct trigger *
rule_index_find(const struct rule_index *index, const struct event_type *type)
{
    return map_get(&index->triggers,
                   str_make((const char *)&type, sizeof(type)));
}

bool
ruleset_has_trigger(const struct ruleset *ruleset,
                    const struct event_type *type)
{
    return rule_index_find(ruleset->index, type) != NULL;
}

size_t
ruleset_kept_fields(const struct ruleset *ruleset,
                    const struct event_type *type, const struct str **paths)
{
    const struct trigger *trigger = rule_index_find(ruleset->index, type);

    *paths = trigger ? trigger->kept : NULL;
    return trigger ? trigger->kept_count : 0;
}

/* The trigger of that type, new when there was none. A type is one object, so
 * the bytes of its address will do as a key. */
static struct trigger *
trigger_of(struct reader *reader, const struct event_type *type)
{
    struct trigger *trigger = rule_index_find(reader->index, type);

    if (trigger)
        return trigger;
    trigger = ARENA_NEW(reader->arena, struct trigger);
    trigger->type = type;
    *map_put(&reader->index->triggers,
             str_make((const char *)&trigger->type, sizeof(trigger->type))) =
        trigger;
    return trigger;
}

static void
keep_path(struct reader *reader, struct trigger *trigger, struct str path)
{
    /* The ledger keeps the contract of every event anyway. */
    if (str_eq(path, STR("contract_id")))
        return;
    for (size_t i = 0; i < trigger->kept_count; i++)
        if (str_eq(trigger->kept[i], path))
            return;
    trigger->kept =
        arena_room(reader->arena, trigger->kept, trigger->kept_count,
                   &trigger->kept_room, 4, sizeof(*trigger->kept));
    trigger->kept[trigger->kept_count++] = path;
}

static void
keep_template(struct reader *reader, struct trigger *trigger, struct str text)
{
    struct template_part part;
    struct str path;
    size_t at = 0;

    while (template_next(text, &at, &part))
        if (part.kind == TEMPLATE_NAME && template_data_path(part.text, &path))
            keep_path(reader, trigger, path);
}

static void
keep_fields(struct reader *reader, struct trigger *trigger,
            const struct notify *notify)
{
    if (!notify->enabled)
        return;
    keep_template(reader, trigger, notify->title);
    keep_template(reader, trigger, notify->body);
    keep_template(reader, trigger, notify->collapse);
    for (size_t i = 0; i < notify->data_count; i++)
        keep_template(reader, trigger, notify->data[i].text);
}

/* Rules in shadow have a trigger to themselves, so that the others need no more
 * room and no look at them. */
static struct trigger *
shadow_of(struct reader *reader, struct trigger *trigger)
{
    if (!trigger->shadow)
        trigger->shadow = ARENA_NEW(reader->arena, struct trigger);
    trigger->shadow->type = trigger->type;
    return trigger->shadow;
}

static void
add_form(struct reader *reader, struct trigger *trigger,
         const struct rule_form *form)
{
    if (form->rule->shadow)
        trigger = shadow_of(reader, trigger);
    trigger->forms =
        arena_room(reader->arena, trigger->forms, trigger->form_count,
                   &trigger->form_room, 4, sizeof(const struct rule_form *));
    trigger->forms[trigger->form_count++] = form;
    trigger->change_room += form->guard.limit.present;
    trigger->skip_room += 1;
    for (size_t i = 0; i < form->line_count; i++) {
        trigger->offer_room += form->lines[i].offer_room;
        trigger->change_room += form->lines[i].change_room;
        trigger->skip_room += 1 + form->lines[i].offer_room;
    }
}

static void
add_closer(struct reader *reader, const struct event_type *type,
           struct closer closer)
{
    struct trigger *trigger = trigger_of(reader, type);

    trigger->closers =
        arena_room(reader->arena, trigger->closers, trigger->closer_count,
                   &trigger->closer_room, 2, sizeof(*trigger->closers));
    trigger->closers[trigger->closer_count++] = closer;
}

static void
add_closers(struct reader *reader, const struct rule *rule)
{
    if (rule->forms[0].guard.off)
        return;
    if (rule->pending)
        add_closer(reader, rule->pending->until,
                   (struct closer){.rule = rule,
                                   .field = rule->pending->closing_field});
    if (rule->reversed_by)
        add_closer(reader, rule->reversed_by->type,
                   (struct closer){.rule = rule,
                                   .reverses = true,
                                   .account = rule->reversed_by->account});
}

/* The operations whose type of event this process has a schema for. */
static void
add_ops(struct reader *reader)
{
    for (size_t i = 0; ops[i]; i++) {
        const struct event_type *type =
            schema_find(reader->schemas, str_from_cstr(ops[i]->type));

        if (type)
            trigger_of(reader, type)->op = ops[i];
    }
}

void
rule_index_fill(struct reader *reader)
{
    const struct ruleset *ruleset = reader->ruleset;

    add_ops(reader);

    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = ruleset->rules[i];

        for (size_t j = 0; j < rule->form_count; j++) {
            struct trigger *trigger = trigger_of(reader, rule->forms[j].type);

            add_form(reader, trigger, &rule->forms[j]);
            if (!rule->shadow)
                keep_fields(reader, trigger, &ruleset->notifies[i].notify);
        }
        add_closers(reader, rule);
    }
}
