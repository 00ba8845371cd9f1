/* diag.h - faults found in a file, all of them at once, each with its place.
 * Printed as `file:line:column: error: text; note; help [code]`. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "str.h"

/* Most that are kept, the last of which says so; more are counted. Nobody reads
 * them, and a hostile file has a million. */
enum { DIAG_MAX = 1000 };

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_level level;
    const char *file; /* owned by the list's arena, as all texts */
    int line;         /* from 1; 0 when the place is the file itself */
    int column;
    const char *code; /* the kind of mistake, "R014"; "" when it has none */
    const char *text; /* what is wrong; says it all, without the others */
    const char *note; /* what it was judged by; "" for nothing to add */
    const char *help; /* what to do about it; "" when that is not known */
};

struct diag_list {
    struct arena *arena; /* borrowed */
    struct diag *items;
    size_t count;
    size_t room;
    size_t errors; /* how many of them are DIAG_ERROR */
};

void diag_init(struct diag_list *diags, struct arena *arena);

/* What stands behind the first `; ` of the format, not of its arguments, is the
 * help: "rows must differ; leave one out". */
void diag_add(struct diag_list *diags, enum diag_level level, const char *file,
              int line, int column, const char *format, ...) PRINTF_LIKE(6, 7);
void diag_add_list(struct diag_list *diags, enum diag_level level,
                   const char *file, int line, int column, const char *format,
                   va_list args) PRINTF_LIKE(6, 0);

/* Whether what is added is only counted. */
bool diag_is_full(const struct diag_list *diags);

/* Say more of the diagnostic that was added last. */
void diag_code(struct diag_list *diags, const char *format, ...)
    PRINTF_LIKE(2, 3);
void diag_note(struct diag_list *diags, const char *format, ...)
    PRINTF_LIKE(2, 3);
void diag_help(struct diag_list *diags, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* "error" or "warning". */
const char *diag_level_name(enum diag_level level);

/* In order of file and place. */
void diag_sort(struct diag_list *diags);

/* Append its texts in one: `text; note; help`. */
void diag_add_words(const struct diag *diag, struct buf *buf);

/* Append one as its line. */
void diag_add_text(const struct diag *diag, struct buf *buf);

/* Print all in order of place. */
void diag_print(struct diag_list *diags, FILE *out);

#endif
