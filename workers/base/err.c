/* err.c - fixed-size errors: filled by the callee, never allocated. */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "str.h"

static void
err_fill(struct err *err, enum err_kind kind, const char *code,
         const char *format, va_list args)
{
    if (err_is_set(err))
        return;
    err->kind = kind;
    snprintf(err->code, sizeof(err->code), "%s", code);
    vsnprintf(err->text, sizeof(err->text), format, args);
    str_drop_partial(err->text);
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
    str_drop_partial(err->text);
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
