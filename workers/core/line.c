/* line.c - compiles, asks for and decides what all kinds of line share; the
 * amount is the kind's business. */
#include "line.h"

#include "cohort.h"
#include "guard.h"
#include "limit.h"
#include "once.h"
#include "shadow.h"

const struct line_kind *const line_kinds[] = {
    &line_flat,  &line_rate,   &line_percent, &line_every,
    &line_table, &line_streak, &line_amount,  NULL,
};

static const struct key line_keys[] = {
    {"id", true, &shape_id,
     "Its name in the ledger, after the rule's and a point; for ever.", "base"},
    {"description", false, &shape_description,
     "Goes with each entry in the ledger, for people.", "100 GIGS per USD"},
    GUARD_KEYS,
};

const struct shape line_shape = {SHAPE_KEYS("a line", line_keys),
                                 .kinds = line_kinds};

enum { KIND_COUNT = sizeof(line_kinds) / sizeof(*line_kinds) - 1 };

struct ledger_line *
ledger_name(struct reader *reader, struct str name)
{
    struct ledger_line *ledger = map_get(&reader->ledger_names, name);

    if (ledger)
        return ledger;
    ledger = ARENA_NEW(reader->arena, struct ledger_line);
    ledger->name = str_dup(reader->arena, name);
    ledger->type = str_starts_with(name, STR(SHADOW_PREFIX))
                       ? &entry_shadow
                       : &entry_earn; /* unless it is said to be another */
    *map_put(&reader->ledger_names, ledger->name) = ledger;
    return ledger;
}

void
ledger_register(struct reader *reader, struct ledger_line *ledger)
{
    struct ruleset *ruleset = reader->draft;
    void **known = map_put(&reader->registered, ledger->name);

    if (*known)
        return;
    *known = ledger;
    ruleset->lines =
        arena_room(reader->arena, ruleset->lines, ruleset->line_count,
                   &reader->line_room, 32, sizeof(*ruleset->lines));
    ledger->index = ruleset->line_count;
    ruleset->lines[ruleset->line_count++] = ledger;
}

static const char *
kind_names(struct reader *reader)
{
    const char *list = line_kinds[0]->name;

    for (size_t i = 1; i < KIND_COUNT; i++)
        list = arena_printf(reader->arena, "%s%s%s", list,
                            i + 1 == KIND_COUNT ? " and " : ", ",
                            line_kinds[i]->name);
    return list;
}

static const struct line_kind *
find_kind(struct reader *reader, const struct node *node)
{
    const struct line_kind *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!node_get(node, str_from_cstr(line_kinds[i]->name)))
            continue;
        found = line_kinds[i];
        count++;
    }
    if (count == 1)
        return found;
    reader_error(reader, node, MISTAKE_EXACTLY_ONE,
                 "a line needs exactly one of %s", kind_names(reader));
    return NULL;
}

static void
check_unique(struct reader *reader, const struct node *id,
             const struct rule_form *form, const struct line *line)
{
    for (size_t i = 0; i < form->line_count; i++)
        if (str_eq(form->lines[i].id, line->id)) {
            reader_error(reader, id, MISTAKE_REPEATED_ID,
                         "line id \"%.*s\" is used twice in this rule",
                         STR_ARG(line->id));
            diag_note(reader->diags, "first at %d:%d", form->lines[i].row,
                      form->lines[i].column);
        }
}

/* Read the id; a line that has none that is fit gets a stand-in, so that the
 * rest of it is still checked. */
static void
compile_id(struct reader *reader, const struct node *node,
           const struct rule_form *form, struct line *line)
{
    const struct node *id = node_get(node, STR("id"));

    line->id = STR("?");
    if (id && read_id(reader, id, "a line id", &line->id)) {
        line->row = id->line;
        line->column = id->column;
        check_unique(reader, id, form, line);
    }
    line->ledger = ledger_name(
        reader, str_from_cstr(arena_printf(reader->arena, "%.*s.%.*s",
                                           STR_ARG(reader->rule->ledger->name),
                                           STR_ARG(line->id))));
    line->ledger->pays = true;
    line->ledger->description = reader->rule->ledger->description;
}

/* The kind is compiled last: its expressions may rely on `when`. */
static void
compile_kind(struct reader *reader, const struct node *node,
             const struct rule_form *form, struct line *line)
{
    const struct node *once = node_get(node, STR("once"));

    line->kind = find_kind(reader, node);
    if (!line->kind)
        return;
    reader->scope.has_account = true;
    line->kind->compile(reader, node_get(node, str_from_cstr(line->kind->name)),
                        form, line);
    reader->scope.has_account = false;
    if (line->guard.once.per_row && !line->has_rows)
        reader_error(reader, once, MISTAKE_NOT_TOGETHER,
                     "once: row is for lines with table: {crossed: ...} only");
}

/* A percent of a line in shadow would have to be in shadow too, and so on. */
static bool
compile_guard(struct reader *reader, const struct node *node, struct line *line)
{
    if (!guard_compile(reader, node, &line->guard))
        return false;
    return !line->guard.shadow ||
           reader_error(reader, node_get(node, STR("mode")),
                        MISTAKE_NOT_TOGETHER,
                        "mode: shadow is for whole rules; make the line a rule "
                        "of its own");
}

void
line_compile(struct reader *reader, const struct node *node,
             const struct rule_form *form, struct line *line)
{
    const struct expr_known *known = reader->scope.known;
    const struct node *description;

    line->index = form->line_count;
    line->offer_room = 1;
    if (!read_keys(reader, node, &line_shape) && node->kind != NODE_OBJECT)
        return;
    compile_id(reader, node, form, line);
    description = node_get(node, STR("description"));
    if (description &&
        !read_text(reader, description, "description", DESCRIPTION_MAX_BYTES,
                   &line->ledger->description))
        return;
    if (compile_guard(reader, node, line))
        compile_kind(reader, node, form, line);
    line->change_room += line->guard.limit.present;
    if (line->ledger->pays || line->guard.once.present ||
        line->guard.limit.present)
        ledger_register(reader, line->ledger);
    reader->scope.known = known; /* what `when` showed holds for the line */
}

/* As guard_check, and whether the rule's account is of those that the line is
 * for. */
static bool
line_check(const struct line *line, const struct turn *turn, bool *passes,
           enum skip_reason *reason, struct err *err)
{
    if (!guard_check(&line->guard, turn, line->ledger, passes, reason, err))
        return false;
    if (*passes && !cohort_has(&line->guard.cohort, turn->account->address)) {
        *passes = false;
        *reason = SKIP_COHORT;
    }
    return true;
}

/* The line's once-key, or NULL when it has none, or one a row. */
static bool
find_once(const struct line *line, const struct turn *turn,
          struct once_key **key, struct err *err)
{
    int32_t day = turn->day;

    *key = NULL;
    if (!line->guard.once.present || line->guard.once.per_row)
        return true;
    if (line->kind->day && !line->kind->day(line, turn, &day, err))
        return false;
    return once_find(&line->guard.once, turn, line->ledger, day, 0, key, err);
}

void
line_want(const struct line *line, const struct turn *turn, struct err *ignored)
{
    const struct guard *guard = &line->guard;
    enum skip_reason reason;
    struct once_key *key;
    bool passes;

    if (!guard->once.present && !guard->limit.present && !line->kind->want)
        return;
    if (!line_check(line, turn, &passes, &reason, ignored) || !passes ||
        !find_once(line, turn, &key, ignored))
        return;
    if (guard->limit.present)
        (void)limit_counter(&guard->limit, turn, line->ledger);
    if (line->kind->want)
        line->kind->want(line, turn, ignored);
}

static bool
eval_and_limit(const struct line *line, struct turn *turn,
               struct once_key *once, struct err *err)
{
    size_t first = turn->offer_count;
    size_t skips = turn->skip_count;

    if (!line->kind->eval(line, turn, once, err))
        return false;
    if (turn->offer_count == first && turn->skip_count == skips)
        turn_skip(turn, line->ledger, SKIP_ZERO);
    return limit_apply(&line->guard.limit, turn, line->ledger, first, err) &&
           turn_sum(turn, first, line->ledger, &turn->line_minor[line->index],
                    err);
}

bool
line_decide(const struct line *line, struct turn *turn, struct err *err)
{
    enum skip_reason reason;
    struct once_key *once;
    bool passes;

    turn->line_minor[line->index] = 0;
    if (!line_check(line, turn, &passes, &reason, err))
        return false;
    if (passes && !find_once(line, turn, &once, err))
        return false;
    if (passes && once && once->taken) {
        passes = false;
        reason = SKIP_ONCE;
    }
    if (passes)
        return eval_and_limit(line, turn, once, err);
    turn_skip(turn, line->ledger, reason);
    return true;
}
