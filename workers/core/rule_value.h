/* rule_value.h - single values of a rule file as people mean them: whether two
 * say the same, and how one is shown in a line. For comparing rule files; what
 * they do is for the compiler. */
#ifndef CORE_RULE_VALUE_H
#define CORE_RULE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "node.h"
#include "str.h"

/* Whether two values under a key say the same: numbers and instants by what
 * they are, expressions without their blanks, texts for people byte by byte. */
bool rule_value_eq(struct str key, const struct node *left,
                   const struct node *right);

/* Whether two keys of a mapping are one: as texts or as numbers. */
bool rule_key_eq(struct str left, struct str right);

/* Append it as YAML has it in one line: `{is: 20, of: base}`. */
void rule_value_print(struct buf *buf, const struct node *node);

/* The conditions that `text` puts together with && at its outermost level: one,
 * the text itself, where there is another operator around them. Borrow from
 * text; the list is made in the arena. */
size_t rule_value_conditions(struct arena *arena, struct str text,
                             const struct str **conditions);

#endif
