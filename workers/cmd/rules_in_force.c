/* rules_in_force.c - from the file to the database, and back from the database
 * when another process changed the rules. */
#include "rules_in_force.h"

#include <stdio.h>

#include "diag.h"
#include "load.h"
#include "log.h"
#include "registry.h"
#include "rule_test.h"
#include "yaml.h"

static void
replace(struct rules_in_force *rules, struct arena arena,
        struct ruleset *ruleset)
{
    arena_free(&rules->arena);
    rules->arena = arena;
    rules->ruleset = ruleset;
    ruleset->arena = &rules->arena;
}

/* A rule set whose own tests fail must not pay anybody. */
static bool
require_tests(const struct rules_in_force *rules, const char *path,
              struct err *err)
{
    struct arena arena = {0};
    struct rule_test_report report;
    bool ok =
        rule_tests_run(rules->ruleset, rules->schemas, NULL, &arena, &report);

    arena_free(&arena);
    if (!ok)
        return err_set(err, ERR_CONFIG,
                       "tests of rule set \"%s\" fail; run `reward test %s`",
                       path, path);
    return true;
}

bool
rules_read(struct rules_in_force *rules, const char *path, struct err *err)
{
    struct arena arena = {0};
    struct diag_list diags;
    struct ruleset *ruleset;

    diag_init(&diags, &arena);
    ruleset = load_ruleset(&arena, path, rules->schemas, &diags);
    diag_print(&diags, stderr);
    if (!ruleset) {
        arena_free(&arena);
        return err_set(err, ERR_CONFIG, "rules in \"%s\" have faults", path);
    }
    replace(rules, arena, ruleset);
    return require_tests(rules, path, err);
}

bool
rules_reload(struct rules_in_force *rules, struct pg *pg, struct err *err)
{
    struct arena arena = {0};
    struct diag_list diags;
    struct str text;
    struct node *document;
    struct ruleset *ruleset = NULL;
    int32_t id;

    diag_init(&diags, &arena);
    if (!registry_active(pg, &arena, &id, &text, err)) {
        arena_free(&arena);
        return false;
    }
    document = id ? yaml_read(&arena, "rule set in force", text, &diags) : NULL;
    if (document)
        ruleset = ruleset_compile(&arena, "rule set in force", text, document,
                                  rules->schemas, &diags);
    diag_print(&diags, stderr);
    if (!ruleset) {
        arena_free(&arena);
        /* Not ERR_CONFIG: a restart reads the schemas anew. */
        return err_set(err, ERR_FATAL,
                       "the rule set in force cannot be used with the event "
                       "schemas of this worker; bring schemas.dir up to date "
                       "on all workers and start this one again, see "
                       "ops/RUNBOOK.md");
    }
    if (!registry_bind(pg, ruleset, err)) {
        arena_free(&arena);
        return false;
    }
    replace(rules, arena, ruleset);
    log_info("rules taken from the database ruleset=%s", ruleset->stamp);
    return true;
}

static void
warn_superseded(const struct ruleset *ruleset)
{
    log_warn("rule set %s was replaced before, so the file is not used; to "
             "bring it back, give it a new version or run `reward rules "
             "activate %s`",
             ruleset->stamp, ruleset->stamp);
}

bool
rules_offer(struct rules_in_force *rules, struct pg *pg, struct err *err)
{
    enum registry_verdict verdict;

    if (!registry_offer(pg, rules->ruleset, &verdict, err))
        return false;
    if (verdict == REGISTRY_SUPERSEDED) {
        warn_superseded(rules->ruleset);
        return rules_reload(rules, pg, err);
    }
    log_info("rules %s ruleset=%s",
             verdict == REGISTRY_ACTIVATED ? "activated" : "in force",
             rules->ruleset->stamp);
    return true;
}

/* ---- while at work
 * ------------------------------------------------------------ */

static void
log_faults(struct diag_list *diags)
{
    struct arena arena = {0};
    struct buf text;

    diag_sort(diags);
    buf_init(&text, &arena);
    for (size_t i = 0; i < diags->count; i++) {
        buf_clear(&text);
        diag_add_text(&diags->items[i], &text);
        text.len--; /* the end of the line is the log's */
        log_write(diags->items[i].level == DIAG_ERROR ? LOG_ERROR : LOG_WARN,
                  "%.*s", STR_ARG(buf_str(&text)));
    }
    arena_free(&arena);
}

static bool
log_tests(const struct ruleset *ruleset, const struct schema_set *schemas)
{
    struct arena arena = {0};
    struct rule_test_report report;
    bool ok = rule_tests_run(ruleset, schemas, NULL, &arena, &report);

    for (size_t i = 0; i < report.count; i++)
        if (!report.results[i].passed)
            log_error("%s:%d: test \"%.*s\" fails: %s", ruleset->file,
                      report.results[i].line, STR_ARG(report.results[i].name),
                      report.results[i].message);
    arena_free(&arena);
    return ok;
}

/* A sound rule set, made in the arena; NULL after logging what is wrong. */
static struct ruleset *
load_logging(struct arena *arena, const char *path,
             const struct schema_set *schemas)
{
    struct diag_list diags;
    struct ruleset *ruleset;

    diag_init(&diags, arena);
    ruleset = load_ruleset(arena, path, schemas, &diags);
    log_faults(&diags);
    return ruleset && log_tests(ruleset, schemas) ? ruleset : NULL;
}

/* *kept says that the rule set, and the arena with it, is the one in force
 * now. What the ledger does not take is at fault as well. */
static bool
offer_again(struct rules_in_force *rules, struct pg *pg, struct arena *arena,
            struct ruleset *ruleset, bool *kept, bool *refused, struct err *err)
{
    enum registry_verdict verdict;

    if (!registry_offer(pg, ruleset, &verdict, err)) {
        *refused = err->kind == ERR_CONFIG || err->kind == ERR_INPUT;
        if (!*refused)
            return false;
        log_failure(LOG_ERROR, err);
        err_reset(err);
        return true;
    }
    *kept = verdict != REGISTRY_SUPERSEDED;
    if (!*kept) {
        warn_superseded(ruleset);
        return true;
    }
    replace(rules, *arena, ruleset);
    log_info("rules %s ruleset=%s",
             verdict == REGISTRY_ACTIVATED ? "activated" : "in force",
             ruleset->stamp);
    return true;
}

bool
rules_read_again(struct rules_in_force *rules, struct pg *pg, const char *path,
                 bool *refused, struct err *err)
{
    struct arena arena = {0};
    struct ruleset *ruleset = load_logging(&arena, path, rules->schemas);
    bool kept = false;
    bool ok = true;

    *refused = !ruleset;
    if (ruleset)
        ok = offer_again(rules, pg, &arena, ruleset, &kept, refused, err);
    if (!kept)
        arena_free(&arena);
    return ok;
}

void
rules_free(struct rules_in_force *rules)
{
    arena_free(&rules->arena);
    rules->ruleset = NULL;
}
