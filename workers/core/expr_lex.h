/* expr_lex.h - the text of an expression as tokens; knows nothing of types. */
#ifndef CORE_EXPR_LEX_H
#define CORE_EXPR_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "str.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_NAME,   /* keywords too: which is one depends on the place */
    TOKEN_SYMBOL, /* an operator or a bracket */
    TOKEN_BAD,
};

struct token {
    enum token_kind kind;
    size_t offset; /* of its first byte in the expression */
    /* As spelled; of a string, what it means; of TOKEN_BAD, what is wrong. */
    struct str text;
};

struct lexer {
    struct arena *arena; /* borrowed: strings and messages are made here */
    struct str text;     /* well-formed UTF-8 without NUL */
    size_t at;           /* the next byte to read */
};

/* The next token; TOKEN_END for ever at the end. After TOKEN_BAD the lexer
 * must not be asked again. */
void lexer_next(struct lexer *lexer, struct token *token);

/* Whether the token is this name or symbol. */
bool token_is(const struct token *token, const char *spelling);

#endif
