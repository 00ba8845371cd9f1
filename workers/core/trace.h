/* trace.h - what a decision looked at, step by step, for those who ask why:
 * `reward explain` and the coverage of tests. A worker asks for none. */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "decide.h"
#include "expr.h"
#include "facts.h"
#include "rule_parts.h"

enum trace_kind {
    TRACE_EVAL,   /* an expression came to a value */
    TRACE_ONCE,   /* a once-key was looked at */
    TRACE_ROW,    /* a row of a table or price list was picked */
    TRACE_OFFER,  /* the line's amount, before any limit */
    TRACE_CHANGE, /* a counter moves, if the event is posted */
    TRACE_LIMIT,  /* a limit was held against what is offered */
    TRACE_SKIP,   /* the line, or the rule, pays nothing */
};

/* In the order of deciding. Pointers into the rule set and the facts are
 * borrowed; texts are copied. */
struct trace_step {
    enum trace_kind kind;
    const struct ledger_line *line; /* a rule's own line for the rule */
    union {
        struct {
            const struct expr *expr;
            struct value value;
            struct ratio extras[EXTRA_COUNT]; /* as they were then */
        } eval;
        struct {
            const struct account_state *account; /* NULL: of all accounts */
            struct str key;
            bool taken; /* before this event */
        } once;
        size_t row; /* its place in the table, as compiled */
        struct {
            struct ratio exact;
            int64_t minor; /* rounded */
        } offer;
        struct {
            const struct counter *counter;
            struct ratio before;
            struct ratio after;
        } change;
        struct {
            const struct limit *limit;
            const struct counter *counter;
            struct ratio used; /* before this event: units, or payments */
            int64_t wanted_minor;
            int64_t granted_minor;
        } limit;
        enum skip_reason skip;
    };
};

/* Set facts->trace to one of these to have decide() fill it in. */
struct trace {
    struct arena *arena; /* borrowed; owns the steps */
    struct trace_step *steps;
    size_t count;
    size_t room;
};

void trace_init(struct trace *trace, struct arena *arena);

/* Another step, its particulars for the caller to fill in; valid until the
 * next. */
struct trace_step *trace_add(struct trace *trace, enum trace_kind kind,
                             const struct ledger_line *line);

/* The event is that which the expression saw. */
void trace_value(struct trace *trace, const struct ledger_line *line,
                 const struct expr *expr, const struct event *event,
                 const struct value *value);

/* Nothing happens when trace is NULL. */
void trace_row(struct trace *trace, const struct ledger_line *line, size_t row);

/* The first step of that kind for the line, or its last; NULL: none. */
const struct trace_step *trace_first(const struct trace *trace,
                                     enum trace_kind kind,
                                     const struct ledger_line *line);
const struct trace_step *trace_last(const struct trace *trace,
                                    enum trace_kind kind,
                                    const struct ledger_line *line);

/* Append what the expression came to for the line; nothing where it was not
 * evaluated. */
void trace_print_value(struct buf *buf, const struct trace *trace,
                       const struct ledger_line *line, const struct expr *expr);

#endif
