/* yaml_scalar.h - what an unquoted YAML scalar means, in the one reading that
 * all YAML versions agree on; for yaml.c only. */
#ifndef IO_YAML_SCALAR_H
#define IO_YAML_SCALAR_H

#include <stdbool.h>

#include "arena.h"
#include "compiler.h"
#include "mistake_code.h"
#include "node.h"
#include "str.h"

struct yaml_spellings; /* the refused ones; lives in its arena */

/* Why a scalar is not taken. */
struct yaml_refusal {
    enum mistake mistake;
    const char *problem; /* after the text itself */
    const char *help;    /* "" when the problem says it */
};

struct yaml_spellings *yaml_spellings_new(struct arena *arena);

/* Fill in node's kind and value from an unquoted text, which is borrowed.
 * False when readers disagree about it, or cannot hold it: *refusal then says
 * why, and what to write. */
MUST_CHECK bool yaml_scalar_read(const struct yaml_spellings *spellings,
                                 struct str text, struct node *node,
                                 struct yaml_refusal *refusal);

#endif
