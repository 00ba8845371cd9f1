/* envelope.c - three ways to find an attribute, one way to judge it. After the
 * CloudEvents 1.0 Kafka protocol binding, sections 3.2 (binary) and 3.3
 * (structured). */
#include "envelope.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

#include "quote.h"
#include "timestamp.h"

enum { ATTRIBUTE_MAX_BYTES = 256, TRACEPARENT_BYTES = 55 };

/* 9999-12-31T23:59:59.999999Z */
#define LAST_TIME_US INT64_C(253402300799999999)

struct opener {
    struct arena *arena;
    const struct record *record;
    const struct envelope *envelope;
    struct node *document;
    const struct form *form;
    struct err *err;
};

/* One form of envelope. */
struct form {
    const char *prefix; /* of the attribute names, for messages */
    bool is_cloudevents;
    /* The attribute's text; its at is NULL when it is missing. False when it
     * is no text. */
    bool (*get)(const struct opener *opener, const char *name,
                struct str *text);
    /* The data, or NULL when it is missing. */
    struct node *(*data)(const struct opener *opener);
};

static bool malformed(const struct opener *opener, const char *format, ...)
    PRINTF_LIKE(2, 3);

static bool
malformed(const struct opener *opener, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return err_set_code(opener->err, ERR_INPUT,
                        reason_name(REASON_MALFORMED_ENVELOPE), "%s", text);
}

/* ---- headers --------------------------------------------------------------
 */

static bool
starts_with_word(struct str text, const char *word)
{
    size_t len = strlen(word);

    return text.len >= len && strncasecmp(text.at, word, len) == 0;
}

/* The first header whose name is prefix and name together, in any case. */
static struct str
header(const struct record *record, const char *prefix, const char *name)
{
    size_t prefix_len = strlen(prefix);

    for (size_t i = 0; i < record->header_count; i++) {
        const struct record_header *found = &record->headers[i];

        if (found->name.len == prefix_len + strlen(name) &&
            strncasecmp(found->name.at, prefix, prefix_len) == 0 &&
            strncasecmp(found->name.at + prefix_len, name, strlen(name)) == 0)
            return found->value;
    }
    return (struct str){NULL, 0};
}

/* ---- structured: all in the value -----------------------------------------
 */

static bool
get_structured(const struct opener *opener, const char *name, struct str *text)
{
    const struct node *node = node_get(opener->document, str_from_cstr(name));
    struct buf found;

    *text = (struct str){NULL, 0};
    if (!node || node->kind == NODE_NULL)
        return true;
    *text = node->text;
    if (node->kind == NODE_STRING)
        return true;
    buf_init(&found, opener->arena);
    quote_node(&found, node);
    return malformed(opener, "\"%s\" must be a string, but is %.*s", name,
                     STR_ARG(buf_str(&found)));
}

static struct node *
data_structured(const struct opener *opener)
{
    return node_get(opener->document, STR("data"));
}

/* ---- binary: attributes in headers, data in the value ---------------------
 */

static bool
get_binary(const struct opener *opener, const char *name, struct str *text)
{
    *text = strcmp(name, "datacontenttype") == 0
                ? header(opener->record, "", "content-type")
                : header(opener->record, "ce_", name);
    return str_is_utf8(*text) ||
           malformed(opener, "the header \"ce_%s\" is not UTF-8 text", name);
}

static struct node *
data_whole(const struct opener *opener)
{
    return opener->document;
}

/* ---- plain: where the settings say ----------------------------------------
 */

static struct str
plain_setting(const struct envelope *envelope, const char *name)
{
    static const struct {
        const char *name;
        size_t field;
    } settings[] = {
        {"id", offsetof(struct envelope, id)},
        {"type", offsetof(struct envelope, type)},
        {"time", offsetof(struct envelope, time)},
        {"source", offsetof(struct envelope, source)},
    };

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(settings[i].name, name) == 0)
            return *(const struct str *)(const void *)((const char *)envelope +
                                                       settings[i].field);
    return (struct str){NULL, 0};
}

/* Numbers are common as ids in events that were not made for this. */
static bool
get_plain(const struct opener *opener, const char *name, struct str *text)
{
    struct str setting = plain_setting(opener->envelope, name);
    const struct node *node;
    struct buf number;

    *text = setting;
    if (!setting.len || setting.at[0] != '/')
        return true;
    *text = (struct str){NULL, 0};
    node = node_at(opener->document, setting);
    if (!node || node->kind == NODE_NULL)
        return true;
    *text = node->text;
    if (node->kind == NODE_STRING)
        return true;
    if (node->kind != NODE_INT)
        return malformed(opener, "\"%s\" at %s must be a string", name,
                         quoted(opener->arena, setting));
    buf_init(&number, opener->arena);
    buf_add_int(&number, node->integer);
    *text = buf_str(&number);
    return true;
}

static struct node *
data_plain(const struct opener *opener)
{
    struct str setting = opener->envelope->data;

    return setting.len ? node_at(opener->document, setting) : opener->document;
}

/* ---- which form -----------------------------------------------------------
 */

static const struct form structured = {"", true, get_structured,
                                       data_structured};
static const struct form binary = {"ce_", true, get_binary, data_whole};
static const struct form plain = {"", false, get_plain, data_plain};

/* The text ends here, or with parameters. */
static bool
ends_media_type(struct str text)
{
    return !text.len || text.at[0] == ';' || text.at[0] == ' ';
}

static bool
choose_structured(struct opener *opener, struct str format)
{
    opener->form = &structured;
    if (starts_with_word(format, "+json"))
        format = str_make(format.at + 5, format.len - 5);
    if (ends_media_type(format))
        return true;
    if (starts_with_word(format, "-batch"))
        return malformed(opener, "batches of CloudEvents are not supported; "
                                 "send one event a record");
    return malformed(opener,
                     "the CloudEvents format %s is not supported; "
                     "send \"application/cloudevents+json\"",
                     str_is_utf8(format) ? quoted(opener->arena, format) : "");
}

static bool
choose_form(struct opener *opener)
{
    static const char media_type[] = "application/cloudevents";
    struct str type = header(opener->record, "", "content-type");
    size_t len = sizeof(media_type) - 1;

    opener->form = &plain;
    if (opener->envelope->kind == ENVELOPE_PLAIN)
        return true;
    if (starts_with_word(type, media_type))
        return choose_structured(opener,
                                 str_make(type.at + len, type.len - len));
    opener->form = &binary;
    if (header(opener->record, "ce_", "specversion").at)
        return true;
    opener->form = &structured;
    if (node_get(opener->document, STR("specversion")))
        return true;
    return malformed(opener,
                     "there is no CloudEvents envelope: send the header "
                     "\"content-type: application/cloudevents+json\" and the "
                     "whole event as the value, or \"ce_\" headers and the "
                     "data as the value, or set \"envelope: plain\" for this "
                     "topic");
}

/* ---- attributes -----------------------------------------------------------
 */

static bool
has_control(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F)
            return true;
    return false;
}

/* An attribute that must be there. */
static bool
take(const struct opener *opener, const char *name, struct str *text)
{
    const char *prefix = opener->form->prefix;

    if (!opener->form->get(opener, name, text))
        return false;
    if (!text->at)
        return malformed(opener, "the attribute \"%s%s\" is missing", prefix,
                         name);
    if (!text->len)
        return malformed(opener, "the attribute \"%s%s\" is empty", prefix,
                         name);
    if (text->len > ATTRIBUTE_MAX_BYTES)
        return malformed(opener,
                         "the attribute \"%s%s\" has %zu bytes, more than %d",
                         prefix, name, text->len, ATTRIBUTE_MAX_BYTES);
    if (has_control(*text))
        return malformed(opener,
                         "the attribute \"%s%s\" holds a control character",
                         prefix, name);
    return true;
}

static bool
take_identity(const struct opener *opener, struct letter *letter)
{
    if (!take(opener, "id", &letter->id) ||
        !take(opener, "source", &letter->source) ||
        !take(opener, "type", &letter->type))
        return false;
    if (memchr(letter->source.at, ' ', letter->source.len))
        return malformed(opener,
                         "the attribute \"%ssource\" must be a URI reference, "
                         "but holds a space",
                         opener->form->prefix);
    return true;
}

static bool
check_version(const struct opener *opener)
{
    struct str version;

    if (!opener->form->is_cloudevents)
        return true;
    if (!take(opener, "specversion", &version))
        return false;
    return str_eq(version, STR("1.0")) ||
           malformed(opener, "\"%sspecversion\" must be \"1.0\", but is %s",
                     opener->form->prefix, quoted(opener->arena, version));
}

/* `json` or `anything+json` after the slash, parameters aside. */
static bool
is_json_type(struct str type)
{
    size_t len = 0;
    struct str subtype;

    while (len < type.len && !ends_media_type(str_make(type.at + len, 1)))
        len++;
    if (len < 5)
        return false;
    subtype = str_make(type.at + len - 5, 5);
    return starts_with_word(subtype, "/json") ||
           starts_with_word(subtype, "+json");
}

static bool
check_content_type(const struct opener *opener)
{
    struct str type;

    if (!opener->form->is_cloudevents)
        return true;
    if (!opener->form->get(opener, "datacontenttype", &type))
        return false;
    return !type.at || is_json_type(type) ||
           malformed(opener, "the data is %s; only JSON is read",
                     quoted(opener->arena, type));
}

/* Kafka's own time stands in for a missing one. */
static bool
take_record_time(const struct opener *opener, struct letter *letter)
{
    int64_t record_ms = opener->record->timestamp_ms;

    if (record_ms < 0 || record_ms > LAST_TIME_US / 1000)
        return malformed(opener,
                         "\"%stime\" is missing, and the record has no "
                         "timestamp to take instead: say when it happened",
                         opener->form->prefix);
    letter->time_us = record_ms * 1000;
    return true;
}

static bool
take_time(const struct opener *opener, struct letter *letter)
{
    struct str text;

    if (!opener->form->get(opener, "time", &text))
        return false;
    letter->has_time = text.at != NULL;
    if (!letter->has_time)
        return take_record_time(opener, letter);
    if (!timestamp_parse(text, &letter->time_us))
        return malformed(opener,
                         "\"%stime\" must be an RFC 3339 time such as "
                         "2026-12-01T12:34:56Z, but is %s",
                         opener->form->prefix, quoted(opener->arena, text));
    return (letter->time_us >= 0 && letter->time_us <= LAST_TIME_US) ||
           malformed(opener,
                     "\"%stime\" must lie in the years 1970 to 9999, but is "
                     "%s",
                     opener->form->prefix, quoted(opener->arena, text));
}

/* ---- trace context --------------------------------------------------------
 */

static bool
is_lower_hex(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!(text.at[i] >= '0' && text.at[i] <= '9') &&
            !(text.at[i] >= 'a' && text.at[i] <= 'f'))
            return false;
    return true;
}

/* `version-trace-parent-flags` of W3C Trace Context, level 1. */
static bool
has_traceparent_shape(struct str text)
{
    return text.len == TRACEPARENT_BYTES && text.at[2] == '-' &&
           text.at[35] == '-' && text.at[52] == '-' &&
           is_lower_hex(str_make(text.at, 2)) &&
           is_lower_hex(str_make(text.at + 3, 32)) &&
           is_lower_hex(str_make(text.at + 36, 16)) &&
           is_lower_hex(str_make(text.at + 53, 2));
}

static bool
is_traceparent(struct str text)
{
    const struct str zeros = STR("00000000000000000000000000000000");

    return has_traceparent_shape(text) && !str_starts_with(text, STR("ff")) &&
           !str_eq(str_make(text.at + 3, 32), zeros) &&
           !str_eq(str_make(text.at + 36, 16), str_make(zeros.at, 16));
}

/* It only helps to follow an event: a bad one is no reason to refuse it. */
static struct str
find_traceparent(const struct opener *opener)
{
    const struct node *node = node_get(opener->document, STR("traceparent"));
    struct str candidates[] = {
        opener->form == &structured && node_is_string(node)
            ? node->text
            : (struct str){NULL, 0},
        header(opener->record, "ce_", "traceparent"),
        header(opener->record, "", "traceparent"),
    };

    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
        if (is_traceparent(candidates[i]))
            return candidates[i];
    return (struct str){NULL, 0};
}

/* ---- data -----------------------------------------------------------------
 */

static bool
take_data(const struct opener *opener, struct letter *letter)
{
    const struct node *base64 = node_get(opener->document, STR("data_base64"));
    struct buf found;

    if (opener->form == &structured && base64 && base64->kind != NODE_NULL)
        return malformed(opener, "\"data_base64\" is not supported; send the "
                                 "data as a JSON object in \"data\"");
    letter->data = opener->form->data(opener);
    if (!letter->data)
        return malformed(opener, "\"data\" is missing");
    if (letter->data->kind == NODE_OBJECT)
        return true;
    buf_init(&found, opener->arena);
    quote_node(&found, letter->data);
    return malformed(opener, "\"data\" must be a JSON object, but is %.*s",
                     STR_ARG(buf_str(&found)));
}

bool
envelope_open(struct arena *arena, const struct record *record,
              const struct envelope *envelope, struct node *document,
              struct letter *letter, struct err *err)
{
    struct opener opener = {.arena = arena,
                            .record = record,
                            .envelope = envelope,
                            .document = document,
                            .err = err};

    if (!choose_form(&opener) || !check_version(&opener) ||
        !take_identity(&opener, letter) || !take_time(&opener, letter) ||
        !check_content_type(&opener) || !take_data(&opener, letter))
        return false;
    letter->traceparent = find_traceparent(&opener);
    return true;
}
