/* rule.h - a rule set: YAML compiled against the event schemas. All faults are
 * found at load, with their place. The language is rules/README.md. */
#ifndef CORE_RULE_H
#define CORE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "compiler.h"
#include "diag.h"
#include "facts.h"
#include "house_line.h"
#include "node.h"
#include "num.h"
#include "schema.h"
#include "str.h"

/* See rule_parts.h, for the compiler and the decider only. */
struct rule;
struct rule_index;

struct tiers; /* see tier.h, and so on */
struct staking;
struct conversion;
struct voting;

enum { STAMP_ROOM = 64 }; /* bytes of a stamp, with the NUL */

/* A member of notification.data. */
struct notify_datum {
    struct str key;
    struct str text; /* with placeholders */
};

/* How a rule's payments are told to people. Texts hold {placeholders}. */
struct notify {
    bool enabled;
    struct str category; /* "token_earned" */
    struct str title;
    struct str body;
    struct str collapse; /* may be empty */
    int32_t ttl_s;
    const struct notify_datum *data; /* besides what every message carries */
    size_t data_count;
};

struct rule_notify {
    struct str rule; /* rule id */
    struct notify notify;
};

struct ruleset {
    struct arena *arena;    /* owns everything below; borrowed */
    struct str name;        /* "gigs" */
    struct str version;     /* the author's, "2026-12-01.1" */
    struct str text;        /* the file, byte for byte */
    char sha256[65];        /* of text, in hex */
    char stamp[STAMP_ROOM]; /* "gigs@a1b2c3d4": name and 8 digits of sha256 */
    struct str asset;       /* "GIGS" */
    int scale;              /* decimals of the asset, 2 */
    struct rule **rules;    /* in file order */
    size_t rule_count;
    struct ledger_line **lines; /* every name this rule set can write under */
    size_t line_count;
    struct rule_notify *notifies; /* one a rule, in file order */
    size_t notify_count;
    int32_t id;               /* given by the database; 0 before */
    const struct node *tests; /* the `tests:` list, or NULL */
    const char *file;         /* where it came from, for messages */
    struct rule_index *index; /* rules by event type */
    /* What operations may do; NULL: it is not offered. */
    const struct tiers *tiers;
    const struct staking *staking;
    const struct conversion *conversion;
    const struct voting *voting;
    const struct ledger_line *house[HOUSE_LINE_COUNT]; /* of the lines */
};

/* Compile a parsed rule file. NULL when diags has got an error. `text` is the
 * file's bytes, for the digest; everything is copied into the arena. */
struct ruleset *ruleset_compile(struct arena *arena, const char *file,
                                struct str text, const struct node *document,
                                const struct schema_set *schemas,
                                struct diag_list *diags);

/* The rule of a name in the ledger: "contract" of "contract.base". A name
 * without a point is its own. */
struct str line_rule(struct str line);

/* The texts under a rule's id or a kind of message, or NULL. */
const struct notify *ruleset_notify(const struct ruleset *ruleset,
                                    struct str name);

/* The texts of the rule that the line is of, or those of its kind; or NULL. */
const struct notify *ruleset_line_notify(const struct ruleset *ruleset,
                                         struct str line);

/* Whether any rule is triggered by the type. */
bool ruleset_has_trigger(const struct ruleset *ruleset,
                         const struct event_type *type);

/* Paths of event.data that the type's notify texts mention ("contract_id",
 * "a.b"), contract_id left out; for the ledger to keep. A NUL is behind each.
 */
size_t ruleset_kept_fields(const struct ruleset *ruleset,
                           const struct event_type *type,
                           const struct str **paths);

/* As ruleset_kept_fields, what the type's rules read besides, and what a
 * request of the type asks for; the account of the event's user is left out as
 * well. */
size_t ruleset_read_fields(const struct ruleset *ruleset,
                           const struct event_type *type,
                           const struct str **paths);

#endif
