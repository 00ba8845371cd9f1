/* line_table.c - `table:` with `of`, which looks up one row by value, or with
 * `crossed: {from, to}`, which pays every row on the way up. */
#include "line.h"

#include <stdlib.h>

#include "once.h"
#include "quote.h"
#include "trace.h"

struct table_row {
    struct ratio number; /* key of a table of numbers */
    struct str text;     /* key of a table of strings */
    struct ratio amount;
    const struct ledger_line *ledger; /* what it is paid under */
    int line;                         /* place of the key */
    int column;
};

struct table {
    const struct expr *of; /* NULL: crossed */
    const struct expr *from;
    const struct expr *to;
    enum value_type key_type; /* int, decimal or string */
    bool missing_is_error;
    struct table_row *rows; /* in order of key */
    size_t row_count;
};

static const struct key crossed_keys[] = {
    {"from", true, &shape_expr, "The level before; its row is not paid.",
     "event.data.old_level"},
    {"to", true, &shape_expr, "The level after; its row is paid.",
     "event.data.new_level"},
};

static const struct shape crossed_shape = {SHAPE_KEYS("crossed", crossed_keys)};

static const struct shape rows_shape = {
    .kind = SHAPE_MAP, .min = 1, .max = TABLE_ROWS_MAX, .of = &shape_amount};

static const char *const missing_words[] = {"none", "error"};
static const struct shape missing_shape = {SHAPE_WORDS(missing_words)};

static const struct key table_keys[] = {
    {"of", false, &shape_expr, "The value whose row is paid.",
     "event.data.reason"},
    {"crossed", false, &crossed_shape,
     "Each row above `from`, up to `to`, is paid.", NULL},
    {"rows", true, &rows_shape, "Amounts by value, or by level.",
     "{\"2\": 1000, \"3\": 2500}"},
    {"missing", false, &missing_shape,
     "A value without a row pays nothing (none) or sets the event aside "
     "(error).",
     "none"},
};

static const struct shape table_shape = {
    SHAPE_KEYS("a table", table_keys),
    .one_of = (const char *const[]){"of", "crossed", NULL},
    .needs = (const struct key_need[]){{NULL, "missing"}, {0}},
};

static int
by_text(const void *left, const void *right)
{
    const struct table_row *a = left;
    const struct table_row *b = right;

    return str_compare(a->text, b->text);
}

static int
by_number(const void *left, const void *right)
{
    const struct table_row *a = left;
    const struct table_row *b = right;

    return ratio_compare(a->number, b->number);
}

typedef int (*row_order)(const void *left, const void *right);

static row_order
table_order(const struct table *table)
{
    return table->key_type == VALUE_STRING ? by_text : by_number;
}

static bool
read_row_key(struct reader *reader, const struct table *table,
             const struct node_member *member, struct table_row *row)
{
    bool is_number = ratio_parse(member->key, &row->number);

    row->text = str_dup(reader->arena, member->key);
    row->line = member->line;
    row->column = member->column;
    if (table->key_type == VALUE_STRING ||
        (is_number &&
         (table->key_type == VALUE_DECIMAL || ratio_is_integer(row->number))))
        return true;
    mistake_add(reader->diags, MISTAKE_NEVER_TRUE, reader->file, row->line,
                row->column,
                "row %s can never be met: the rows are chosen by %s",
                quoted(reader->arena, row->text),
                table->key_type == VALUE_INT ? "a whole number" : "a number");
    return false;
}

static int64_t
row_number(const struct table_row *row)
{
    return (int64_t)(row->number.num / row->number.den);
}

/* Rows of crossed tables have names of their own: "level.level[3]". */
static void
name_row(struct reader *reader, const struct line *line, struct table_row *row)
{
    struct ledger_line *ledger = line->ledger;

    if (line->has_rows) {
        const char *name = arena_printf(reader->arena, "%.*s[%lld]",
                                        STR_ARG(line->ledger->name),
                                        (long long)row_number(row));

        ledger = ledger_name(reader, str_from_cstr(name));
        ledger->pays = true;
        ledger->description = line->ledger->description;
        ledger_register(reader, ledger);
    }
    row->ledger = ledger;
}

static void
check_rows_differ(struct reader *reader, const struct table *table)
{
    row_order order = table_order(table);

    for (size_t i = 1; i < table->row_count; i++) {
        const struct table_row *row = &table->rows[i];

        if (order(row - 1, row) == 0)
            mistake_add(reader->diags, MISTAKE_REPEATED_ENTRY, reader->file,
                        row->line, row->column, "row %s is there twice",
                        quoted(reader->arena, row->text));
    }
}

static void
compile_rows(struct reader *reader, const struct node *node,
             struct table *table, const struct line *line)
{
    if (node->kind != NODE_OBJECT || node->member_count == 0 ||
        node->member_count > TABLE_ROWS_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_OBJECT),
                     "rows must be a mapping of 1 to %d keys to amounts",
                     TABLE_ROWS_MAX);
        return;
    }
    table->rows =
        arena_array(reader->arena, node->member_count, sizeof(*table->rows));
    for (size_t i = 0; i < node->member_count; i++) {
        const struct node_member *member = &node->members[i];
        struct table_row *row = &table->rows[table->row_count];

        if (!read_row_key(reader, table, member, row) ||
            !read_amount(reader, member->value, "a row", &row->amount))
            continue;
        name_row(reader, line, row);
        table->row_count++;
    }
    qsort(table->rows, table->row_count, sizeof(*table->rows),
          table_order(table));
    check_rows_differ(reader, table);
}

static const struct expr *
read_level(struct reader *reader, const struct node *node, const char *what)
{
    const struct expr *expr = read_number_expr(reader, node, what);

    if (!expr || expr_type(expr) == VALUE_INT)
        return expr;
    reader_error(reader, node, MISTAKE_WRONG_RESULT,
                 "%s must be a whole number", what);
    return NULL;
}

static void
compile_crossed(struct reader *reader, const struct node *node,
                struct table *table, struct line *line)
{
    table->key_type = VALUE_INT;
    line->has_rows = true;
    line->ledger->pays = false;
    if (!read_keys(reader, node, &crossed_shape))
        return;
    /* The once-keys of rows are asked for before any stake is known. */
    reader->scope.has_account = false;
    table->from = read_level(reader, node_get(node, STR("from")), "from");
    table->to = read_level(reader, node_get(node, STR("to")), "to");
}

static void
compile_of(struct reader *reader, const struct node *node, struct table *table)
{
    table->of = read_expr(reader, node, "of");
    table->key_type = table->of ? expr_type(table->of) : VALUE_STRING;
    if (table->key_type == VALUE_INT || table->key_type == VALUE_DECIMAL ||
        table->key_type == VALUE_STRING)
        return;
    reader_error(reader, node, MISTAKE_WRONG_RESULT,
                 "of must be a number or a string, but has type "
                 "%s",
                 value_type_name(table->key_type));
    table->key_type = VALUE_STRING;
}

static void
compile_missing(struct reader *reader, const struct node *node,
                struct table *table)
{
    const struct node *missing = node_get(node, STR("missing"));
    size_t index = 0;

    if (!missing)
        reader_error(reader, node, MISTAKE_UNSAID,
                     "a table needs missing: none (a value without a row pays "
                     "nothing) or error (it sets the event aside)");
    else if (read_word(reader, missing, "missing", missing_words, 2, &index))
        table->missing_is_error = index == 1;
}

static void
table_compile(struct reader *reader, const struct node *node,
              const struct rule_form *form, struct line *line)
{
    struct table *table = ARENA_NEW(reader->arena, struct table);
    const struct node *of = node_get(node, STR("of"));
    const struct node *crossed = node_get(node, STR("crossed"));

    (void)form;
    line->plan = table;
    if (!read_keys(reader, node, &table_shape))
        return;
    if (!of == !crossed) {
        reader_error(reader, node, MISTAKE_EXACTLY_ONE,
                     "a table needs exactly one of of and crossed");
        return;
    }
    compile_missing(reader, node, table);
    if (crossed)
        compile_crossed(reader, crossed, table, line);
    else
        compile_of(reader, of, table);
    compile_rows(reader, node_get(node, STR("rows")), table, line);
    line->offer_room = crossed ? table->row_count : 1;
}

/* The rows with from < key <= to: *first and the number of them. */
static bool
crossed_rows(const struct line *line, const struct turn *turn,
             struct ratio *from, struct ratio *to, size_t *first, size_t *count,
             struct err *err)
{
    const struct table *table = line->plan;
    size_t end;

    if (!turn_number(turn, line->ledger, table->from, from, err) ||
        !turn_number(turn, line->ledger, table->to, to, err))
        return false;
    *first = 0;
    while (*first < table->row_count &&
           ratio_compare(table->rows[*first].number, *from) <= 0)
        ++*first;
    for (end = *first; end < table->row_count; end++)
        if (ratio_compare(table->rows[end].number, *to) > 0)
            break;
    *count = end - *first;
    return true;
}

/* With `missing: error`, every whole number on the way needs its row. */
static bool
check_no_gap(const struct line *line, struct ratio from, struct ratio to,
             size_t first, size_t count, struct err *err)
{
    const struct table *table = line->plan;
    int128 next = from.num / from.den + 1;
    int128 last = to.num / to.den;

    if (!table->missing_is_error)
        return true;
    for (size_t i = first; i < first + count; i++, next++)
        if (ratio_compare(table->rows[i].number, (struct ratio){next, 1}) != 0)
            break;
    if (next > last)
        return true;
    return turn_error(err, line->ledger, "there is no row for level %lld",
                      (long long)next);
}

static bool
offer_row(const struct line *line, struct turn *turn,
          const struct table_row *row, struct once_key *once, struct err *err)
{
    if (line->guard.once.per_row &&
        !once_find(&line->guard.once, turn, line->ledger, turn->day,
                   row_number(row), &once, err))
        return false;
    trace_row(turn->trace, line->ledger,
              (size_t)(row - ((const struct table *)line->plan)->rows));
    if (!once || !once->taken)
        return turn_offer(turn, line, row->ledger, once, row->amount, err);
    turn_skip(turn, row->ledger, SKIP_ONCE);
    return true;
}

static bool
eval_crossed(const struct line *line, struct turn *turn, struct once_key *once,
             struct err *err)
{
    const struct table *table = line->plan;
    struct ratio from;
    struct ratio to;
    size_t first;
    size_t count;

    if (!crossed_rows(line, turn, &from, &to, &first, &count, err) ||
        !check_no_gap(line, from, to, first, count, err))
        return false;
    for (size_t i = first; i < first + count; i++)
        if (!offer_row(line, turn, &table->rows[i], once, err))
            return false;
    return true;
}

static bool
eval_of(const struct line *line, struct turn *turn, struct once_key *once,
        struct err *err)
{
    const struct table *table = line->plan;
    struct table_row wanted = {.number = {0, 1}};
    const struct table_row *row;
    struct value value;

    if (!turn_eval(turn, line->ledger, table->of, &value, err))
        return false;
    if (table->key_type == VALUE_STRING)
        wanted.text = value.string;
    else
        wanted.number = value.number;
    row = bsearch(&wanted, table->rows, table->row_count, sizeof(*row),
                  table_order(table));
    if (row) {
        trace_row(turn->trace, line->ledger, (size_t)(row - table->rows));
        return turn_offer(turn, line, row->ledger, once, row->amount, err);
    }
    if (table->missing_is_error)
        return turn_error(err, line->ledger, "there is no row for the value");
    return true;
}

static bool
table_eval(const struct line *line, struct turn *turn, struct once_key *once,
           struct err *err)
{
    const struct table *table = line->plan;

    return table->of ? eval_of(line, turn, once, err)
                     : eval_crossed(line, turn, once, err);
}

/* One key a row is more than a line's guard knows of. */
static void
table_want(const struct line *line, const struct turn *turn,
           struct err *ignored)
{
    const struct table *table = line->plan;
    struct once_key *key;
    struct ratio from;
    struct ratio to;
    size_t first;
    size_t count;

    if (!line->guard.once.per_row ||
        !crossed_rows(line, turn, &from, &to, &first, &count, ignored))
        return;
    for (size_t i = first; i < first + count; i++)
        if (!once_find(&line->guard.once, turn, line->ledger, turn->day,
                       row_number(&table->rows[i]), &key, ignored))
            return;
}

/* ---- before any event -------------------------------------------------------
 */

/* The levels that lie between the ends of `from` and `to`. */
static struct range
levels_range(const struct table *table, const struct range_scope *scope)
{
    struct range from = expr_range(scope, table->from);
    struct range to = expr_range(scope, table->to);
    struct range levels = range_any(true);

    from.least.excluded = true;
    range_cut_below(&levels, from.least);
    range_cut_above(&levels, to.most);
    return levels;
}

static bool
row_can_be(const struct table *table, const struct range *keys, size_t row)
{
    const struct table_row *at = &table->rows[row];

    if (table->key_type == VALUE_STRING)
        return range_has_text(keys, at->text);
    return range_has(keys, at->number);
}

/* At most the largest row, or all of those that are crossed; at least nothing,
 * when there may be no row. */
static struct range
table_range(const struct line *line, const struct range_scope *scope,
            const struct range *lines)
{
    const struct table *table = line->plan;
    struct range keys =
        table->of ? expr_range(scope, table->of) : levels_range(table, scope);
    struct range range = range_whole(0, 0);

    (void)lines;
    range.whole = false;
    for (size_t i = 0; i < table->row_count; i++) {
        struct range row = range_point(table->rows[i].amount);

        if (!row_can_be(table, &keys, i))
            continue;
        if (!table->of)
            row = range_add(&row, &range);
        range = range_join(&range, &row, scope->arena);
    }
    return range;
}

static size_t
table_reads(const struct line *line, const struct expr *exprs[LINE_READS_MAX])
{
    const struct table *table = line->plan;

    exprs[0] = table->of ? table->of : table->from;
    exprs[1] = table->to;
    return table->of ? 1 : 2;
}

static bool
has_row(const struct table *table, const struct table_row *wanted)
{
    return bsearch(wanted, table->rows, table->row_count, sizeof(*wanted),
                   table_order(table)) != NULL;
}

/* Of the values that can be a few only. */
static bool
lacks_text(const struct table *table, const struct range *keys,
           struct buf *value)
{
    for (size_t i = 0; i < keys->text_count; i++) {
        struct table_row wanted = {.text = keys->texts[i], .number = {0, 1}};

        if (table->key_type != VALUE_STRING &&
            (!ratio_parse(wanted.text, &wanted.number) ||
             !range_has(keys, wanted.number)))
            continue;
        if (has_row(table, &wanted))
            continue;
        buf_add_str(value, wanted.text);
        return true;
    }
    return false;
}

/* Of whole numbers with an end on both sides; there are more of those than
 * rows, or all are soon looked at. */
static bool
lacks_number(const struct table *table, const struct range *keys,
             struct buf *value)
{
    int64_t count = range_count(keys);
    struct table_row wanted = {.number = keys->least.at};

    for (int64_t i = 0; count < INT64_MAX && i < count; i++) {
        if (!has_row(table, &wanted)) {
            ratio_print(value, wanted.number);
            return true;
        }
        wanted.number.num += wanted.number.den;
    }
    return false;
}

static bool
table_lacks(const struct line *line, const struct range_scope *scope,
            struct buf *value)
{
    const struct table *table = line->plan;
    struct range keys =
        table->of ? expr_range(scope, table->of) : levels_range(table, scope);

    if (!table->missing_is_error)
        return false;
    if (keys.has_texts)
        return lacks_text(table, &keys, value);
    return table->key_type == VALUE_INT && lacks_number(table, &keys, value);
}

static bool
table_row_at(const struct line *line, size_t index, struct row_view *view)
{
    const struct table *table = line->plan;
    const struct table_row *row = &table->rows[index];

    if (index >= table->row_count)
        return false;
    *view = (struct row_view){
        .key = row->text,
        .place = {row->line, row->column},
        .ledger = row->ledger,
        .is_zero = row->amount.num == 0,
    };
    return true;
}

static void
tell_key(const struct table *table, const struct table_row *row,
         struct buf *buf)
{
    if (table->key_type == VALUE_STRING)
        quote_text(buf, row->text);
    else
        ratio_print(buf, row->number);
}

static void
table_tell(const struct line *line, const struct rule_form *form,
           const struct trace *trace, const int64_t *line_minor,
           struct buf *buf)
{
    const struct table *table = line->plan;
    bool more = false;

    (void)form;
    (void)line_minor;
    if (table->from) {
        buf_add_cstr(buf, "from ");
        trace_print_value(buf, trace, line->ledger, table->from);
        buf_add_cstr(buf, " to ");
        trace_print_value(buf, trace, line->ledger, table->to);
        buf_add_cstr(buf, ": ");
    }
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_step *step = &trace->steps[i];
        const struct table_row *row;

        if (step->kind != TRACE_ROW || step->line != line->ledger)
            continue;
        row = &table->rows[step->row];
        buf_add_cstr(buf, more ? ", row " : "row ");
        tell_key(table, row, buf);
        buf_add_cstr(buf, ": ");
        ratio_print(buf, row->amount);
        more = true;
    }
    if (!more)
        buf_add_cstr(buf, "no row");
}

const struct line_kind line_table = {
    .name = "table",
    .help = "An amount by value, or one for each row crossed on the way up.",
    .shape = &table_shape,
    .compile = table_compile,
    .want = table_want,
    .eval = table_eval,
    .range = table_range,
    .reads = table_reads,
    .lacks = table_lacks,
    .row = table_row_at,
    .tell = table_tell,
};
