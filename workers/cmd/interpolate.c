/* interpolate.c - works on one scalar at a time, after YAML was parsed: the
 * value of a variable can never add a setting. */
#include "interpolate.h"

#include <stdlib.h>

#include "buf.h"

static bool
is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool letter =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name.len > 0;
}

/* `inside` is what stands between the braces. */
static bool
add_variable(struct buf *buf, struct str inside, struct err *err)
{
    const char *dash =
        inside.len ? memmem(inside.at, inside.len, ":-", 2) : NULL;
    struct str name = {inside.at,
                       dash ? (size_t)(dash - inside.at) : inside.len};
    const char *value;

    if (!is_name(name))
        return err_set(err, ERR_CONFIG,
                       "cannot use \"${%.*s}\": \"%.*s\" is not the name of a "
                       "variable",
                       STR_ARG(inside), STR_ARG(name));
    value = getenv(arena_strndup(buf->arena, name.at, name.len));
    if (value && (*value || !dash))
        buf_add_cstr(buf, value);
    else if (dash)
        buf_add(buf, dash + 2, (size_t)(inside.at + inside.len - dash - 2));
    else
        return err_set(err, ERR_CONFIG,
                       "environment variable \"%.*s\" is not set; "
                       "${%.*s:-default} gives a value for that case",
                       STR_ARG(name), STR_ARG(name));
    return true;
}

bool
interpolate(struct arena *arena, struct str text, struct str *result,
            struct err *err)
{
    struct buf buf;

    *result = text;
    if (!str_contains(text, STR("${")))
        return true;
    buf_init(&buf, arena);
    for (size_t i = 0; i < text.len; i++) {
        struct str rest = {text.at + i, text.len - i};
        const char *close;

        if (str_starts_with(rest, STR("$${"))) {
            buf_add(&buf, "${", 2);
            i += 2;
            continue;
        }
        if (!str_starts_with(rest, STR("${"))) {
            buf_add_char(&buf, text.at[i]);
            continue;
        }
        close = memchr(rest.at, '}', rest.len);
        if (!close)
            return err_set(err, ERR_CONFIG, "\"${\" has no closing brace");
        if (!add_variable(&buf,
                          str_make(rest.at + 2, (size_t)(close - rest.at - 2)),
                          err))
            return false;
        i += (size_t)(close - rest.at);
    }
    *result = str_make(buf.at ? buf.at : "", buf.len);
    return true;
}
