/* json_strict.h - JSON as jansson has it, which is what JSON is for us: the
 * judge of every text that json_plain.h leaves, and its yardstick in tests. For
 * one thread: what jansson builds on the way lies in memory of the process's
 * own, used again for each document. */
#ifndef IO_JSON_STRICT_H
#define IO_JSON_STRICT_H

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "node.h"
#include "str.h"

/* As json_read, for any text but one that starts with a byte order mark. */
MUST_CHECK bool json_strict_read(struct arena *arena, struct str text,
                                 struct node **document, struct err *err);

#endif
