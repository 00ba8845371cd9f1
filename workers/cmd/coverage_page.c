/* coverage_page.c - marks are words as well as colours, so that the page can be
 * read without seeing them. */
#include "coverage_page.h"

#include "coverage_report.h"
#include "xml_text.h"

#define ADD(buf, literal) buf_add(buf, literal, sizeof(literal) - 1)

/* A rule file on its way into the page. */
struct writing {
    struct buf *page;
    const struct coverage *coverage;
    const struct cover_point **points; /* in order of place */
    size_t next;
};

void
coverage_page_begin(struct buf *page)
{
    ADD(page, "<!DOCTYPE html>\n"
              "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
              "<title>Coverage of rules by their tests</title>\n<style>\n"
              "body { font-family: sans-serif; margin: 2em; }\n"
              "table { border-collapse: collapse; }\n"
              "td { padding: 0 0.6em; vertical-align: top; }\n"
              "td.number { text-align: right; color: #666; }\n"
              "td.source { font-family: monospace; white-space: pre-wrap; }\n"
              "tr.seen { background: #e2f4e2; }\n"
              "tr.half { background: #fdf3cd; }\n"
              "tr.never { background: #fbdede; }\n"
              "</style>\n</head>\n<body>\n"
              "<h1>Coverage of rules by their tests</h1>\n"
              "<p>seen: all of the line was at work in a test; half: some of "
              "it was; never: none of it.</p>\n");
}

/* Take a line off *text. */
static struct str
take_line(struct str *text)
{
    const char *end = memchr(text->at, '\n', text->len);
    struct str line =
        str_make(text->at, end ? (size_t)(end - text->at) : text->len);
    size_t taken = line.len + (end != NULL);

    *text = str_make(text->at + taken, text->len - taken);
    return line;
}

static const char *
mark_of(struct cover_count count)
{
    if (!count.all)
        return "";
    if (count.seen == count.all)
        return "seen";
    return count.seen ? "half" : "never";
}

static void
add_missing(struct buf *notes, const struct cover_point *point)
{
    for (int half = 0; half < 2; half++) {
        const char *missing = cover_point_missing(point, half, notes->arena);

        if (!missing)
            continue;
        if (notes->len)
            ADD(notes, "; ");
        xml_add_text(notes, point->name);
        ADD(notes, ": ");
        xml_add_text(notes, str_from_cstr(missing));
    }
}

static void
add_line(struct writing *writing, int number, struct str text)
{
    struct cover_count sum = {0};
    const char *mark;
    struct buf notes;

    buf_init(&notes, writing->coverage->arena);
    for (; writing->next < writing->coverage->count &&
           writing->points[writing->next]->place.line == number;
         writing->next++) {
        const struct cover_point *point = writing->points[writing->next];
        struct cover_count count = cover_point_count(point);

        sum.seen += count.seen;
        sum.all += count.all;
        add_missing(&notes, point);
    }
    mark = mark_of(sum);
    buf_printf(writing->page, "<tr%s%s%s><td class=\"number\">%d</td>",
               *mark ? " class=\"" : "", mark, *mark ? "\"" : "", number);
    buf_printf(writing->page, "<td>%s</td><td class=\"source\">", mark);
    xml_add_text(writing->page, text);
    buf_printf(writing->page, "</td><td>%.*s</td></tr>\n",
               STR_ARG(buf_str(&notes)));
}

void
coverage_page_add(struct buf *page, const char *file,
                  const struct coverage *coverage)
{
    struct writing writing = {.page = page, .coverage = coverage};
    struct cover_count count = coverage_count(coverage, NULL);
    struct str text = coverage->ruleset->text;

    writing.points = coverage_in_order(coverage);
    ADD(page, "<h2>");
    xml_add_text(page, str_from_cstr(file));
    buf_printf(page, "</h2>\n<p>%zu of %zu seen, %.*s %%</p>\n<table>\n",
               count.seen, count.all,
               STR_ARG(cover_percent(count, coverage->arena)));
    for (int number = 1; text.len; number++)
        add_line(&writing, number, take_line(&text));
    ADD(page, "</table>\n");
}

void
coverage_page_end(struct buf *page)
{
    ADD(page, "</body>\n</html>\n");
}
