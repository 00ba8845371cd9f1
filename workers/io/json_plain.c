/* json_plain.c - builds the tree while YAJL reads: children wait in a list
 * until what holds them is closed. */
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

/* Each callback returns false for what is not plain, which ends the reading. */
struct reading {
    struct arena *arena;
    size_t depth;
    size_t starts[JSON_MAX_DEPTH]; /* of the children of what is open */
    size_t count;
    struct node_member waiting[PLAIN_MAX_OPEN]; /* in a list without a key */
    struct str key;
    struct node *root;
};

static struct node *
add(struct reading *reading, enum node_kind kind)
{
    struct node *node;

    if (reading->count == PLAIN_MAX_OPEN || !reading->depth)
        return NULL;
    node = ARENA_NEW(reading->arena, struct node);
    node->kind = kind;
    reading->waiting[reading->count++] =
        (struct node_member){.key = reading->key, .value = node};
    return node;
}

/* ---- scalars
 * -----------------------------------------------------------------
 */

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
take_real(struct reading *reading, struct node *node, struct str text)
{
    char digits[PLAIN_MAX_DIGITS + 1];
    double value;

    if (text.len > PLAIN_MAX_DIGITS)
        return false;
    memcpy(digits, text.at, text.len);
    digits[text.len] = '\0';
    value = strtod(digits, NULL);
    node_set_real(reading->arena, node, value);
    return isfinite(value);
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
copy_text(struct reading *reading, const unsigned char *at, size_t len,
          struct str *text)
{
    *text = str_make((const char *)at, len);
    if (!str_is_utf8(*text))
        return false;
    *text = str_dup(reading->arena, *text);
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
open_node(struct reading *reading, enum node_kind kind)
{
    if (reading->depth == JSON_MAX_DEPTH)
        return false;
    if (!reading->depth) {
        reading->root = ARENA_NEW(reading->arena, struct node);
        reading->root->kind = kind;
    } else if (!add(reading, kind)) {
        return false;
    }
    reading->starts[reading->depth++] = reading->count;
    return true;
}

/* The children of what is closed, which itself waits just before them. */
static struct node *
close_node(struct reading *reading, struct node_member **children,
           size_t *count)
{
    size_t start = reading->starts[--reading->depth];

    *children = &reading->waiting[start];
    *count = reading->count - start;
    reading->count = start;
    return start ? reading->waiting[start - 1].value : reading->root;
}

static int
open_object(void *context)
{
    return open_node(context, NODE_OBJECT);
}

static int
take_key(void *context, const unsigned char *at, size_t len)
{
    struct reading *reading = context;

    return copy_text(reading, at, len, &reading->key);
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
    struct reading *reading = context;
    struct node_member *children;
    size_t count;
    struct node *node = close_node(reading, &children, &count);

    node->member_count = count;
    node->members =
        arena_grow(reading->arena, children, count, count, sizeof(*children));
    return are_unique(children, count);
}

static int
open_list(void *context)
{
    struct reading *reading = context;

    return reading->depth && open_node(reading, NODE_LIST);
}

static int
close_list(void *context)
{
    struct reading *reading = context;
    struct node_member *children;
    size_t count;
    struct node *node = close_node(reading, &children, &count);

    node->item_count = count;
    node->items = arena_array(reading->arena, count, sizeof(*node->items));
    for (size_t i = 0; i < count; i++)
        node->items[i] = children[i].value;
    return true;
}

/* ---- reading
 * -----------------------------------------------------------------
 */

/* YAJL takes more for a space than JSON does, and makes something of halves of
 * surrogate pairs. */
static bool
looks_plain(struct str text)
{
    return text.len && !memmem(text.at, text.len, "\\u", 2) &&
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
parse(yajl_handle yajl, const struct reading *reading, struct str text)
{
    size_t end;

    if (!yajl || !yajl_config(yajl, yajl_allow_trailing_garbage, 1) ||
        yajl_parse(yajl, (const unsigned char *)text.at, text.len) !=
            yajl_status_ok)
        return false;
    end = yajl_get_bytes_consumed(yajl);
    return reading->root && !reading->depth &&
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
    struct reading reading;
    yajl_handle yajl;
    bool ok;

    if (!looks_plain(text))
        return false;
    reading.arena = arena;
    reading.depth = reading.count = 0;
    reading.root = NULL;
    yajl = yajl_alloc(&callbacks, NULL, &reading);
    ok = parse(yajl, &reading, text);
    if (yajl)
        yajl_free(yajl);
    if (ok)
        *document = reading.root;
    return ok;
}
