/* quote.c - excerpts for messages; never for anything that is parsed again. */
#include "quote.h"

#include "json_text.h"

struct str
str_cut(struct str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max && ((unsigned char)text.at[max] & 0xC0) == 0x80)
        max--;
    return str_make(text.at, max);
}

void
quote_text(struct buf *buf, struct str text)
{
    struct str cut = str_cut(text, QUOTE_MAX_BYTES);

    json_add_string(buf, cut);
    if (cut.len < text.len)
        buf_add_cstr(buf, "...");
}

static void
quote_string(struct buf *buf, const struct node *node)
{
    buf_add_cstr(buf, "the string ");
    quote_text(buf, node->text);
}

static void
quote_spelling(struct buf *buf, const struct node *node)
{
    buf_add_str(buf, str_cut(node->text, QUOTE_MAX_BYTES));
}

static void
quote_integer(struct buf *buf, const struct node *node)
{
    buf_add_int(buf, node->integer);
}

static void
quote_boolean(struct buf *buf, const struct node *node)
{
    buf_add_cstr(buf, node->boolean ? "true" : "false");
}

static void
quote_kind(struct buf *buf, const struct node *node)
{
    static const char *const texts[] = {
        [NODE_NULL] = "null",
        [NODE_LIST] = "a list",
        [NODE_OBJECT] = "an object",
    };

    buf_add_cstr(buf, texts[node->kind]);
}

void
quote_node(struct buf *buf, const struct node *node)
{
    static void (*const quotes[])(struct buf *, const struct node *) = {
        [NODE_NULL] = quote_kind,     [NODE_BOOL] = quote_boolean,
        [NODE_INT] = quote_integer,   [NODE_REAL] = quote_spelling,
        [NODE_STRING] = quote_string, [NODE_DECIMAL] = quote_spelling,
        [NODE_LIST] = quote_kind,     [NODE_OBJECT] = quote_kind,
    };

    quotes[node->kind](buf, node);
}

const char *
quoted(struct arena *arena, struct str text)
{
    struct buf buf;

    buf_init(&buf, arena);
    quote_text(&buf, text);
    buf_add_char(&buf, '\0');
    return buf.at;
}
