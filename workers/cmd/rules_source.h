/* rules_source.h - the text of a rule set by whatever somebody calls it on a
 * command line: a file, a revision in git, or one that the database knows. */
#ifndef CMD_RULES_SOURCE_H
#define CMD_RULES_SOURCE_H

#include <stdbool.h>

#include "command.h"
#include "compiler.h"
#include "err.h"
#include "str.h"

struct rules_source {
    const char *name; /* for messages: its path, its stamp, "git:HEAD:a.yaml" */
    struct str text;
    bool is_file; /* name is a path where the text can be read again */
};

/* Read what `word` names:
 *   PATH          a file, or a folder with one rule file; what is there, or
 *                 has a slash or ends in .yaml, is one
 *   git:REV       the rule file at that revision: `beside` where that is a
 *                 PATH, else the one of rules.dir (also for `beside` NULL)
 *   git:REV:PATH  another one; relative paths are from here
 *   active        the rule set in force
 *   else          a registered one: its stamp, its version, or the first 8 or
 *                 more digits of its SHA-256
 * The last two ask the database. ERR_INPUT when there is no such thing, or more
 * than one; ERR_CONFIG when it cannot be read. Made in line->arena. */
MUST_CHECK bool rules_source_read(struct command_line *line, const char *word,
                                  const char *beside,
                                  struct rules_source *source, struct err *err);

#endif
