/* fuzz_rules.c - any bytes as a rule file: read, compiled against the shipped
 * schemas, its tests run when it compiles, its faults told when not. Run from
 * the top of the tree. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "rule.h"
#include "rule_test.h"
#include "yaml.h"

static struct arena process;
static struct schema_set *schemas;
static FILE *nowhere;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    nowhere = fopen("/dev/null", "w");
    schemas = fuzz_schemas(&process);
    return nowhere ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = fuzz_text(bytes, size);
    struct arena arena = {0};
    struct rule_test_report report;
    struct ruleset *ruleset = NULL;
    struct diag_list diags;
    struct node *document;

    diag_init(&diags, &arena);
    document = yaml_read(&arena, "rules.yaml", text, &diags);
    if (document)
        ruleset = ruleset_compile(&arena, "rules.yaml", text, document, schemas,
                                  &diags);
    /* A file is refused with a fault and no other way. */
    if (!ruleset != (diags.errors > 0))
        abort();
    diag_print(&diags, nowhere);
    if (ruleset)
        rule_tests_run(ruleset, schemas, NULL, &arena, &report);
    arena_free(&arena);
    return 0;
}
