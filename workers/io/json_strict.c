/* json_strict.c - parses with jansson, which checks what we need checked, and
 * copies its tree into ours. */
#include "json_strict.h"

#include <jansson.h>

#include "json.h"

/* jansson recurses, and so do we: look first. Brackets inside strings do not
 * count. */
static bool
depth_fits(struct str text)
{
    bool inside = false;
    int depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        if (inside) {
            if (c == '\\')
                i++;
            else if (c == '"')
                inside = false;
        } else if (c == '"') {
            inside = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

/* jansson's text quotes the input, which may be no text at all. */
static void
make_printable(char *text)
{
    bool utf8 = str_is_utf8(str_from_cstr(text));

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7F)
            *text = ' ';
        else if (c >= 0x80 && !utf8)
            *text = '?';
    }
}

static bool
syntax_error(struct err *err, json_error_t *error)
{
    make_printable(error->text);
    return err_set_code(err, ERR_INPUT, "malformed_json",
                        "not valid JSON at line %d, column %d (byte %d): %s",
                        error->line, error->column, error->position,
                        error->text);
}

static void copy_value(struct arena *arena, json_t *value, struct node *node);

static void
copy_list(struct arena *arena, json_t *list, struct node *node)
{
    size_t count = json_array_size(list);
    struct node *nodes = arena_array(arena, count, sizeof(*nodes));

    node->kind = NODE_LIST;
    node->item_count = count;
    node->items = arena_array(arena, count, sizeof(struct node *));
    for (size_t i = 0; i < count; i++) {
        node->items[i] = &nodes[i];
        copy_value(arena, json_array_get(list, i), &nodes[i]);
    }
}

static void
copy_object(struct arena *arena, json_t *object, struct node *node)
{
    size_t count = json_object_size(object);
    struct node *nodes = arena_array(arena, count, sizeof(*nodes));
    struct node_member *member =
        arena_array(arena, count, sizeof(struct node_member));
    void *at = json_object_iter(object);

    node->kind = NODE_OBJECT;
    node->member_count = count;
    node->members = member;
    for (; at; at = json_object_iter_next(object, at)) {
        member->key = str_dup(arena, str_from_cstr(json_object_iter_key(at)));
        member->value = nodes++;
        copy_value(arena, json_object_iter_value(at), member->value);
        member++;
    }
}

static void
copy_string(struct arena *arena, json_t *value, struct node *node)
{
    node->kind = NODE_STRING;
    node->text = str_dup(
        arena, str_make(json_string_value(value), json_string_length(value)));
}

static void
copy_integer(struct arena *arena, json_t *value, struct node *node)
{
    (void)arena;
    node->kind = NODE_INT;
    node->integer = json_integer_value(value);
}

static void
copy_real(struct arena *arena, json_t *value, struct node *node)
{
    node_set_real(arena, node, json_real_value(value));
}

static void
copy_boolean(struct arena *arena, json_t *value, struct node *node)
{
    (void)arena;
    node->kind = NODE_BOOL;
    node->boolean = json_is_true(value);
}

static void
copy_null(struct arena *arena, json_t *value, struct node *node)
{
    (void)arena;
    (void)value;
    node->kind = NODE_NULL;
}

static void
copy_value(struct arena *arena, json_t *value, struct node *node)
{
    static void (*const copies[])(struct arena *, json_t *, struct node *) = {
        [JSON_OBJECT] = copy_object, [JSON_ARRAY] = copy_list,
        [JSON_STRING] = copy_string, [JSON_INTEGER] = copy_integer,
        [JSON_REAL] = copy_real,     [JSON_TRUE] = copy_boolean,
        [JSON_FALSE] = copy_boolean, [JSON_NULL] = copy_null,
    };

    copies[json_typeof(value)](arena, value, node);
}

/* ---- memory -----------------------------------------------------------------
 * What jansson builds is copied and thrown away, so it comes from an arena that
 * is reset for the next document: freeing each piece costs more. */

static struct arena scratch;

static void *
scratch_alloc(size_t size)
{
    return arena_alloc(&scratch, size);
}

static void
scratch_free(void *piece)
{
    (void)piece;
}

static void
scratch_reset(void)
{
    if (!scratch.blocks)
        json_set_alloc_funcs(scratch_alloc, scratch_free);
    arena_reset(&scratch);
}

/* ---- reading ----------------------------------------------------------------
 */

bool
json_strict_read(struct arena *arena, struct str text, struct node **document,
                 struct err *err)
{
    json_error_t error;
    json_t *root;
    bool is_object;

    if (!depth_fits(text))
        return err_set_code(err, ERR_INPUT, "malformed_json",
                            "nested deeper than %d levels", JSON_MAX_DEPTH);
    scratch_reset();
    root = json_loadb(text.at ? text.at : "", text.len, JSON_REJECT_DUPLICATES,
                      &error);
    if (!root)
        return syntax_error(err, &error);
    is_object = json_is_object(root);
    if (is_object) {
        *document = ARENA_NEW(arena, struct node);
        copy_value(arena, root, *document);
    }
    return is_object ||
           err_set_code(err, ERR_INPUT, "malformed_json",
                        "must be a JSON object { ... }, but is a list");
}
