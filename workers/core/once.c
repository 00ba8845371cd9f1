/* once.c - the text of a once-key is its values joined by `/`; equal values
 * give equal texts, however the event spelled them. */
#include "once.h"

#include "quote.h"
#include "timestamp.h"
#include "trace.h"

enum { ONCE_PARTS_MAX = 8 };

static const struct shape part_shape = {
    .kind = SHAPE_STRING,
    .pattern = "^(account|day|row|event\\.[A-Za-z0-9_.]+)$",
};

const struct shape once_shape = {
    .kind = SHAPE_LIST, .min = 1, .max = ONCE_PARTS_MAX, .of = &part_shape};

static bool
is_field_path(struct str text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

    for (size_t i = 0; i < text.len; i++)
        if (!memchr(allowed, text.at[i], sizeof(allowed) - 1))
            return false;
    return str_starts_with(text, STR("event."));
}

static bool
compile_field(struct reader *reader, const struct node *node,
              struct once_part *part)
{
    static const char *const words[] = {"account", "row", "day"};

    part->kind = ONCE_FIELD;
    if (!is_field_path(node->text)) {
        reader_error(reader, node, MISTAKE_FIELD_WANTED,
                     "once takes account, row, day or a field such as "
                     "event.data.NAME, not %s",
                     quoted(reader->arena, node->text));
        return reader_suggest(reader, node->text, words, 3);
    }
    part->field = read_expr(reader, node, "a field of once");
    return part->field != NULL;
}

static void
compile_part(struct reader *reader, const struct node *node, struct once *once,
             struct once_part *parts)
{
    struct once_part *part = &parts[once->part_count];

    if (str_eq(node->text, STR("account"))) {
        once->per_account = true;
        return;
    }
    if (str_eq(node->text, STR("day"))) {
        part->kind = ONCE_DAY;
    } else if (str_eq(node->text, STR("row"))) {
        part->kind = ONCE_ROW;
        once->per_row = true;
    } else if (!compile_field(reader, node, part)) {
        return;
    }
    once->part_count++;
}

static bool
is_repeated(const struct node *list, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (str_eq(list->items[i]->text, list->items[index]->text))
            return true;
    return false;
}

bool
once_compile(struct reader *reader, const struct node *node, struct once *once)
{
    size_t errors = reader->diags->errors;
    struct once_part *parts;

    if (node->kind != NODE_LIST || node->item_count == 0 ||
        node->item_count > ONCE_PARTS_MAX)
        return reader_error(reader, node, kind_or_size(node, NODE_LIST),
                            "once must be a list of 1 to %d of account, row, "
                            "day and fields",
                            ONCE_PARTS_MAX);
    parts = arena_array(reader->arena, node->item_count, sizeof(*parts));
    once->present = true;
    once->parts = parts;
    for (size_t i = 0; i < node->item_count; i++) {
        const struct node *item = node->items[i];

        if (!node_is_string(item))
            reader_error(reader, item, MISTAKE_WRONG_KIND,
                         "once takes words, not %s",
                         reader_describe(reader, item));
        else if (is_repeated(node, i))
            reader_error(reader, item, MISTAKE_REPEATED_ENTRY,
                         "once names %s twice",
                         quoted(reader->arena, item->text));
        else
            compile_part(reader, item, once, parts);
    }
    return reader->diags->errors == errors;
}

void
once_add_escaped(struct buf *buf, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '/')
            buf_add_cstr(buf, "%2F");
        else if (text.at[i] == '%')
            buf_add_cstr(buf, "%25");
        else
            buf_add_char(buf, text.at[i]);
    }
}

static bool
add_field(struct buf *buf, const struct turn *turn,
          const struct ledger_line *ledger, const struct expr *field,
          struct err *err)
{
    struct value value;
    struct buf text;

    if (!turn_eval(turn, ledger, field, &value, err))
        return false;
    if (value.type == VALUE_STRING) {
        once_add_escaped(buf, value.string);
        return true;
    }
    buf_init(&text, turn->arena);
    value_print(&text, &value);
    once_add_escaped(buf, buf_str(&text));
    return true;
}

static bool
add_part(struct buf *buf, const struct once_part *part, const struct turn *turn,
         const struct ledger_line *ledger, int32_t day, int64_t row,
         struct err *err)
{
    if (part->kind == ONCE_DAY)
        date_print(buf, day);
    else if (part->kind == ONCE_ROW)
        buf_add_int(buf, row);
    else
        return add_field(buf, turn, ledger, part->field, err);
    return true;
}

bool
once_find(const struct once *once, const struct turn *turn,
          const struct ledger_line *ledger, int32_t day, int64_t row,
          struct once_key **key, struct err *err)
{
    struct buf text;

    buf_init(&text, turn->arena);
    for (size_t i = 0; i < once->part_count; i++) {
        if (i)
            buf_add_char(&text, '/');
        if (!add_part(&text, &once->parts[i], turn, ledger, day, row, err))
            return false;
    }
    if (text.len > ONCE_KEY_MAX_BYTES)
        return turn_error(err, ledger, "the once-key is over %d bytes long",
                          ONCE_KEY_MAX_BYTES);
    *key = facts_once(turn->facts, ledger,
                      once->per_account ? turn->account : NULL, buf_str(&text));
    if (turn->trace) {
        struct trace_step *step = trace_add(turn->trace, TRACE_ONCE, ledger);

        step->once.account = (*key)->account;
        step->once.key = str_dup(turn->trace->arena, (*key)->key);
        step->once.taken = (*key)->taken;
    }
    return true;
}
