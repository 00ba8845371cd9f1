/* reversal.c - finding what was paid, and taking it back. */
#include "reversal.h"

#include "debt.h"
#include "detail.h"
#include "line.h"
#include "quote.h"

static const struct str contract_field = {"contract_id", 11};

/* ---- compiling --------------------------------------------------------------
 */

/* The ledger finds events by their contract, so that is what is matched. */
static bool
check_match(struct reader *reader, const struct node *node)
{
    struct str event_field;
    struct str origin_field;

    if (!match_compile(reader, node, &event_field, &origin_field))
        return false;
    if (str_eq(event_field, contract_field) &&
        str_eq(origin_field, contract_field))
        return true;
    return reader_error(reader, node, MISTAKE_BAD_MATCH,
                        "a reversal finds its origin by contract; write "
                        "\"event.data.contract_id == "
                        "origin.data.contract_id\"");
}

static const char *const keep_words[] = {"keep"};
static const struct shape keep_shape = {SHAPE_WORDS(keep_words)};

static const struct key reversal_keys[] = {
    {"trigger", true, &shape_type, "The type of event that takes back.",
     "io.gigchain.contract.refunded.v1"},
    {"match", true, &shape_expr, "The two events name one contract.",
     "event.data.contract_id == origin.data.contract_id"},
    {"once_keys", true, &keep_shape, "Once-keys stay used.", "keep"},
    {"limits", true, &keep_shape, "What limits have counted stays.", "keep"},
};

const struct shape reversal_shape = {SHAPE_KEYS("reversed_by", reversal_keys)};

static bool
check_words(struct reader *reader, const struct node *node)
{
    static const char *const names[] = {"once_keys", "limits"};
    size_t index;

    for (size_t i = 0; i < 2; i++)
        if (!read_word(reader, node_get(node, str_from_cstr(names[i])),
                       names[i], keep_words, 1, &index))
            return false;
    return true;
}

/* Both events name a contract, and the rule's account makes sense in both. */
static const struct expr *
read_account(struct reader *reader, const struct node *node,
             const struct node *account, const struct event_type *type)
{
    const struct expr *expr;
    struct field field;

    if (!find_field(type, contract_field, &field) || field.optional) {
        reader_error(reader, node, MISTAKE_UNFIT_TYPE,
                     "a reversal finds its origin by contract, but %.*s has "
                     "no contract_id, or may be without",
                     STR_ARG(type->name));
        return NULL;
    }
    reader->scope = (struct expr_scope){.arena = reader->arena,
                                        .type = type,
                                        .diags = reader->diags,
                                        .file = reader->file};
    expr = account ? read_expr(reader, account, "account") : NULL;
    if (!expr || expr_type(expr) == VALUE_STRING)
        return expr;
    reader_error(reader, node, MISTAKE_WRONG_RESULT,
                 "the rule's account must be an account id in %.*s too, but "
                 "%s has type %s there",
                 STR_ARG(type->name), quoted(reader->arena, account->text),
                 value_type_name(expr_type(expr)));
    return NULL;
}

const struct reversed_by *
reversal_compile(struct reader *reader, const struct node *node,
                 const struct node *rule_node, const struct rule *rule)
{
    struct reversed_by *reversed = ARENA_NEW(reader->arena, struct reversed_by);
    const struct node *account = node_get(rule_node, STR("account"));
    const struct node *trigger;

    if (!read_keys(reader, node, &reversal_shape))
        return NULL;
    trigger = node_get(node, STR("trigger"));
    reversed->type = read_type(reader, trigger, "trigger");
    if (!reversed->type || !check_match(reader, node_get(node, STR("match"))) ||
        !check_words(reader, node))
        return NULL;
    for (size_t i = 0; i < rule->form_count; i++)
        if (!check_other_type(reader, trigger, "trigger", reversed->type,
                              rule->forms[i].type) ||
            !read_account(reader, node, account, rule->forms[i].type))
            return NULL;
    reversed->account = read_account(reader, trigger, account, reversed->type);
    return reversed->account ? reversed : NULL;
}

static void
name_line(struct reader *reader, struct ledger_line *ledger)
{
    struct ledger_line *reversal = ledger_name(
        reader, str_from_cstr(arena_printf(reader->arena, "%.*s:reversed",
                                           STR_ARG(ledger->name))));

    reversal->type = &entry_reversal;
    reversal->pays = true;
    reversal->description = ledger->description;
    ledger->reversal = reversal;
    ledger_register(reader, reversal);
}

/* Lines with rows pay under the names of those. */
void
reversal_name_lines(struct reader *reader, struct rule *rule)
{
    const struct ruleset *ruleset = reader->ruleset;
    size_t count = ruleset->line_count;

    for (size_t i = reader->rule_lines; i < count; i++) {
        struct ledger_line *ledger = ruleset->lines[i];

        if (ledger->pays && ledger->type == &entry_earn &&
            str_starts_with(ledger->name, rule->id) &&
            ledger->name.len > rule->id.len &&
            ledger->name.at[rule->id.len] == '.')
            name_line(reader, ledger);
    }
    name_line(reader, rule->ledger); /* for lines that are no more */
}

/* ---- taking back ------------------------------------------------------------
 */

/* What is taken back from one account, by name. */
struct taking {
    const struct ledger_line **lines;
    int64_t *minors;
    size_t count;
    int64_t total;
};

static void
taking_init(struct taking *taking, const struct turn *turn, size_t room)
{
    taking->lines =
        arena_array(turn->arena, room, sizeof(const struct ledger_line *));
    taking->minors = arena_array(turn->arena, room, sizeof(int64_t));
    taking->count = 0;
    taking->total = 0;
}

static bool
taking_add(struct taking *taking, const struct ledger_line *line, int64_t minor)
{
    size_t at = 0;

    while (at < taking->count && taking->lines[at] != line)
        at++;
    if (at == taking->count) {
        taking->lines[at] = line;
        taking->minors[at] = 0;
        taking->count++;
    }
    return num_add(taking->minors[at], minor, &taking->minors[at]) &&
           num_add(taking->total, minor, &taking->total);
}

static bool
taking_post(const struct taking *taking, struct turn *turn,
            struct account_state *account, struct err *err)
{
    for (size_t i = 0; i < taking->count; i++)
        if (!turn_post(turn, taking->lines[i], account, -taking->minors[i],
                       err))
            return false;
    return true;
}

/* Both events by identity, and the account is told. */
static void
note_reversal(struct turn *turn, const struct rule *rule, struct str origin,
              struct str closing)
{
    struct effect *effect = turn_effect(turn, EFFECT_REVERSAL, NULL);

    effect->line = rule->ledger;
    effect->values[0] = origin;
    effect->values[1] = closing;
}

static void
answer_reversal(struct turn *turn, struct account_state *account,
                struct str origin, int64_t total, int64_t lent)
{
    const char *split = memchr(origin.at, '\n', origin.len);
    size_t len = (size_t)(split - origin.at);
    struct detail detail;

    detail_open(&detail, turn, "reversed");
    detail_text(&detail, "event_source", str_make(origin.at, len));
    detail_text(&detail, "event_id", str_make(split + 1, origin.len - len - 1));
    detail_minor(&detail, "amount", total);
    detail_minor(&detail, "debt", lent);
    turn_answer(turn, account, "token.reversed", detail_close(&detail))
        ->notify = STR("");
}

/* ---- the rule's own event ---------------------------------------------------
 */

static struct fact_record *
record_of(enum record_kind kind, const struct rule *rule,
          const struct turn *turn, struct account_state *account)
{
    struct str keys[RECORD_KEYS];

    closing_keys(rule, account, turn_text(turn, contract_field), keys);
    return facts_record(turn->facts, kind, account, keys);
}

void
reversal_want(const struct rule_form *form, struct turn *turn)
{
    record_of(RECORD_CLOSING, form->rule, turn, turn->account);
    if (turn->facts->is_whole)
        record_of(RECORD_ORIGIN, form->rule, turn, turn->account);
}

static void
remember_offer(struct turn *turn, struct fact_record *origin,
               const struct offer *offer, bool reversed)
{
    struct record_row *row;

    if (!offer->minor)
        return;
    row = turn_add_row(turn, origin);
    row->values[ORIGIN_EVENT] = event_identity(turn, turn->event);
    row->values[ORIGIN_LINE] = offer->ledger->name;
    row->values[ORIGIN_AMOUNT] = int_text(turn->facts->arena, offer->minor);
    row->values[ORIGIN_REVERSED] = reversed ? STR("t") : STR("f");
}

/* For a reversal that comes later in the same batch. */
static void
remember_part(struct turn *turn, const struct part *part, bool reversed)
{
    const struct rule *rule = part->form->rule;
    struct str keys[RECORD_KEYS];
    struct fact_record *origin;

    closing_keys(rule, part->account, turn_text(turn, contract_field), keys);
    origin = facts_find_record(turn->facts, RECORD_ORIGIN, part->account, keys);
    for (size_t i = part->first_offer; origin && i < part->end_offer; i++)
        remember_offer(turn, origin, &turn->offers[i], reversed);
}

bool
reversal_follow(struct turn *turn, const struct part *part, struct err *err)
{
    struct fact_record *closing =
        record_of(RECORD_CLOSING, part->form->rule, turn, part->account);
    struct str origin = event_identity(turn, turn->event);
    struct taking taking;

    if (!closing->row_count) {
        remember_part(turn, part, false);
        return true;
    }
    taking_init(&taking, turn, part->end_offer - part->first_offer);
    for (size_t i = part->first_offer; i < part->end_offer; i++)
        if (turn->offers[i].minor &&
            !taking_add(&taking, turn->offers[i].ledger->reversal,
                        turn->offers[i].minor))
            return turn_overflow(err, part->form->rule->ledger);
    if (!taking.count)
        return true;
    if (!taking_post(&taking, turn, part->account, err))
        return false;
    note_reversal(turn, part->form->rule, origin,
                  closing->rows[0].values[CLOSING_EVENT]);
    remember_part(turn, part, true);
    answer_reversal(turn, part->account, origin, taking.total, 0);
    return true;
}

/* ---- the event that reverses
 * ------------------------------------------------- */

static bool
find_account(const struct closer *closer, const struct turn *turn,
             struct account_state **account, struct err *err)
{
    return turn_eval_account(turn, closer->rule->ledger, closer->account, false,
                             account, err);
}

void
reversal_want_origin(const struct closer *closer, struct turn *turn,
                     struct err *ignored)
{
    struct account_state *account;

    if (!find_account(closer, turn, &account, ignored))
        return;
    record_of(RECORD_CLOSING, closer->rule, turn, account);
    record_of(RECORD_ORIGIN, closer->rule, turn, account);
}

static const struct ledger_line *
reversal_line(const struct turn *turn, const struct rule *rule, struct str name)
{
    const struct ruleset *ruleset = turn->ruleset;

    for (size_t i = 0; i < ruleset->line_count; i++)
        if (ruleset->lines[i]->reversal &&
            str_eq(ruleset->lines[i]->name, name))
            return ruleset->lines[i]->reversal;
    return rule->ledger->reversal;
}

/* What is not reversed yet. */
static bool
sum_origins(const struct fact_record *origin, int64_t *sum)
{
    for (size_t i = 0; i < origin->row_count; i++)
        if (!record_flag(&origin->rows[i], ORIGIN_REVERSED) &&
            !num_add(*sum, record_int(&origin->rows[i], ORIGIN_AMOUNT), sum))
            return false;
    return true;
}

/* Lend once, what this closer and those after it take from the account. */
static bool
lend_for_all(const struct closer *closer, struct turn *turn,
             struct account_state *account, struct err *err)
{
    const struct trigger *trigger = turn->trigger;
    int64_t sum = 0;

    for (; closer < trigger->closers + trigger->closer_count; closer++) {
        struct account_state *other;

        if (!closer->reverses)
            continue;
        if (!find_account(closer, turn, &other, err))
            return false;
        if (other == account &&
            !sum_origins(record_of(RECORD_ORIGIN, closer->rule, turn, other),
                         &sum))
            return turn_overflow(err, closer->rule->ledger);
    }
    return debt_lend(turn, account, sum, err);
}

/* Add up what is not reversed yet; origins come one after another. */
static bool
take_origins(struct turn *turn, const struct rule *rule,
             struct fact_record *origin, struct taking *taking,
             struct str *last)
{
    struct str closing = event_identity(turn, turn->event);

    for (size_t i = 0; i < origin->row_count; i++) {
        const struct record_row *row = &origin->rows[i];

        if (record_flag(row, ORIGIN_REVERSED))
            continue;
        if (!taking_add(taking,
                        reversal_line(turn, rule, row->values[ORIGIN_LINE]),
                        record_int(row, ORIGIN_AMOUNT)))
            return false;
        if (!str_eq(*last, row->values[ORIGIN_EVENT]))
            note_reversal(turn, rule, row->values[ORIGIN_EVENT], closing);
        *last = row->values[ORIGIN_EVENT];
        turn_change_row(turn, origin, i)->values[ORIGIN_REVERSED] = STR("t");
    }
    return true;
}

/* Whatever is paid for the contract from now on is taken back as well. */
static void
note_closing(const struct closer *closer, struct turn *turn,
             struct account_state *account)
{
    struct fact_record *closing =
        record_of(RECORD_CLOSING, closer->rule, turn, account);

    if (!closing->row_count)
        closing_note(turn, closer->rule, account,
                     turn_text(turn, contract_field), closing);
}

bool
reversal_decide(const struct closer *closer, struct turn *turn, struct err *err)
{
    struct account_state *account;
    struct fact_record *origin;
    struct taking taking;
    struct str last = {0};
    int64_t before;

    if (!find_account(closer, turn, &account, err))
        return false;
    origin = record_of(RECORD_ORIGIN, closer->rule, turn, account);
    note_closing(closer, turn, account);
    before = turn_purse(turn, account)->now.funds_minor[FUND_DEBT];
    if (!lend_for_all(closer, turn, account, err))
        return false;
    taking_init(&taking, turn, origin->row_count);
    if (!take_origins(turn, closer->rule, origin, &taking, &last))
        return turn_overflow(err, closer->rule->ledger);
    if (!taking.count)
        return true; /* nothing was paid yet, or it was reversed before */
    if (!taking_post(&taking, turn, account, err))
        return false;
    answer_reversal(turn, account, last, taking.total,
                    turn_purse(turn, account)->now.funds_minor[FUND_DEBT] -
                        before);
    return true;
}
