/* test_message.c - the notification is read from the message as published, so
 * that what is compared is what a push service gets. */
#include "test_message.h"

#include "json_text.h"
#include "kept.h"
#include "token.h"

/* Fields of one JSON object, and where they are expected. */
struct fields {
    struct reader *reader;
    struct test_diff_list *diffs;
    const char *name; /* "notification", "notification[2].data" */
    struct str object;
};

static void
add_diff(struct test_diff_list *diffs, const struct node *place,
         const char *field, struct str expected, struct str got)
{
    test_diff_add(diffs, (struct test_diff){
                             .field = str_from_cstr(field),
                             .line = place->line,
                             .column = place->column,
                             .expected = expected,
                             .got = got,
                         });
}

/* The notification of a token event, NULL for none; false when it has none. */
static bool
read_notification(struct arena *arena, const struct token_source *token,
                  struct str *notification)
{
    struct token_writer *writer;
    struct message message;
    struct str data;

    if (!token)
        return false;
    writer = ARENA_NEW(arena, struct token_writer);
    token_writer_init(writer, arena);
    token_render(writer, token, &message);
    return kept_object(arena, message.value, STR("data"), &data) &&
           kept_object(arena, data, STR("notification"), notification);
}

/* Texts in quotes, so that their ends can be seen. */
static struct str
shown(struct arena *arena, const struct node *like, struct str text)
{
    struct buf buf;

    if (!text.at)
        return STR("null");
    if (like && like->kind != NODE_STRING)
        return text;
    buf_init(&buf, arena);
    json_add_string(&buf, text);
    return buf_str(&buf);
}

static void
compare_field(const struct fields *fields, const struct node_member *member)
{
    struct arena *arena = fields->reader->arena;
    const struct node *node = member->value;
    struct str expected = {0};
    const struct template_field *got;
    size_t count = kept_read(arena, fields->object, &got);
    struct str text = {0};

    if (node->kind == NODE_LIST || node->kind == NODE_OBJECT ||
        node->kind == NODE_BOOL) {
        reader_error(fields->reader, node, MISTAKE_TEST_EXPECT,
                     "%s.%.*s must be a text, not %s", fields->name,
                     STR_ARG(member->key),
                     reader_describe(fields->reader, node));
        return;
    }
    if (node->kind != NODE_NULL)
        expected = node->text;
    for (size_t i = 0; i < count; i++)
        if (str_eq(got[i].name, member->key))
            text = got[i].text;
    if (expected.at && text.at ? str_eq(expected, text)
                               : expected.at == text.at)
        return;
    add_diff(fields->diffs, node,
             arena_printf(arena, "%s.%.*s", fields->name, STR_ARG(member->key)),
             shown(arena, node, expected),
             shown(arena, node->kind == NODE_NULL ? NULL : node, text));
}

/* A mapping of any names: those of the rule's own data. */
static void
compare_data(const struct fields *fields, const struct node *node)
{
    struct fields data = *fields;

    data.name = arena_printf(fields->reader->arena, "%s.data", fields->name);
    if (node->kind != NODE_OBJECT) {
        reader_error(fields->reader, node, MISTAKE_TEST_EXPECT,
                     "data must be a mapping of texts");
        return;
    }
    if (!kept_object(fields->reader->arena, fields->object, STR("data"),
                     &data.object))
        data.object = STR("{}");
    for (size_t i = 0; i < node->member_count; i++)
        compare_field(&data, &node->members[i]);
}

static const struct key notification_keys[] = {
    {"category", false, &shape_any, "What apps sort by.", NULL},
    {"title", false, &shape_any, "Filled in.", NULL},
    {"body", false, &shape_any, "Filled in.", NULL},
    {"collapse_id", false, &shape_any, "Filled in.", NULL},
    {"ttl_seconds", false, &shape_any, "In seconds.", NULL},
    {"data", false, &shape_any, "Texts for the app.", NULL},
};

static const struct shape notification_shape = {
    SHAPE_KEYS("a notification", notification_keys)};

/* `token` is NULL where there is no token event. */
static void
compare_one(struct fields *fields, const struct node *expected,
            const struct token_source *token)
{
    bool is_null = expected->kind == NODE_NULL;
    bool is_told =
        read_notification(fields->reader->arena, token, &fields->object);

    if (!is_null && !read_keys(fields->reader, expected, &notification_shape))
        return;
    if (is_null != !is_told)
        add_diff(fields->diffs, expected, fields->name,
                 is_null ? STR("null") : STR("one"),
                 is_told ? fields->object : STR("null"));
    for (size_t i = 0; !is_null && is_told && i < expected->member_count; i++) {
        const struct node_member *member = &expected->members[i];

        if (str_eq(member->key, STR("data")))
            compare_data(fields, member->value);
        else
            compare_field(fields, member);
    }
}

/* All token events, in the order they are published. */
static const struct token_source **
all_tokens(struct arena *arena, const struct test_event_list *events,
           size_t *count)
{
    const struct token_source **tokens;
    size_t room = 0;

    *count = 0;
    for (size_t i = 0; i < events->count; i++)
        room += events->items[i].told.count;
    tokens = arena_array(arena, room, sizeof(*tokens));
    for (size_t i = 0; i < events->count; i++)
        for (size_t j = 0; j < events->items[i].told.count; j++)
            tokens[(*count)++] = &events->items[i].told.tokens[j];
    return tokens;
}

void
test_message_compare(struct reader *reader, const struct node *expected,
                     const struct test_event_list *events,
                     struct test_diff_list *diffs)
{
    struct fields fields = {reader, diffs, "notification", {0}};
    size_t count;
    const struct token_source **tokens =
        all_tokens(reader->arena, events, &count);

    if (expected->kind != NODE_LIST) {
        compare_one(&fields, expected, count ? tokens[count - 1] : NULL);
        return;
    }
    if (expected->item_count != count) {
        reader_error(reader, expected, MISTAKE_TEST_EXPECT,
                     "notification lists %zu, but there are %zu token events",
                     expected->item_count, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        fields.name = arena_printf(reader->arena, "notification[%zu]", i + 1);
        compare_one(&fields, expected->items[i], tokens[i]);
    }
}
