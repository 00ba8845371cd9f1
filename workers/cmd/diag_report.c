/* diag_report.c - one function a format, found by its name. */
#include "diag_report.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "file.h"
#include "json_text.h"
#include "version.h"

enum {
    EXCERPT_BYTES = 100, /* of a line, at most */
    EXCERPT_BEFORE = 60, /* of those, before a caret far to the right */
};

struct report {
    struct diag_list *diags;
    struct arena *arena;
    bool secret;
    /* the file that the last excerpt was of */
    const char *file;
    struct str text;
};

/* ---- for people
 * ----------------------------------------------------------------- */

static struct str
text_of(struct report *report, const char *file)
{
    struct err err = {0};

    if (report->file && strcmp(report->file, file) == 0)
        return report->text;
    report->file = file;
    if (!file_read(report->arena, file, &report->text, &err))
        report->text = (struct str){0};
    return report->text;
}

/* Line `number` of a text without its end; empty when there is none. */
static struct str
line_of(struct str text, int number)
{
    const char *at = text.at ? text.at : "";
    const char *end = at + text.len;
    const char *stop;

    for (; number > 1 && at < end; number--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : end;
    }
    stop = memchr(at, '\n', (size_t)(end - at));
    if (!stop)
        stop = end;
    if (stop > at && stop[-1] == '\r')
        stop--;
    return (struct str){at, (size_t)(stop - at)};
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

/* What the terminal is shown: no control character, a tab as one space. */
static void
put_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        putc((unsigned char)text.at[i] < ' ' || text.at[i] == 127 ? ' '
                                                                  : text.at[i],
             stderr);
}

static void
print_excerpt(struct report *report, const struct diag *diag)
{
    struct str line = line_of(text_of(report, diag->file), diag->line);
    size_t caret = offset_of(line, diag->column);
    size_t from = caret > EXCERPT_BEFORE ? caret - EXCERPT_BEFORE : 0;
    size_t end = line.len;

    if (!line.len)
        return;
    while (from < caret && !begins_character(line.at[from]))
        from++;
    if (end - from > EXCERPT_BYTES) {
        end = from + EXCERPT_BYTES;
        while (end > from && !begins_character(line.at[end]))
            end--;
    }
    fprintf(stderr, "%6d | ", diag->line);
    put_text((struct str){line.at + from, end - from});
    fputs("\n       | ", stderr);
    for (size_t i = from; i < caret; i++)
        if (begins_character(line.at[i]))
            putc(' ', stderr);
    fputs("^\n", stderr);
}

static void
report_human(struct report *report)
{
    for (size_t i = 0; i < report->diags->count; i++) {
        const struct diag *diag = &report->diags->items[i];

        diag_print_one(diag, stderr);
        if (diag->line && !report->secret)
            print_excerpt(report, diag);
    }
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
diag_report(struct diag_list *diags, const char *format, bool secret,
            struct arena *arena)
{
    struct report report = {.diags = diags, .arena = arena, .secret = secret};

    diag_sort(diags);
    format_named(format)->print(&report);
}
