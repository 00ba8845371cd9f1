/* setting.c - what the types of settings have in common: faults with their
 * place, texts of the file, and how values are written. */
#include "setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interpolate.h"
#include "json_text.h"
#include "suggest.h"

bool
setting_fault(const struct setting_source *source, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_add_list(source->diags, DIAG_ERROR, source->file, source->line,
                  source->column, format, args);
    va_end(args);
    return false;
}

/* How the file spells a scalar; false for lists, objects and null. */
static bool
scalar_text(const struct node *node, struct str *text)
{
    if (node->kind == NODE_BOOL)
        *text = node->boolean ? STR("true") : STR("false");
    else
        *text = node->text;
    return node->kind == NODE_BOOL || node->kind == NODE_INT ||
           node->kind == NODE_REAL || node->kind == NODE_DECIMAL ||
           node->kind == NODE_STRING;
}

bool
setting_node_text(struct setting_source *source, const char *name,
                  const struct node *node, struct str *text)
{
    struct err err = {0};

    source->line = node->line;
    source->column = node->column;
    if (!scalar_text(node, text))
        return setting_fault(source,
                             node->kind == NODE_NULL
                                 ? "\"%s\" has no value"
                                 : "\"%s\" must be a single value, not %s",
                             name, node_kind_name(node->kind));
    if (!interpolate(source->arena, *text, text, &err))
        return setting_fault(source, "%s", err.text);
    return true;
}

bool
setting_scalar_from_node(struct setting_source *source,
                         const struct setting *setting, const struct node *node)
{
    struct str text;

    return setting_node_text(source, setting->name, node, &text) &&
           setting->type->from_text(source, setting, text);
}

void *
setting_place(struct settings *settings, const struct setting *setting)
{
    return (char *)settings + setting->offset;
}

const void *
setting_value(const struct settings *settings, const struct setting *setting)
{
    return (const char *)settings + setting->offset;
}

/* Plain where every YAML reader takes it for this text, else in quotes. */
static bool
is_plain(struct str text)
{
    static const char *const words[] = {"true", "false", "null", "yes", "no",
                                        "on",   "off",   "y",    "n"};

    if (text.len == 0 || text.at[text.len - 1] == ':')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!letter &&
            (i == 0 || !((c >= '0' && c <= '9') || memchr("._/-:", c, 5))))
            return false;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strncasecmp(text.at, words[i], text.len) == 0 &&
            strlen(words[i]) == text.len)
            return false;
    return true;
}

void
setting_add_yaml(struct buf *buf, struct str text)
{
    if (is_plain(text))
        buf_add_str(buf, text);
    else
        json_add_string(buf, text);
}

void
setting_add_words(struct buf *buf, const char *const *words)
{
    buf_add_char(buf, '[');
    for (size_t i = 0; words[i]; i++) {
        if (i)
            buf_add_char(buf, ',');
        json_add_string(buf, str_from_cstr(words[i]));
    }
    buf_add_char(buf, ']');
}

/* Kafka's own rule for the names of topics. */
bool
setting_check_topic(const struct setting_source *source, struct str topic)
{
    enum { TOPIC_MAX_BYTES = 249 };
    bool ok = topic.len > 0 && topic.len <= TOPIC_MAX_BYTES &&
              !str_eq(topic, STR(".")) && !str_eq(topic, STR(".."));

    for (size_t i = 0; i < topic.len; i++) {
        char c = topic.at[i];

        ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-');
    }
    return ok || setting_fault(source,
                               "\"%.*s\" cannot be the name of a topic: 1 to "
                               "%d letters, digits and . _ -",
                               STR_ARG(topic), TOPIC_MAX_BYTES);
}

bool
setting_find_word(const struct setting_source *source, const char *name,
                  const char *const *words, struct str word, int *index)
{
    struct suggest suggest = suggest_for(word);
    struct buf known;

    buf_init(&known, source->arena);
    for (int i = 0; words[i]; i++) {
        if (str_eq_cstr(word, words[i])) {
            *index = i;
            return true;
        }
        suggest_offer(&suggest, str_from_cstr(words[i]));
        buf_printf(&known, "%s%s", i ? ", " : "", words[i]);
    }
    setting_fault(source, "\"%s\" cannot be \"%.*s\", it is one of %.*s", name,
                  STR_ARG(word), STR_ARG(buf_str(&known)));
    suggest_help(&suggest, source->diags);
    return false;
}
