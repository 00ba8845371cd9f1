/* load.c - finds and reads the files; what they mean is for schema.h and
 * rule.h. */
#include "load.h"

#include <string.h>

#include "file.h"
#include "json.h"
#include "yaml.h"

/* A fault of the file as a whole. */
static void
add_fault(struct diag_list *diags, const char *path, const char *text)
{
    diag_add(diags, DIAG_ERROR, path, 0, 0, "%s", text);
}

void
load_schema_file(struct arena *arena, const char *path,
                 struct schema_set *schemas, struct diag_list *diags)
{
    struct err err = {0};
    struct node *document;

    if (json_read_file(arena, path, &document, &err))
        schema_add(schemas, document, path, diags);
    else
        add_fault(diags, path, err.text);
}

bool
load_schemas(struct arena *arena, const char *dir, struct schema_set **schemas,
             struct diag_list *diags, struct err *err)
{
    size_t errors_before = diags->errors;
    const char *const *paths;
    size_t count;

    if (!file_list(arena, dir, ".json", &paths, &count, err))
        return err_add(err, "event schemas of schemas.dir");
    if (count == 0)
        return err_set(err, ERR_CONFIG,
                       "folder \"%s\" has no event schemas (*.json)", dir);
    *schemas = schema_set_new(arena);
    for (size_t i = 0; i < count; i++)
        load_schema_file(arena, paths[i], *schemas, diags);
    if (diags->errors > errors_before)
        return err_set(err, ERR_CONFIG, "event schemas in \"%s\" have faults",
                       dir);
    return true;
}

bool
load_is_tests(const char *path)
{
    return str_ends_with(str_from_cstr(path), STR("_test.yaml"));
}

/* Keep those that are named outright, or no files of tests. */
static void
drop_tests(struct arena *arena, const char *path, const char *const **files,
           size_t *count)
{
    const char **kept = arena_array(arena, *count, sizeof(*kept));
    size_t kept_count = 0;

    for (size_t i = 0; i < *count; i++)
        if (!load_is_tests((*files)[i]) || strcmp((*files)[i], path) == 0)
            kept[kept_count++] = (*files)[i];
    *files = kept;
    *count = kept_count;
}

bool
load_list_rules(struct arena *arena, const char *path,
                const char *const **files, size_t *count, struct err *err)
{
    if (!file_list(arena, path, ".yaml", files, count, err))
        return false;
    drop_tests(arena, path, files, count);
    if (*count == 0)
        return err_set(err, ERR_CONFIG,
                       "folder \"%s\" has no rule file (*.yaml)", path);
    return true;
}

/* The one rule file at path, or NULL after adding a fault. */
static const char *
find_rules(struct arena *arena, const char *path, struct diag_list *diags)
{
    struct err err = {0};
    const char *const *files;
    size_t count;

    if (!load_list_rules(arena, path, &files, &count, &err)) {
        add_fault(diags, path, err.text);
        return NULL;
    }
    if (count > 1) {
        add_fault(diags, path,
                  "there is more than one rule file (*.yaml) in this folder; "
                  "name the one to use");
        return NULL;
    }
    return files[0];
}

struct ruleset *
load_ruleset_text(struct arena *arena, const char *file, struct str text,
                  const struct schema_set *schemas, struct diag_list *diags)
{
    const struct node *document = yaml_read(arena, file, text, diags);

    if (!document)
        return NULL;
    return ruleset_compile(arena, file, text, document, schemas, diags);
}

struct ruleset *
load_ruleset(struct arena *arena, const char *path,
             const struct schema_set *schemas, struct diag_list *diags)
{
    const char *file = find_rules(arena, path, diags);
    struct err err = {0};
    struct str text;

    if (!file)
        return NULL;
    if (!file_read(arena, file, &text, &err)) {
        add_fault(diags, file, err.text);
        return NULL;
    }
    return load_ruleset_text(arena, file, text, schemas, diags);
}
