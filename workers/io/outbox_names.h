/* outbox_names.h - names and texts that many rows of the ledger share, kept in
 * memory by id; for outbox.c only. */
#ifndef IO_OUTBOX_NAMES_H
#define IO_OUTBOX_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "err.h"
#include "pg.h"
#include "rule.h"
#include "str.h"

struct name {
    int64_t id;
    struct str text;
};

struct name_list { /* in order of id */
    struct name *items;
    size_t count;
};

struct rule_texts { /* of one rule of one rule set */
    int64_t ruleset_id;
    struct str rule;
    struct notify notify;
};

struct ruleset_name {
    int64_t id;
    struct str stamp;
    struct str asset;
};

struct outbox_names {
    struct arena arena;
    struct name_list sources;
    struct name_list types;
    struct name_list lines;
    struct ruleset_name *rulesets; /* in order of id */
    size_t ruleset_count;
    struct rule_texts *texts; /* in order of rule set id and rule */
    size_t text_count;
};

/* Read all names, and the rule sets from oldest_ruleset on, in place of what
 * was there. */
MUST_CHECK bool names_load(struct outbox_names *names, struct pg *pg,
                           int64_t oldest_ruleset, struct err *err);

void names_free(struct outbox_names *names);

/* NULL when the id is not known: it may be newer than the last load. */
const struct str *names_find(const struct name_list *list, int64_t id);
const struct ruleset_name *names_ruleset(const struct outbox_names *names,
                                         int64_t id);

/* The texts of that name, or NULL: of a rule, or of a kind of message. */
const struct notify *names_message(const struct outbox_names *names,
                                   int64_t ruleset_id, struct str name);

/* The texts of the rule that a line is of (`rule.line`), else of the line, or
 * NULL. */
const struct notify *names_notify(const struct outbox_names *names,
                                  int64_t ruleset_id, struct str line);

#endif
