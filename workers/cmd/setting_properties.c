/* setting_properties.c - kafka.properties: any librdkafka property. Names and
 * values are checked by librdkafka itself, when it starts. */
#include <string.h>

#include "setting.h"
#include "suggest.h"

/* Properties that have a setting of their own. Those that may not be set at
 * all are refused where they would be used. */
static const struct {
    const char *name;
    const char *instead;
} settings_of_their_own[] = {
    {"bootstrap.servers", "kafka.bootstrap_servers"},
    {"metadata.broker.list", "kafka.bootstrap_servers"},
    {"group.id", "kafka.group_id"},
    {"client.id", "kafka.client_id"},
    {"auto.offset.reset", "kafka.start"},
    {"transactional.id", "relay.name"},
};

static bool
check_free(const struct setting_source *source, struct str name)
{
    enum {
        COUNT = sizeof(settings_of_their_own) / sizeof(*settings_of_their_own)
    };

    for (size_t i = 0; i < COUNT; i++)
        if (str_eq_cstr(name, settings_of_their_own[i].name))
            return setting_fault(
                source, "property \"%.*s\" is set by \"%s\"; set that",
                STR_ARG(name), settings_of_their_own[i].instead);
    return true;
}

bool
setting_property_is_secret(struct str name)
{
    return str_contains(name, STR("password")) ||
           str_contains(name, STR("secret")) ||
           str_contains(name, STR(".pem")) ||
           str_eq(name, STR("sasl.oauthbearer.config"));
}

static struct kafka_property *
property_place(struct setting_source *source, struct str name)
{
    struct settings *settings = source->settings;
    struct kafka_property *properties = settings->kafka.properties;
    size_t count = settings->kafka.property_count;

    for (size_t i = 0; i < count; i++)
        if (str_eq_cstr(name, properties[i].name))
            return &properties[i];
    properties = arena_grow(source->arena, properties, count, count + 1,
                            sizeof(*properties));
    properties[count].name = arena_strndup(source->arena, name.at, name.len);
    settings->kafka.properties = properties;
    settings->kafka.property_count = count + 1;
    return &properties[count];
}

bool
setting_set_property(struct setting_source *source, struct str name,
                     struct str value)
{
    if (!check_free(source, name))
        return false;
    if (source->in_argv && setting_property_is_secret(name))
        return setting_fault(source,
                             "property \"%.*s\" is a secret and cannot be "
                             "given on the command line, where every user of "
                             "this machine can read it",
                             STR_ARG(name));
    property_place(source, name)->value =
        arena_strndup(source->arena, value.at, value.len);
    return true;
}

static bool
properties_from_text(struct setting_source *source,
                     const struct setting *setting, struct str text)
{
    if (text.len == 0)
        return true;
    return setting_fault(source,
                         "\"%s\" takes one property at a time, as "
                         "%s.NAME=VALUE, not \"%.*s\"",
                         setting->name, setting->name, STR_ARG(text));
}

static bool
properties_from_node(struct setting_source *source,
                     const struct setting *setting, const struct node *node)
{
    bool ok = true;

    source->line = node->line;
    source->column = node->column;
    if (node->kind == NODE_NULL)
        return true;
    if (node->kind != NODE_OBJECT)
        return setting_fault(source, "\"%s\" must be an object, not %s",
                             setting->name, node_kind_name(node->kind));
    for (size_t i = 0; i < node->member_count; i++) {
        const struct node_member *member = &node->members[i];
        struct str value;
        const char *name = arena_printf(source->arena, "%s.%.*s", setting->name,
                                        STR_ARG(member->key));

        if (!setting_node_text(source, name, member->value, &value)) {
            ok = false;
            continue;
        }
        source->line = member->line;
        source->column = member->column;
        ok = setting_set_property(source, member->key, value) && ok;
    }
    return ok;
}

static void
properties_print(const struct setting *setting, const struct settings *settings,
                 int indent, struct buf *buf)
{
    (void)setting;
    if (settings->kafka.property_count == 0)
        buf_add_cstr(buf, " {}");
    for (size_t i = 0; i < settings->kafka.property_count; i++) {
        const struct kafka_property *property = &settings->kafka.properties[i];
        struct str name = str_from_cstr(property->name);

        buf_printf(buf, "\n%*s", indent + 2, "");
        setting_add_yaml(buf, name);
        buf_add_cstr(buf, ": ");
        setting_add_yaml(buf, setting_property_is_secret(name)
                                  ? STR("***")
                                  : str_from_cstr(property->value));
    }
}

static void
properties_schema(const struct setting *setting, struct buf *buf)
{
    (void)setting;
    buf_add_cstr(buf, "\"type\":\"object\",\"additionalProperties\":"
                      "{\"type\":[\"string\",\"number\",\"boolean\"]}");
}

const struct setting_type setting_properties = {
    .from_text = properties_from_text,
    .from_node = properties_from_node,
    .print = properties_print,
    .schema = properties_schema,
};
