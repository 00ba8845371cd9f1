/* setting_secret.c - settings that nobody else may see: never in argv, never
 * printed, and read from files that only we can read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dsn.h"
#include "file.h"
#include "interpolate.h"
#include "setting.h"

static bool
check_private(const struct setting_source *source, const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0)
        return setting_fault(source, "could not look at \"%s\": %s", path,
                             strerror(errno));
    if (info.st_mode & (S_IROTH | S_IWOTH))
        return setting_fault(source,
                             "\"%s\" holds a secret, but every user of this "
                             "machine can read or write it; run chmod o= on it",
                             path);
    return true;
}

static void
cut_newline(struct str *text)
{
    if (text->len && text->at[text->len - 1] == '\n')
        text->len--;
    if (text->len && text->at[text->len - 1] == '\r')
        text->len--;
}

bool
setting_read_file(const struct setting_source *source, const char *path,
                  bool secret, struct str *text)
{
    struct err err = {0};

    if (secret && !check_private(source, path))
        return false;
    if (!file_read(source->arena, path, text, &err))
        return setting_fault(source, "%s", err.text);
    cut_newline(text);
    if (text->len && memchr(text->at, '\0', text->len))
        return setting_fault(source, "\"%s\" holds a NUL byte", path);
    return true;
}

static bool
refuse_argv(const struct setting_source *source, const char *name)
{
    return setting_fault(source,
                         "a password cannot be given on the command line, "
                         "where every user of this machine can read it; name "
                         "a file that holds it in the environment variable of "
                         "\"%s\" that ends in __FILE",
                         name);
}

/* ---- a password ------------------------------------------------------------
 */

static bool
secret_from_text(struct setting_source *source, const struct setting *setting,
                 struct str text)
{
    const char **place = setting_place(source->settings, setting);

    if (source->in_argv)
        return refuse_argv(source, setting->name);
    *place = text.len ? arena_strndup(source->arena, text.at, text.len) : NULL;
    return true;
}

static bool
secret_from_file(struct setting_source *source, struct str where,
                 struct str *text)
{
    return setting_read_file(
        source, arena_strndup(source->arena, where.at, where.len), true, text);
}

static bool
secret_from_variable(struct setting_source *source, struct str where,
                     struct str *text)
{
    const char *value =
        getenv(arena_strndup(source->arena, where.at, where.len));

    *text = str_from_cstr(value);
    return value ||
           setting_fault(source, "environment variable \"%.*s\" is not set",
                         STR_ARG(where));
}

static const struct {
    struct str key;
    bool (*read)(struct setting_source *source, struct str where,
                 struct str *text);
} secret_ways[] = {
    {{"file", 4}, secret_from_file},
    {{"env", 3}, secret_from_variable},
};

/* `{file: PATH}`, `{env: VARIABLE}` or the secret itself. */
static bool
secret_from_node(struct setting_source *source, const struct setting *setting,
                 const struct node *node)
{
    struct str where;
    struct str text;

    if (node->kind != NODE_OBJECT)
        return setting_scalar_from_node(source, setting, node);
    source->line = node->line;
    source->column = node->column;
    if (node->member_count == 1)
        for (size_t i = 0; i < sizeof(secret_ways) / sizeof(*secret_ways); i++)
            if (str_eq(node->members[0].key, secret_ways[i].key))
                return setting_node_text(source, setting->name,
                                         node->members[0].value, &where) &&
                       secret_ways[i].read(source, where, &text) &&
                       secret_from_text(source, setting, text);
    return setting_fault(source,
                         "\"%s\" must be {file: PATH}, {env: VARIABLE} or the "
                         "secret itself",
                         setting->name);
}

static void
secret_print(const struct setting *setting, const struct settings *settings,
             int indent, struct buf *buf)
{
    const char *const *value = setting_value(settings, setting);

    (void)indent;
    buf_add_cstr(buf, *value ? " \"***\"" : " \"\"");
}

static void
secret_schema(const struct setting *setting, struct buf *buf)
{
    static const char way[] = "{\"type\":\"object\",\"properties\":{\"%s\":"
                              "{\"type\":\"string\"}},\"required\":[\"%s\"],"
                              "\"additionalProperties\":false}";

    (void)setting;
    buf_add_cstr(buf, "\"anyOf\":[{\"type\":\"string\"},");
    buf_printf(buf, way, "file", "file");
    buf_add_char(buf, ',');
    buf_printf(buf, way, "env", "env");
    buf_add_char(buf, ']');
}

const struct setting_type setting_secret = {
    .from_text = secret_from_text,
    .from_node = secret_from_node,
    .print = secret_print,
    .schema = secret_schema,
    .secret = true,
};

/* ---- a connection string, which may hold a password ------------------------
 */

static bool
dsn_from_text(struct setting_source *source, const struct setting *setting,
              struct str text)
{
    if (source->in_argv && dsn_has_password(text))
        return refuse_argv(source, "postgres.password");
    return setting_text.from_text(source, setting, text);
}

static void
dsn_print(const struct setting *setting, const struct settings *settings,
          int indent, struct buf *buf)
{
    const char *const *value = setting_value(settings, setting);
    struct buf safe;

    (void)indent;
    buf_init(&safe, buf->arena);
    dsn_redact(&safe, str_from_cstr(*value));
    buf_add_char(buf, ' ');
    setting_add_yaml(buf, buf_str(&safe));
}

static void
dsn_schema(const struct setting *setting, struct buf *buf)
{
    setting_text.schema(setting, buf);
}

const struct setting_type setting_dsn = {
    .from_text = dsn_from_text,
    .from_node = setting_scalar_from_node,
    .print = dsn_print,
    .schema = dsn_schema,
};
