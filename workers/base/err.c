/* err.c - fixed-size errors: filled by the callee, never allocated. */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that was cut may end in a part of a character, which no database and
 * no JSON takes: drop it. */
static void
drop_partial_character(char *text)
{
    size_t len = strlen(text);
    size_t start = len;
    unsigned char lead;
    size_t wanted;

    while (start > 0 && len - start < 3 &&
           ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    lead = (unsigned char)text[start - 1];
    wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - start + 1 < wanted)
        text[start - 1] = '\0';
}

static void
err_fill(struct err *err, enum err_kind kind, const char *code,
         const char *format, va_list args)
{
    if (err_is_set(err))
        return;
    err->kind = kind;
    snprintf(err->code, sizeof(err->code), "%s", code);
    vsnprintf(err->text, sizeof(err->text), format, args);
    drop_partial_character(err->text);
}

bool
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err_fill(err, kind, "", format, args);
    va_end(args);
    return false;
}

bool
err_set_code(struct err *err, enum err_kind kind, const char *code,
             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err_fill(err, kind, code, format, args);
    va_end(args);
    return false;
}

bool
err_add(struct err *err, const char *format, ...)
{
    char context[sizeof(err->text)];
    char text[sizeof(err->text)];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    memcpy(text, err->text, sizeof(text));
    if (snprintf(err->text, sizeof(err->text), "%s: %s", context, text) < 0)
        err->text[0] = '\0';
    drop_partial_character(err->text);
    return false;
}

void
err_reset(struct err *err)
{
    err->kind = ERR_NONE;
    err->code[0] = '\0';
    err->text[0] = '\0';
}

bool
err_is_set(const struct err *err)
{
    return err->kind != ERR_NONE;
}

const char *
err_kind_name(enum err_kind kind)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",     [ERR_INPUT] = "input", [ERR_RETRY] = "retry",
        [ERR_CONFIG] = "config", [ERR_FATAL] = "fatal",
    };

    return names[kind];
}
