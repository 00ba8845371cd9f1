/* settings_print.c - the settings as YAML and as JSON Schema. Both are trees
 * made from the points in the names of the table, which is sorted so that a
 * section's rows stand together. */
#include <stdio.h>
#include <string.h>

#include "json_text.h"
#include "setting.h"
#include "settings.h"

enum { COMMENT_WIDTH = 80 };

/* Rows first to end share the first `depth` bytes of their names. */
struct rows {
    size_t first;
    size_t end;
    size_t depth;
};

/* The part of the row's name at the depth: "output" of kafka.output.topic. */
static struct str
part_at(size_t row, size_t depth)
{
    const char *at = settings_table[row].name + depth;

    return str_make(at, strcspn(at, "."));
}

static bool
is_last_part(size_t row, size_t depth)
{
    return !strchr(settings_table[row].name + depth, '.');
}

/* The rows below the first row's section. */
static struct rows
section_rows(struct rows rows)
{
    struct str part = part_at(rows.first, rows.depth);
    struct rows section = {rows.first, rows.first + 1,
                           rows.depth + part.len + 1};

    while (section.end < rows.end &&
           str_eq(part, part_at(section.end, rows.depth)))
        section.end++;
    return section;
}

static struct rows
all_rows(void)
{
    return (struct rows){0, settings_table_count, 0};
}

/* ---- YAML -------------------------------------------------------------------
 */

struct yaml_printer {
    struct buf *buf;
    const struct settings *settings;
    bool comments;
};

/* Append the text as comment lines that are no wider than the page. */
static void
add_comment(struct buf *buf, int indent, struct str text)
{
    size_t width = (size_t)(COMMENT_WIDTH - indent - 2);

    while (text.len) {
        size_t len = text.len;

        if (len > width) {
            len = width;
            while (len && text.at[len] != ' ')
                len--;
        }
        buf_printf(buf, "%*s# %.*s\n", indent, "", (int)len, text.at);
        if (len < text.len)
            len++; /* the space */
        text = str_make(text.at + len, text.len - len);
    }
}

static void
explain(const struct yaml_printer *printer, int indent,
        const struct setting *setting)
{
    struct buf text;

    buf_init(&text, printer->buf->arena);
    buf_add_cstr(&text, setting->help);
    if (setting->type->range) {
        buf_add_cstr(&text, " (");
        setting->type->range(setting, &text);
        buf_add_char(&text, ')');
    }
    add_comment(printer->buf, indent, buf_str(&text));
    if (setting->example)
        buf_printf(printer->buf, "%*s# %s: %s\n", indent, "",
                   strrchr(setting->name, '.') + 1, setting->example);
}

static void
print_setting(const struct yaml_printer *printer, int indent,
              const struct setting *setting)
{
    if (printer->comments)
        explain(printer, indent, setting);
    buf_printf(printer->buf, "%*s%s:", indent, "",
               strrchr(setting->name, '.') + 1);
    setting->type->print(setting, printer->settings, indent, printer->buf);
    buf_add_char(printer->buf, '\n');
}

static void
print_rows(const struct yaml_printer *printer, struct rows rows, int indent)
{
    while (rows.first < rows.end) {
        struct rows section;

        if (is_last_part(rows.first, rows.depth)) {
            print_setting(printer, indent, &settings_table[rows.first++]);
            continue;
        }
        section = section_rows(rows);
        if (printer->comments && indent == 0)
            buf_add_char(printer->buf, '\n');
        buf_printf(printer->buf, "%*s%.*s:\n", indent, "",
                   STR_ARG(part_at(rows.first, rows.depth)));
        print_rows(printer, section, indent + 2);
        rows.first = section.end;
    }
}

static void
print_yaml(const struct yaml_printer *printer, FILE *out)
{
    print_rows(printer, all_rows(), 0);
    fwrite(printer->buf->at, 1, printer->buf->len, out);
}

void
settings_print(const struct settings *settings, FILE *out)
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    print_yaml(&(struct yaml_printer){&buf, settings, false}, out);
    arena_free(&arena);
}

void
settings_print_example(FILE *out)
{
    static const char head[] =
        "# yaml-language-server: $schema=schemas/config.schema.json\n"
        "#\n"
        "# All settings with their built-in values. Made by\n"
        "# `reward check config --print-example`; copy what you change.\n"
        "#\n"
        "# Each can also be given in the environment, which counts more than\n"
        "# this file (REWARD_KAFKA__GROUP_ID for kafka.group_id; with __FILE\n"
        "# after it, the path of a file that holds the value), and as a flag,\n"
        "# which counts most (--kafka.group_id=reward). Values may contain\n"
        "# ${VARIABLE} and ${VARIABLE:-default}.\n";
    struct arena arena = {0};
    struct settings settings;
    struct buf buf;

    buf_init(&buf, &arena);
    settings_builtin(&arena, &settings);
    buf_add_cstr(&buf, head);
    print_yaml(&(struct yaml_printer){&buf, &settings, true}, out);
    arena_free(&arena);
}

/* ---- JSON Schema
 * --------------------------------------------------------------
 */

static void
new_line(struct buf *buf, int indent)
{
    buf_printf(buf, "\n%*s", indent, "");
}

static void
add_setting_schema(struct buf *buf, const struct setting *setting)
{
    buf_add_char(buf, '{');
    json_add_member(buf, "description", str_from_cstr(setting->help));
    if (*setting->builtin) {
        json_add_key(buf, "default");
        if (setting->type == &setting_inputs)
            buf_printf(buf, "[{\"topic\":\"%s\"}]", setting->builtin);
        else if (setting->type == &setting_count)
            buf_add_cstr(buf, setting->builtin);
        else
            json_add_string(buf, str_from_cstr(setting->builtin));
    }
    buf_add_char(buf, ',');
    setting->type->schema(setting, buf);
    buf_add_char(buf, '}');
}

static void
add_rows_schema(struct buf *buf, struct rows rows, int indent)
{
    bool more = false;

    buf_add_cstr(buf, "\"additionalProperties\":false,\"properties\":{");
    for (struct rows section; rows.first < rows.end;
         rows.first = section.end, more = true) {
        if (more)
            buf_add_char(buf, ',');
        section = section_rows(rows);
        new_line(buf, indent);
        json_add_string(buf, part_at(rows.first, rows.depth));
        buf_add_char(buf, ':');
        if (is_last_part(rows.first, rows.depth)) {
            add_setting_schema(buf, &settings_table[rows.first]);
            continue;
        }
        buf_add_cstr(buf, "{\"type\":[\"object\",\"null\"],");
        add_rows_schema(buf, section, indent + 2);
        buf_add_char(buf, '}');
    }
    buf_add_char(buf, '}');
}

void
settings_print_schema(FILE *out)
{
    struct arena arena = {0};
    struct buf buf;

    buf_init(&buf, &arena);
    buf_add_cstr(&buf,
                 "{\"$schema\":\"http://json-schema.org/draft-07/schema#\""
                 ",\n \"title\":\"config.yaml of reward\","
                 "\n \"description\":\"Made by `reward check config "
                 "--print-schema`.\",\n \"type\":\"object\",");
    add_rows_schema(&buf, all_rows(), 2);
    buf_add_cstr(&buf, "}\n");
    fwrite(buf.at, 1, buf.len, out);
    arena_free(&arena);
}
