/* rule_index.c - rules sorted by the type of event that triggers them, with
 * what a decision or the ledger wants to know about a type beforehand. */
#include "closer.h"
#include "op.h"
#include "pending.h"
#include "reversal.h"
#include "rule_compile.h"
#include "sieve.h"
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

    *paths = trigger ? trigger->kept.items : NULL;
    return trigger ? trigger->kept.count : 0;
}

size_t
ruleset_read_fields(const struct ruleset *ruleset,
                    const struct event_type *type, const struct str **paths)
{
    const struct trigger *trigger = rule_index_find(ruleset->index, type);

    *paths = trigger ? trigger->read.items : NULL;
    return trigger ? trigger->read.count : 0;
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

static bool
has_path(const struct path_list *list, struct str path)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], path))
            return true;
    return false;
}

static void
add_path(struct reader *reader, struct path_list *list, struct str path)
{
    /* The ledger keeps the contract of every event anyway. */
    if (str_eq(path, STR("contract_id")) || has_path(list, path))
        return;
    list->items = arena_room(reader->arena, list->items, list->count,
                             &list->room, 4, sizeof(*list->items));
    list->items[list->count++] =
        str_from_cstr(arena_strndup(reader->arena, path.at, path.len));
}

static void
keep_template(struct reader *reader, struct trigger *trigger, struct str text)
{
    struct template_part part;
    struct str path;
    size_t at = 0;

    while (template_next(text, &at, &part))
        if (part.kind == TEMPLATE_NAME && template_data_path(part.text, &path))
            add_path(reader, &trigger->kept, path);
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

/* Whose event it is, the ledger knows in canonical form. */
static bool
is_user(const struct event_type *type, struct str path)
{
    struct field field;

    return str_eq(path, STR("user_address")) &&
           schema_field(type, &path, 1, &field) &&
           field.type == FIELD_ACCOUNT && !field.optional;
}

/* What the rule reads beside what is kept for texts, so that the event can be
 * explained later. */
static void
keep_reads(struct reader *reader, struct trigger *trigger,
           const struct rule_form *form)
{
    const struct str *paths;
    size_t count = expr_known_paths(form->reads, reader->arena, &paths);

    for (size_t i = count; i > 0; i--)
        if (!is_user(form->type, paths[i - 1]) &&
            !has_path(&trigger->kept, paths[i - 1]))
            add_path(reader, &trigger->read, paths[i - 1]);
}

/* What may be longer, such as a proposal's description, the tables of what came
 * of a request have, and a refusal is not worth it. */
enum { ASKED_MAX_CHARACTERS = 255 };

/* What a request asks for, whether it is granted or not. */
static void
keep_asked(struct reader *reader, struct trigger *trigger)
{
    const struct event_type *type = trigger->type;

    for (size_t i = 0; i < schema_property_count(type); i++) {
        struct str path = schema_property(type, i);
        struct range range = schema_range(type, &path, 1, reader->arena);
        struct field field;

        if (is_user(type, path) || has_path(&trigger->kept, path) ||
            !schema_field(type, &path, 1, &field) || field.type == FIELD_OTHER)
            continue;
        if (field.type != FIELD_STRING || range.has_texts ||
            range.length_most <= ASKED_MAX_CHARACTERS)
            add_path(reader, &trigger->read, path);
    }
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
make_sieve(struct reader *reader, struct trigger *trigger)
{
    if (!trigger->sieve && trigger->form_count)
        trigger->sieve =
            sieve_make(reader->arena, trigger->forms, trigger->form_count);
}

/* Of the types that trigger the rule, once all forms are there. */
static void
make_sieves(struct reader *reader, const struct rule *rule)
{
    for (size_t i = 0; i < rule->form_count; i++) {
        struct trigger *trigger = trigger_of(reader, rule->forms[i].type);

        make_sieve(reader, trigger);
        if (trigger->shadow)
            make_sieve(reader, trigger->shadow);
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

/* The type of event that asks for the operation; NULL: this process has no
 * schema for it. */
static const struct event_type *
op_type(const struct reader *reader, size_t i)
{
    return schema_find(reader->schemas, str_from_cstr(ops[i]->type));
}

static void
add_ops(struct reader *reader)
{
    for (size_t i = 0; ops[i]; i++)
        if (op_type(reader, i))
            trigger_of(reader, op_type(reader, i))->op = ops[i];
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
    for (size_t i = 0; i < ruleset->rule_count; i++)
        for (size_t j = 0; j < ruleset->rules[i]->form_count; j++) {
            const struct rule_form *form = &ruleset->rules[i]->forms[j];

            keep_reads(reader, trigger_of(reader, form->type), form);
        }
    for (size_t i = 0; i < ruleset->rule_count; i++)
        make_sieves(reader, ruleset->rules[i]);
    /* Last: what is kept for texts and rules is left out. */
    for (size_t i = 0; ops[i]; i++)
        if (op_type(reader, i))
            keep_asked(reader, trigger_of(reader, op_type(reader, i)));
}

struct str
line_rule(struct str line)
{
    const char *dot = line.len ? memchr(line.at, '.', line.len) : NULL;

    return dot ? str_make(line.at, (size_t)(dot - line.at)) : line;
}

const struct notify *
ruleset_notify(const struct ruleset *ruleset, struct str name)
{
    for (size_t i = 0; i < ruleset->notify_count; i++)
        if (str_eq(ruleset->notifies[i].rule, name))
            return &ruleset->notifies[i].notify;
    return NULL;
}

const struct notify *
ruleset_line_notify(const struct ruleset *ruleset, struct str line)
{
    const struct notify *notify = ruleset_notify(ruleset, line_rule(line));

    return notify ? notify : ruleset_notify(ruleset, line);
}
