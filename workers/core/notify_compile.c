/* notify_compile.c - the messages of a rule: checked here, so that rendering
 * them later cannot meet a name it does not know. */
#include <stdio.h>
#include <string.h>

#include "quote.h"
#include "rule_compile.h"
#include "suggest.h"
#include "template.h"

enum {
    TITLE_MAX_BYTES = 200,
    BODY_MAX_BYTES = 1000,
    COLLAPSE_MAX_BYTES = 200,
    DATUM_MAX_BYTES = 200,
    DATA_MAX = 10,
    TTL_DEFAULT_S = 86400,
    TTL_MAX_S = 28 * 86400, /* the longest that push services keep one */
};

/* Placeholders besides event.data.FIELD. */
static const char *const names[] = {"amount", "account", "balance", "event.id"};

enum { NAME_COUNT = sizeof(names) / sizeof(*names) };

static const struct shape title_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = TITLE_MAX_BYTES};
static const struct shape body_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = BODY_MAX_BYTES};
static const struct shape collapse_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = COLLAPSE_MAX_BYTES};
static const struct shape datum_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = DATUM_MAX_BYTES};
static const struct shape data_shape = {
    .kind = SHAPE_MAP, .max = DATA_MAX, .of = &datum_shape};

static const struct key notify_keys[] = {
    {"title", false, &title_shape, "May hold {placeholders}, as all texts.",
     "Contract completed"},
    {"body", false, &body_shape,
     "Placeholders are {amount}, {balance}, {account}, {event.id} and "
     "{event.data.FIELD}; of messages, {answer.FIELD}.",
     "You earned {amount} GIGS"},
    {"collapse", false, &collapse_shape,
     "A later message with the same text replaces this one on the phone.",
     "contract:{event.data.contract_id}"},
    {"category", false, &shape_id, "What apps sort messages by.",
     "token_earned"},
    {"ttl", false, &shape_duration,
     "How long a phone that is off is tried, at most 28d.", "24h"},
    {"data", false, &data_shape, "Texts for the app, by name.",
     "{\"screen\": \"wallet\"}"},
};

static const struct shape false_shape = {.kind = SHAPE_FALSE};

const struct shape notify_shape = {SHAPE_KEYS("notify", notify_keys),
                                   .otherwise = &false_shape};

const struct shape message_shape = {
    SHAPE_KEYS("notify", notify_keys),
    .otherwise = &false_shape,
    .needs = (const struct key_need[]){{NULL, "title"}, {NULL, "body"}, {0}},
};

/* A text being checked, and where it stands in the file. */
struct template_check {
    struct reader *reader;
    const struct node *node;
    struct str text;
    const char *answers; /* fields of the answer; NULL: a rule's own message */
};

/* Add an error at a part of the template. */
static void PRINTF_LIKE(4, 5)
    report_part(const struct template_check *check, struct str part,
                enum mistake mistake, const char *format, ...)
{
    const struct node *node = check->node;
    struct str before =
        str_make(check->text.at, (size_t)(part.at - check->text.at));
    va_list args;

    va_start(args, format);
    mistake_add_list(check->reader->diags, mistake, check->reader->file,
                     node->line,
                     node->column + node->quoted + (int)str_utf8_length(before),
                     format, args);
    va_end(args);
}

static void
report_no_field(const struct template_check *check, struct str name,
                struct str path, const struct event_type *type)
{
    struct suggest suggest = suggest_for(path);

    for (size_t i = 0; i < schema_property_count(type); i++)
        suggest_offer(&suggest, schema_property(type, i));
    report_part(check, name, MISTAKE_UNKNOWN_FIELD, "%.*s has no field %s",
                STR_ARG(type->name), quoted(check->reader->arena, path));
    diag_note(check->reader->diags, "schema: %s", type->file);
    suggest_help(&suggest, check->reader->diags);
}

static void
check_field(const struct template_check *check, struct str name,
            struct str path, const struct event_type *type)
{
    struct field field;

    if (!find_field(type, path, &field))
        report_no_field(check, name, path, type);
    else if (field.type == FIELD_OTHER)
        report_part(check, name, MISTAKE_NO_VALUE,
                    "a list or an object cannot be printed");
}

static void
report_no_answer(const struct template_check *check, struct str name,
                 struct str path)
{
    struct suggest suggest = suggest_for(path);
    const char *word = check->answers + 1; /* words with spaces around them */
    const char *end;

    for (; (end = strchr(word, ' ')); word = end + 1)
        suggest_offer(&suggest, str_make(word, (size_t)(end - word)));
    report_part(check, name, MISTAKE_UNKNOWN_FIELD,
                "this message has no field %s; it has:%.*s",
                quoted(check->reader->arena, path),
                (int)strlen(check->answers) - 1, check->answers);
    suggest_help(&suggest, check->reader->diags);
}

static void
check_answer(const struct template_check *check, struct str name,
             struct str path)
{
    const char *word =
        arena_printf(check->reader->arena, " %.*s ", STR_ARG(path));
    bool is_word = !memchr(path.at, ' ', path.len);

    if (!is_word || !strstr(check->answers, word))
        report_no_answer(check, name, path);
}

static void
check_name(const struct template_check *check, struct str name)
{
    const struct rule *rule = check->reader->rule;
    struct str path;

    if (check->answers && template_answer_path(name, &path)) {
        check_answer(check, name, path);
        return;
    }
    if (!check->answers && template_data_path(name, &path)) {
        if (rule->pending)
            report_part(check, name, MISTAKE_PLACEHOLDER,
                        "what is held is told when it is released, by an "
                        "event without such data");
        for (size_t i = 0; i < rule->form_count; i++)
            check_field(check, name, path, rule->forms[i].type);
        return;
    }
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (str_eq_cstr(name, names[i]))
            return;
    report_part(check, name, MISTAKE_PLACEHOLDER,
                "there is no placeholder {%.*s}; use {amount}, {account}, "
                "{balance}, {event.id} or {%s.FIELD}",
                STR_ARG(str_cut(name, QUOTE_MAX_BYTES)),
                check->answers ? "answer" : "event.data");
    reader_suggest(check->reader, name, names, NAME_COUNT);
}

static void
check_template(const struct template_check *check)
{
    struct template_part part;
    size_t at = 0;

    while (template_next(check->text, &at, &part)) {
        if (part.kind == TEMPLATE_NAME)
            check_name(check, part.text);
        else if (part.kind == TEMPLATE_BROKEN)
            report_part(check, part.text, MISTAKE_PLACEHOLDER,
                        "this { is never closed; write {{ for a brace");
    }
}

/* The text stays as it was when the node is missing or wrong. */
static void
read_template(struct reader *reader, const struct node *node, const char *what,
              size_t max, const char *answers, struct str *text)
{
    struct template_check check = {
        .reader = reader, .node = node, .answers = answers};

    if (!node || !read_text(reader, node, what, max, text))
        return;
    check.text = *text;
    check_template(&check);
}

static void
compile_data(struct reader *reader, const struct node *node,
             const char *answers, struct notify *notify)
{
    struct notify_datum *data;

    if (node->kind != NODE_OBJECT || node->member_count > DATA_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_OBJECT),
                     "data must be a mapping of at most %d names to texts",
                     DATA_MAX);
        return;
    }
    data = arena_array(reader->arena, node->member_count, sizeof(*data));
    for (size_t i = 0; i < node->member_count; i++) {
        data[i].key = str_dup(reader->arena, node->members[i].key);
        read_template(reader, node->members[i].value, "a text of data",
                      DATUM_MAX_BYTES, answers, &data[i].text);
    }
    notify->data = data;
    notify->data_count = node->member_count;
}

static void
compile_ttl(struct reader *reader, const struct node *node,
            struct notify *notify)
{
    int64_t seconds;

    if (!read_duration(reader, node, "ttl", &seconds))
        return;
    if (seconds > TTL_MAX_S)
        reader_error(reader, node, MISTAKE_BAD_SPAN, "ttl must be at most 28d");
    else
        notify->ttl_s = (int32_t)seconds;
}

static void
set_defaults(struct reader *reader, const char *answers, struct notify *notify)
{
    const struct rule *rule = reader->rule;
    bool charges = !answers && rule->form_count && rule->forms[0].charge;
    const char *verb = charges ? "spent" : "earned";
    struct str asset = reader->ruleset->asset;

    notify->enabled = true;
    notify->category = answers   ? STR("token_event")
                       : charges ? STR("token_spent")
                                 : STR("token_earned");
    notify->title = str_from_cstr(
        arena_printf(reader->arena, "You %s %.*s", verb, STR_ARG(asset)));
    notify->body = str_from_cstr(arena_printf(
        reader->arena, "You %s {amount} %.*s", verb, STR_ARG(asset)));
    notify->ttl_s = TTL_DEFAULT_S;
}

/* What is said of an answer is not guessed. */
static void
require_texts(struct reader *reader, const struct node *node)
{
    if (!node_get(node, STR("title")) || !node_get(node, STR("body")))
        reader_error(reader, node, MISTAKE_MISSING_KEY,
                     "a message needs a title and a body");
}

void
notify_compile(struct reader *reader, const struct node *node,
               const char *answers, struct notify *notify)
{
    const struct node *category = node_get(node, STR("category"));
    const struct node *ttl = node_get(node, STR("ttl"));
    const struct node *data = node_get(node, STR("data"));

    set_defaults(reader, answers, notify);
    if (!node)
        return;
    notify->enabled = !(node->kind == NODE_BOOL && !node->boolean);
    if (!notify->enabled || !read_keys(reader, node, &notify_shape))
        return;
    if (answers)
        require_texts(reader, node);
    if (category && !read_id(reader, category, "category", &notify->category))
        return;
    if (ttl)
        compile_ttl(reader, ttl, notify);
    if (data)
        compile_data(reader, data, answers, notify);
    read_template(reader, node_get(node, STR("title")), "title",
                  TITLE_MAX_BYTES, answers, &notify->title);
    read_template(reader, node_get(node, STR("body")), "body", BODY_MAX_BYTES,
                  answers, &notify->body);
    read_template(reader, node_get(node, STR("collapse")), "collapse",
                  COLLAPSE_MAX_BYTES, answers, &notify->collapse);
}
