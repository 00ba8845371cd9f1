/* setting_inputs.c - kafka.inputs: the topics that are read, and how each of
 * them wraps its events. */
#include <string.h>

#include "json_text.h"
#include "setting.h"
#include "suggest.h"

static const char *const envelope_words[] = {
    [ENVELOPE_CLOUDEVENTS] = "cloudevents",
    [ENVELOPE_PLAIN] = "plain",
    NULL,
};

static const char *const framing_words[] = {
    [FRAMING_NONE] = "none",
    [FRAMING_CONFLUENT] = "confluent",
    NULL,
};

/* ---- the keys of one input -------------------------------------------------
 */

struct input_key {
    const char *name;
    bool (*read)(struct setting_source *source, const struct input_key *key,
                 struct str text, struct setting_input *input);
    size_t offset; /* of a JSON Pointer in struct envelope */
    bool required; /* with envelope plain */
    bool pointer;  /* must be one; the others may be the value itself */
};

static bool
read_topic(struct setting_source *source, const struct input_key *key,
           struct str text, struct setting_input *input)
{
    (void)key;
    input->topic = arena_strndup(source->arena, text.at, text.len);
    return setting_check_topic(source, text);
}

static bool
read_envelope(struct setting_source *source, const struct input_key *key,
              struct str text, struct setting_input *input)
{
    int index;

    if (!setting_find_word(source, key->name, envelope_words, text, &index))
        return false;
    input->envelope.kind = (enum envelope_kind)index;
    return true;
}

static bool
read_framing(struct setting_source *source, const struct input_key *key,
             struct str text, struct setting_input *input)
{
    int index;

    if (!setting_find_word(source, key->name, framing_words, text, &index))
        return false;
    input->envelope.framing = (enum framing)index;
    return true;
}

static struct str *
pointer_place(struct setting_input *input, const struct input_key *key)
{
    return (struct str *)(void *)((char *)&input->envelope + key->offset);
}

/* RFC 6901: after a tilde comes 0 or 1. */
static bool
is_pointer(struct str text)
{
    if (text.len == 0 || text.at[0] != '/')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '~' && (i + 1 == text.len || (text.at[i + 1] != '0' &&
                                                        text.at[i + 1] != '1')))
            return false;
    return true;
}

static bool
read_pointer(struct setting_source *source, const struct input_key *key,
             struct str text, struct setting_input *input)
{
    bool wants_pointer = key->pointer || (text.len && text.at[0] == '/');

    if (text.len == 0)
        return setting_fault(source, "\"%s\" must not be empty", key->name);
    if (wants_pointer && !is_pointer(text))
        return setting_fault(source,
                             "\"%s\" must be a JSON Pointer such as /meta/id, "
                             "not \"%.*s\"",
                             key->name, STR_ARG(text));
    *pointer_place(input, key) = str_dup(source->arena, text);
    return true;
}

#define PLACE(member) .offset = offsetof(struct envelope, member)

static const struct input_key input_keys[] = {
    {"topic", read_topic, 0, false, false},
    {"envelope", read_envelope, 0, false, false},
    {"framing", read_framing, 0, false, false},
    {"id", read_pointer, PLACE(id), true, true},
    {"type", read_pointer, PLACE(type), true, false},
    {"time", read_pointer, PLACE(time), true, true},
    {"source", read_pointer, PLACE(source), true, false},
    {"data", read_pointer, PLACE(data), false, true},
};

enum { INPUT_KEY_COUNT = sizeof(input_keys) / sizeof(*input_keys) };

/* ---- one input --------------------------------------------------------------
 */

static const struct input_key *
find_key(struct setting_source *source, struct str name)
{
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < INPUT_KEY_COUNT; i++) {
        if (str_eq_cstr(name, input_keys[i].name))
            return &input_keys[i];
        suggest_offer(&suggest, str_from_cstr(input_keys[i].name));
    }
    (void)setting_fault(source, "an input has no \"%.*s\"", STR_ARG(name));
    suggest_help(&suggest, source->diags);
    return NULL;
}

/* What only makes sense together. */
static bool
check_input(struct setting_source *source, struct setting_input *input)
{
    bool plain = input->envelope.kind == ENVELOPE_PLAIN;
    bool ok = true;

    if (!input->topic)
        return setting_fault(source, "an input needs a \"topic\"");
    for (size_t i = 0; i < INPUT_KEY_COUNT; i++) {
        const struct input_key *key = &input_keys[i];
        bool given =
            key->read == read_pointer && pointer_place(input, key)->len > 0;

        if (plain && key->required && !given)
            ok = setting_fault(source,
                               "an input with \"envelope: plain\" needs \"%s\"",
                               key->name);
        if (!plain && given)
            ok = setting_fault(source, "\"%s\" is only for \"envelope: plain\"",
                               key->name);
    }
    return ok;
}

static bool
check_new_topic(struct setting_source *source, const char *topic)
{
    const struct settings *settings = source->settings;
    struct str name = str_from_cstr(topic);

    for (size_t i = 0; i < settings->kafka.input_count; i++)
        if (str_eq_cstr(name, settings->kafka.inputs[i].topic))
            return setting_fault(source, "topic \"%s\" is there twice", topic);
    return true;
}

static void
add_input(struct setting_source *source, const struct setting_input *input)
{
    struct settings *settings = source->settings;
    size_t count = settings->kafka.input_count;

    settings->kafka.inputs =
        arena_grow(source->arena, settings->kafka.inputs, count, count + 1,
                   sizeof(*settings->kafka.inputs));
    settings->kafka.inputs[count] = *input;
    settings->kafka.input_count = count + 1;
}

static bool
read_member(struct setting_source *source, const struct node_member *member,
            struct setting_input *input)
{
    const struct input_key *key;
    struct str text;

    source->line = member->line;
    source->column = member->column;
    key = find_key(source, member->key);
    return key && setting_node_text(source, key->name, member->value, &text) &&
           key->read(source, key, text, input);
}

static bool
read_input(struct setting_source *source, const struct node *node)
{
    struct setting_input input = {0};
    bool ok = true;

    source->line = node->line;
    source->column = node->column;
    if (node->kind != NODE_OBJECT)
        return setting_fault(source,
                             "an input must be an object such as {topic: "
                             "NAME}, not %s",
                             node_kind_name(node->kind));
    for (size_t i = 0; i < node->member_count; i++)
        ok = read_member(source, &node->members[i], &input) && ok;
    source->line = node->line;
    source->column = node->column;
    if (!ok || !check_input(source, &input) ||
        !check_new_topic(source, input.topic))
        return false;
    add_input(source, &input);
    return true;
}

/* ---- the list
 * ----------------------------------------------------------------
 */

static bool
inputs_from_node(struct setting_source *source, const struct setting *setting,
                 const struct node *node)
{
    bool ok = true;

    source->settings->kafka.input_count = 0;
    source->line = node->line;
    source->column = node->column;
    if (node->kind != NODE_LIST || node->item_count == 0)
        return setting_fault(source,
                             "\"%s\" must be a list of at least one input",
                             setting->name);
    for (size_t i = 0; i < node->item_count; i++)
        ok = read_input(source, node->items[i]) && ok;
    return ok;
}

/* Topics with commas between them, all of them CloudEvents. */
static bool
inputs_from_text(struct setting_source *source, const struct setting *setting,
                 struct str text)
{
    struct str rest = text;

    (void)setting;
    source->settings->kafka.input_count = 0;
    for (bool more = true; more;) {
        const char *comma = rest.len ? memchr(rest.at, ',', rest.len) : NULL;
        struct str topic = {rest.at,
                            comma ? (size_t)(comma - rest.at) : rest.len};
        struct setting_input input = {
            .topic = arena_strndup(source->arena, topic.at, topic.len)};

        if (!setting_check_topic(source, topic) ||
            !check_new_topic(source, input.topic))
            return false;
        add_input(source, &input);
        more = comma != NULL;
        if (more)
            rest = str_make(comma + 1, rest.len - topic.len - 1);
    }
    return true;
}

static void
inputs_print(const struct setting *setting, const struct settings *settings,
             int indent, struct buf *buf)
{
    (void)setting;
    for (size_t i = 0; i < settings->kafka.input_count; i++) {
        struct setting_input *input = &settings->kafka.inputs[i];

        buf_printf(buf, "\n%*s- {topic: %s, envelope: %s, framing: %s",
                   indent + 2, "", input->topic,
                   envelope_words[input->envelope.kind],
                   framing_words[input->envelope.framing]);
        for (size_t k = 0; k < INPUT_KEY_COUNT; k++) {
            if (input_keys[k].read != read_pointer ||
                pointer_place(input, &input_keys[k])->len == 0)
                continue;
            buf_printf(buf, ", %s: ", input_keys[k].name);
            setting_add_yaml(buf, *pointer_place(input, &input_keys[k]));
        }
        buf_add_char(buf, '}');
    }
}

static void
inputs_schema(const struct setting *setting, struct buf *buf)
{
    (void)setting;
    buf_add_cstr(buf, "\"type\":\"array\",\"minItems\":1,\"items\":{"
                      "\"type\":\"object\",\"additionalProperties\":false,"
                      "\"required\":[\"topic\"],\"properties\":{");
    for (size_t i = 0; i < INPUT_KEY_COUNT; i++) {
        json_add_key(buf, input_keys[i].name);
        buf_add_cstr(buf, "{\"type\":\"string\"}");
    }
    buf_add_cstr(buf, "}}");
}

const struct setting_type setting_inputs = {
    .from_text = inputs_from_text,
    .from_node = inputs_from_node,
    .print = inputs_print,
    .schema = inputs_schema,
};
