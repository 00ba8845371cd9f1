/* pg_array.h - array parameters of statements. */
#ifndef IO_PG_ARRAY_H
#define IO_PG_ARRAY_H

#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "pg_type.h"
#include "str.h"

/* Begin an array parameter of integers, texts or tids, in the arena; the
 * statement says its type too ($1::int[]). It is whole at any time. */
void pg_array_open(struct buf *array, struct arena *arena, enum pg_type type);

/* Append an element of its type. */
void pg_array_text(struct buf *array, struct str text);
void pg_array_int(struct buf *array, int64_t value);
void pg_array_place(struct buf *array, int64_t place); /* of pg_place */
void pg_array_null(struct buf *array);

#endif
