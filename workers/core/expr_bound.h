/* expr_bound.h - what a condition asks of a field before all else, so that
 * conditions that an event cannot meet need not be evaluated one by one. */
#ifndef CORE_EXPR_BOUND_H
#define CORE_EXPR_BOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "event.h"
#include "expr.h"

struct code;

/* A comparison of a field with a constant: a condition with this bound is false
 * when the field's value does not meet it. Nothing that is evaluated before
 * that can fail, apart from reading the fields of the bounds before it. */
struct expr_bound {
    const struct code *field;
    struct value constant; /* of a type that the field's compares with */
    unsigned signs; /* how the field may stand to it: RANGE_BELOW and so on */
};

/* Those of a compiled VALUE_BOOL, in the arena; returns how many. There can be
 * more that it does not find. */
size_t expr_bounds(const struct expr *condition, struct arena *arena,
                   const struct expr_bound **bounds);

bool expr_bound_same_field(const struct code *left, const struct code *right);

enum bound_reading {
    BOUND_READ,
    BOUND_MISSING, /* and may be */
    BOUND_BROKEN,  /* the event is not as its schema says */
};

/* The field's value, borrowed from the event. */
enum bound_reading expr_bound_read(const struct code *field,
                                   const struct event *event,
                                   struct value *value);

#endif
