/* mistake_page.c - lays out a row of the table of mistakes. */
#include "mistake_page.h"

#include <string.h>

enum { PAGE_WIDTH = 78 };

/* As many words of the text as fit a line; at least one. */
static size_t
line_length(const char *text)
{
    size_t len = strlen(text);

    if (len <= PAGE_WIDTH)
        return len;
    for (len = PAGE_WIDTH; len && text[len] != ' '; len--)
        ;
    return len ? len : strcspn(text, " ");
}

static void
add_paragraph(struct buf *buf, const char *text)
{
    while (*text) {
        size_t len = line_length(text);

        buf_printf(buf, "%.*s\n", (int)len, text);
        text += len + (text[len] == ' ');
    }
}

static void
add_example(struct buf *buf, const char *yaml)
{
    while (*yaml) {
        size_t len = strcspn(yaml, "\n");

        buf_printf(buf, "    %.*s\n", (int)len, yaml);
        yaml += len + (yaml[len] == '\n');
    }
}

static void
add_examples(struct buf *buf, const struct mistake_row *row)
{
    buf_printf(buf, "bad, in %s:\n\n", mistake_place_name(row->place));
    add_example(buf, row->bad);
    buf_add_cstr(buf, "\ngood:\n\n");
    add_example(buf, row->good);
}

void
mistake_page_add(struct buf *buf, const struct mistake_row *row)
{
    char code[MISTAKE_CODE_BYTES];

    buf_printf(buf, "%s[%s]: %s\n\n", diag_level_name(row->level),
               mistake_code(row->mistake, code), row->title);
    add_paragraph(buf, row->cause);
    buf_add_char(buf, '\n');
    add_examples(buf, row);
}

const char *
mistake_examples(struct arena *arena, const struct mistake_row *row)
{
    struct buf buf;

    buf_init(&buf, arena);
    add_examples(&buf, row);
    return arena_strndup(arena, buf.at, buf.len);
}
