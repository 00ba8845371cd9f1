/* diag_report.c - one function a format, found by its name. */
#include "diag_report.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "json_text.h"
#include "quote.h"
#include "version.h"

enum {
    EXCERPT_BYTES = 100, /* of a line, at most */
    EXCERPT_BEFORE = 60, /* of those, before a caret far to the right */
};

struct report {
    struct diag_list *diags;
    struct arena *arena;
    bool excerpts;
    /* Of the last excerpt: its file, its line, and the text from there on. */
    const char *file;
    int line;
    struct str text;
};

/* ---- for people
 * ----------------------------------------------------------------- */

/* Go to the first line of the file. */
static void
open_text(struct report *report, const char *file)
{
    struct err err = {0};

    report->file = file;
    report->line = 1;
    if (!file_read(report->arena, file, &report->text, &err))
        report->text = STR("");
}

static struct str
first_line(struct str text)
{
    const char *end = memchr(text.at, '\n', text.len);

    return (struct str){text.at, end ? (size_t)(end - text.at) : text.len};
}

/* The line of a diagnostic, which come in order; empty when there is none. */
static struct str
line_of(struct report *report, const struct diag *diag)
{
    struct str line;

    if (!report->file || strcmp(report->file, diag->file) != 0)
        open_text(report, diag->file);
    while (line = first_line(report->text),
           report->line < diag->line && line.len < report->text.len) {
        report->text.at += line.len + 1;
        report->text.len -= line.len + 1;
        report->line++;
    }
    if (report->line < diag->line)
        return STR("");
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool
begins_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

/* Where the character in a column begins; columns count characters, from 1. */
static size_t
offset_of(struct str line, int column)
{
    size_t at = 0;

    for (; at < line.len; at++)
        if (begins_character(line.at[at]) && --column <= 0)
            break;
    return at;
}

static void
add_excerpt(struct buf *buf, struct report *report, const struct diag *diag)
{
    struct str line = line_of(report, diag);
    size_t caret = offset_of(line, diag->column);
    size_t from = caret > EXCERPT_BEFORE ? caret - EXCERPT_BEFORE : 0;
    struct str before;

    if (!line.len || !str_is_utf8(line))
        return;
    while (from < caret && !begins_character(line.at[from]))
        from++;
    before = str_make(line.at + from, caret - from);
    buf_printf(buf, "%6d | ", diag->line);
    buf_add_visible(
        buf, str_cut(str_make(before.at, line.len - from), EXCERPT_BYTES));
    buf_printf(buf, "\n       | %*s^\n", (int)str_utf8_length(before), "");
}

static void
report_human(struct report *report)
{
    struct buf buf;

    buf_init(&buf, report->arena);
    for (size_t i = 0; i < report->diags->count; i++) {
        const struct diag *diag = &report->diags->items[i];

        diag_add_text(diag, &buf);
        if (diag->line && report->excerpts)
            add_excerpt(&buf, report, diag);
    }
    fwrite(buf.at, 1, buf.len, stderr);
}

static void
report_parsable(struct report *report)
{
    diag_print(report->diags, stderr);
}

/* ---- for programs
 * --------------------------------------------------------------- */

/* The text of a workflow command, or of a property of one, in which commas and
 * colons separate. */
static void
put_github(const char *text, bool property)
{
    const char *special = property ? "%\r\n:," : "%\r\n";

    for (; *text; text++)
        if (strchr(special, *text))
            printf("%%%02X", (unsigned char)*text);
        else
            putchar(*text);
}

static void
report_github(struct report *report)
{
    for (size_t i = 0; i < report->diags->count; i++) {
        const struct diag *diag = &report->diags->items[i];

        printf("::%s file=", diag_level_name(diag->level));
        put_github(diag->file, true);
        if (diag->line)
            printf(",line=%d,col=%d", diag->line, diag->column);
        fputs("::", stdout);
        put_github(diag->text, false);
        putchar('\n');
    }
}

static void
add_number(struct buf *buf, const char *key, int number)
{
    json_add_key(buf, key);
    buf_printf(buf, "%d", number);
}

static void
add_object(struct buf *buf, const struct diag *diag)
{
    buf_add_cstr(buf, "{");
    json_add_member(buf, "file", str_from_cstr(diag->file));
    if (diag->line) {
        add_number(buf, "line", diag->line);
        add_number(buf, "column", diag->column);
    }
    json_add_member(buf, "level", str_from_cstr(diag_level_name(diag->level)));
    json_add_member(buf, "message", str_from_cstr(diag->text));
    buf_add_cstr(buf, "}");
}

/* A path as a relative or absolute URI reference (RFC 3986, section 4.2). */
static void
add_uri(struct buf *buf, struct arena *arena, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~/";
    struct buf uri;

    buf_init(&uri, arena);
    for (; *path; path++)
        if (strchr(plain, *path))
            buf_add(&uri, path, 1);
        else
            buf_printf(&uri, "%%%02X", (unsigned char)*path);
    json_add_member(buf, "uri", buf_str(&uri));
}

static void
add_result(struct buf *buf, struct arena *arena, const struct diag *diag)
{
    buf_add_cstr(buf, "{");
    json_add_member(buf, "level", str_from_cstr(diag_level_name(diag->level)));
    buf_add_cstr(buf, ",\"message\":{");
    json_add_member(buf, "text", str_from_cstr(diag->text));
    buf_add_cstr(buf, "},\"locations\":[{\"physicalLocation\":"
                      "{\"artifactLocation\":{");
    add_uri(buf, arena, diag->file);
    buf_add_cstr(buf, "}");
    if (diag->line) {
        buf_add_cstr(buf, ",\"region\":{");
        add_number(buf, "startLine", diag->line);
        add_number(buf, "startColumn", diag->column);
        buf_add_cstr(buf, "}");
    }
    buf_add_cstr(buf, "}}]}");
}

static void
report_json(struct report *report)
{
    struct buf buf;

    buf_init(&buf, report->arena);
    buf_add_cstr(&buf, "[");
    for (size_t i = 0; i < report->diags->count; i++) {
        buf_add_cstr(&buf, i ? ",\n " : "\n ");
        add_object(&buf, &report->diags->items[i]);
    }
    buf_add_cstr(&buf, report->diags->count ? "\n]" : "]");
    printf("%.*s\n", STR_ARG(buf_str(&buf)));
}

static void
report_sarif(struct report *report)
{
    struct buf buf;

    buf_init(&buf, report->arena);
    buf_add_cstr(
        &buf, "{\"$schema\":\"https://json.schemastore.org/"
              "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":"
              "{\"driver\":{\"name\":\"reward\",\"version\":\"" REWARD_VERSION
              "\"}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
    for (size_t i = 0; i < report->diags->count; i++) {
        buf_add_cstr(&buf, i ? ",\n " : "\n ");
        add_result(&buf, report->arena, &report->diags->items[i]);
    }
    buf_add_cstr(&buf, "]}]}");
    printf("%.*s\n", STR_ARG(buf_str(&buf)));
}

/* ---- all of them
 * ---------------------------------------------------------------- */

static const struct format {
    const char *name;
    void (*print)(struct report *report);
    bool on_stdout;
} formats[] = {
    {"human", report_human, false},  {"parsable", report_parsable, false},
    {"github", report_github, true}, {"json", report_json, true},
    {"sarif", report_sarif, true},
};

static const struct format *
format_named(const char *name)
{
    for (size_t i = 0; name && i < sizeof(formats) / sizeof(*formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return &formats[0];
}

bool
diag_report_spares_stdout(const char *format)
{
    return !format_named(format)->on_stdout;
}

void
diag_report(struct diag_list *diags, const char *format, bool excerpts,
            struct arena *arena)
{
    struct report report = {
        .diags = diags, .arena = arena, .excerpts = excerpts};

    diag_sort(diags);
    format_named(format)->print(&report);
}
