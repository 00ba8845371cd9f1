/* diag.c - collects diagnostics and prints them in the order of the file. */
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void
diag_init(struct diag_list *diags, struct arena *arena)
{
    *diags = (struct diag_list){.arena = arena};
}

void
diag_add(struct diag_list *diags, enum diag_level level, const char *file,
         int line, int column, const char *format, ...)
{
    char text[600];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    diags->items = arena_room(diags->arena, diags->items, diags->count,
                              &diags->room, 8, sizeof(*diags->items));
    diags->items[diags->count++] = (struct diag){
        .level = level,
        .file = arena_strdup(diags->arena, file),
        .line = line,
        .column = column,
        .text = arena_strdup(diags->arena, text),
    };
    diags->errors += level == DIAG_ERROR;
}

static int
diag_order(const void *left, const void *right)
{
    const struct diag *a = left;
    const struct diag *b = right;
    int by_file = strcmp(a->file, b->file);

    if (by_file)
        return by_file;
    if (a->line != b->line)
        return a->line - b->line;
    return a->column - b->column;
}

void
diag_print(const struct diag_list *diags, FILE *out)
{
    static const char *const levels[] = {
        [DIAG_ERROR] = "error",
        [DIAG_WARNING] = "warning",
    };

    if (diags->count)
        qsort(diags->items, diags->count, sizeof(*diags->items), diag_order);
    for (size_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];

        if (diag->line)
            fprintf(out, "%s:%d:%d: %s: %s\n", diag->file, diag->line,
                    diag->column, levels[diag->level], diag->text);
        else
            fprintf(out, "%s: %s: %s\n", diag->file, levels[diag->level],
                    diag->text);
    }
}
