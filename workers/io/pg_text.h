/* pg_text.h - rows for COPY, and arrays where a text is wanted. */
#ifndef IO_PG_TEXT_H
#define IO_PG_TEXT_H

#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "str.h"

/* An array as a text, for where one is wanted: `{` + elements + `}`. */
void pg_literal_open(struct buf *array, struct arena *arena);
void pg_literal_text(struct buf *array, struct str text);
void pg_literal_null(struct buf *array);
void pg_literal_close(struct buf *array);

/* Append a column of a COPY row; a tab is put before all but a row's first,
 * which must not be an empty text. */
void pg_copy_text(struct buf *row, struct str text); /* at NULL: SQL NULL */
void pg_copy_int(struct buf *row, int64_t value);
void pg_copy_null(struct buf *row);
void pg_copy_bytes(struct buf *row, struct str bytes); /* bytea; at NULL too */
void pg_copy_time(struct buf *row, int64_t at_us);     /* timestamptz */
void pg_copy_end_row(struct buf *row);

#endif
