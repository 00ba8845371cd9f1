/* schema_holding.h - all schemas that a value at some place must satisfy; for
 * schema_field.c and schema_range.c only. */
#ifndef CORE_SCHEMA_HOLDING_H
#define CORE_SCHEMA_HOLDING_H

#include "schema_parts.h"

/* More schemas for one property than this are not looked at. */
enum { HOLDING_MAX = 16 };

struct holding {
    const struct schema *schemas[HOLDING_MAX];
    size_t count;
};

/* What they say together about the type. */
struct promise {
    unsigned types; /* TYPE_* */
    const struct schema_format *format;
};

/* Those of the property of the object; *required: it must be there. */
struct holding holding_below(const struct holding *holding, struct str name,
                             bool *required);

struct promise holding_promise(const struct holding *holding);

#endif
