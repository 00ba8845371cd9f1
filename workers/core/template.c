/* template.c - one pass over the text; nothing is compiled, since a text is a
 * line or two. */
#include "template.h"

#include "num.h"

static const char *
find_char(struct str text, size_t from, char c)
{
    return memchr(text.at + from, c, text.len - from);
}

/* The part at a brace: an escaped one, a name, or one never closed. Returns
 * the length it takes up. */
static size_t
brace_part(struct str text, size_t at, struct template_part *part)
{
    const char *open = text.at + at;
    const char *close = find_char(text, at, '}');

    part->kind = TEMPLATE_TEXT;
    part->text = str_make(open, 1);
    if (at + 1 < text.len && open[1] == '{')
        return 2;
    part->kind = close ? TEMPLATE_NAME : TEMPLATE_BROKEN;
    part->text = close ? str_make(open + 1, (size_t)(close - open) - 1)
                       : str_make(open, text.len - at);
    return part->text.len + (close ? 2 : 0);
}

bool
template_next(struct str text, size_t *at, struct template_part *part)
{
    const char *brace;
    size_t end;

    if (*at >= text.len)
        return false;
    brace = find_char(text, *at, '{');
    end = brace ? (size_t)(brace - text.at) : text.len;
    if (end == *at) {
        *at += brace_part(text, *at, part);
        return true;
    }
    part->kind = TEMPLATE_TEXT;
    part->text = str_make(text.at + *at, end - *at);
    *at = end;
    return true;
}

static bool
path_after(struct str name, struct str prefix, struct str *path)
{
    if (!str_starts_with(name, prefix) || name.len == prefix.len)
        return false;
    *path = str_make(name.at + prefix.len, name.len - prefix.len);
    return true;
}

bool
template_data_path(struct str name, struct str *path)
{
    return path_after(name, STR("event.data."), path);
}

bool
template_answer_path(struct str name, struct str *path)
{
    return path_after(name, STR("answer."), path);
}

static struct str
find(const struct template_field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(fields[i].name, name))
            return fields[i].text;
    return (struct str){0};
}

static struct str
value_of(const struct template_scope *scope, struct str name)
{
    struct str path;

    if (template_data_path(name, &path))
        return find(scope->data, scope->data_count, path);
    if (template_answer_path(name, &path))
        return find(scope->answer, scope->answer_count, path);
    return find(scope->fields, scope->field_count, name);
}

void
template_expand(struct buf *buf, struct str text,
                const struct template_scope *scope)
{
    struct template_part part;
    size_t at = 0;

    while (template_next(text, &at, &part))
        buf_add_str(buf, part.kind == TEMPLATE_NAME ? value_of(scope, part.text)
                                                    : part.text);
}

/* Drop decimal places that are all zero; returns where the whole part ends. */
static size_t
drop_zero_places(struct buf *buf, int scale)
{
    size_t end = buf->len;
    size_t point = scale ? end - (size_t)scale - 1 : end;

    while (end > point && (buf->at[end - 1] == '0' || end - 1 == point))
        end--;
    if (end == point)
        buf->len = point;
    return point;
}

void
template_amount(struct buf *buf, int64_t minor, int scale)
{
    size_t start = buf->len;
    size_t comma;

    num_print_minor(buf, minor, scale);
    comma = drop_zero_places(buf, scale);
    start += buf->at[start] == '-';
    while (comma > start + 3) {
        comma -= 3;
        buf_reserve(buf, 1);
        memmove(buf->at + comma + 1, buf->at + comma, buf->len - comma);
        buf->at[comma] = ',';
        buf->len++;
    }
}
