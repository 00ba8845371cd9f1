/* mistake.c - the table of mistakes as a whole; its rows are in the files
 * mistakes_*.c, by what they are about. */
#include "mistake.h"

#include <assert.h>
#include <stdio.h>

static const struct mistake_part *const parts[] = {
    &mistakes_yaml, &mistakes_value, &mistakes_expr,
    &mistakes_rule, &mistakes_lint,
};

enum { PART_COUNT = sizeof(parts) / sizeof(*parts) };

size_t
mistake_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < PART_COUNT; i++)
        count += parts[i]->count;
    return count;
}

const struct mistake_row *
mistake_at(size_t index)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (index < parts[i]->count)
            return &parts[i]->rows[index];
        index -= parts[i]->count;
    }
    return NULL;
}

const char *
mistake_code(enum mistake mistake, char text[MISTAKE_CODE_BYTES])
{
    snprintf(text, MISTAKE_CODE_BYTES, "R%03u", (unsigned)mistake % 1000);
    return text;
}

const struct mistake_row *
mistake_find(struct str code)
{
    for (size_t i = 0; i < mistake_count(); i++) {
        const struct mistake_row *row = mistake_at(i);
        char text[MISTAKE_CODE_BYTES];

        if (str_eq_cstr(code, mistake_code(row->mistake, text)))
            return row;
    }
    return NULL;
}

const char *
mistake_place_name(enum mistake_place place)
{
    static const char *const names[] = {
        [IN_FILE] = "a whole file",
        [IN_HEAD] = "the head of a file",
        [IN_RULES] = "`rules`",
        [IN_RULE] = "a rule",
        [IN_LINE] = "a line",
        [IN_TESTS] = "`tests`",
        [IN_BODY] = "a file below its head",
    };

    return names[place];
}

static enum diag_level
level_of(enum mistake mistake)
{
    for (size_t i = 0; i < mistake_count(); i++)
        if (mistake_at(i)->mistake == mistake)
            return mistake_at(i)->level;
    assert(!"a mistake has no row");
    return DIAG_ERROR;
}

void
mistake_add_list(struct diag_list *diags, enum mistake mistake,
                 const char *file, int line, int column, const char *format,
                 va_list args)
{
    char code[MISTAKE_CODE_BYTES];

    diag_add_list(diags, level_of(mistake), file, line, column, format, args);
    diag_code(diags, "%s", mistake_code(mistake, code));
}

void
mistake_add(struct diag_list *diags, enum mistake mistake, const char *file,
            int line, int column, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistake_add_list(diags, mistake, file, line, column, format, args);
    va_end(args);
}
