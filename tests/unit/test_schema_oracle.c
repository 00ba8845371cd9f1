/* test_schema_oracle.c - random schemas and values against python3-jsonschema.
 * Run from the top of the tree; another seed comes from the environment as
 * SCHEMA_ORACLE_SEED. */
#include <stdio.h>

#include "schema_fixture.h"

enum { COUNT = 6000, LINE_BYTES = 65536 };

static FILE *
open_oracle(void)
{
    const char *seed = getenv("SCHEMA_ORACLE_SEED");
    char command[128];
    FILE *oracle;

    snprintf(command, sizeof(command),
             "python3 tests/unit/schema_oracle.py %lu %d",
             seed ? strtoul(seed, NULL, 10) : 20261201UL, COUNT);
    oracle = popen(command, "r");
    ck_assert_ptr_nonnull(oracle);
    return oracle;
}

static void
assert_agrees(const char *schema, const char *value, bool valid)
{
    struct schema_set *schemas = schema_set_new(&arena);
    struct node *document;
    struct node *data;

    ck_assert(json_read(&arena, str_from_cstr(schema), &document, &err));
    ck_assert(json_read(&arena, str_from_cstr(value), &data, &err));
    schema_add(schemas, document, "t.json", &diags);
    ck_assert_msg(diags.count == 0, "%s: %s", schema,
                  diags.count ? diags.items[0].text : "");
    ck_assert_msg(schema_check(schema_at(schemas, 0), data, &arena, &err) ==
                      valid,
                  "%s\n%s\nshould be %s: %s", schema, value,
                  valid ? "valid" : "refused", err.text);
    ck_assert(valid || strcmp(err.code, "schema_violation") == 0);
}

START_TEST(random_schemas_judge_alike)
{
    static char line[LINE_BYTES];
    FILE *oracle = open_oracle();
    int count[2] = {0};

    while (fgets(line, sizeof(line), oracle)) {
        char *value = strchr(line, '\t');
        char *verdict = value ? strchr(value + 1, '\t') : NULL;

        ck_assert_msg(verdict != NULL, "%s", line);
        *value++ = '\0';
        *verdict++ = '\0';
        assert_agrees(line, value, *verdict == '1');
        count[*verdict == '1']++;
        tear_down();
        set_up();
    }
    ck_assert_int_eq(pclose(oracle), 0);
    ck_assert_int_eq(count[0] + count[1], COUNT);
    ck_assert_int_gt(count[0], COUNT / 10);
    ck_assert_int_gt(count[1], COUNT / 10);
}
END_TEST

int
main(void)
{
    return UNIT_RUN("schema_oracle", set_up, tear_down,
                    random_schemas_judge_alike);
}
