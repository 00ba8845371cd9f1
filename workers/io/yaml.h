/* yaml.h - YAML text to a document tree with line and column; the only user of
 * libyaml. A strict subset: one document; no anchors, aliases, tags or merge
 * keys; no key twice; no word that YAML 1.1 readers take for true or false;
 * no number that another reader takes for another one. */
#ifndef IO_YAML_H
#define IO_YAML_H

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "node.h"
#include "str.h"

enum {
    YAML_MAX_DEPTH = 32,
    YAML_MAX_ITEMS = 12000, /* of one list or mapping; a rule file may have
                               10,000 rules, and is told of one more */
};

/* Plain scalars: `true`/`false` become NODE_BOOL, `null`, `~` and empty
 * NODE_NULL, decimal integers NODE_INT, decimals with a point NODE_DECIMAL
 * (text kept), all else and all quoted ones NODE_STRING. NULL after adding
 * errors to diags, as many as can be found. */
struct node *yaml_read(struct arena *arena, const char *file, struct str text,
                       struct diag_list *diags);

#endif
