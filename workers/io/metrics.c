/* metrics.c - writes the exposition format; what is counted is for others. */
#include "metrics.h"

#include "file.h"

void
metrics_init(struct metrics *metrics, struct arena *arena)
{
    *metrics = (struct metrics){0};
    buf_init(&metrics->text, arena);
}

void
metrics_family(struct metrics *metrics, const char *name, const char *type,
               const char *help)
{
    metrics->family = name;
    buf_printf(&metrics->text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
               type);
}

/* Within quotes, a backslash, a quote and the end of a line are escaped. */
static void
add_value(struct buf *text, struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];

        if (c == '\\' || c == '"')
            buf_add_char(text, '\\');
        if (c == '\n')
            buf_add_cstr(text, "\\n");
        else
            buf_add_char(text, c);
    }
}

void
metrics_add(struct metrics *metrics, const struct metric_label *labels,
            size_t label_count, int64_t value)
{
    struct buf *text = &metrics->text;

    buf_add_cstr(text, metrics->family);
    for (size_t i = 0; i < label_count; i++) {
        buf_printf(text, "%c%s=\"", i ? ',' : '{', labels[i].name);
        add_value(text, labels[i].value);
        buf_add_char(text, '"');
    }
    buf_add_cstr(text, label_count ? "} " : " ");
    buf_add_int(text, value);
    buf_add_char(text, '\n');
}

bool
metrics_write(struct metrics *metrics, const char *path, struct err *err)
{
    return file_replace(metrics->text.arena, path, buf_str(&metrics->text),
                        err);
}
