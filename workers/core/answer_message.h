/* answer_message.h - `messages`: what is told to people of operations and other
 * things that no rule pays for. One text for each kind of message; a kind that
 * has none notifies nobody. */
#ifndef CORE_ANSWER_MESSAGE_H
#define CORE_ANSWER_MESSAGE_H

#include "rule_read.h"

/* A kind of message: the first line of its entries, or the type of a token
 * event. */
struct answer_message {
    const char *name;   /* "transfer.received", "token.rejected" */
    const char *fields; /* placeholders {answer.FIELD}, each with a space on
                           both sides */
};

/* All kinds; ends with a NULL name. */
extern const struct answer_message answer_messages[];

extern const struct shape messages_shape;

/* Compile the mapping of kinds to texts into the rule set's notifies. */
void answer_messages_compile(struct reader *reader, const struct node *node);

#endif
