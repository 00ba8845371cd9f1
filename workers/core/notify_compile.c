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

/* A text being checked, and where it stands in the file. */
struct template_check {
    struct reader *reader;
    const struct node *node;
    struct str text;
    const char *answers; /* fields of the answer; NULL: a rule's own message */
};

/* Add an error at a part of the template. */
static void
report_part(const struct template_check *check, struct str part,
            const char *problem)
{
    struct reader *reader = check->reader;
    struct str before =
        str_make(check->text.at, (size_t)(part.at - check->text.at));

    diag_add(reader->diags, DIAG_ERROR, reader->file, check->node->line,
             check->node->column + check->node->quoted +
                 (int)str_utf8_length(before),
             "%s", problem);
}

static void
report_no_field(const struct template_check *check, struct str name,
                struct str path, const struct event_type *type)
{
    struct suggest suggest = suggest_for(path);

    for (size_t i = 0; i < schema_property_count(type); i++)
        suggest_offer(&suggest, schema_property(type, i));
    report_part(
        check, name,
        arena_printf(check->reader->arena,
                     "%.*s has no field %s" SUGGEST_FORMAT, STR_ARG(type->name),
                     quoted(check->reader->arena, path), SUGGEST_ARG(suggest)));
}

static void
check_field(const struct template_check *check, struct str name,
            struct str path, const struct event_type *type)
{
    struct field field;

    if (!find_field(type, path, &field))
        report_no_field(check, name, path, type);
    else if (field.type == FIELD_OTHER)
        report_part(check, name, "a list or an object cannot be printed");
}

static void
check_answer(const struct template_check *check, struct str name,
             struct str path)
{
    struct arena *arena = check->reader->arena;
    const char *word = arena_printf(arena, " %.*s ", STR_ARG(path));
    bool is_word = !memchr(path.at, ' ', path.len);

    if (!is_word || !strstr(check->answers, word))
        report_part(
            check, name,
            arena_printf(arena, "this message has no field %s; it has:%.*s",
                         quoted(arena, path), (int)strlen(check->answers) - 1,
                         check->answers));
}

static void
check_name(const struct template_check *check, struct str name)
{
    struct arena *arena = check->reader->arena;
    const struct rule *rule = check->reader->rule;
    struct str path;

    if (check->answers && template_answer_path(name, &path)) {
        check_answer(check, name, path);
        return;
    }
    if (!check->answers && template_data_path(name, &path)) {
        if (rule->pending)
            report_part(check, name,
                        "what is held is told when it is released, by an "
                        "event without such data");
        for (size_t i = 0; i < rule->form_count; i++)
            check_field(check, name, path, rule->forms[i].type);
        return;
    }
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (str_eq_cstr(name, names[i]))
            return;
    report_part(
        check, name,
        arena_printf(arena,
                     "there is no placeholder {%.*s}%s; use {amount}, "
                     "{account}, {balance}, {event.id} or {%s.FIELD}",
                     STR_ARG(str_cut(name, QUOTE_MAX_BYTES)),
                     reader_suggest(check->reader, name, names, NAME_COUNT),
                     check->answers ? "answer" : "event.data"));
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
            report_part(check, part.text,
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
        reader_error(reader, node,
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
        reader_error(reader, node, "ttl must be at most 28d");
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
        reader_error(reader, node, "a message needs a title and a body");
}

void
notify_compile(struct reader *reader, const struct node *node,
               const char *answers, struct notify *notify)
{
    static const struct key keys[] = {{"title", false},    {"body", false},
                                      {"collapse", false}, {"category", false},
                                      {"ttl", false},      {"data", false}};
    const struct node *category = node_get(node, STR("category"));
    const struct node *ttl = node_get(node, STR("ttl"));
    const struct node *data = node_get(node, STR("data"));

    set_defaults(reader, answers, notify);
    if (!node)
        return;
    notify->enabled = !(node->kind == NODE_BOOL && !node->boolean);
    if (!notify->enabled ||
        !read_keys(reader, node, "notify", keys, sizeof(keys) / sizeof(*keys)))
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
