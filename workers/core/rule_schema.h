/* rule_schema.h - the shape of a rule file as JSON Schema, for editors. */
#ifndef CORE_RULE_SCHEMA_H
#define CORE_RULE_SCHEMA_H

#include "buf.h"
#include "rule_shape.h"

/* Of a whole rule file; in rule.c. */
extern const struct shape rule_file_shape;

/* Append schemas/rules.schema.json (draft-07). What the loader takes fits it;
 * what only the loader can tell, such as whether an expression makes sense, is
 * left to the loader. */
void rule_schema_print(struct buf *buf);

#endif
