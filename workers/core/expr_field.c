/* expr_field.c - what names mean: the envelope's attributes, and the fields
 * of event.data as the schema knows them. */
#include "expr_parts.h"

#include "quote.h"
#include "suggest.h"
#include "timestamp.h"

/* ---- reading ---- */

static bool
eval_event_id(const struct code *code, const struct event *event,
              struct value *value, struct err *err)
{
    (void)code;
    (void)err;
    value->string = event->id;
    return true;
}

static bool
eval_event_type(const struct code *code, const struct event *event,
                struct value *value, struct err *err)
{
    (void)code;
    (void)err;
    value->string = event->type->name;
    return true;
}

static bool
eval_event_source(const struct code *code, const struct event *event,
                  struct value *value, struct err *err)
{
    (void)code;
    (void)err;
    value->string = event->source;
    return true;
}

static bool
eval_event_time(const struct code *code, const struct event *event,
                struct value *value, struct err *err)
{
    (void)code;
    (void)err;
    value->at_us = event->time_us;
    return true;
}

static bool
eval_has(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    (void)err;
    value->boolean =
        event_field(event, code->path->keys, code->path->len) != NULL;
    return true;
}

/* The node, or NULL when the event breaks the promise of its schema: that is
 * for an event nobody checked, so it is an error and not an assertion. */
static const struct node *
read_field(const struct code *code, const struct event *event,
           enum node_kind kind, struct err *err)
{
    const struct field_path *path = code->path;
    const struct node *node = event_field(event, path->keys, path->len);

    if (node && node->kind == kind)
        return node;
    err_set_code(err, ERR_INPUT, "rule_error", "%.*s %s%s",
                 STR_ARG(path->spelled), node ? "cannot be " : "is missing",
                 node ? node_kind_name(node->kind) : "");
    return NULL;
}

static bool
eval_bool_field(const struct code *code, const struct event *event,
                struct value *value, struct err *err)
{
    const struct node *node = read_field(code, event, NODE_BOOL, err);

    if (!node)
        return false;
    value->boolean = node->boolean;
    return true;
}

static bool
eval_int_field(const struct code *code, const struct event *event,
               struct value *value, struct err *err)
{
    const struct node *node = read_field(code, event, NODE_INT, err);

    if (!node)
        return false;
    value->number = ratio_from_int(node->integer);
    return true;
}

static bool
eval_decimal_field(const struct code *code, const struct event *event,
                   struct value *value, struct err *err)
{
    const struct node *node = read_field(code, event, NODE_DECIMAL, err);

    if (!node)
        return false;
    value->number = node->decimal;
    return true;
}

static bool
eval_string_field(const struct code *code, const struct event *event,
                  struct value *value, struct err *err)
{
    const struct node *node = read_field(code, event, NODE_STRING, err);

    if (!node)
        return false;
    value->string = node->text;
    return true;
}

static bool
eval_timestamp_field(const struct code *code, const struct event *event,
                     struct value *value, struct err *err)
{
    const struct node *node = read_field(code, event, NODE_STRING, err);

    if (!node)
        return false;
    return timestamp_parse(node->text, &value->at_us) ||
           err_set_code(err, ERR_INPUT, "rule_error",
                        "%.*s is not an RFC 3339 time: \"%.*s\"",
                        STR_ARG(code->path->spelled),
                        STR_ARG(str_cut(node->text, QUOTE_MAX_BYTES)));
}

static bool
eval_extra(const struct code *code, const struct event *event,
           struct value *value, struct err *err)
{
    (void)err;
    value->number =
        event->extras ? event->extras[code->extra] : ratio_from_int(0);
    return true;
}

/* ---- names ---- */

static const struct attribute {
    const char *name;
    enum value_type type;
    code_eval *eval;
} attributes[] = {
    {"id", VALUE_STRING, eval_event_id},
    {"type", VALUE_STRING, eval_event_type},
    {"source", VALUE_STRING, eval_event_source},
    {"time", VALUE_TIMESTAMP, eval_event_time},
};

enum { ATTRIBUTE_COUNT = sizeof(attributes) / sizeof(attributes[0]) };

static const struct field_kind {
    enum value_type type;
    code_eval *eval; /* NULL: a rule cannot read it */
} field_kinds[] = {
    [FIELD_BOOL] = {VALUE_BOOL, eval_bool_field},
    [FIELD_INT] = {VALUE_INT, eval_int_field},
    [FIELD_DECIMAL] = {VALUE_DECIMAL, eval_decimal_field},
    [FIELD_STRING] = {VALUE_STRING, eval_string_field},
    [FIELD_ACCOUNT] = {VALUE_STRING, eval_string_field},
    [FIELD_DATE] = {VALUE_STRING, eval_string_field},
    [FIELD_TIMESTAMP] = {VALUE_TIMESTAMP, eval_timestamp_field},
    [FIELD_OTHER] = {VALUE_BOOL, NULL},
};

/* Names that do not exist, and what people want by them. */
static const struct name_help {
    const char *name;
    const char *problem;
    const char *help;
} name_helps[] = {
    {"null", "there is no null",
     "ask has(event.data.FIELD) whether a field is there"},
    {"now", "there is no clock in a rule", "use event.time"},
    {"account",
     "account.bonus_xp can be read only by the amount of a line, not by "
     "conditions, days and levels",
     ""},
    {"charge",
     "charge.LINE can be read only by the guard of a rule that charges", ""},
};

/* A chain of members: [event, data, a, b] with the tokens they came from. */
struct chain {
    struct str *keys;
    const struct syntax **tokens;
    size_t len;
};

/* False when the chain does not begin with a name. */
static bool
chain_from_syntax(struct arena *arena, const struct syntax *syntax,
                  struct chain *chain)
{
    const struct syntax *link = syntax;
    size_t at;

    for (chain->len = 1; link->kind == SYNTAX_SELECT; chain->len++)
        link = link->args[0];
    if (link->kind != SYNTAX_NAME)
        return false;
    chain->keys = arena_array(arena, chain->len, sizeof(chain->keys[0]));
    chain->tokens = arena_array(arena, chain->len, sizeof(chain->tokens[0]));
    for (at = chain->len, link = syntax; at-- > 0;) {
        chain->keys[at] = link->name;
        chain->tokens[at] = link;
        if (at)
            link = link->args[0];
    }
    return true;
}

static struct str
chain_spelling(struct arena *arena, const struct chain *chain, size_t len)
{
    struct buf buf;

    buf_init(&buf, arena);
    for (size_t i = 0; i < len; i++) {
        if (i)
            buf_add_char(&buf, '.');
        buf_add_str(&buf, chain->keys[i]);
    }
    return buf_str(&buf);
}

static bool
is_property(const struct expr_build *build, struct str name)
{
    const struct event_type *type = build->scope->type;
    struct field field;

    return type && schema_field(type, &name, 1, &field);
}

static void *
fail_known(struct expr_build *build, size_t offset,
           const struct name_help *known)
{
    expr_fail(build, offset, MISTAKE_UNKNOWN_NAME, "%s", known->problem);
    diag_help(build->scope->diags, "%s", known->help);
    return NULL;
}

/* The first name is not `event`. */
static void *
fail_root(struct expr_build *build, const struct chain *chain)
{
    struct str name = chain->keys[0];
    size_t offset = chain->tokens[0]->offset;
    size_t count = sizeof(name_helps) / sizeof(name_helps[0]);

    if (is_property(build, name))
        return expr_fail(build, offset, MISTAKE_UNKNOWN_NAME,
                         "unknown name `%.*s`; write `event.data.%.*s`",
                         STR_ARG(name), STR_ARG(name));
    for (size_t i = 0; i < count; i++)
        if (str_eq_cstr(name, name_helps[i].name))
            return fail_known(build, offset, &name_helps[i]);
    if (str_eq_cstr(name, "data"))
        return expr_fail(build, offset, MISTAKE_UNKNOWN_NAME,
                         "unknown name `data`; write `event.data`");
    return expr_fail(build, offset, MISTAKE_UNKNOWN_NAME,
                     "unknown name `%.*s`; fields are read as "
                     "event.data.FIELD, strings stand in quotes",
                     STR_ARG(name));
}

/* The second name is neither data nor an attribute. */
static void *
fail_attribute(struct expr_build *build, const struct chain *chain)
{
    struct str name = chain->keys[1];
    size_t offset = chain->tokens[1]->offset;
    struct suggest suggest = suggest_for(name);

    if (is_property(build, name))
        return expr_fail(build, offset, MISTAKE_UNKNOWN_FIELD,
                         "unknown field `event.%.*s`; write "
                         "`event.data.%.*s`",
                         STR_ARG(name), STR_ARG(name));
    suggest_offer(&suggest, STR("data"));
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        suggest_offer(&suggest, str_from_cstr(attributes[i].name));
    expr_fail(build, offset, MISTAKE_UNKNOWN_FIELD,
              "unknown field `event.%.*s`; there are event.id, event.type, "
              "event.source, event.time and event.data",
              STR_ARG(name));
    suggest_help(&suggest, build->scope->diags);
    return NULL;
}

/* How many of the keys lead somewhere, the last of which is unknown. */
static size_t
known_keys(const struct event_type *type, const struct str *keys, size_t len)
{
    struct field field;
    size_t known = 0;

    while (known + 1 < len && schema_field(type, keys, known + 1, &field))
        known++;
    return known;
}

/* The schema has no such path below data. */
static void *
fail_field(struct expr_build *build, const struct chain *chain)
{
    const struct event_type *type = build->scope->type;
    size_t known = known_keys(type, chain->keys + 2, chain->len - 2);
    struct str spelled = chain_spelling(build->arena, chain, known + 3);
    size_t offset = chain->tokens[known + 2]->offset;
    struct suggest suggest = suggest_for(chain->keys[known + 2]);

    for (size_t i = 0; known == 0 && i < schema_property_count(type); i++)
        suggest_offer(&suggest, schema_property(type, i));
    expr_fail(build, offset, MISTAKE_UNKNOWN_FIELD, "unknown field `%.*s`",
              STR_ARG(spelled));
    diag_note(build->scope->diags, "schema: %s", type->file);
    suggest_help(&suggest, build->scope->diags);
    return NULL;
}

/* The path of event.data that the chain names. */
static const struct field_path *
data_path(struct expr_build *build, const struct chain *chain)
{
    const struct event_type *type = build->scope->type;
    struct field_path *path;
    struct field field;

    if (!type)
        return expr_fail(build, chain->tokens[1]->offset, MISTAKE_UNKNOWN_FIELD,
                         "event.data cannot be read here");
    if (chain->len < 3)
        return expr_fail(build, chain->tokens[1]->offset, MISTAKE_NO_VALUE,
                         "`event.data` is an object; name one of its fields");
    if (!schema_field(type, chain->keys + 2, chain->len - 2, &field))
        return fail_field(build, chain);
    path = ARENA_NEW(build->arena, struct field_path);
    path->type = field.type;
    path->optional = field.optional;
    path->keys = chain->keys + 2;
    path->len = chain->len - 2;
    path->spelled = chain_spelling(build->arena, chain, chain->len);
    build->scope->reads = known_add(build->arena, build->scope->reads, path);
    return path;
}

static struct code *
data_code(struct expr_build *build, const struct syntax *syntax,
          const struct chain *chain)
{
    const struct field_path *path = data_path(build, chain);
    const struct field_kind *kind;
    struct code *code;

    if (!path)
        return NULL;
    kind = &field_kinds[path->type];
    if (!kind->eval)
        return expr_fail(build, syntax->start, MISTAKE_NO_VALUE,
                         "`%.*s` is a list, an object or of mixed type and "
                         "cannot be used in a rule",
                         STR_ARG(path->spelled));
    if (path->optional && !build->lenient && !known_has(build->known, path))
        return expr_fail(build, syntax->start, MISTAKE_MISSING_HAS,
                         "`%.*s` may be missing; guard it with has(%.*s)",
                         STR_ARG(path->spelled), STR_ARG(path->spelled));
    code = code_new(build, kind->eval, kind->type, syntax->start, NULL, 0);
    code->kind = CODE_FIELD;
    code->path = path;
    return code;
}

static struct code *
attribute_code(struct expr_build *build, const struct syntax *syntax,
               const struct chain *chain)
{
    const struct attribute *attribute = NULL;

    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
        if (str_eq_cstr(chain->keys[1], attributes[i].name))
            attribute = &attributes[i];
    if (!attribute)
        return fail_attribute(build, chain);
    if (chain->len > 2)
        return expr_fail(build, chain->tokens[2]->offset, MISTAKE_NO_VALUE,
                         "`event.%s` is %s and has no fields", attribute->name,
                         value_type_name(attribute->type));
    return code_new(build, attribute->eval, attribute->type, syntax->start,
                    NULL, 0);
}

/* A name that some rules know beside `event`: charge.LINE, what a rule is about
 * to charge, and account.bonus_xp, of the account it pays. */
static struct code *
extra_code(struct expr_build *build, const struct syntax *syntax,
           const struct chain *chain)
{
    struct expr_scope *scope = build->scope;
    bool is_charge = str_eq_cstr(chain->keys[0], "charge");
    struct code *code;

    if (is_charge &&
        (chain->len != 2 || !str_eq(chain->keys[1], scope->charge)))
        return expr_fail(build, syntax->start, MISTAKE_UNKNOWN_LINE,
                         "there is no such charge; that of this rule is "
                         "charge.%.*s",
                         STR_ARG(scope->charge));
    if (!is_charge &&
        (chain->len != 2 || !str_eq_cstr(chain->keys[1], "bonus_xp")))
        return expr_fail(build, syntax->start, MISTAKE_UNKNOWN_NAME,
                         "of an account, only account.bonus_xp can be read");
    code = code_new(build, eval_extra, VALUE_DECIMAL, syntax->start, NULL, 0);
    code->kind = is_charge ? CODE_OTHER : CODE_BONUS;
    code->extra = is_charge ? EXTRA_CHARGE : EXTRA_BONUS_XP;
    scope->read_bonus = scope->read_bonus || !is_charge;
    return code;
}

static bool
is_extra(const struct expr_scope *scope, struct str name)
{
    return (scope->charge.len && str_eq_cstr(name, "charge")) ||
           (scope->has_account && str_eq_cstr(name, "account"));
}

struct code *
field_code(struct expr_build *build, const struct syntax *syntax)
{
    struct chain chain;

    if (!chain_from_syntax(build->arena, syntax, &chain))
        return expr_fail(build, syntax->offset, MISTAKE_NO_VALUE,
                         "only `event` has fields; functions end in ()");
    if (is_extra(build->scope, chain.keys[0]))
        return extra_code(build, syntax, &chain);
    if (!str_eq_cstr(chain.keys[0], "event"))
        return fail_root(build, &chain);
    if (chain.len < 2)
        return expr_fail(build, syntax->offset, MISTAKE_NO_VALUE,
                         "`event` is an object; name one of its fields");
    if (str_eq_cstr(chain.keys[1], "data"))
        return data_code(build, syntax, &chain);
    return attribute_code(build, syntax, &chain);
}

struct code *
has_code(struct expr_build *build, const struct syntax *syntax)
{
    const struct syntax *arg =
        syntax->arg_count == 1 ? syntax->args[0] : syntax;
    const struct field_path *path;
    struct chain chain;
    struct code *code;

    if (arg == syntax || !chain_from_syntax(build->arena, arg, &chain) ||
        chain.len < 3 || !str_eq_cstr(chain.keys[0], "event") ||
        !str_eq_cstr(chain.keys[1], "data"))
        return expr_fail(build, arg->start, MISTAKE_WRONG_CALL,
                         "has() takes one field, as in "
                         "has(event.data.rating)");
    path = data_path(build, &chain);
    if (!path)
        return NULL;
    code = code_new(build, eval_has, VALUE_BOOL, syntax->offset, NULL, 0);
    code->kind = CODE_HAS;
    code->path = path;
    code->if_true = known_add(build->arena, NULL, path);
    return code;
}

const struct field_path *
code_path(const struct code *code)
{
    size_t count = sizeof(field_kinds) / sizeof(field_kinds[0]);

    for (size_t i = 0; i < count; i++)
        if (code->eval == field_kinds[i].eval)
            return code->path;
    return NULL;
}

static bool
account_literal(struct expr_build *build, struct str text, size_t offset)
{
    struct str account;

    if (!account_canonical(build->arena, text, &account))
        expr_fail(build, offset, MISTAKE_NEVER_TRUE,
                  "%s cannot be an account id", quoted(build->arena, text));
    else if (!str_eq(account, text))
        expr_fail(build, offset, MISTAKE_NEVER_TRUE,
                  "accounts are kept in lower case; write \"%.*s\"",
                  STR_ARG(account));
    else
        return true;
    return false;
}

static bool
date_literal(struct expr_build *build, struct str text, size_t offset)
{
    int32_t day;

    if (date_parse(text, &day))
        return true;
    expr_fail(build, offset, MISTAKE_NEVER_TRUE,
              "%s is not a date; write YYYY-MM-DD", quoted(build->arena, text));
    return false;
}

bool
field_literal(struct expr_build *build, const struct code *field,
              const struct value *literal, size_t offset)
{
    const struct field_path *path = code_path(field);

    if (path && path->type == FIELD_ACCOUNT)
        return account_literal(build, literal->string, offset);
    if (path && path->type == FIELD_DATE)
        return date_literal(build, literal->string, offset);
    return true;
}
