/* rules_activation.h - putting a rule set in force by hand: `reward rules
 * activate`. */
#ifndef CMD_RULES_ACTIVATION_H
#define CMD_RULES_ACTIVATION_H

#include "command.h"

/* Read what `word` names (see rules_source.h), compile it against the event
 * schemas of now, run its tests and put it in force, also when another one had
 * replaced it. Says what it did, or what is wrong, and returns the exit status;
 * after any fault nothing is changed. */
int rules_activation(struct command_line *line, const char *word);

#endif
