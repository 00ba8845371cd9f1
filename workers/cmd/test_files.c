/* test_files.c - paths are relative to the file of the test, wherever the
 * program was started. */
#include "test_files.h"

#include <string.h>
#include <unistd.h>

#include "file.h"
#include "quote.h"
#include "test_inputs.h"
#include "yaml.h"

/* The tests of one file. */
struct reading {
    struct arena *arena;
    const char *from;
    const struct node *tests;
    struct diag_list *diags;
};

const char *
test_files_path(struct arena *arena, const char *from, struct str name)
{
    const char *slash = strrchr(from, '/');
    int folder = slash ? (int)(slash - from) + 1 : 0;

    if (str_starts_with(name, STR("/")))
        folder = 0;
    return arena_printf(arena, "%.*s%.*s", folder, from, STR_ARG(name));
}

bool
test_file_open(const char *path, struct diag_list *diags,
               struct test_file *file)
{
    struct arena *arena = diags->arena;
    const struct node *document;
    const struct node *named;
    struct err err = {0};
    struct str rules;
    struct str text;

    if (!file_read(arena, path, &text, &err)) {
        diag_add(diags, DIAG_ERROR, path, 0, 0, "%s", err.text);
        return false;
    }
    document = yaml_read(arena, path, text, diags);
    if (!document ||
        !rule_test_read(path, document, diags, &rules, &file->tests))
        return false;
    named = node_get(document, STR("rules"));
    file->rules = test_files_path(arena, path, rules);
    file->line = named->line;
    file->column = named->column;
    return true;
}

static void
add_fault(const struct reading *reading, const struct node *node,
          const char *text)
{
    diag_add(reading->diags, DIAG_ERROR, reading->from, node->line,
             node->column, "%s", text);
}

/* The path that the test names, or NULL when it names none. */
static const char *
path_of(const struct reading *reading, const struct node *test, const char *key)
{
    const struct node *node = node_get(test, str_from_cstr(key));

    if (!node)
        return NULL;
    if (node_is_string(node) && node->text.len)
        return test_files_path(reading->arena, reading->from, node->text);
    add_fault(
        reading, node,
        arena_printf(reading->arena, "%s must be the path of a file", key));
    return NULL;
}

static void
read_events(const struct reading *reading, const struct node *test,
            struct rule_test_files *files)
{
    const char *path = path_of(reading, test, "events_file");
    struct test_input *inputs;
    struct err err = {0};

    if (path && !test_inputs_read(reading->arena, path, &inputs,
                                  &files->event_count, &err))
        add_fault(reading, node_get(test, STR("events_file")), err.text);
    else if (path)
        files->events = inputs;
}

/* Two tests that keep their results in one file would never agree. */
static bool
is_shared(const struct reading *reading, size_t index)
{
    const struct node *file =
        node_get(reading->tests->items[index], STR("expect_file"));

    for (size_t i = 0; i < index; i++) {
        const struct node *other =
            node_get(reading->tests->items[i], STR("expect_file"));

        if (node_is_string(other) && str_eq(other->text, file->text))
            return true;
    }
    return false;
}

static void
read_golden(const struct reading *reading, size_t index,
            struct rule_test_files *files)
{
    const struct node *test = reading->tests->items[index];
    const char *path = path_of(reading, test, "expect_file");
    struct err err = {0};

    if (!path)
        return;
    if (is_shared(reading, index))
        add_fault(reading, node_get(test, STR("expect_file")),
                  "another test has this expect_file, too");
    else if (access(path, F_OK) == 0 &&
             !file_read(reading->arena, path, &files->golden, &err))
        add_fault(reading, node_get(test, STR("expect_file")), err.text);
}

const struct rule_test_files *
test_files_read(struct arena *arena, const char *from, const struct node *tests,
                bool accepts, struct diag_list *diags)
{
    const struct reading reading = {arena, from, tests, diags};
    struct rule_test_files *files =
        arena_array(arena, tests->item_count + 1, sizeof(*files));

    for (size_t i = 0; i < tests->item_count; i++) {
        files[i].accepts = accepts;
        read_events(&reading, tests->items[i], &files[i]);
        read_golden(&reading, i, &files[i]);
    }
    return files;
}

const struct lint_tests *
test_files_beside(struct arena *arena, const char *rules)
{
    struct lint_tests *beside = NULL;
    struct err ignored = {0};
    struct diag_list diags;
    const char *const *files;
    size_t count;

    diag_init(&diags, arena);
    if (!file_list(arena, test_files_path(arena, rules, STR(".")), "_test.yaml",
                   &files, &count, &ignored))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        struct lint_tests *found;
        struct test_file file;

        if (!test_file_open(files[i], &diags, &file) ||
            !file_is_same(file.rules, rules))
            continue;
        found = ARENA_NEW(arena, struct lint_tests);
        found->tests = file.tests;
        found->files =
            test_files_read(arena, files[i], file.tests, false, &diags);
        found->next = beside;
        beside = found;
    }
    return beside;
}

bool
test_files_keep(struct arena *arena, const char *from, const struct node *test,
                const struct rule_test_files *files,
                const struct rule_test_result *result, const char **changed,
                struct err *err)
{
    const struct node *file = node_get(test, STR("expect_file"));

    *changed = NULL;
    if (!result->passed || !result->golden.len ||
        (files->golden.at && str_eq(files->golden, result->golden)))
        return true;
    *changed = test_files_path(arena, from, file->text);
    return file_replace(arena, *changed, result->golden, err);
}
