/* rules_activation.c - checks, tests, then one transaction. */
#include "rules_activation.h"

#include <stdio.h>
#include <string.h>

#include "connect.h"
#include "diag_report.h"
#include "load.h"
#include "migration.h"
#include "registry.h"
#include "rule_test.h"
#include "rules_source.h"
#include "table.h"

/* An activation waits for the batches that are being posted. */
enum { ACTIVATE_TIMEOUT_MS = 60 * 1000 };

static int
refuse(const struct rules_source *source, const char *why)
{
    fprintf(stderr, "reward: %s %s; nothing was changed\n", source->name, why);
    return EXIT_ERRORS;
}

/* PostgreSQL names the first table that the role may not write; which role may
 * is for us to say. */
static int
failed(struct err *err)
{
    if (strcmp(err->code, "42501") == 0)
        err_add(err, "putting rules in force needs the rights of "
                     "reward_worker or reward_owner");
    return command_failed(err);
}

/* NULL after printing the faults. */
static struct ruleset *
compile(struct command_line *line, const struct rules_source *source,
        const struct schema_set *schemas)
{
    struct diag_list diags;
    struct ruleset *ruleset;

    diag_init(&diags, line->arena);
    ruleset = load_ruleset_text(line->arena, source->name, source->text,
                                schemas, &diags);
    diag_report(&diags, NULL, source->is_file, line->arena);
    return ruleset;
}

/* Tells of the tests that fail. */
static bool
tests_pass(struct command_line *line, const struct ruleset *ruleset,
           const struct schema_set *schemas)
{
    struct rule_test_report report;
    bool ok = rule_tests_run(ruleset, schemas, NULL, line->arena, &report);

    for (size_t i = 0; i < report.count; i++) {
        const struct rule_test_result *result = &report.results[i];

        if (!result->passed)
            fprintf(stderr, "FAIL %s:%d %.*s\n     %s\n", ruleset->file,
                    result->line, STR_ARG(result->name), result->message);
    }
    return ok;
}

static bool
activate(struct command_line *line, struct ruleset *ruleset,
         enum registry_verdict *verdict, char replaced[STAMP_ROOM],
         struct err *err)
{
    struct pg *pg;
    bool ok;

    if (!connect_database(line, ACTIVATE_TIMEOUT_MS, &pg, err))
        return false;
    ok = migration_require(pg, line->arena, err) &&
         registry_activate(pg, ruleset, verdict, replaced, err);
    pg_close(pg);
    return ok;
}

/* ---- what was done
 * ------------------------------------------------------------ */

static const char *const verdict_names[] = {
    [REGISTRY_ACTIVATED] = "activated",
    [REGISTRY_IN_FORCE] = "in_force",
    [REGISTRY_RESTORED] = "restored",
};

static void
print_record_of(struct command_line *line, const struct ruleset *ruleset,
                enum registry_verdict verdict, const char *replaced)
{
    static const struct table_column columns[] = {{"verdict", TABLE_STRING},
                                                  {"stamp", TABLE_STRING},
                                                  {"version", TABLE_STRING},
                                                  {"sha256", TABLE_STRING},
                                                  {"replaced", TABLE_STRING}};
    const struct str cells[] = {
        str_from_cstr(verdict_names[verdict]), str_from_cstr(ruleset->stamp),
        ruleset->version, str_from_cstr(ruleset->sha256),
        str_from_cstr(verdict == REGISTRY_IN_FORCE || !*replaced ? NULL
                                                                 : replaced)};
    struct table table = {columns, sizeof(columns) / sizeof(*columns), cells,
                          1};

    table_print_record(&table, table_format_from(line->format), stdout);
}

static void
say(struct command_line *line, const struct ruleset *ruleset,
    enum registry_verdict verdict, const char *replaced)
{
    if (table_format_from(line->format) != TABLE_TEXT)
        print_record_of(line, ruleset, verdict, replaced);
    else if (line->quiet)
        return;
    else if (verdict == REGISTRY_IN_FORCE)
        printf("%s (%.*s) is in force already\n", ruleset->stamp,
               STR_ARG(ruleset->version));
    else
        printf("%s %s (%.*s)%s%s\n", verdict_names[verdict], ruleset->stamp,
               STR_ARG(ruleset->version), *replaced ? ", replaces " : "",
               replaced);
}

int
rules_activation(struct command_line *line, const char *word)
{
    struct err err = {0};
    struct schema_set *schemas;
    struct rules_source source;
    struct ruleset *ruleset;
    enum registry_verdict verdict;
    char replaced[STAMP_ROOM] = "";

    if (!command_schemas(line, &schemas, &err) ||
        !rules_source_read(line, word, NULL, &source, &err))
        return failed(&err);
    ruleset = compile(line, &source, schemas);
    if (!ruleset)
        return refuse(&source, "has faults");
    if (!tests_pass(line, ruleset, schemas))
        return refuse(&source, "fails its tests");
    if (!activate(line, ruleset, &verdict, replaced, &err))
        return failed(&err);
    say(line, ruleset, verdict, replaced);
    return EXIT_OK;
}
