/* json_plain.h - the quick way for documents that are plain, as nearly all are:
 * JSON objects without surrogates as \u escapes, of few enough values and
 * levels. YAJL reads them; where it takes more than JSON, or other than
 * jansson, the document is not plain. */
#ifndef IO_JSON_PLAIN_H
#define IO_JSON_PLAIN_H

#include "arena.h"
#include "compiler.h"
#include "node.h"
#include "str.h"

/* Read a plain document into the arena, as json_strict_read does. False says
 * nothing but that another has to read it. */
MUST_CHECK bool json_plain_read(struct arena *arena, struct str text,
                                struct node **document);

#endif
