/* expr_lex.c - numbers, strings, names and symbols as CEL spells them, less
 * what exact arithmetic has no use for: exponents, hexadecimal, unsigned. */
#include "expr_lex.h"

#include "buf.h"

static const char *const symbols[] = {
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-",
    "*",  "/",  "%",  "?",  ":",  ".",  ",", "(", ")", "[", "]",
};

/* What people write who come from other languages. */
static const struct wrong_symbol {
    const char *spelling;
    const char *help;
} wrong_symbols[] = {
    {"=", "`=` does not compare; write =="},
    {"&", "`&` is not an operator; write &&"},
    {"|", "`|` is not an operator; write ||"},
    {"{", "maps cannot be written in a rule"},
    {";", "a rule holds one expression; leave out the `;`"},
};

static const struct escape {
    char spelling;
    char meaning;
} escapes[] = {
    {'n', '\n'}, {'t', '\t'},  {'r', '\r'}, {'\\', '\\'},
    {'"', '"'},  {'\'', '\''}, {'`', '`'},
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_name_part(char c)
{
    return is_name_start(c) || is_digit(c);
}

/* The byte `ahead` places on, or NUL beyond the end. */
static char
peek(const struct lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;

    return at < lexer->text.len ? lexer->text.at[at] : '\0';
}

static struct str
take(struct lexer *lexer, size_t len)
{
    struct str taken = str_make(lexer->text.at + lexer->at, len);

    lexer->at += len;
    return taken;
}

static void
token_bad(struct token *token, size_t offset, const char *message)
{
    token->kind = TOKEN_BAD;
    token->offset = offset;
    token->text = str_from_cstr(message);
}

static void
skip_spaces(struct lexer *lexer)
{
    for (;;) {
        char c = peek(lexer, 0);

        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        lexer->at++;
    }
}

static void
lex_number(struct lexer *lexer, struct token *token)
{
    size_t len = 0;
    struct str text;

    while (is_digit(peek(lexer, len)))
        len++;
    if (peek(lexer, len) == '.' && is_digit(peek(lexer, len + 1)))
        for (len++; is_digit(peek(lexer, len));)
            len++;
    token->kind = TOKEN_NUMBER;
    if (is_name_part(peek(lexer, len))) {
        while (is_name_part(peek(lexer, len)))
            len++;
        text = take(lexer, len);
        token_bad(token, token->offset,
                  arena_printf(lexer->arena,
                               "`%.*s` is not a number; write digits with at "
                               "most one point",
                               STR_ARG(text)));
        return;
    }
    token->text = take(lexer, len);
    if (len > 1 && token->text.at[0] == '0' && is_digit(token->text.at[1]))
        token_bad(token, token->offset, "leave out the zeros before a number");
}

static void
add_utf8(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_add_char(out, (char)point);
        return;
    }
    if (point < 0x800) {
        buf_add_char(out, (char)(0xC0 | point >> 6));
    } else if (point < 0x10000) {
        buf_add_char(out, (char)(0xE0 | point >> 12));
        buf_add_char(out, (char)(0x80 | (point >> 6 & 0x3F)));
    } else {
        buf_add_char(out, (char)(0xF0 | point >> 18));
        buf_add_char(out, (char)(0x80 | (point >> 12 & 0x3F)));
        buf_add_char(out, (char)(0x80 | (point >> 6 & 0x3F)));
    }
    buf_add_char(out, (char)(0x80 | (point & 0x3F)));
}

static int
hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `digits` hexadecimal digits of a code point that text may hold. */
static bool
lex_code_point(struct lexer *lexer, size_t digits, struct buf *out)
{
    uint32_t point = 0;

    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(peek(lexer, 0));

        if (digit < 0)
            return false;
        point = point << 4 | (uint32_t)digit;
        lexer->at++;
    }
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return false;
    add_utf8(out, point);
    return true;
}

/* What follows a backslash. */
static bool
lex_escape(struct lexer *lexer, struct buf *out)
{
    char c = peek(lexer, 0);

    lexer->at++;
    if (c == 'u' || c == 'U')
        return lex_code_point(lexer, c == 'u' ? 4 : 8, out);
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        if (escapes[i].spelling == c) {
            buf_add_char(out, escapes[i].meaning);
            return true;
        }
    }
    return false;
}

static void
lex_string(struct lexer *lexer, struct token *token)
{
    char quote = peek(lexer, 0);
    struct buf out;

    buf_init(&out, lexer->arena);
    token->kind = TOKEN_STRING;
    for (lexer->at++;;) {
        size_t start = lexer->at;
        char c = peek(lexer, 0);

        if (c == '\0' || c == '\n' || c == '\r') {
            token_bad(token, token->offset, "the string is not closed");
            return;
        }
        lexer->at++;
        if (c == quote)
            break;
        if (c != '\\') {
            buf_add_char(&out, c);
        } else if (!lex_escape(lexer, &out)) {
            token_bad(token, start,
                      "unknown escape in a string; there are \\n \\t \\r \\\\ "
                      "\\\" \\' \\uXXXX");
            return;
        }
    }
    token->text = buf_str(&out);
}

static void
lex_name(struct lexer *lexer, struct token *token)
{
    size_t len = 0;

    while (is_name_part(peek(lexer, len)))
        len++;
    token->kind = TOKEN_NAME;
    token->text = take(lexer, len);
    if (peek(lexer, 0) == '"' || peek(lexer, 0) == '\'')
        token_bad(token, token->offset,
                  "strings have no prefix: raw and byte strings cannot be "
                  "written in a rule");
}

static bool
starts_here(const struct lexer *lexer, const char *spelling)
{
    struct str rest =
        str_make(lexer->text.at + lexer->at, lexer->text.len - lexer->at);

    return str_starts_with(rest, str_from_cstr(spelling));
}

static void
lex_unknown(struct lexer *lexer, struct token *token)
{
    size_t len = 1;
    struct str text;

    for (size_t i = 0; i < sizeof(wrong_symbols) / sizeof(wrong_symbols[0]);
         i++) {
        if (starts_here(lexer, wrong_symbols[i].spelling)) {
            token_bad(token, token->offset, wrong_symbols[i].help);
            return;
        }
    }
    while ((peek(lexer, len) & 0xC0) == 0x80)
        len++; /* the rest of a code point */
    text = take(lexer, len);
    token_bad(token, token->offset,
              arena_printf(lexer->arena, "`%.*s` cannot stand in an expression",
                           STR_ARG(text)));
}

static void
lex_symbol(struct lexer *lexer, struct token *token)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        if (starts_here(lexer, symbols[i])) {
            token->kind = TOKEN_SYMBOL;
            token->text = take(lexer, strlen(symbols[i]));
            return;
        }
    }
    lex_unknown(lexer, token);
}

void
lexer_next(struct lexer *lexer, struct token *token)
{
    char c;

    skip_spaces(lexer);
    *token = (struct token){TOKEN_END, lexer->at, {0}};
    if (lexer->at >= lexer->text.len)
        return;
    c = peek(lexer, 0);
    if (is_digit(c))
        lex_number(lexer, token);
    else if (is_name_start(c))
        lex_name(lexer, token);
    else if (c == '"' || c == '\'')
        lex_string(lexer, token);
    else
        lex_symbol(lexer, token);
}

bool
token_is(const struct token *token, const char *spelling)
{
    return (token->kind == TOKEN_NAME || token->kind == TOKEN_SYMBOL) &&
           str_eq_cstr(token->text, spelling);
}
