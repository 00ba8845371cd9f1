/* rule_shape.c - the shapes that many keys share. */
#include "rule_shape.h"

#include "line.h"

const struct shape shape_any = {.kind = SHAPE_ANY};
const struct shape shape_id = {.kind = SHAPE_ID};
const struct shape shape_decimal = {.kind = SHAPE_DECIMAL};
const struct shape shape_amount = {.kind = SHAPE_AMOUNT};
const struct shape shape_positive = {.kind = SHAPE_POSITIVE};
const struct shape shape_flag = {.kind = SHAPE_FLAG};
const struct shape shape_time = {.kind = SHAPE_TIME};
const struct shape shape_duration = {.kind = SHAPE_DURATION};
const struct shape shape_period = {.kind = SHAPE_PERIOD};
const struct shape shape_expr = {.kind = SHAPE_EXPR};
const struct shape shape_type = {.kind = SHAPE_TYPE};
const struct shape shape_description = {
    .kind = SHAPE_TEXT, .min = 1, .max = DESCRIPTION_MAX_BYTES};

size_t
shape_key_count(const struct shape *shape)
{
    size_t count = shape->key_count;

    for (size_t i = 0; shape->kinds && shape->kinds[i]; i++)
        count++;
    return count;
}

struct key
shape_key(const struct shape *shape, size_t index)
{
    const struct line_kind *kind;

    if (index < shape->key_count)
        return shape->keys[index];
    kind = shape->kinds[index - shape->key_count];
    return (struct key){kind->name, false, kind->shape, kind->help,
                        kind->example};
}
