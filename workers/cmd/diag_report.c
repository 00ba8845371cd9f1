/* diag_report.c - one function a format, found by its name. */
#include "diag_report.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "json_text.h"
#include "mistake.h"
#include "mistake_page.h"
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

/* As wide as the number of the line. */
static int
margin_of(const struct diag *diag)
{
    return snprintf(NULL, 0, "%d", diag->line);
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
    buf_printf(buf, "%*s |\n%d | ", margin_of(diag), "", diag->line);
    buf_add_visible(
        buf, str_cut(str_make(before.at, line.len - from), EXCERPT_BYTES));
    buf_printf(buf, "\n%*s | %*s^\n", margin_of(diag), "",
               (int)str_utf8_length(before), "");
}

static void
add_human(struct buf *buf, struct report *report, const struct diag *diag)
{
    buf_add_cstr(buf, diag_level_name(diag->level));
    if (*diag->code)
        buf_printf(buf, "[%s]", diag->code);
    buf_printf(buf, ": %s\n%*s--> %s", diag->text, margin_of(diag), "",
               diag->file);
    if (diag->line)
        buf_printf(buf, ":%d:%d", diag->line, diag->column);
    buf_add_char(buf, '\n');
    if (diag->line && report->excerpts)
        add_excerpt(buf, report, diag);
    if (*diag->help)
        buf_printf(buf, "%*s = help: %s\n", margin_of(diag), "", diag->help);
    if (*diag->note)
        buf_printf(buf, "%*s = note: %s\n", margin_of(diag), "", diag->note);
    buf_add_char(buf, '\n');
}

static void
add_count(struct buf *buf, size_t count, const char *what)
{
    if (!count)
        return;
    if (buf->len && buf->at[buf->len - 1] != '\n')
        buf_add_cstr(buf, ", ");
    buf_printf(buf, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void
report_human(struct report *report)
{
    const struct diag_list *diags = report->diags;
    struct buf buf;

    buf_init(&buf, report->arena);
    for (size_t i = 0; i < diags->count; i++)
        add_human(&buf, report, &diags->items[i]);
    add_count(&buf, diags->errors, "error");
    add_count(&buf, diags->count - diags->errors, "warning");
    if (diags->errors)
        buf_add_cstr(&buf, "; a file with an error is not loaded");
    if (diags->count)
        buf_add_char(&buf, '\n');
    if (buf.len)
        fwrite(buf.at, 1, buf.len, stderr);
}

static void
report_parsable(struct report *report)
{
    diag_print(report->diags, stderr);
}

/* ---- for programs
 * --------------------------------------------------------------- */

/* All that is said of one, in a line. */
static const char *
words_of(struct report *report, const struct diag *diag)
{
    struct buf buf;

    buf_init(&buf, report->arena);
    diag_add_words(diag, &buf);
    return arena_strndup(report->arena, buf.at, buf.len);
}

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
        if (*diag->code)
            printf(",title=%s", diag->code);
        fputs("::", stdout);
        put_github(words_of(report, diag), false);
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
add_given(struct buf *buf, const char *key, const char *text)
{
    if (*text)
        json_add_member(buf, key, str_from_cstr(text));
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
    add_given(buf, "code", diag->code);
    json_add_member(buf, "message", str_from_cstr(diag->text));
    add_given(buf, "help", diag->help);
    add_given(buf, "note", diag->note);
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
add_result(struct buf *buf, struct report *report, const struct diag *diag)
{
    buf_add_cstr(buf, "{");
    add_given(buf, "ruleId", diag->code);
    json_add_member(buf, "level", str_from_cstr(diag_level_name(diag->level)));
    buf_add_cstr(buf, ",\"message\":{");
    json_add_member(buf, "text", str_from_cstr(words_of(report, diag)));
    buf_add_cstr(buf, "},\"locations\":[{\"physicalLocation\":"
                      "{\"artifactLocation\":{");
    add_uri(buf, report->arena, diag->file);
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

static bool
is_found(const struct diag_list *diags, const char *code)
{
    for (size_t i = 0; i < diags->count; i++)
        if (strcmp(diags->items[i].code, code) == 0)
            return true;
    return false;
}

static void
add_text(struct buf *buf, const char *key, const char *text)
{
    json_add_key(buf, key);
    buf_add_cstr(buf, "{");
    json_add_member(buf, "text", str_from_cstr(text));
    buf_add_cstr(buf, "}");
}

/* What is known of the codes that were found. */
static void
add_rules(struct buf *buf, struct report *report)
{
    for (size_t i = 0; i < mistake_count(); i++) {
        const struct mistake_row *row = mistake_at(i);
        char code[MISTAKE_CODE_BYTES];

        if (!is_found(report->diags, mistake_code(row->mistake, code)))
            continue;
        if (buf->at[buf->len - 1] == '}')
            buf_add_cstr(buf, ",");
        buf_add_cstr(buf, "\n {");
        json_add_member(buf, "id", str_from_cstr(code));
        add_text(buf, "shortDescription", row->title);
        add_text(buf, "fullDescription", row->cause);
        add_text(buf, "help", mistake_examples(report->arena, row));
        buf_add_cstr(buf, "}");
    }
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
              "\",\"rules\":[");
    add_rules(&buf, report);
    buf_add_cstr(&buf, "]}},\"columnKind\":\"unicodeCodePoints\","
                       "\"results\":[");
    for (size_t i = 0; i < report->diags->count; i++) {
        buf_add_cstr(&buf, i ? ",\n " : "\n ");
        add_result(&buf, report, &report->diags->items[i]);
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
