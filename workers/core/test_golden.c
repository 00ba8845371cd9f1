/* test_golden.c - the text is written as one line and then laid out, so that a
 * change of a field is a change of a line. */
#include "test_golden.h"

#include "json_text.h"
#include "token.h"

/* ---- the text ---------------------------------------------------------------
 */

static void
start_line(struct buf *out, int depth)
{
    buf_add_char(out, '\n');
    for (int i = 0; i < depth; i++)
        buf_add_cstr(out, "  ");
}

/* Append JSON without spaces with one member or item a line. */
static void
lay_out(struct buf *out, struct str json)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < json.len; i++) {
        char c = json.at[i];
        char next = i + 1 < json.len ? json.at[i + 1] : '\0';

        if (in_string || c == '"') {
            buf_add_char(out, c);
            if (c == '\\')
                buf_add_char(out, json.at[++i]);
            else if (c == '"')
                in_string = !in_string;
            continue;
        }
        if ((c == '}' || c == ']') && json.at[i - 1] != '{' &&
            json.at[i - 1] != '[')
            start_line(out, depth - 1);
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        buf_add_char(out, c);
        if (c == ':')
            buf_add_char(out, ' ');
        if (c == ',' || ((c == '{' || c == '[') && next != '}' && next != ']'))
            start_line(out, depth);
    }
    buf_add_char(out, '\n');
}

static void
add_event(struct buf *json, const struct test_event *event)
{
    json_add_key(json, "outcome");
    json_add_string(json, str_from_cstr(outcome_name(event->outcome)));
    if (event->outcome == OUTCOME_DEAD_LETTER)
        json_add_member(json, "error", str_from_cstr(event->err.code));
    if (event->outcome == OUTCOME_REJECTED)
        json_add_member(json, "rejected",
                        str_from_cstr(rejection_name(event->rejection)));
}

static void
add_events(struct buf *json, const struct test_event_list *events)
{
    json_add_key(json, "events");
    buf_add_char(json, '[');
    for (size_t i = 0; i < events->count; i++) {
        buf_add_cstr(json, i ? ",{" : "{");
        json_add_member(json, "id", events->items[i].event.id);
        add_event(json, &events->items[i]);
        buf_add_char(json, '}');
    }
    buf_add_char(json, ']');
}

static void
add_amount(struct buf *json, int64_t minor, int scale)
{
    buf_add_char(json, '"');
    num_print_minor(json, minor, scale);
    buf_add_char(json, '"');
}

static void
add_lines(struct buf *json, const struct ruleset *ruleset,
          const struct test_paid *paid)
{
    json_add_key(json, "lines");
    buf_add_char(json, '{');
    for (size_t i = 0; i < ruleset->line_count; i++) {
        if (!paid->by_line[i])
            continue;
        if (json->at[json->len - 1] != '{')
            buf_add_char(json, ',');
        json_add_string(json, ruleset->lines[i]->name);
        buf_add_char(json, ':');
        add_amount(json, paid->by_line[i], ruleset->scale);
    }
    buf_add_char(json, '}');
    json_add_key(json, "total");
    add_amount(json, paid->total, ruleset->scale);
}

static void
add_tokens(struct buf *json, const struct ruleset *ruleset,
           const struct test_event_list *events)
{
    struct token_writer *writer = ARENA_NEW(json->arena, struct token_writer);
    bool any = false;

    token_writer_init(writer, json->arena);
    json_add_key(json, "token_events");
    buf_add_char(json, '[');
    for (size_t i = 0; i < events->count; i++) {
        const struct told *told = &events->items[i].told;

        for (size_t j = 0; j < told->count; j++) {
            struct token_source token = told->tokens[j];
            struct message message;

            token.ruleset = ruleset->name;
            token_render(writer, &token, &message);
            if (any)
                buf_add_char(json, ',');
            buf_add_str(json, message.value);
            any = true;
        }
    }
    buf_add_char(json, ']');
}

struct str
test_golden_text(struct reader *reader, const struct test_paid *paid)
{
    struct buf json;
    struct buf text;

    buf_init(&json, reader->arena);
    buf_add_char(&json, '{');
    add_events(&json, paid->events);
    add_lines(&json, reader->ruleset, paid);
    add_tokens(&json, reader->ruleset, paid->events);
    buf_add_char(&json, '}');
    buf_init(&text, reader->arena);
    lay_out(&text, buf_str(&json));
    return buf_str(&text);
}

/* ---- comparing --------------------------------------------------------------
 */

/* A text by lines, from both ends. */
struct lines {
    struct str *items;
    size_t count;
};

static struct lines
split(struct arena *arena, struct str text)
{
    struct lines lines = {.count = 1};
    const char *at = text.at;
    const char *end = text.at + text.len;

    for (size_t i = 0; i < text.len; i++)
        lines.count += text.at[i] == '\n';
    lines.items = arena_array(arena, lines.count, sizeof(*lines.items));
    for (size_t i = 0; i < lines.count; i++) {
        const char *stop =
            at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;

        lines.items[i] = str_make(at, (size_t)((stop ? stop : end) - at));
        at = stop ? stop + 1 : end;
    }
    return lines;
}

static struct str
trimmed(struct str line)
{
    while (line.len && line.at[0] == ' ')
        line = str_make(line.at + 1, line.len - 1);
    return line;
}

static void
add_diff(const struct node *file, size_t number, struct str expected,
         struct str got, struct test_diff_list *diffs)
{
    test_diff_add(
        diffs, (struct test_diff){
                   .field = str_from_cstr(arena_printf(
                       diffs->arena, "%.*s:%zu", STR_ARG(file->text), number)),
                   .line = file->line,
                   .column = file->column,
                   .expected = expected,
                   .got = got,
               });
}

static struct str
line_at(struct lines lines, size_t index)
{
    return index < lines.count ? trimmed(lines.items[index]) : STR("nothing");
}

/* The lines that differ from the one in their place, without what both texts
 * end with: after a line more, all would. */
static void
compare_lines(const struct node *file, struct lines expected, struct lines got,
              struct test_diff_list *diffs)
{
    while (
        expected.count && got.count &&
        str_eq(expected.items[expected.count - 1], got.items[got.count - 1])) {
        expected.count--;
        got.count--;
    }
    for (size_t i = 0; i < expected.count || i < got.count; i++)
        if (!str_eq(line_at(expected, i), line_at(got, i)))
            add_diff(file, i + 1, line_at(expected, i), line_at(got, i), diffs);
}

void
test_golden_compare(const struct node *file, struct str expected,
                    struct str got, struct test_diff_list *diffs)
{
    if (str_eq(expected, got))
        return;
    if (expected.at)
        compare_lines(file, split(diffs->arena, expected),
                      split(diffs->arena, got), diffs);
    else
        add_diff(file, 1, STR("a file"), STR("none; --update makes it"), diffs);
}
