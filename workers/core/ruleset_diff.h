/* ruleset_diff.h - what two rule files say differently, in words. Rules and
 * lines are told apart by their ids and rows by their keys; comments, layout,
 * the order of keys and the spelling of numbers are no difference, tests are
 * only counted. Works on parsed documents, whether they compile or not. */
#ifndef CORE_RULESET_DIFF_H
#define CORE_RULESET_DIFF_H

#include <stddef.h>

#include "arena.h"
#include "buf.h"
#include "node.h"
#include "str.h"

enum change_kind {
    CHANGE_ADDED,
    CHANGE_REMOVED,
    CHANGE_MOVED, /* of a rule or line: its place in the order */
    CHANGE_CHANGED,
};

/* Texts are NUL-terminated, with spaces for control characters; `at` NULL:
 * there is none. */
struct ruleset_change {
    enum change_kind kind;
    struct str rule; /* its id; none: it is of the file as a whole */
    struct str line; /* its id; none: it is of the rule as a whole */
    struct str path; /* keys, `table rows 3`; none: the rule or line itself */
    struct str was;  /* none where it is added; where it is moved, too */
    struct str is;   /* none where it is removed; where it is moved, what is
                        before it now, none for the front */
};

struct ruleset_diff {
    struct arena *arena; /* borrowed */
    struct ruleset_change *changes;
    size_t count;
    size_t room;
};

/* Compare two documents. The changes are made in the arena and in the order of
 * the files. */
void ruleset_diff(struct arena *arena, const struct node *was,
                  const struct node *is, struct ruleset_diff *diff);

/* "added", "removed", "moved" or "changed". */
const char *change_kind_name(enum change_kind kind);

/* Append a change as people read it: `rule level, line level: table rows 3:
 * 2500 -> 3000`. */
void ruleset_change_print(struct buf *buf, const struct ruleset_change *change);

#endif
