/* test_state.c - facts in a test are named as the ledger names them:
 * NAME/ACCOUNT, and after another slash a once-key or a limit's window. */
#include "test_state.h"

#include "line.h"
#include "quote.h"
#include "suggest.h"
#include "timestamp.h"

/* What a fact's name stands for. */
struct owner {
    const struct ledger_line *ledger;
    const struct guard *guard;
    const struct line *line; /* NULL: a rule's own name */
    struct account_state *account;
    struct str rest; /* what follows the account's slash */
    bool has_rest;
};

static const struct shape amounts_shape = {.kind = SHAPE_MAP,
                                           .of = &shape_amount};
static const struct shape once_key_shape = {.kind = SHAPE_STRING};
static const struct shape once_keys_shape = {.kind = SHAPE_LIST,
                                             .of = &once_key_shape};
static const struct shape day_shape = {.kind = SHAPE_DATE};
static const struct shape days_shape = {.kind = SHAPE_LIST, .of = &day_shape};
static const struct shape days_by_line_shape = {.kind = SHAPE_MAP,
                                                .of = &days_shape};

static const struct key state_keys[] = {
    {"balance", false, &amounts_shape, "By account.", "{\"u1\": 5000}"},
    {"once", false, &once_keys_shape, "Keys that are taken: NAME/ACCOUNT/KEY.",
     "[\"level.level/u1/3\"]"},
    {"carry", false, &amounts_shape, "What was carried, by RULE.LINE/ACCOUNT.",
     "{\"xp.xp/u1\": 70}"},
    {"used", false, &amounts_shape,
     "What limits have counted, by NAME/ACCOUNT/WINDOW.",
     "{\"community.gift/u1/2026-01\": 9500}"},
    {"days", false, &days_by_line_shape,
     "Days of a streak, by RULE.LINE/ACCOUNT.",
     "{\"login.day/u1\": [\"2026-01-29\", \"2026-01-30\"]}"},
};

const struct shape test_state_shape = {SHAPE_KEYS("a state", state_keys)};

static bool
find_in_rule(const struct rule *rule, struct str name, struct owner *owner)
{
    const struct rule_form *form = rule->forms;

    if (str_eq(rule->ledger->name, name)) {
        owner->ledger = rule->ledger;
        owner->guard = &form->guard;
        return true;
    }
    for (size_t i = 0; i < form->line_count; i++) {
        const struct line *line = &form->lines[i];

        if (!str_eq(line->ledger->name, name))
            continue;
        owner->ledger = line->ledger;
        owner->guard = &line->guard;
        owner->line = line;
        return true;
    }
    return false;
}

/* Take the text up to the next slash off *text; false when there is none. */
static bool
take_part(struct str *text, struct str *part)
{
    const char *slash = text->len ? memchr(text->at, '/', text->len) : NULL;
    size_t len = slash ? (size_t)(slash - text->at) : text->len;

    *part = str_make(text->at, len);
    *text = str_make(text->at + len + (slash != NULL),
                     text->len - len - (slash != NULL));
    return slash != NULL;
}

static bool
set_account(struct reader *reader, const struct node *node, struct facts *facts,
            struct str text, struct owner *owner)
{
    struct str account;

    if (text.len == 0)
        return true;
    if (!account_canonical(reader->arena, text, &account))
        return reader_error(reader, node, MISTAKE_TEST_STATE,
                            "%s is no account id", quoted(reader->arena, text));
    owner->account = facts_account(facts, account);
    return true;
}

static void
report_no_owner(struct reader *reader, const struct node *node, struct str name)
{
    const struct ruleset *ruleset = reader->ruleset;
    struct suggest suggest = suggest_for(name);

    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule_form *form = ruleset->rules[i]->forms;

        suggest_offer(&suggest, ruleset->rules[i]->id);
        for (size_t j = 0; j < form->line_count; j++)
            suggest_offer(&suggest, form->lines[j].ledger->name);
    }
    reader_error(reader, node, MISTAKE_UNKNOWN_LINE,
                 "there is no rule or line %s", quoted(reader->arena, name));
    suggest_help(&suggest, reader->diags);
}

/* Read NAME/ACCOUNT or NAME/ACCOUNT/REST. */
static bool
read_owner(struct reader *reader, const struct node *node, struct facts *facts,
           struct str text, struct owner *owner)
{
    const struct ruleset *ruleset = reader->ruleset;
    struct str name;
    struct str account = {0};
    bool found = false;

    *owner = (struct owner){0};
    if (take_part(&text, &name))
        owner->has_rest = take_part(&text, &account);
    owner->rest = text;
    for (size_t i = 0; i < ruleset->rule_count && !found; i++)
        found = find_in_rule(ruleset->rules[i], name, owner);
    if (!found) {
        report_no_owner(reader, node, name);
        return false;
    }
    return set_account(reader, node, facts, account, owner);
}

/* Whether an account was given just when the fact is one per account. */
static bool
check_account(struct reader *reader, const struct node *node,
              const struct owner *owner, bool per_account)
{
    if (per_account && !owner->account)
        return reader_error(reader, node, MISTAKE_TEST_STATE,
                            "\"%.*s\" counts for each account; "
                            "name one after the slash",
                            STR_ARG(owner->ledger->name));
    if (!per_account && owner->account)
        return reader_error(reader, node, MISTAKE_TEST_STATE,
                            "\"%.*s\" counts for all accounts; leave the "
                            "account between the slashes empty",
                            STR_ARG(owner->ledger->name));
    return true;
}

static bool
check_wanted(struct reader *reader, const struct node *node,
             const struct owner *owner, bool wanted, const char *what)
{
    return wanted ||
           reader_error(reader, node, MISTAKE_TEST_STATE, "\"%.*s\" has no %s",
                        STR_ARG(owner->ledger->name), what);
}

static void
apply_once(struct reader *reader, const struct node *node, struct facts *facts)
{
    struct owner owner;

    if (!node_is_string(node)) {
        reader_error(reader, node, MISTAKE_TEST_STATE,
                     "once must be a list of NAME/ACCOUNT/KEY");
        return;
    }
    if (!read_owner(reader, node, facts, node->text, &owner) ||
        !check_wanted(reader, node, &owner, owner.guard->once.present,
                      "once") ||
        !check_account(reader, node, &owner, owner.guard->once.per_account))
        return;
    if (owner.rest.len > ONCE_KEY_MAX_BYTES)
        reader_error(reader, node, MISTAKE_TEST_STATE, "the key is too long");
    else
        facts_once(facts, owner.ledger, owner.account, owner.rest)->taken =
            true;
}

static void
apply_balance(struct reader *reader, const struct node_member *member,
              struct facts *facts)
{
    struct owner owner = {0};
    struct ratio amount;
    int64_t minor;

    if (!read_amount(reader, member->value, "a balance", &amount) ||
        !set_account(reader, member->value, facts, member->key, &owner))
        return;
    if (!owner.account ||
        !ratio_to_minor(amount, reader->ruleset->scale, ROUND_FLOOR, &minor)) {
        reader_error(reader, member->value, MISTAKE_TEST_STATE,
                     "this is no balance");
        return;
    }
    owner.account->balance_minor = minor;
    owner.account->funds_minor[FUND_EARNED] = minor;
}

static void
apply_carry(struct reader *reader, const struct node_member *member,
            struct facts *facts)
{
    struct owner owner;
    struct ratio number;

    if (!read_amount(reader, member->value, "a carried number", &number) ||
        !read_owner(reader, member->value, facts, member->key, &owner) ||
        !check_wanted(reader, member->value, &owner,
                      owner.line && owner.line->kind == &line_every, "every") ||
        !check_account(reader, member->value, &owner, true))
        return;
    facts_counter(facts, owner.ledger, owner.account, COUNTER_CARRY, 0)->value =
        number;
}

static void
apply_used(struct reader *reader, const struct node_member *member,
           struct facts *facts)
{
    const struct limit *limit;
    struct owner owner;
    struct ratio used;
    int32_t bucket;

    if (!read_amount(reader, member->value, "what is used", &used) ||
        !read_owner(reader, member->value, facts, member->key, &owner) ||
        !check_wanted(reader, member->value, &owner, owner.guard->limit.present,
                      "limit") ||
        !check_account(reader, member->value, &owner,
                       !owner.guard->limit.for_all))
        return;
    limit = &owner.guard->limit;
    if (!window_parse(limit->window, owner.rest, &bucket)) {
        reader_error(reader, member->value, MISTAKE_TEST_STATE,
                     "%s does not name a %s", quoted(reader->arena, owner.rest),
                     window_words[limit->window]);
        return;
    }
    facts_counter(facts, owner.ledger, owner.account,
                  window_counter(limit->window, limit->times), bucket)
        ->value = used;
}

static void
add_day(struct reader *reader, const struct node *node, struct facts *facts,
        const struct owner *owner)
{
    int32_t day;
    int32_t bucket;
    struct counter *counter;
    int64_t bits;

    if (!node_is_string(node) || !date_parse(node->text, &day)) {
        reader_error(reader, node, MISTAKE_TEST_STATE,
                     "a day must be YYYY-MM-DD");
        return;
    }
    bucket = streak_bucket(day);
    counter = facts_counter(facts, owner->ledger, owner->account,
                            COUNTER_STREAK, bucket);
    bits = (int64_t)counter->value.num | INT64_C(1) << (day - bucket);
    counter->value = ratio_from_int(bits);
}

static void
apply_days(struct reader *reader, const struct node_member *member,
           struct facts *facts)
{
    const struct node *days = member->value;
    struct owner owner;

    if (!read_owner(reader, days, facts, member->key, &owner) ||
        !check_wanted(reader, days, &owner,
                      owner.line && owner.line->kind == &line_streak,
                      "streak") ||
        !check_account(reader, days, &owner, true))
        return;
    if (days->kind != NODE_LIST)
        reader_error(reader, days, MISTAKE_TEST_STATE,
                     "days must be a list of YYYY-MM-DD");
    for (size_t i = 0; days->kind == NODE_LIST && i < days->item_count; i++)
        add_day(reader, days->items[i], facts, &owner);
}

static void
apply_members(struct reader *reader, const struct node *node,
              struct facts *facts,
              void (*apply)(struct reader *, const struct node_member *,
                            struct facts *))
{
    if (node && node->kind != NODE_OBJECT)
        reader_error(reader, node, MISTAKE_TEST_STATE,
                     "this part of a state must be a mapping");
    for (size_t i = 0;
         node && node->kind == NODE_OBJECT && i < node->member_count; i++)
        apply(reader, &node->members[i], facts);
}

void
test_state_apply(struct reader *reader, const struct node *state,
                 struct facts *facts)
{
    const struct node *once = node_get(state, STR("once"));

    if (!read_keys(reader, state, &test_state_shape))
        return;
    apply_members(reader, node_get(state, STR("balance")), facts,
                  apply_balance);
    apply_members(reader, node_get(state, STR("carry")), facts, apply_carry);
    apply_members(reader, node_get(state, STR("used")), facts, apply_used);
    apply_members(reader, node_get(state, STR("days")), facts, apply_days);
    if (once && once->kind != NODE_LIST)
        reader_error(reader, once, MISTAKE_TEST_STATE,
                     "once must be a list of NAME/ACCOUNT/KEY");
    for (size_t i = 0; once && once->kind == NODE_LIST && i < once->item_count;
         i++)
        apply_once(reader, once->items[i], facts);
}
