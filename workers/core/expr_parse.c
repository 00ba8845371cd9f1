/* expr_parse.c - tokens to syntax, by CEL's grammar and precedence. The first
 * fault ends it: what follows a syntax error is guesswork. */
#include "expr_lex.h"
#include "expr_parts.h"

static const struct expr_op binary_ops[] = {
    {"||", 1, OP_OR, 0},
    {"&&", 2, OP_AND, 0},
    {"==", 3, OP_EQUAL, SIGN_EQUAL},
    {"!=", 3, OP_EQUAL, SIGN_BELOW | SIGN_ABOVE},
    {"<", 3, OP_ORDER, SIGN_BELOW},
    {"<=", 3, OP_ORDER, SIGN_BELOW | SIGN_EQUAL},
    {">", 3, OP_ORDER, SIGN_ABOVE},
    {">=", 3, OP_ORDER, SIGN_ABOVE | SIGN_EQUAL},
    {"in", 3, OP_IN, 0},
    {"+", 4, OP_ADD, 0},
    {"-", 4, OP_SUB, 0},
    {"*", 5, OP_MUL, 0},
    {"/", 5, OP_DIV, 0},
    {"%", 5, OP_REM, 0},
};

static const struct expr_op unary_ops[] = {
    {"!", 6, OP_NOT, 0},
    {"-", 6, OP_NEGATE, 0},
};

/* Words that people write for symbols. */
static const struct word_help {
    const char *word;
    const char *help;
} word_helps[] = {
    {"and", "write &&"},
    {"or", "write ||"},
    {"not", "write !"},
    {"is", "write =="},
};

struct parser {
    struct expr_build *build;
    struct lexer lexer;
    struct token token; /* the next one, not yet taken */
    int depth;
};

static struct syntax *parse_expr(struct parser *parser);

static void
advance(struct parser *parser)
{
    lexer_next(&parser->lexer, &parser->token);
}

static bool
accept(struct parser *parser, const char *symbol)
{
    if (!token_is(&parser->token, symbol))
        return false;
    advance(parser);
    return true;
}

static const char *
word_help(const struct token *token)
{
    for (size_t i = 0; i < sizeof(word_helps) / sizeof(word_helps[0]); i++)
        if (token_is(token, word_helps[i].word))
            return word_helps[i].help;
    return "";
}

/* Say what should have stood where the next token is. */
static void *
fail_expected(struct parser *parser, const char *expected)
{
    const struct token *token = &parser->token;
    const char *mark = token->kind == TOKEN_STRING ? "\"" : "`";

    if (token->kind == TOKEN_BAD)
        return expr_fail(parser->build, token->offset, MISTAKE_EXPRESSION,
                         "%.*s", STR_ARG(token->text));
    if (token->kind == TOKEN_END)
        return expr_fail(parser->build, token->offset, MISTAKE_EXPRESSION,
                         "expected %s, but the expression ends here", expected);
    expr_fail(parser->build, token->offset, MISTAKE_EXPRESSION,
              "expected %s, found %s%.*s%s", expected, mark,
              STR_ARG(token->text), mark);
    diag_help(parser->build->scope->diags, "%s", word_help(token));
    return NULL;
}

static bool
expect(struct parser *parser, const char *symbol)
{
    char expected[8];

    if (accept(parser, symbol))
        return true;
    snprintf(expected, sizeof(expected), "`%s`", symbol);
    fail_expected(parser, expected);
    return false;
}

static struct syntax *
syntax_new(struct parser *parser, enum syntax_kind kind,
           const struct token *token)
{
    struct syntax *syntax = ARENA_NEW(parser->build->arena, struct syntax);

    syntax->kind = kind;
    syntax->offset = token->offset;
    syntax->start = token->offset;
    syntax->name = token->text;
    syntax->height = 1;
    return syntax;
}

/* Add a part to the syntax, NULL when the part is or when the tree would get
 * too high to be walked safely. */
static struct syntax *
syntax_add(struct parser *parser, struct syntax *syntax, struct syntax *part)
{
    if (!syntax || !part)
        return NULL;
    syntax->args =
        arena_grow(parser->build->arena, syntax->args, syntax->arg_count,
                   syntax->arg_count + 1, sizeof(syntax->args[0]));
    syntax->args[syntax->arg_count++] = part;
    if (part->start < syntax->start)
        syntax->start = part->start;
    if (part->height >= syntax->height)
        syntax->height = part->height + 1;
    if (syntax->height > EXPR_MAX_HEIGHT)
        return expr_fail(parser->build, syntax->offset, MISTAKE_LONG_EXPRESSION,
                         "the expression is a chain of over %d operators; use "
                         "`in` or several lines",
                         EXPR_MAX_HEIGHT);
    return syntax;
}

/* Arguments or items up to the closing symbol, which is taken. */
static struct syntax *
parse_list(struct parser *parser, struct syntax *list, const char *close)
{
    if (accept(parser, close))
        return list;
    do {
        list = syntax_add(parser, list, parse_expr(parser));
        if (!list)
            return NULL;
    } while (accept(parser, ","));
    return expect(parser, close) ? list : NULL;
}

static struct syntax *
parse_number(struct parser *parser, const struct token *token)
{
    struct syntax *syntax = syntax_new(parser, SYNTAX_LITERAL, token);
    bool point = memchr(token->text.at, '.', token->text.len) != NULL;

    syntax->literal.type = point ? VALUE_DECIMAL : VALUE_INT;
    if (!ratio_parse(token->text, &syntax->literal.number))
        return expr_fail(parser->build, token->offset, MISTAKE_LONG_NUMBER,
                         "the number has more than %d digits before the point "
                         "or %d after it",
                         NUM_MAX_INTEGER_DIGITS, NUM_MAX_DECIMALS);
    return syntax;
}

static struct syntax *
parse_string(struct parser *parser, const struct token *token)
{
    struct syntax *syntax = syntax_new(parser, SYNTAX_LITERAL, token);

    syntax->literal.type = VALUE_STRING;
    syntax->literal.string = token->text;
    return syntax;
}

static struct syntax *
parse_name(struct parser *parser, const struct token *token)
{
    struct syntax *syntax;

    if (token_is(token, "true") || token_is(token, "false")) {
        syntax = syntax_new(parser, SYNTAX_LITERAL, token);
        syntax->literal.type = VALUE_BOOL;
        syntax->literal.boolean = token_is(token, "true");
        return syntax;
    }
    if (!accept(parser, "("))
        return syntax_new(parser, SYNTAX_NAME, token);
    syntax = syntax_new(parser, SYNTAX_CALL, token);
    return parse_list(parser, syntax, ")");
}

static struct syntax *
parse_parens(struct parser *parser, const struct token *open)
{
    struct syntax *inner = parse_expr(parser);

    if (!inner || !expect(parser, ")"))
        return NULL;
    inner->start = open->offset;
    return inner;
}

static struct syntax *
parse_primary(struct parser *parser)
{
    struct token token = parser->token;
    bool keyword = token_is(&token, "in") || *word_help(&token);

    if (token.kind == TOKEN_NUMBER || token.kind == TOKEN_STRING ||
        (token.kind == TOKEN_NAME && !keyword) || token_is(&token, "(") ||
        token_is(&token, "["))
        advance(parser);
    else
        return fail_expected(parser, "a value");
    if (token.kind == TOKEN_NUMBER)
        return parse_number(parser, &token);
    if (token.kind == TOKEN_STRING)
        return parse_string(parser, &token);
    if (token.kind == TOKEN_NAME)
        return parse_name(parser, &token);
    if (token_is(&token, "("))
        return parse_parens(parser, &token);
    return parse_list(parser, syntax_new(parser, SYNTAX_LIST, &token), "]");
}

/* `.name` and `.name(...)`, any number of times. */
static struct syntax *
parse_member(struct parser *parser)
{
    struct syntax *base = parse_primary(parser);

    while (base && accept(parser, ".")) {
        struct token name = parser->token;
        struct syntax *member;

        if (name.kind != TOKEN_NAME)
            return fail_expected(parser, "the name of a field or function");
        advance(parser);
        member = syntax_new(parser, SYNTAX_SELECT, &name);
        base = syntax_add(parser, member, base);
        if (base && accept(parser, "(")) {
            base->kind = SYNTAX_CALL;
            base->method = true;
            base = parse_list(parser, base, ")");
        }
    }
    if (base && token_is(&parser->token, "["))
        return expr_fail(parser->build, parser->token.offset,
                         MISTAKE_EXPRESSION,
                         "fields are read with a point, as in "
                         "event.data.rating; lists cannot be indexed");
    return base;
}

static const struct expr_op *
find_op(const struct token *token, const struct expr_op *ops, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (token_is(token, ops[i].symbol))
            return &ops[i];
    return NULL;
}

static bool
enter(struct parser *parser)
{
    if (parser->depth <= EXPR_MAX_NESTING) {
        parser->depth++;
        return true;
    }
    expr_fail(parser->build, parser->token.offset, MISTAKE_LONG_EXPRESSION,
              "the expression is nested deeper than %d", EXPR_MAX_NESTING);
    return false;
}

static struct syntax *
parse_unary(struct parser *parser)
{
    struct token token = parser->token;
    const struct expr_op *op =
        find_op(&token, unary_ops, sizeof(unary_ops) / sizeof(unary_ops[0]));
    struct syntax *syntax;

    if (!op)
        return parse_member(parser);
    if (!enter(parser))
        return NULL;
    advance(parser);
    syntax = syntax_new(parser, SYNTAX_UNARY, &token);
    syntax->op = op;
    syntax = syntax_add(parser, syntax, parse_unary(parser));
    parser->depth--;
    return syntax;
}

/* Operators of at least `level`, all of which group to the left. */
static struct syntax *
parse_binary(struct parser *parser, int level)
{
    struct syntax *left = parse_unary(parser);

    while (left) {
        struct token token = parser->token;
        const struct expr_op *op = find_op(
            &token, binary_ops, sizeof(binary_ops) / sizeof(binary_ops[0]));
        struct syntax *syntax;

        if (!op || op->level < level)
            break;
        advance(parser);
        syntax = syntax_new(parser, SYNTAX_BINARY, &token);
        syntax->op = op;
        syntax = syntax_add(parser, syntax, left);
        left = syntax_add(parser, syntax, parse_binary(parser, op->level + 1));
    }
    return left;
}

/* condition ? value : expression; as in CEL, a choice in the middle needs
 * parentheses. */
static struct syntax *
parse_choice(struct parser *parser)
{
    struct syntax *condition = parse_binary(parser, 1);
    struct token token = parser->token;
    struct syntax *choice;

    if (!condition || !accept(parser, "?"))
        return condition;
    choice = syntax_new(parser, SYNTAX_CHOICE, &token);
    choice = syntax_add(parser, choice, condition);
    choice = syntax_add(parser, choice, parse_binary(parser, 1));
    if (!choice || !expect(parser, ":"))
        return NULL;
    return syntax_add(parser, choice, parse_expr(parser));
}

static struct syntax *
parse_expr(struct parser *parser)
{
    struct syntax *syntax;

    if (!enter(parser))
        return NULL;
    syntax = parse_choice(parser);
    parser->depth--;
    return syntax;
}

struct syntax *
syntax_parse(struct expr_build *build)
{
    struct parser parser = {
        .build = build,
        .lexer = {.arena = build->arena, .text = build->text},
    };
    struct syntax *syntax;

    advance(&parser);
    if (parser.token.kind == TOKEN_END)
        return expr_fail(build, 0, MISTAKE_EXPRESSION,
                         "the expression is empty");
    syntax = parse_expr(&parser);
    if (syntax && parser.token.kind != TOKEN_END)
        return fail_expected(&parser, "an operator or the end");
    return syntax;
}
