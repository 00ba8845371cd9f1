/* load.h - event schemas and rule sets from their files, for the worker and
 * for all commands that look at rules. */
#ifndef CMD_LOAD_H
#define CMD_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "rule.h"
#include "schema.h"
#include "str.h"

/* Compile one event schema into the set. Faults go to diags. */
void load_schema_file(struct arena *arena, const char *path,
                      struct schema_set *schemas, struct diag_list *diags);

/* Compile all *.json of a folder. ERR_CONFIG when there is no such folder, no
 * schema in it, or diags has got an error. The set is made in the arena. */
MUST_CHECK bool load_schemas(struct arena *arena, const char *dir,
                             struct schema_set **schemas,
                             struct diag_list *diags, struct err *err);

/* Compile the rule file at path, or the one *.yaml of the folder at path. NULL
 * when diags has got an error. The rule set is made in the arena. */
struct ruleset *load_ruleset(struct arena *arena, const char *path,
                             const struct schema_set *schemas,
                             struct diag_list *diags);

/* Compile the text of a rule file, which messages call `file`. As load_ruleset.
 */
struct ruleset *load_ruleset_text(struct arena *arena, const char *file,
                                  struct str text,
                                  const struct schema_set *schemas,
                                  struct diag_list *diags);

/* Whether the name is that of a file of tests, `*_test.yaml`, and not of one of
 * rules. */
bool load_is_tests(const char *path);

/* The rule files at path: all *.yaml of a folder but files of tests, or the
 * file itself. ERR_CONFIG when there is none. */
MUST_CHECK bool load_list_rules(struct arena *arena, const char *path,
                                const char *const **files, size_t *count,
                                struct err *err);

#endif
