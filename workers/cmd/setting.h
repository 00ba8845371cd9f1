/* setting.h - one thing that can be set: a row of the settings table, and the
 * types its value can have. Only for the settings*.c and setting*.c files. */
#ifndef CMD_SETTING_H
#define CMD_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "compiler.h"
#include "diag.h"
#include "err.h"
#include "node.h"
#include "settings.h"
#include "str.h"

struct number_form; /* see setting_scalar.c */
struct setting_type;

struct setting {
    const char *name; /* "kafka.output.topic" */
    const struct setting_type *type;
    const char *builtin;      /* as it would be written; "" is not set */
    const char *help;         /* sentences, for config.example.yaml */
    size_t offset;            /* of the value in struct settings */
    int64_t min;              /* of numbers; of a text's length */
    int64_t max;              /* of a text's length: 0 for no limit */
    const char *const *words; /* of a word, by value; ends with NULL */
    const char *example;      /* shown where the built-in value is "" */
};

/* The table, sorted by section; see settings_table.c. */
extern const struct setting settings_table[];
extern const size_t settings_table_count;

/* Where a value comes from, and where it goes. Faults are added to diags at
 * the place it holds. */
struct setting_source {
    struct arena *arena;
    struct settings *settings; /* being filled */
    struct diag_list *diags;
    const char *file; /* or the name of the variable or flag */
    int line;
    int column;
    bool in_argv; /* everybody on the machine can read it */
};

/* Functions return false after adding a fault. Values are copied. */
struct setting_type {
    /* From the environment, a flag or the built-in text. */
    bool (*from_text)(struct setting_source *source,
                      const struct setting *setting, struct str text);
    /* From the file. */
    bool (*from_node)(struct setting_source *source,
                      const struct setting *setting, const struct node *node);
    /* Append as YAML what comes after `key:`, with the space or line break
     * before it; indent is the column of the key. */
    void (*print)(const struct setting *setting,
                  const struct settings *settings, int indent, struct buf *buf);
    /* Append JSON Schema members for the value. */
    void (*schema)(const struct setting *setting, struct buf *buf);
    /* Append what values are allowed, for people; NULL: any. */
    void (*range)(const struct setting *setting, struct buf *buf);
    const struct number_form *number; /* of types that are numbers */
    bool secret;                      /* a file that holds it must be private */
};

extern const struct setting_type setting_text;
extern const struct setting_type setting_topic;
extern const struct setting_type setting_count;
extern const struct setting_type setting_bytes;
extern const struct setting_type setting_duration;
extern const struct setting_type setting_word;
extern const struct setting_type setting_secret;
extern const struct setting_type setting_dsn;
extern const struct setting_type setting_inputs;
extern const struct setting_type setting_properties;

/* Where the setting's value is kept in struct settings. */
void *setting_place(struct settings *settings, const struct setting *setting);
const void *setting_value(const struct settings *settings,
                          const struct setting *setting);

/* Add a fault at the source's place; returns false. */
bool setting_fault(const struct setting_source *source, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* The text of a scalar of the file, ${VARIABLES} filled in. Moves the source's
 * place to the node. `name` is for the fault when it is no scalar. */
MUST_CHECK bool setting_node_text(struct setting_source *source,
                                  const char *name, const struct node *node,
                                  struct str *text);

/* from_node of all types that are one scalar. */
bool setting_scalar_from_node(struct setting_source *source,
                              const struct setting *setting,
                              const struct node *node);

/* What a file holds, without the newline at its end. A secret file that others
 * can read is a fault. */
MUST_CHECK bool setting_read_file(const struct setting_source *source,
                                  const char *path, bool secret,
                                  struct str *text);

/* Whether the name can be one of a Kafka topic; adds a fault if not. */
MUST_CHECK bool setting_check_topic(const struct setting_source *source,
                                    struct str topic);

/* Index of the word in a list that ends with NULL, or a fault with the nearest
 * word. `name` is the setting's. */
MUST_CHECK bool setting_find_word(const struct setting_source *source,
                                  const char *name, const char *const *words,
                                  struct str word, int *index);

/* Set one librdkafka property. */
MUST_CHECK bool setting_set_property(struct setting_source *source,
                                     struct str name, struct str value);

/* Whether the value of a librdkafka property is a secret. */
bool setting_property_is_secret(struct str name);

/* Append text as a YAML scalar that reads back as this text. */
void setting_add_yaml(struct buf *buf, struct str text);

/* Append the words as a JSON list of strings. */
void setting_add_words(struct buf *buf, const char *const *words);

#endif
