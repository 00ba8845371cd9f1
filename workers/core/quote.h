/* quote.h - a short excerpt of somebody else's bytes for a message: cut
 * between characters, control characters escaped, always well-formed UTF-8. */
#ifndef CORE_QUOTE_H
#define CORE_QUOTE_H

#include "buf.h"
#include "node.h"
#include "str.h"

enum { QUOTE_MAX_BYTES = 60 };

/* The first bytes of well-formed UTF-8, at most `max`, ending between two
 * characters. */
struct str str_cut(struct str text, size_t max);

/* Append text in double quotes, cut to QUOTE_MAX_BYTES. */
void quote_text(struct buf *buf, struct str text);

/* Append what a value is, for "but is ...": `the string "7"`, `12`, `null`,
 * `a list`. */
void quote_node(struct buf *buf, const struct node *node);

/* quote_text for a printf argument: in the arena, NUL-terminated. */
const char *quoted(struct arena *arena, struct str text);

#endif
