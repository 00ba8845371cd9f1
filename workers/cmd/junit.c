/* junit.c - the suites as they come; the head, which counts them, at the end.
 */
#include "junit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void
junit_init(struct junit *junit, struct arena *arena)
{
    *junit = (struct junit){0};
    buf_init(&junit->suites, arena);
}

/* An attribute; characters that XML 1.0 does not know become U+FFFD. */
static void
add_attribute(struct buf *buf, const char *name, struct str text)
{
    buf_printf(buf, " %s=\"", name);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];

        if (strchr("&<>\"\n\t\r", byte) && byte)
            buf_printf(buf, "&#%d;", byte);
        else if (byte < ' ')
            buf_add_cstr(buf, "\xEF\xBF\xBD");
        else
            buf_add_char(buf, text.at[i]);
    }
    buf_add_char(buf, '"');
}

static void
add_number(struct buf *buf, const char *name, size_t number)
{
    buf_printf(buf, " %s=\"%zu\"", name, number);
}

/* A test and, unless it passed, what is wrong. */
static void
add_case(struct buf *buf, const char *file, struct str name, int line,
         const char *fault, const char *message)
{
    buf_add_cstr(buf, "    <testcase");
    add_attribute(buf, "classname", str_from_cstr(file));
    add_attribute(buf, "name", name);
    add_attribute(buf, "file", str_from_cstr(file));
    add_number(buf, "line", (size_t)line);
    if (!fault) {
        buf_add_cstr(buf, "/>\n");
        return;
    }
    buf_printf(buf, ">\n      <%s", fault);
    add_attribute(buf, "message", str_from_cstr(message));
    buf_add_cstr(buf, "/>\n    </testcase>\n");
}

static void
add_counts(struct buf *buf, size_t tests, size_t failures, size_t errors)
{
    add_number(buf, "tests", tests);
    add_number(buf, "failures", failures);
    add_number(buf, "errors", errors);
    buf_add_cstr(buf, ">\n");
}

void
junit_add(struct junit *junit, const char *file,
          const struct rule_test_report *report, const struct diag_list *diags)
{
    struct buf *buf = &junit->suites;
    size_t failures = report->count - report->passed;
    size_t tests = report->count + diags->errors;

    buf_add_cstr(buf, "  <testsuite");
    add_attribute(buf, "name", str_from_cstr(file));
    add_counts(buf, tests, failures, diags->errors);
    for (size_t i = 0; i < diags->count; i++)
        if (diags->items[i].level == DIAG_ERROR)
            add_case(buf, diags->items[i].file, STR("rule file"),
                     diags->items[i].line, "error", diags->items[i].text);
    for (size_t i = 0; i < report->count; i++) {
        const struct rule_test_result *result = &report->results[i];

        add_case(buf, file, result->name, result->line,
                 result->passed ? NULL : "failure", result->message);
    }
    buf_add_cstr(buf, "  </testsuite>\n");
    junit->tests += tests;
    junit->failures += failures;
    junit->errors += diags->errors;
}

bool
junit_write(const struct junit *junit, const char *path, struct err *err)
{
    FILE *out = fopen(path, "w");
    struct arena arena = {0};
    struct buf head;
    bool ok;

    if (!out)
        return err_set(err, ERR_CONFIG, "cannot write \"%s\": %s", path,
                       strerror(errno));
    buf_init(&head, &arena);
    buf_add_cstr(&head, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<testsuites name=\"reward test\"");
    add_counts(&head, junit->tests, junit->failures, junit->errors);
    buf_add_str(&head, buf_str(&junit->suites));
    buf_add_cstr(&head, "</testsuites>\n");
    ok = fwrite(head.at, 1, head.len, out) == head.len;
    arena_free(&arena);
    if (fclose(out) != 0 || !ok)
        return err_set(err, ERR_CONFIG, "cannot write \"%s\": %s", path,
                       strerror(errno));
    return true;
}
