/* rule_shape.h - what may stand where in a rule file, in tables. The loader
 * reads objects by them (read_keys) and schemas/rules.schema.json is made from
 * them, so that what an editor offers is what the loader takes. The table of an
 * object stands in the file that compiles it. */
#ifndef CORE_RULE_SHAPE_H
#define CORE_RULE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct line_kind; /* see line.h */

/* What a value can be: a function of rule_read.h each, or a list or mapping. */
enum shape_kind {
    SHAPE_ANY,
    SHAPE_TEXT,     /* min to max bytes */
    SHAPE_STRING,   /* min to max bytes; a number must be in quotes */
    SHAPE_ID,       /* see read_id */
    SHAPE_DECIMAL,  /* see read_decimal, and so on */
    SHAPE_AMOUNT,   /* not below zero */
    SHAPE_POSITIVE, /* above zero */
    SHAPE_INTEGER,  /* min to max, not in quotes */
    SHAPE_FLAG,     /* true or false */
    SHAPE_FALSE,
    SHAPE_WORD, /* one of the words */
    SHAPE_TIME,
    SHAPE_DATE,
    SHAPE_DURATION,
    SHAPE_PERIOD,
    SHAPE_EXPR,
    SHAPE_TYPE,   /* of an event */
    SHAPE_LIST,   /* min to max of `of` */
    SHAPE_MAP,    /* min to max names, the author's own, to `of` */
    SHAPE_OBJECT, /* with the keys of a table */
    SHAPE_KIND_COUNT
};

struct shape;

/* A key of an object. */
struct key {
    const char *name;
    bool required;
    const struct shape *shape;
    const char *help;    /* a sentence or a part of one */
    const char *example; /* of a text the text itself, else JSON; NULL when it
                            can be made of the examples of its parts */
};

/* Where one key is, or anyway when that is NULL, the other must be: for what
 * the loader has words of its own about. A list ends with {0}. */
struct key_need {
    const char *key;
    const char *needed;
};

struct shape {
    enum shape_kind kind;
    int min;                  /* see the kinds */
    int max;                  /* 0: any number */
    const char *pattern;      /* of a string, or of a map's names; NULL: any */
    const char *const *words; /* `max` of them */
    const char *(*name)(size_t index); /* of words or names; NULL at the end */
    const struct shape *of;            /* of a list or map; what further keys an
                                          object may have, or NULL for none */
    const struct shape *otherwise;     /* the value can also be this; or NULL */

    const char *what; /* an object, in messages: "a rule" */
    const struct key *keys;
    size_t key_count;
    const struct line_kind *const *kinds; /* further keys, exactly one of which
                                             must be there; or NULL */
    const char *const *one_of; /* keys of the table, the same; ends with NULL */
    const struct key_need *needs;
};

#define SHAPE_WORDS(LIST)                                                      \
    .kind = SHAPE_WORD, .words = (LIST), .max = sizeof(LIST) / sizeof(*(LIST))

#define SHAPE_KEYS(WHAT, KEYS)                                                 \
    .kind = SHAPE_OBJECT, .what = (WHAT), .keys = (KEYS),                      \
    .key_count = sizeof(KEYS) / sizeof(*(KEYS))

extern const struct shape shape_any;
extern const struct shape shape_id;
extern const struct shape shape_decimal;
extern const struct shape shape_amount;
extern const struct shape shape_positive;
extern const struct shape shape_flag;
extern const struct shape shape_time;
extern const struct shape shape_duration;
extern const struct shape shape_period;
extern const struct shape shape_expr;
extern const struct shape shape_type;
extern const struct shape shape_description; /* of a rule or line */

/* Of an object: the number of its keys, those of `kinds` included, and each. */
size_t shape_key_count(const struct shape *shape);
struct key shape_key(const struct shape *shape, size_t index);

#endif
