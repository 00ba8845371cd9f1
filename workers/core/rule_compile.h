/* rule_compile.h - the parts of a rule file that have a file of their own;
 * ruleset_compile itself is in rule.h. */
#ifndef CORE_RULE_COMPILE_H
#define CORE_RULE_COMPILE_H

#include "rule_parts.h"
#include "rule_read.h"

/* Of an object of `rules`, of its `notify`, and of a text of `messages`. */
extern const struct shape rule_shape;
extern const struct shape notify_shape;
extern const struct shape message_shape;

/* Compile one object of `rules`. The rule is in the rule set already, after
 * those it must differ from. */
void rule_compile(struct reader *reader, const struct node *node,
                  struct rule *rule);

/* Compile the texts of a message, or the defaults when node is NULL. Of a
 * rule's `notify`, reader->rule says which fields of events there are and
 * `answers` is NULL; else it names the fields of the answer, see
 * answer_message.h. */
void notify_compile(struct reader *reader, const struct node *node,
                    const char *answers, struct notify *notify);

/* Sort the compiled rules by what triggers them. */
void rule_index_fill(struct reader *reader);

#endif
