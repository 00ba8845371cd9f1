/* expr_syntax.h - an expression as a tree of what stands there, before
 * anybody asks what it means. For the expr_*.c files only. */
#ifndef CORE_EXPR_SYNTAX_H
#define CORE_EXPR_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#include "expr.h"
#include "str.h"

struct expr_build;

enum {
    EXPR_MAX_BYTES = 4096,
    EXPR_MAX_NESTING = 32,
    EXPR_MAX_HEIGHT = 256, /* also bounds chains like a || b || c ... */
    EXPR_MAX_ARGS = 8,
};

enum op_class {
    OP_OR,
    OP_AND,
    OP_IN,
    OP_ORDER,
    OP_EQUAL,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_REM,
    OP_NOT,
    OP_NEGATE,
};

enum { SIGN_BELOW = 1, SIGN_EQUAL = 2, SIGN_ABOVE = 4 };

struct expr_op {
    const char *symbol;
    int level; /* binds tighter when higher */
    enum op_class class;
    unsigned signs; /* of a comparison: SIGN_* that make it true */
};

enum syntax_kind {
    SYNTAX_LITERAL,
    SYNTAX_LIST,
    SYNTAX_NAME,   /* name */
    SYNTAX_SELECT, /* args[0].name */
    SYNTAX_CALL,   /* name(args), or args[0].name(args...) for a method */
    SYNTAX_UNARY,
    SYNTAX_BINARY,
    SYNTAX_CHOICE, /* args[0] ? args[1] : args[2] */
};

struct syntax {
    enum syntax_kind kind;
    size_t offset; /* of the token that names it, e.g. the operator */
    size_t start;  /* of its first token */
    int height;
    bool method;
    struct str name;
    const struct expr_op *op;
    struct value literal;
    struct syntax **args;
    size_t arg_count;
};

/* The tree of build's text; NULL after expr_fail. */
struct syntax *syntax_parse(struct expr_build *build);

#endif
