/* rule.c - a rule file as a whole: its head, its rules side by side, its
 * digest. Single rules are for rule_compile.c. */
#include "rule.h"

#include <stdio.h>

#include "answer_message.h"
#include "conversion.h"
#include "digest.h"
#include "guard.h"
#include "line.h"
#include "quote.h"
#include "rule_compile.h"
#include "rule_overlap.h"
#include "rule_schema.h"
#include "rule_test.h"
#include "staking.h"
#include "tier.h"
#include "voting.h"

enum {
    VERSION_MAX_BYTES = 100,
    ABOUT_MAX_BYTES = 1000,
    CODE_MAX_BYTES = 12,
    STAMP_DIGITS = 8,
};

/* ---- shapes -----------------------------------------------------------------
 */

static const struct shape code_shape = {.kind = SHAPE_STRING,
                                        .pattern = "^[A-Z][A-Z0-9]{0,11}$"};
static const struct shape scale_shape = {
    .kind = SHAPE_INTEGER, .min = LEDGER_SCALE, .max = LEDGER_SCALE};

static const struct key asset_keys[] = {
    {"code", true, &code_shape, "What is paid.", "GIGS"},
    {"scale", true, &scale_shape, "How many decimals it has.", "2"},
};

static const struct shape asset_shape = {SHAPE_KEYS("asset", asset_keys)};

static const char *const round_words[] = {
    [ROUND_FLOOR] = "floor",
    [ROUND_HALF_EVEN] = "half_even",
    [ROUND_HALF_UP] = "half_up",
};

static const struct shape round_shape = {SHAPE_WORDS(round_words)};

static const struct key defaults_keys[] = {
    {"round", false, &round_shape,
     "How each amount is rounded, once; floor when left out.", "floor"},
};

static const struct shape defaults_shape = {
    SHAPE_KEYS("defaults", defaults_keys)};

static const struct shape version_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = VERSION_MAX_BYTES};
static const struct shape about_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = ABOUT_MAX_BYTES};
static const struct shape zone_shape = {
    .kind = SHAPE_TEXT, .min = 1, .max = ID_MAX_BYTES};
static const struct shape rules_shape = {
    .kind = SHAPE_LIST, .min = 1, .max = RULES_MAX, .of = &rule_shape};
static const struct shape tests_shape = {.kind = SHAPE_LIST,
                                         .of = &rule_test_shape};

static const struct key file_keys[] = {
    {"ruleset", true, &shape_id, "Name of the rule set.", "gigs"},
    {"version", true, &version_shape, "Yours, for people.", "2026-12-01.1"},
    {"asset", true, &asset_shape, "What is paid.", NULL},
    {"rules", true, &rules_shape, "Applied in this order.", NULL},
    {"zone", false, &zone_shape,
     "Calendar for days, weeks and months; UTC when left out.",
     "Europe/Berlin"},
    {"defaults", false, &defaults_shape, "What counts for all lines.",
     "{\"round\": \"floor\"}"},
    {"valid_from", false, &shape_time,
     "The first time of an event for which the file counts.",
     "2026-12-01T00:00:00Z"},
    {"valid_until", false, &shape_time,
     "The time from which on the file no longer counts.",
     "2027-01-01T00:00:00Z"},
    {"description", false, &about_shape, "For people.", "Rewards of 2026"},
    {"tests", false, &tests_shape, "Run by `reward test`.", NULL},
    {"tiers", false, &tiers_shape, "Fees by balance.", NULL},
    {"staking", false, &staking_shape, "What can be locked, and why.", NULL},
    {"conversion", false, &conversion_shape, "To a blockchain.", NULL},
    {"voting", false, &voting_shape, "On proposals.", NULL},
    {"messages", false, &messages_shape,
     "What is told of things no rule pays for, by kind.",
     "{\"transfer.received\": {\"title\": \"You got GIGS\", "
     "\"body\": \"{amount} from {answer.counterparty}\"}}"},
};

const struct shape rule_file_shape = {SHAPE_KEYS("a rule file", file_keys)};

/* ---- the head ---------------------------------------------------------------
 */

static void
compile_code(struct reader *reader, const struct node *node)
{
    struct str *asset = &reader->draft->asset;

    if (!read_text(reader, node, "code", CODE_MAX_BYTES, asset))
        return;
    for (size_t i = 0; i < asset->len; i++) {
        char c = asset->at[i];

        if ((c >= 'A' && c <= 'Z') || (i && c >= '0' && c <= '9'))
            continue;
        reader_error(reader, node, MISTAKE_BAD_ID,
                     "code must be capital letters and digits, not %s",
                     quoted(reader->arena, *asset));
        return;
    }
}

static void
compile_asset(struct reader *reader, const struct node *node)
{
    const struct node *scale = node_get(node, STR("scale"));

    if (!read_keys(reader, node, &asset_shape))
        return;
    compile_code(reader, node_get(node, STR("code")));
    if (scale->kind != NODE_INT || scale->integer != LEDGER_SCALE)
        reader_error(reader, scale, MISTAKE_OUT_OF_BOUNDS,
                     "scale must be %d: the ledger keeps that many decimals",
                     LEDGER_SCALE);
    reader->draft->scale = LEDGER_SCALE;
}

static void
compile_zone(struct reader *reader, const struct node *node)
{
    struct str name = STR("UTC");
    struct err err = {0};

    if (node && !read_text(reader, node, "zone", ID_MAX_BYTES, &name))
        return;
    if (!zone_load(reader->arena, name.at, &reader->index->zone, &err))
        reader_error(reader, node, MISTAKE_UNKNOWN_ZONE, "%s", err.text);
}

static void
compile_defaults(struct reader *reader, const struct node *node)
{
    const struct node *round = node_get(node, STR("round"));
    size_t index = ROUND_FLOOR;

    if (!read_keys(reader, node, &defaults_shape) || !round)
        return;
    if (read_word(reader, round, "round", round_words, 3, &index))
        reader->index->round = (enum round_mode)index;
}

static void
compile_head(struct reader *reader, const struct node *document)
{
    struct ruleset *ruleset = reader->draft;
    const struct node *name = node_get(document, STR("ruleset"));
    const struct node *version = node_get(document, STR("version"));
    const struct node *asset = node_get(document, STR("asset"));
    const struct node *defaults = node_get(document, STR("defaults"));
    const struct node *about = node_get(document, STR("description"));
    struct str ignored;

    if (name && !read_id(reader, name, "ruleset", &ruleset->name))
        ruleset->name = (struct str){0};
    if (version && !read_text(reader, version, "version", VERSION_MAX_BYTES,
                              &ruleset->version))
        ruleset->version = (struct str){0};
    if (asset)
        compile_asset(reader, asset);
    if (defaults)
        compile_defaults(reader, defaults);
    if (about &&
        !read_text(reader, about, "description", ABOUT_MAX_BYTES, &ignored))
        return;
    compile_zone(reader, node_get(document, STR("zone")));
    span_compile(reader, document, &reader->index->valid);
}

static void
compile_rules(struct reader *reader, const struct node *node)
{
    struct ruleset *ruleset = reader->draft;
    size_t count = node->kind == NODE_LIST ? node->item_count : 0;

    if (count == 0 || count > RULES_MAX) {
        reader_error(reader, node, kind_or_size(node, NODE_LIST),
                     "rules must be a list of 1 to %d rules", RULES_MAX);
        return;
    }
    ruleset->rules = arena_array(reader->arena, count, sizeof(*ruleset->rules));
    ruleset->notifies =
        arena_array(reader->arena, count, sizeof(*ruleset->notifies));
    for (size_t i = 0; i < count; i++) {
        struct rule *rule = ARENA_NEW(reader->arena, struct rule);

        ruleset->rules[ruleset->rule_count++] = rule;
        rule_compile(reader, node->items[i], rule);
    }
}

static void
compile_tests(struct reader *reader, const struct node *node)
{
    if (node->kind != NODE_LIST)
        reader_error(reader, node, MISTAKE_WRONG_KIND, "tests must be a list");
    else
        reader->draft->tests = node_copy(reader->arena, node);
}

/* Names that operations post under, whatever the rules are. */
static void
compile_house(struct reader *reader)
{
    for (int i = 0; i < HOUSE_LINE_COUNT; i++) {
        const struct house_line_spec *spec = &house_line_specs[i];
        struct ledger_line *ledger =
            ledger_name(reader, str_from_cstr(spec->name));

        ledger->pays = true;
        ledger->type = spec->type;
        ledger->description = str_from_cstr(spec->description);
        ledger_register(reader, ledger);
        reader->draft->house[i] = ledger;
    }
}

/* What operations may do. */
static void
compile_operations(struct reader *reader, const struct node *document)
{
    struct ruleset *ruleset = reader->draft;
    const struct node *tiers = node_get(document, STR("tiers"));
    const struct node *staking = node_get(document, STR("staking"));
    const struct node *conversion = node_get(document, STR("conversion"));
    const struct node *voting = node_get(document, STR("voting"));

    if (tiers)
        ruleset->tiers = tiers_compile(reader, tiers);
    if (staking)
        ruleset->staking = staking_compile(reader, staking);
    if (conversion)
        ruleset->conversion = conversion_compile(reader, conversion);
    if (voting)
        ruleset->voting = voting_compile(reader, voting);
}

static void
compile_document(struct reader *reader, const struct node *document)
{
    const struct node *rules = node_get(document, STR("rules"));
    const struct node *tests = node_get(document, STR("tests"));
    const struct node *messages = node_get(document, STR("messages"));

    if (!read_keys(reader, document, &rule_file_shape) &&
        document->kind != NODE_OBJECT)
        return;
    compile_head(reader, document);
    compile_operations(reader, document);
    if (rules)
        compile_rules(reader, rules);
    compile_house(reader);
    if (messages)
        answer_messages_compile(reader, messages);
    if (tests)
        compile_tests(reader, tests);
    rule_overlap_check(reader);
}

static void
stamp_ruleset(struct ruleset *ruleset, struct str text)
{
    ruleset->text = str_dup(ruleset->arena, text);
    digest_sha256_hex(text, ruleset->sha256);
    snprintf(ruleset->stamp, sizeof(ruleset->stamp), "%.*s@%.*s",
             STR_ARG(ruleset->name), STAMP_DIGITS, ruleset->sha256);
}

struct ruleset *
ruleset_compile(struct arena *arena, const char *file, struct str text,
                const struct node *document, const struct schema_set *schemas,
                struct diag_list *diags)
{
    size_t errors = diags->errors;
    struct ruleset *ruleset = ARENA_NEW(arena, struct ruleset);
    struct reader reader = {
        .arena = arena,
        .file = arena_strdup(arena, file),
        .diags = diags,
        .schemas = schemas,
        .ruleset = ruleset,
        .draft = ruleset,
        .index = ARENA_NEW(arena, struct rule_index),
    };

    map_init(&reader.ledger_names, arena);
    map_init(&reader.registered, arena);
    map_init(&reader.rule_ids, arena);
    map_init(&reader.index->triggers, arena);
    ruleset->arena = arena;
    ruleset->file = reader.file;
    ruleset->index = reader.index;
    compile_document(&reader, document);
    if (diags->errors > errors)
        return NULL;
    rule_index_fill(&reader);
    stamp_ruleset(ruleset, text);
    return ruleset;
}
