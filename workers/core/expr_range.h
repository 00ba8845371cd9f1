/* expr_range.h - what an expression can come to, whatever the event: its
 * fields have the values that the schema allows, and that the conditions
 * before it have left. */
#ifndef CORE_EXPR_RANGE_H
#define CORE_EXPR_RANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "expr.h"
#include "range.h"
#include "schema.h"

struct field_range;

/* What is known of an event. A plain value: a copy is narrowed by itself. */
struct range_scope {
    struct arena *arena; /* for what is narrowed */
    const struct event_type *type;
    const struct field_range *fields; /* narrowed by conditions */
    bool is_empty;                    /* no event meets the conditions */
};

/* Of a condition 0 and 1 stand for false and true. */
struct range expr_range(const struct range_scope *scope,
                        const struct expr *expr);

/* Leave the events for which the condition is true. */
void expr_narrow(struct range_scope *scope, const struct expr *condition);

/* Whether the expression is a field of type date, or a day by its schema. */
bool expr_is_date(const struct expr *expr);

/* Whether all that the expression reads of an event are those fields, each of
 * which is an expression itself. */
bool expr_reads_only(const struct expr *expr, const struct expr *const *fields,
                     size_t count);

#endif
