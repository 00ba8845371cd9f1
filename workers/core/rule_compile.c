/* rule_compile.c - one rule: what does not depend on the event's type once,
 * and a form for each of its triggers. */
#include "rule_compile.h"

#include <string.h>

#include "charge.h"
#include "guard.h"
#include "line.h"
#include "op.h"
#include "pending.h"
#include "quote.h"
#include "reversal.h"
#include "shadow.h"
#include "template.h"
#include "timestamp.h"

static const char *const retro_words[] = {"never"};
static const struct shape retro_shape = {SHAPE_WORDS(retro_words)};

static const struct key late_keys[] = {
    {"accept", true, &shape_duration,
     "How long after it happened an event may reach Kafka.", "48h"},
    {"retro", false, &retro_shape, "Later ones are never paid.", "never"},
};

static const struct shape late_shape = {SHAPE_KEYS("late", late_keys)};

static const char *const unbounded_words[] = {"accepted"};
static const struct shape unbounded_shape = {SHAPE_WORDS(unbounded_words)};

static const char *const overlap_words[] = {"allowed"};
static const struct shape overlap_shape = {SHAPE_WORDS(overlap_words)};

static const struct shape types_shape = {
    .kind = SHAPE_LIST, .min = 1, .of = &shape_type};
static const struct shape trigger_shape = {.kind = SHAPE_TYPE,
                                           .otherwise = &types_shape};

static const struct shape award_shape = {
    .kind = SHAPE_LIST, .min = 1, .max = RULE_LINES_MAX, .of = &line_shape};

static const struct key rule_keys[] = {
    {"id", true, &shape_id, "Its name in the ledger; for ever.", "contract"},
    {"description", false, &shape_description,
     "Goes with each entry in the ledger, for people.", "A contract completed"},
    {"trigger", true, &trigger_shape, "The type of event, or a list of types.",
     "io.gigchain.contract.completed.v1"},
    {"account", true, &shape_expr, "Who is paid, or charged.",
     "event.data.user_address"},
    {"award", false, &award_shape, "What is paid, line by line.",
     "[{\"id\": \"base\", \"flat\": 500}]"},
    {"charge", false, &charge_shape, "A price list; the rule sells.", NULL},
    {"guard", false, &shape_expr,
     "A condition that can read charge.LINE, the price.",
     "event.data.expected_cost == charge.item"},
    {"short", false, &reject_shape,
     "An account that has too little is charged nothing.", "reject"},
    {"pending", false, &pending_shape,
     "What is paid is held until an event of another type confirms it.", NULL},
    {"notify", false, &notify_shape, "What the person is told; false: nothing.",
     "{\"title\": \"Well done\", \"body\": \"You earned {amount} GIGS\"}"},
    {"reversed_by", false, &reversal_shape,
     "An event of another type takes back what was paid for its contract.",
     NULL},
    {"late", false, &late_shape, "What becomes of events that come late.",
     "{\"accept\": \"48h\", \"retro\": \"never\"}"},
    {"overlap", false, &overlap_shape,
     "Other rules that say so too may pay the account for the same event.",
     "allowed"},
    {"unbounded", false, &unbounded_shape,
     "That nothing bounds what it pays is meant; it is not warned of.",
     "accepted"},
    GUARD_KEYS,
};

const struct shape rule_shape = {
    SHAPE_KEYS("a rule", rule_keys),
    .one_of = (const char *const[]){"award", "charge", NULL},
    .needs =
        (const struct key_need[]){
            {"charge", "short"},
            {"guard", "charge"},
            {"short", "charge"},
            {"pending", "award"},
            {"reversed_by", "award"},
            {0},
        },
};

static void
compile_id(struct reader *reader, const struct node *node, struct rule *rule)
{
    struct str id = {0};
    const struct rule *first;
    void **place;

    if (!node || !read_id(reader, node, "a rule id", &id))
        return;
    place = map_put(&reader->rule_ids, id);
    first = *place;
    if (first) {
        reader_error(reader, node, MISTAKE_REPEATED_ID,
                     "rule id \"%.*s\" is used twice", STR_ARG(id));
        diag_note(reader->diags, "first at %d:%d", first->row, first->column);
    } else {
        *place = rule;
    }
    if (house_line_reserves(id))
        reader_error(reader, node, MISTAKE_RESERVED_ID,
                     "rule id \"%.*s\" is reserved: the program itself posts "
                     "under such names; choose another",
                     STR_ARG(id));
    rule->id = id;
    rule->row = node->line;
    rule->column = node->column;
}

/* Rules without an id that is fit get a stand-in and are checked further. */
static void
compile_name(struct reader *reader, const struct node *node, struct rule *rule)
{
    const struct node *description = node_get(node, STR("description"));
    const struct node *mode = node_get(node, STR("mode"));

    rule->id = STR("?");
    compile_id(reader, node_get(node, STR("id")), rule);
    rule->shadow = mode && str_eq(mode->text, STR("shadow"));
    rule->ledger = ledger_name(
        reader, str_from_cstr(arena_printf(reader->arena, "%s%.*s",
                                           rule->shadow ? SHADOW_PREFIX : "",
                                           STR_ARG(rule->id))));
    if (rule->shadow)
        ledger_register(reader, rule->ledger); /* for its errors */
    if (description &&
        !read_text(reader, description, "description", DESCRIPTION_MAX_BYTES,
                   &rule->ledger->description))
        rule->ledger->description = (struct str){0};
}

static void
compile_late(struct reader *reader, const struct node *node, struct rule *rule)
{
    const struct node *retro = node_get(node, STR("retro"));
    int64_t seconds;
    size_t index;

    if (!read_keys(reader, node, &late_shape))
        return;
    if (retro && !read_word(reader, retro, "retro", retro_words, 1, &index))
        return;
    if (!read_duration(reader, node_get(node, STR("accept")), "accept",
                       &seconds))
        return;
    rule->accepts_late = false;
    rule->late_us = seconds * US_PER_SECOND;
}

static void
compile_options(struct reader *reader, const struct node *node,
                struct rule *rule)
{
    const struct node *late = node_get(node, STR("late"));
    const struct node *overlap = node_get(node, STR("overlap"));
    const struct node *unbounded = node_get(node, STR("unbounded"));
    size_t index;

    rule->accepts_late = true;
    if (late)
        compile_late(reader, late, rule);
    if (overlap &&
        read_word(reader, overlap, "overlap", overlap_words, 1, &index))
        rule->overlap_allowed = true;
    if (unbounded &&
        read_word(reader, unbounded, "unbounded", unbounded_words, 1, &index))
        rule->unbounded_accepted = true;
}

/* Whether the text is just a field that the schema keeps in canonical form. */
static bool
is_account_field(struct str text, const struct event_type *type)
{
    struct field field;
    struct str path;

    return template_data_path(text, &path) && find_field(type, path, &field) &&
           field.type == FIELD_ACCOUNT;
}

static void
compile_account(struct reader *reader, const struct node *node,
                struct rule_form *form, struct rule *rule)
{
    form->account = read_expr(reader, node, "account");
    if (!form->account)
        return;
    rule->account = str_dup(reader->arena, node->text);
    form->account_is_canonical = is_account_field(node->text, form->type);
    if (expr_type(form->account) != VALUE_STRING)
        reader_error(reader, node, MISTAKE_WRONG_RESULT,
                     "account must be an account id, but %s has type %s",
                     quoted(reader->arena, node->text),
                     value_type_name(expr_type(form->account)));
}

static void
compile_award(struct reader *reader, const struct node *node,
              struct rule_form *form)
{
    if (node->kind != NODE_LIST || node->item_count == 0 ||
        node->item_count > RULE_LINES_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_LIST),
                     "award must be a list of 1 to %d lines", RULE_LINES_MAX);
        return;
    }
    form->lines =
        arena_array(reader->arena, node->item_count, sizeof(*form->lines));
    for (size_t i = 0; i < node->item_count; i++) {
        line_compile(reader, node->items[i], form, &form->lines[i]);
        form->line_count++;
    }
}

static void
compile_form(struct reader *reader, const struct node *node, struct rule *rule,
             const struct event_type *type)
{
    struct rule_form *form = &rule->forms[rule->form_count++];
    const struct node *account = node_get(node, STR("account"));
    const struct node *award = node_get(node, STR("award"));

    *form = (struct rule_form){
        .rule = rule, .type = type, .scale = reader->ruleset->scale};
    reader->scope = (struct expr_scope){.arena = reader->arena,
                                        .type = type,
                                        .diags = reader->diags,
                                        .file = reader->file};
    if (guard_compile(reader, node, &form->guard) && form->guard.once.per_row)
        reader_error(reader, node_get(node, STR("once")), MISTAKE_NOT_TOGETHER,
                     "once: row is for lines with table: {crossed: ...} only");
    if (account)
        compile_account(reader, account, form, rule);
    if (form->guard.once.present || form->guard.limit.present)
        ledger_register(reader, rule->ledger);
    if (award)
        compile_award(reader, award, form);
    if (node_get(node, STR("charge")))
        form->charge = charge_compile(reader, node);
    form->uses_bonus = reader->scope.read_bonus;
    form->reads = reader->scope.reads;
}

static const struct event_type *
find_type(struct reader *reader, const struct node *node,
          const struct rule *rule)
{
    const struct event_type *type = read_type(reader, node, "trigger");

    for (size_t i = 0; type && i < rule->form_count; i++)
        if (rule->forms[i].type == type)
            reader_error(reader, node, MISTAKE_REPEATED_ENTRY,
                         "trigger names %s twice",
                         quoted(reader->arena, node->text));
    if (type && op_find(type->name) && !op_find(type->name)->by_rules)
        reader_error(reader, node, MISTAKE_OPERATION,
                     "%s is an operation of the program; no rule pays for it",
                     quoted(reader->arena, node->text));
    return type;
}

static void
compile_trigger(struct reader *reader, const struct node *node,
                const struct node *trigger, struct rule *rule)
{
    const struct event_type *type;

    type = find_type(reader, trigger, rule);
    if (type)
        compile_form(reader, node, rule, type);
}

static bool
same_diag(const struct diag *left, const struct diag *right)
{
    return left->line == right->line && left->column == right->column &&
           strcmp(left->text, right->text) == 0 &&
           strcmp(left->note, right->note) == 0;
}

/* Two triggers find most faults of a rule twice: keep the first of equals. */
static void
drop_repeats(struct diag_list *diags, size_t from)
{
    size_t kept = from;

    for (size_t i = from; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        bool repeated = false;

        for (size_t j = from; j < kept && !repeated; j++)
            repeated = same_diag(&diags->items[j], diag);
        if (repeated)
            diags->errors -= diag->level == DIAG_ERROR;
        else
            diags->items[kept++] = *diag;
    }
    diags->count = kept;
}

static void
compile_forms(struct reader *reader, const struct node *node, struct rule *rule)
{
    const struct node *trigger = node_get(node, STR("trigger"));
    bool is_list = trigger && trigger->kind == NODE_LIST;
    size_t count = is_list ? trigger->item_count : 1;

    if (!trigger)
        return;
    if (count == 0)
        reader_error(reader, trigger, MISTAKE_WRONG_SIZE,
                     "trigger needs at least one event type");
    rule->forms = arena_array(reader->arena, count, sizeof(*rule->forms));
    for (size_t i = 0; i < count; i++)
        compile_trigger(reader, node, is_list ? trigger->items[i] : trigger,
                        rule);
}

/* A rule pays or charges. */
static void
check_purpose(struct reader *reader, const struct node *node)
{
    static const char *const charging[] = {"guard", "short"};
    static const char *const paying[] = {"pending", "reversed_by"};
    bool charges = node_get(node, STR("charge")) != NULL;

    if (charges == (node_get(node, STR("award")) != NULL))
        reader_error(reader, node, MISTAKE_EXACTLY_ONE,
                     "a rule needs exactly one of award and charge");
    for (int i = 0; i < 2; i++) {
        const char *const *words = charges ? paying : charging;
        const struct node *misplaced = node_get(node, str_from_cstr(words[i]));

        if (misplaced)
            reader_error(reader, misplaced, MISTAKE_NOT_TOGETHER,
                         "%s is for rules that %s", words[i],
                         charges ? "pay" : "charge");
    }
}

/* A shadow refuses nobody, and nothing is there for later events to end. */
static void
check_shadow(struct reader *reader, const struct node *node)
{
    static const struct {
        const char *word;
        const char *help;
    } rows[] = {
        {"charge", "only a rule that pays can"},
        {"pending", "leave it out until the rule is live"},
        {"reversed_by", "leave it out until the rule is live"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct node *misplaced =
            node_get(node, str_from_cstr(rows[i].word));

        if (misplaced)
            reader_error(reader, misplaced, MISTAKE_NOT_TOGETHER,
                         "a rule with %s cannot be in shadow; %s", rows[i].word,
                         rows[i].help);
    }
}

static void
compile_closings(struct reader *reader, const struct node *node,
                 struct rule *rule)
{
    const struct node *pending = node_get(node, STR("pending"));
    const struct node *reversed = node_get(node, STR("reversed_by"));

    if (pending && reversed)
        reader_error(reader, reversed, MISTAKE_NOT_TOGETHER,
                     "a rule cannot have both pending and reversed_by");
    if (pending)
        rule->pending = pending_compile(reader, pending, rule);
    if (reversed)
        rule->reversed_by = reversal_compile(reader, reversed, node, rule);
    if (rule->pending || rule->reversed_by)
        ledger_register(reader, rule->ledger);
    if (rule->reversed_by)
        reversal_name_lines(reader, rule);
}

void
rule_compile(struct reader *reader, const struct node *node, struct rule *rule)
{
    struct ruleset *ruleset = reader->draft;
    struct notify *notify = &ruleset->notifies[ruleset->notify_count].notify;
    size_t from = reader->diags->count;

    reader->rule = rule;
    reader->rule_lines = ruleset->line_count;
    if (!read_keys(reader, node, &rule_shape) && node->kind != NODE_OBJECT)
        return;
    compile_name(reader, node, rule);
    compile_options(reader, node, rule);
    check_purpose(reader, node);
    if (rule->shadow)
        check_shadow(reader, node);
    compile_forms(reader, node, rule);
    compile_closings(reader, node, rule);
    notify_compile(reader, node_get(node, STR("notify")), NULL, notify);
    ruleset->notifies[ruleset->notify_count++].rule = rule->id;
    drop_repeats(reader->diags, from);
}
