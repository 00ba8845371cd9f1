/* expr_parts.h - shared by the expr_*.c files only: an expression becomes
 * syntax (expr_parse.c), is typed and turned into code (expr_type.c and the
 * files it asks), and the code is run (expr.c). */
#ifndef CORE_EXPR_PARTS_H
#define CORE_EXPR_PARTS_H

#include "expr.h"
#include "expr_syntax.h"
#include "mistake.h"
#include "zone.h"

/* ---- code ---- */

struct code;
struct expr_fn;

/* What a piece of code does, for those who ask what it can come to. */
enum code_kind {
    CODE_OTHER, /* anything of its type */
    CODE_CONSTANT,
    CODE_FIELD, /* path */
    CODE_HAS,   /* path */
    CODE_BONUS, /* account.bonus_xp */
    CODE_CALL,  /* fn */
    CODE_CHOICE,
    CODE_IN, /* list */
    CODE_AND,
    CODE_OR,
    CODE_NOT,
    CODE_COMPARE, /* signs */
    CODE_ADD,
    CODE_SUB,
    CODE_MUL,
    CODE_DIV,
    CODE_REM,
    CODE_NEGATE,
    CODE_KIND_COUNT,
};

/* Run one piece of code. It need not set value->type: code_run does. */
typedef bool code_eval(const struct code *code, const struct event *event,
                       struct value *value, struct err *err);

/* A field of event.data. */
struct field_path {
    enum field_type type;
    bool optional;
    struct str *keys;
    size_t len;
    struct str spelled; /* "event.data.a.b" */
};

static inline bool
field_path_eq(const struct field_path *left, const struct field_path *right)
{
    return str_eq(left->spelled, right->spelled);
}

/* A set of paths; sets share their tails and never change. */
struct expr_known {
    const struct field_path *path;
    const struct expr_known *next;
};

struct value_list {
    struct value *items;
    size_t count;
};

/* Where `+` joins strings while one expression is run. */
struct scratch {
    size_t used;
    char bytes[EXPR_MAX_BYTES];
};

struct code {
    code_eval *eval;
    enum value_type type;
    enum code_kind kind;
    unsigned signs; /* of a comparison, as in struct expr_op */
    size_t offset;  /* for messages */
    const struct expr_fn *fn;
    union {
        const struct value *constant;
        const struct field_path *path;
        const struct value_list *list;
        const struct zone *zone; /* NULL is UTC */
        int extra;               /* its place in event->extras */
        struct scratch *scratch;
        struct {
            int decimals;
            enum round_mode mode;
        } rounding;
    };
    /* Of a condition: fields that are there when it is true, or false. */
    const struct expr_known *if_true;
    const struct expr_known *if_false;
    size_t arg_count;
    const struct code *args[];
};

struct expr {
    const struct code *root;
    struct str text;
    int line; /* place in the file */
    int column;
    struct scratch *scratch; /* NULL when no strings are joined */
};

/* The compilation of one expression. */
struct expr_build {
    struct expr_scope *scope;
    struct arena *arena;
    struct str text;
    int line;
    int column;
    bool failed;
    bool lenient; /* a guard was faulty: do not ask for has() behind it */
    const struct expr_known *known;
    struct scratch *scratch;
};

/* Add an error at text[offset]; returns NULL, so that a caller that makes
 * something can `return expr_fail(...)`. */
void *expr_fail(struct expr_build *build, size_t offset, enum mistake mistake,
                const char *format, ...) PRINTF_LIKE(4, 5);

/* ---- expr_type.c: NULL after expr_fail ---- */

/* Type any syntax, reporting all faults in it. */
struct code *code_from_syntax(struct expr_build *build,
                              const struct syntax *syntax);

struct code *code_new(struct expr_build *build, code_eval *eval,
                      enum value_type type, size_t offset, struct code **args,
                      size_t arg_count);
struct code *code_constant(struct expr_build *build, struct value value,
                           size_t offset);
bool code_is_constant(const struct code *code);

/* The result as a constant when all arguments are; a fault in the arithmetic
 * is an error at offset. */
struct code *code_fold(struct expr_build *build, struct code *code,
                       size_t offset);

/* One bit a type, for sets of types that an operator or function takes. */
#define TYPE_BIT(type) (1u << (type))
#define TYPE_NUMBERS (TYPE_BIT(VALUE_INT) | TYPE_BIT(VALUE_DECIMAL))

enum { RESULT_WIDEST = -1 }; /* decimal if an argument is, else int */

enum value_type result_type(int result, struct code *const *args,
                            size_t arg_count);

/* ---- expr_op.c, expr_field.c, expr_fn.c, expr_known.c ---- */

/* Any operator but && || in. */
struct code *op_code(struct expr_build *build, const struct syntax *syntax,
                     struct code **args);

/* A name or a member of a name. */
struct code *field_code(struct expr_build *build, const struct syntax *syntax);
/* has(...) */
struct code *has_code(struct expr_build *build, const struct syntax *syntax);

/* The path that the code reads, or NULL. */
const struct field_path *code_path(const struct code *code);

/* Whether comparing the field with the text can ever be true: accounts are
 * kept in lower case, dates as YYYY-MM-DD. Adds an error when not. */
bool field_literal(struct expr_build *build, const struct code *field,
                   const struct value *literal, size_t offset);

struct code *call_code(struct expr_build *build, const struct syntax *syntax);

bool known_has(const struct expr_known *known, const struct field_path *path);
const struct expr_known *known_add(struct arena *arena,
                                   const struct expr_known *known,
                                   const struct field_path *path);
const struct expr_known *known_union(struct arena *arena,
                                     const struct expr_known *left,
                                     const struct expr_known *right);
const struct expr_known *known_common(struct arena *arena,
                                      const struct expr_known *left,
                                      const struct expr_known *right);

/* ---- running ---- */

static inline bool
code_run(const struct code *code, const struct event *event,
         struct value *value, struct err *err)
{
    if (!code->eval(code, event, value, err))
        return false;
    value->type = code->type;
    return true;
}

enum { VALUE_TEXT_BYTES = 112 };

/* The value for an error message, cut to fit. */
const char *value_text(const struct value *value, char text[VALUE_TEXT_BYTES]);

#endif
