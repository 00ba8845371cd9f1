/* json_plain.c - builds the tree while YAJL reads: children wait in a list
 * until what holds them is closed. Not plain, as YAJL takes it otherwise than
 * jansson or would have us keep more: \u escapes of surrogates (it makes
 * something of half a pair) and of NUL; vertical tabs and form feeds (it takes
 * them for spaces); UTF-8 that is none; a key twice; numbers beyond 64 bits,
 * beyond a double or over 63 bytes; over 128 values waiting, over 32 levels;
 * anything but spaces behind the end. YAJL takes its memory from malloc: a few
 * pieces a document, given back with it. */
#include "json_plain.h"

#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "json.h"
#include "num.h"

enum {
    PLAIN_MAX_OPEN = 128, /* values in all that is open */
    PLAIN_MAX_DIGITS = 63,
};

struct plain_reader {
    struct arena *arena;
    size_t depth;
    size_t starts[JSON_MAX_DEPTH]; /* of the children of what is open */
    size_t count;
    /* The key of a list's child is left over and not looked at. */
    struct node_member waiting[PLAIN_MAX_OPEN];
    struct str key;
    struct node *root;
};

static struct node *
add(struct plain_reader *reader, enum node_kind kind)
{
    struct node *node;

    if (reader->count == PLAIN_MAX_OPEN || !reader->depth)
        return NULL;
    node = ARENA_NEW(reader->arena, struct node);
    node->kind = kind;
    reader->waiting[reader->count++] =
        (struct node_member){.key = reader->key, .value = node};
    return node;
}

/* ---- scalars
 * -----------------------------------------------------------------
 */

/* Each callback returns false for what is not plain, which ends it all. */
static int
take_null(void *context)
{
    return add(context, NODE_NULL) != NULL;
}

static int
take_boolean(void *context, int value)
{
    struct node *node = add(context, NODE_BOOL);

    if (node)
        node->boolean = value;
    return node != NULL;
}

static bool
take_real(struct plain_reader *reader, struct node *node, struct str text)
{
    char digits[PLAIN_MAX_DIGITS + 1];
    double value;

    if (text.len > PLAIN_MAX_DIGITS)
        return false;
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    value = strtod(digits, NULL);
    if (!isfinite(value))
        return false;
    node_set_real(reader->arena, node, value);
    return true;
}

static int
take_number(void *context, const char *at, size_t len)
{
    struct node *node = add(context, NODE_INT);
    struct str text = str_make(at, len);

    if (!node)
        return false;
    if (memchr(at, '.', len) || memchr(at, 'e', len) || memchr(at, 'E', len))
        return take_real(context, node, text);
    return num_parse_int(text, &node->integer);
}

/* YAJL looks at UTF-8 less closely than it is defined. */
static bool
copy_text(struct plain_reader *reader, const unsigned char *at, size_t len,
          struct str *text)
{
    *text = str_make((const char *)at, len);
    if (!str_is_utf8(*text))
        return false;
    *text = str_dup(reader->arena, *text);
    return true;
}

static int
take_string(void *context, const unsigned char *at, size_t len)
{
    struct node *node = add(context, NODE_STRING);

    return node && copy_text(context, at, len, &node->text);
}

/* ---- what holds others
 * -------------------------------------------------------
 */

static bool
open_node(struct plain_reader *reader, enum node_kind kind)
{
    if (reader->depth == JSON_MAX_DEPTH)
        return false;
    if (!reader->depth) {
        reader->root = ARENA_NEW(reader->arena, struct node);
        reader->root->kind = kind;
    } else if (!add(reader, kind)) {
        return false;
    }
    reader->starts[reader->depth++] = reader->count;
    return true;
}

/* The children of what is closed, which itself waits just before them. */
static struct node *
close_node(struct plain_reader *reader, struct node_member **children,
           size_t *count)
{
    size_t start = reader->starts[--reader->depth];

    *children = &reader->waiting[start];
    *count = reader->count - start;
    reader->count = start;
    return start ? reader->waiting[start - 1].value : reader->root;
}

static int
open_object(void *context)
{
    return open_node(context, NODE_OBJECT);
}

static int
take_key(void *context, const unsigned char *at, size_t len)
{
    struct plain_reader *reader = context;

    return copy_text(reader, at, len, &reader->key);
}

static bool
are_unique(const struct node_member *members, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (str_eq(members[i].key, members[j].key))
                return false;
    return true;
}

static int
close_object(void *context)
{
    struct plain_reader *reader = context;
    struct node_member *children;
    size_t count;
    struct node *node = close_node(reader, &children, &count);

    node->member_count = count;
    node->members =
        arena_grow(reader->arena, children, count, count, sizeof(*children));
    return are_unique(children, count);
}

static int
open_list(void *context)
{
    struct plain_reader *reader = context;

    return reader->depth && open_node(reader, NODE_LIST);
}

static int
close_list(void *context)
{
    struct plain_reader *reader = context;
    struct node_member *children;
    size_t count;
    struct node *node = close_node(reader, &children, &count);

    node->item_count = count;
    node->items = arena_array(reader->arena, count, sizeof(*node->items));
    for (size_t i = 0; i < count; i++)
        node->items[i] = children[i].value;
    return true;
}

/* ---- reading
 * -----------------------------------------------------------------
 */

/* Whether the four digits at the start name a character other than NUL: halves
 * of surrogate pairs begin with D8 to DF. */
static bool
is_character(struct str digits)
{
    return digits.len >= 4 && memcmp(digits.at, "0000", 4) != 0 &&
           ((digits.at[0] | 0x20) != 'd' || digits.at[1] < '8');
}

/* Whether all \\u escapes are of such. By memchr: memmem goes byte by byte. */
static bool
are_escapes_plain(struct str text)
{
    enum { ESCAPE_BYTES = 2 };
    const char *end = text.at + text.len;
    const char *at = text.at;

    while ((at = memchr(at, '\\', (size_t)(end - at)))) {
        if (end - at < ESCAPE_BYTES)
            return false;
        at += ESCAPE_BYTES;
        if (at[-1] == 'u' && !is_character(str_make(at, (size_t)(end - at))))
            return false;
    }
    return true;
}

/* YAJL takes more for a space than JSON does, and makes something of halves of
 * surrogate pairs. */
static bool
looks_plain(struct str text)
{
    return text.len && are_escapes_plain(text) &&
           !memchr(text.at, '\v', text.len) && !memchr(text.at, '\f', text.len);
}

static bool
is_blank(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(" \t\r\n", text.at[i], 4))
            return false;
    return true;
}

/* The document ends where what was opened first is closed. What YAJL says of
 * the text behind that is not to be relied on: it takes half a string there. */
static bool
parse(yajl_handle yajl, const struct plain_reader *reader, struct str text)
{
    size_t end;

    if (!yajl || !yajl_config(yajl, yajl_allow_trailing_garbage, 1) ||
        yajl_parse(yajl, (const unsigned char *)text.at, text.len) !=
            yajl_status_ok)
        return false;
    end = yajl_get_bytes_consumed(yajl);
    return reader->root && !reader->depth &&
           is_blank(str_make(text.at + end, text.len - end));
}

bool
json_plain_read(struct arena *arena, struct str text, struct node **document)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = take_null,
        .yajl_boolean = take_boolean,
        .yajl_number = take_number,
        .yajl_string = take_string,
        .yajl_start_map = open_object,
        .yajl_map_key = take_key,
        .yajl_end_map = close_object,
        .yajl_start_array = open_list,
        .yajl_end_array = close_list,
    };
    struct plain_reader reader;
    yajl_handle yajl;
    bool ok;

    if (!looks_plain(text))
        return false;
    reader.arena = arena;
    reader.depth = reader.count = 0;
    reader.root = NULL;
    yajl = yajl_alloc(&callbacks, NULL, &reader);
    ok = parse(yajl, &reader, text);
    if (yajl)
        yajl_free(yajl);
    if (ok)
        *document = reader.root;
    return ok;
}
