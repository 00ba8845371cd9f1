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
    str_drop_partial(text);
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

const char *
diag_level_name(enum diag_level level)
{
    static const char *const names[] = {
        [DIAG_ERROR] = "error",
        [DIAG_WARNING] = "warning",
    };

    return names[level];
}

void
diag_sort(struct diag_list *diags)
{
    if (diags->count)
        qsort(diags->items, diags->count, sizeof(*diags->items), diag_order);
}

void
diag_add_text(const struct diag *diag, struct buf *buf)
{
    const char *level = diag_level_name(diag->level);

    if (diag->line)
        buf_printf(buf, "%s:%d:%d: %s: %s\n", diag->file, diag->line,
                   diag->column, level, diag->text);
    else
        buf_printf(buf, "%s: %s: %s\n", diag->file, level, diag->text);
}

void
diag_print(struct diag_list *diags, FILE *out)
{
    struct buf buf;

    buf_init(&buf, diags->arena);
    diag_sort(diags);
    for (size_t i = 0; i < diags->count; i++)
        diag_add_text(&diags->items[i], &buf);
    fwrite(buf.at, 1, buf.len, out);
}
