/* template.h - texts with {placeholders}, as notifications are written in rule
 * files. A placeholder is a name between braces: `amount`, `balance`,
 * `account`, `event.id` or `event.data.FIELD`. `{{` stands for one brace. */
#ifndef CORE_TEMPLATE_H
#define CORE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "str.h"

struct template_part {
    enum { TEMPLATE_TEXT, TEMPLATE_NAME, TEMPLATE_BROKEN } kind;
    struct str text; /* to print, between the braces, or from a brace that is
                        never closed on */
};

/* The part that starts at *at, which moves behind it; false at the end. Both
 * the rule loader and template_expand read texts by this. */
bool template_next(struct str text, size_t *at, struct template_part *part);

/* Whether the name is a field of event.data; *path is what follows that. */
bool template_data_path(struct str name, struct str *path);

/* As template_data_path, of an answer: `answer.FIELD`. */
bool template_answer_path(struct str name, struct str *path);

struct template_field {
    struct str name;
    struct str text;
};

/* What placeholders mean. Borrowed. */
struct template_scope {
    const struct template_field *fields; /* by the whole name */
    size_t field_count;
    const struct template_field *data; /* by the path in event.data */
    size_t data_count;
    const struct template_field *answer; /* by the name in the answer */
    size_t answer_count;
};

/* Append the text with its placeholders replaced; a name that is not there
 * prints nothing, a brace that is never closed prints as it is. */
void template_expand(struct buf *buf, struct str text,
                     const struct template_scope *scope);

/* Append an amount as people read it: 6500000 at scale 2 is "65,000", 6500050
 * is "65,000.50". */
void template_amount(struct buf *buf, int64_t minor, int scale);

#endif
