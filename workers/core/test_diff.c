/* test_diff.c - differences for eyes: what belongs together stands below each
 * other, and nothing in a value moves the cursor. */
#include "test_diff.h"

void
test_diff_init(struct test_diff_list *diffs, struct arena *arena)
{
    *diffs = (struct test_diff_list){.arena = arena};
}

static struct str
visible(struct arena *arena, struct str text)
{
    struct buf buf;

    buf_init(&buf, arena);
    buf_add_visible(&buf, text);
    return buf_str(&buf);
}

void
test_diff_add(struct test_diff_list *diffs, struct test_diff diff)
{
    diffs->items = arena_room(diffs->arena, diffs->items, diffs->count,
                              &diffs->room, 8, sizeof(*diffs->items));
    diff.field = visible(diffs->arena, diff.field);
    diff.expected = visible(diffs->arena, diff.expected);
    diff.got = visible(diffs->arena, diff.got);
    diffs->items[diffs->count++] = diff;
}

static struct str
place_of(struct arena *arena, const struct test_diff *diff)
{
    return str_from_cstr(
        diff->line ? arena_printf(arena, "%d:%d", diff->line, diff->column)
                   : "");
}

/* A cell of a column, with two spaces after the widest. */
static void
add_cell(struct buf *buf, struct str text, size_t width)
{
    size_t length = str_utf8_length(text);

    buf_add_str(buf, text);
    buf_printf(buf, "%*s  ", length < width ? (int)(width - length) : 0, "");
}

static void
widen(size_t *width, struct str text)
{
    size_t length = str_utf8_length(text);

    if (*width < length)
        *width = length;
}

void
test_diff_print(const struct test_diff_list *diffs, struct buf *buf)
{
    enum { VALUE_WIDTH_MAX = 40 }; /* longer ones are not waited for */
    size_t places = 0;
    size_t fields = 0;
    size_t values = 0;

    for (size_t i = 0; i < diffs->count; i++) {
        widen(&places, place_of(diffs->arena, &diffs->items[i]));
        widen(&fields, diffs->items[i].field);
        if (str_utf8_length(diffs->items[i].expected) <= VALUE_WIDTH_MAX)
            widen(&values, diffs->items[i].expected);
    }
    for (size_t i = 0; i < diffs->count; i++) {
        const struct test_diff *diff = &diffs->items[i];

        buf_add_cstr(buf, "     ");
        if (places)
            add_cell(buf, place_of(diffs->arena, diff), places);
        add_cell(buf, diff->field, fields);
        buf_add_cstr(buf, "expected ");
        add_cell(buf, diff->expected, values);
        buf_printf(buf, "got %.*s\n", STR_ARG(diff->got));
    }
}

void
test_diff_join(const struct test_diff_list *diffs, struct buf *buf)
{
    for (size_t i = 0; i < diffs->count; i++) {
        const struct test_diff *diff = &diffs->items[i];

        buf_printf(buf, "%s%.*s: expected %.*s, got %.*s", i ? "; " : "",
                   STR_ARG(diff->field), STR_ARG(diff->expected),
                   STR_ARG(diff->got));
    }
}
