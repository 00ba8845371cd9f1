/* junit.c - the suites as they come; the head, which counts them, at the end.
 */
#include "junit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xml_text.h"

void
junit_init(struct junit *junit, struct arena *arena)
{
    *junit = (struct junit){0};
    buf_init(&junit->suites, arena);
}

static void
add_attribute(struct buf *buf, const char *name, struct str text)
{
    buf_printf(buf, " %s=\"", name);
    xml_add_text(buf, text);
    buf_add_char(buf, '"');
}

static void
add_number(struct buf *buf, const char *name, size_t number)
{
    buf_printf(buf, " %s=\"%zu\"", name, number);
}

/* A test and, unless it passed, what is wrong; `diffs` may be NULL. */
static void
add_case(struct buf *buf, const char *file, struct str name, int line,
         const char *fault, const char *message,
         const struct test_diff_list *diffs)
{
    struct buf text;

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
    buf_add_char(buf, '>');
    buf_init(&text, buf->arena);
    if (diffs)
        test_diff_print(diffs, &text);
    xml_add_text(buf, buf_str(&text));
    buf_printf(buf, "</%s>\n    </testcase>\n", fault);
}

static void
add_fault(struct buf *buf, const struct diag *diag)
{
    struct buf words;

    buf_init(&words, buf->arena);
    diag_add_words(diag, &words);
    if (*diag->code)
        buf_printf(&words, " [%s]", diag->code);
    add_case(buf, diag->file, STR("rule file"), diag->line, "error",
             arena_strndup(buf->arena, words.at, words.len), NULL);
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
            add_fault(buf, &diags->items[i]);
    for (size_t i = 0; i < report->count; i++) {
        const struct rule_test_result *result = &report->results[i];

        add_case(buf, file, result->name, result->line,
                 result->passed ? NULL : "failure", result->message,
                 &result->diffs);
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
    bool ok = out && fprintf(out,
                             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                             "<testsuites name=\"reward test\" tests=\"%zu\" "
                             "failures=\"%zu\" errors=\"%zu\">\n"
                             "%.*s</testsuites>\n",
                             junit->tests, junit->failures, junit->errors,
                             STR_ARG(buf_str(&junit->suites))) > 0;

    if (out && fclose(out) != 0)
        ok = false;
    return ok || err_set(err, ERR_CONFIG, "cannot write \"%s\": %s", path,
                         strerror(errno));
}
