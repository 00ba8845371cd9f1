/* diag.h - faults found in a file, all of them at once, each with its place.
 * Printed as `file:line:column: error: text`. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdio.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "str.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_level level;
    const char *file; /* owned by the list's arena */
    int line;         /* from 1; 0 when the place is the file itself */
    int column;
    const char *text;
};

struct diag_list {
    struct arena *arena; /* borrowed */
    struct diag *items;
    size_t count;
    size_t room;
    size_t errors; /* how many of them are DIAG_ERROR */
};

void diag_init(struct diag_list *diags, struct arena *arena);

void diag_add(struct diag_list *diags, enum diag_level level, const char *file,
              int line, int column, const char *format, ...) PRINTF_LIKE(6, 7);

/* "error" or "warning". */
const char *diag_level_name(enum diag_level level);

/* In order of file and place. */
void diag_sort(struct diag_list *diags);

/* Append one as its line. */
void diag_add_text(const struct diag *diag, struct buf *buf);

/* Print all in order of place. */
void diag_print(struct diag_list *diags, FILE *out);

#endif
