/* expr.h - conditions and amounts in rules: CEL's grammar and precedence over
 * exact numbers, typed against the event's schema when the rules are loaded.
 * No loops, no clock, no floating point; the departures from CEL are listed in
 * rules/README.md. */
#ifndef CORE_EXPR_H
#define CORE_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "event.h"
#include "num.h"
#include "schema.h"
#include "str.h"

enum value_type {
    VALUE_BOOL,
    VALUE_INT,     /* number is whole; widens to VALUE_DECIMAL */
    VALUE_DECIMAL, /* number is an exact fraction */
    VALUE_STRING,
    VALUE_TIMESTAMP, /* at_us; from date-time fields and timestamp() */
    VALUE_DURATION,  /* at_us is a length */
    VALUE_LIST,      /* of literals; only on the right of `in` */
};

struct value {
    enum value_type type;
    union {
        bool boolean;
        struct ratio number;
        struct str string; /* account and date fields are strings too */
        int64_t at_us;
    };
};

struct expr; /* compiled; lives in the rule set's arena */

struct expr_known; /* optional fields shown to be present by has() */

/* What names mean while compiling one expression. */
struct expr_scope {
    struct arena *arena;
    const struct event_type *type; /* fields of event.data */
    struct diag_list *diags;
    const char *file;
    /* Optional fields that conditions evaluated before have shown to be
     * there; NULL for none. Starts as the caller's and is extended by
     * expr_assume. */
    const struct expr_known *known;
    struct str charge; /* line that `charge.LINE` reads; empty: none */
    bool has_account;  /* `account.bonus_xp` can be read ... */
    bool read_bonus;   /* ... and was, by something compiled in this scope */
    const struct expr_known *reads; /* fields that anything compiled in this
                                       scope mentions */
};

/* Compile text, which starts at line:column of the file (behind the opening
 * quote, if there is one). Everything is copied. NULL after adding at least
 * one error to scope->diags; all faults of an expression are added, except
 * that a syntax error ends it. At most 4096 bytes, nested at most 32 deep. */
struct expr *expr_compile(struct expr_scope *scope, struct str text, int line,
                          int column);

/* The static type of the result; never VALUE_LIST. */
enum value_type expr_type(const struct expr *expr);

/* Note that `condition` (a compiled VALUE_BOOL) is true for whatever is
 * compiled next in this scope, e.g. a line's amount after its `when`. */
void expr_assume(struct expr_scope *scope, const struct expr *condition);

/* Paths below event.data ("a.b") of the set, in the arena. */
size_t expr_known_paths(const struct expr_known *set, struct arena *arena,
                        const struct str **paths);

/* As it is written in the rules. */
struct str expr_source(const struct expr *expr);

/* Whether the expression is a constant (no event field in it). */
bool expr_is_constant(const struct expr *expr);

/* Evaluate. A string in *value is valid as long as the event, and until the
 * same expression is evaluated again. ERR_INPUT with code "amount_overflow"
 * when a number leaves 128 bits, "rule_error" for a division by zero and the
 * like. */
MUST_CHECK bool expr_eval(const struct expr *expr, const struct event *event,
                          struct value *value, struct err *err);

/* Where it starts in its file. */
void expr_place(const struct expr *expr, int *line, int *column);

/* "bool", "int", "decimal", "string", "timestamp", "duration", "list". */
const char *value_type_name(enum value_type type);

/* -1, 0 or 1, for two values that an operator could compare. */
int value_compare(const struct value *left, const struct value *right);

/* Append a value as people read it. */
void value_print(struct buf *buf, const struct value *value);

#endif
