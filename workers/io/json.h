/* json.h - JSON text to a document tree. For one thread: what is built on the
 * way lies in memory of the process's own, used again for each document. */
#ifndef IO_JSON_H
#define IO_JSON_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "node.h"
#include "str.h"

enum { JSON_MAX_DEPTH = 32 };

/* Read a JSON object. ERR_INPUT with code "malformed_json" and the place when
 * it is not JSON, not an object, nested deeper than JSON_MAX_DEPTH, holds a
 * NUL, bad UTF-8 or a key twice. Reals keep the 15 or 17 digits of their
 * double as text. The tree is made in the arena. */
MUST_CHECK bool json_read(struct arena *arena, struct str text,
                          struct node **document, struct err *err);

/* As json_read from a file, ERR_CONFIG; line and column are not kept. */
MUST_CHECK bool json_read_file(struct arena *arena, const char *path,
                               struct node **document, struct err *err);

#endif
