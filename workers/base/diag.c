/* diag.c - collects diagnostics and prints them in the order of the file. */
#include "diag.h"

#include <stdlib.h>
#include <string.h>

void
diag_init(struct diag_list *diags, struct arena *arena)
{
    *diags = (struct diag_list){.arena = arena};
}

enum { TEXT_BYTES = 600 }; /* more is too long to be read */

/* In the list's arena. */
static const char *PRINTF_LIKE(2, 0)
    make_text(struct diag_list *diags, const char *format, va_list args)
{
    char text[TEXT_BYTES];

    vsnprintf(text, sizeof(text), format, args);
    str_drop_partial(text);
    return arena_strdup(diags->arena, text);
}

/* How long the text before the help gets; SIZE_MAX when there is no help. */
static size_t PRINTF_LIKE(1, 0) text_length(const char *format, va_list args)
{
    const char *help = strstr(format, "; ");
    char before[TEXT_BYTES];
    int len;

    if (!help || help - format >= TEXT_BYTES)
        return SIZE_MAX;
    memcpy(before, format, (size_t)(help - format));
    before[help - format] = '\0';
    len = vsnprintf(NULL, 0, before, args);
    return len < 0 ? SIZE_MAX : (size_t)len;
}

static void
keep(struct diag_list *diags, enum diag_level level, const char *file, int line,
     int column, const char *text, const char *help)
{
    diags->items = arena_room(diags->arena, diags->items, diags->count,
                              &diags->room, 8, sizeof(*diags->items));
    diags->items[diags->count++] = (struct diag){
        .level = level,
        .file = arena_strdup(diags->arena, file),
        .line = line,
        .column = column,
        .code = "",
        .text = text,
        .note = "",
        .help = help,
    };
}

bool
diag_is_full(const struct diag_list *diags)
{
    return diags->count >= DIAG_MAX;
}

void
diag_add_list(struct diag_list *diags, enum diag_level level, const char *file,
              int line, int column, const char *format, va_list args)
{
    va_list again;
    size_t text_len;
    const char *words;
    bool helps;

    diags->errors += level == DIAG_ERROR;
    if (diag_is_full(diags))
        return;
    if (diags->count + 1 == DIAG_MAX) {
        keep(diags, level, file, 0, 0, "there are too many faults to list",
             "mend those that were found first");
        return;
    }
    va_copy(again, args);
    text_len = text_length(format, again);
    va_end(again);
    words = make_text(diags, format, args);
    helps = text_len < SIZE_MAX && strlen(words) > text_len + strlen("; ");
    keep(diags, level, file, line, column,
         helps ? arena_strndup(diags->arena, words, text_len) : words,
         helps ? words + text_len + strlen("; ") : "");
}

void
diag_add(struct diag_list *diags, enum diag_level level, const char *file,
         int line, int column, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_add_list(diags, level, file, line, column, format, args);
    va_end(args);
}

void
diag_code(struct diag_list *diags, const char *format, ...)
{
    va_list args;

    if (diag_is_full(diags))
        return;
    va_start(args, format);
    diags->items[diags->count - 1].code = make_text(diags, format, args);
    va_end(args);
}

void
diag_note(struct diag_list *diags, const char *format, ...)
{
    va_list args;

    if (diag_is_full(diags))
        return;
    va_start(args, format);
    diags->items[diags->count - 1].note = make_text(diags, format, args);
    va_end(args);
}

void
diag_help(struct diag_list *diags, const char *format, ...)
{
    va_list args;

    if (diag_is_full(diags))
        return;
    va_start(args, format);
    diags->items[diags->count - 1].help = make_text(diags, format, args);
    va_end(args);
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
diag_add_words(const struct diag *diag, struct buf *buf)
{
    buf_add_cstr(buf, diag->text);
    if (*diag->note)
        buf_printf(buf, "; %s", diag->note);
    if (*diag->help)
        buf_printf(buf, "; %s", diag->help);
}

void
diag_add_text(const struct diag *diag, struct buf *buf)
{
    const char *level = diag_level_name(diag->level);

    buf_add_cstr(buf, diag->file);
    if (diag->line)
        buf_printf(buf, ":%d:%d", diag->line, diag->column);
    buf_printf(buf, ": %s: ", level);
    diag_add_words(diag, buf);
    if (*diag->code)
        buf_printf(buf, " [%s]", diag->code);
    buf_add_char(buf, '\n');
}

void
diag_print(struct diag_list *diags, FILE *out)
{
    struct buf buf;

    buf_init(&buf, diags->arena);
    diag_sort(diags);
    for (size_t i = 0; i < diags->count; i++)
        diag_add_text(&diags->items[i], &buf);
    if (buf.len)
        fwrite(buf.at, 1, buf.len, out);
}
