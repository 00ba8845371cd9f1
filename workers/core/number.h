/* number.h - the exact value of a number in a document. */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include "arena.h"
#include "compiler.h"
#include "node.h"
#include "num.h"

/* The value of an integer, real or decimal node, for comparisons with bounds
 * of at most 18 digits before and 9 after the point: exact, but for reals so
 * large or small that every such bound compares alike. False for any other
 * kind of node. */
MUST_CHECK bool number_read(const struct node *node, struct ratio *value);

/* The value of a string or number as an exact decimal, with its text: as it
 * was sent, or in full where that had an exponent. False for a string that
 * ratio_parse() refuses and for a real of more than 15 significant digits, of
 * which the reader may have lost some, or too long for ratio_parse(). */
MUST_CHECK bool decimal_read(struct arena *arena, const struct node *node,
                             struct ratio *value, struct str *text);

#endif
