/* registry.c - registering, activating and binding rule sets. */
#include "registry.h"

#include <stdio.h>

#include "map.h"
#include "pending.h"
#include "pg_array.h"
#include "pg_text.h"
#include "rule_parts.h"
#include "tier.h"

static bool
register_lines(struct pg *pg, const struct ruleset *ruleset, struct err *err)
{
    struct arena arena = {0};
    struct buf columns[3];
    bool ok;

    for (int c = 0; c < 3; c++)
        pg_array_open(&columns[c], &arena, PG_TEXT);
    for (size_t i = 0; i < ruleset->line_count; i++) {
        const struct ledger_line *line = ruleset->lines[i];

        pg_array_text(&columns[0], line->name);
        pg_array_text(&columns[1], line->description);
        pg_array_text(&columns[2], str_from_cstr(line->type->name));
    }
    ok = pg_run(pg,
                "INSERT INTO lines (name, description, transaction_type, "
                "counterparty) SELECT v.name, v.description, t.name, "
                "t.counterparty FROM unnest($1::text[], $2::text[], "
                "$3::text[]) AS v(name, description, type) "
                "JOIN transaction_types t ON t.name = v.type "
                "ORDER BY v.name ON CONFLICT DO NOTHING",
                (struct str[]){buf_str(&columns[0]), buf_str(&columns[1]),
                               buf_str(&columns[2])},
                3, err);
    arena_free(&arena);
    return ok;
}

/* The entries that a line has are of one kind for good. */
static bool
refuse_other_kinds(struct pg *pg, const struct ruleset *ruleset,
                   struct err *err)
{
    struct arena arena = {0};
    struct pg_result *rows;
    struct map kinds;
    bool ok = true;

    if (!pg_query(pg, "SELECT name, transaction_type FROM lines", NULL, 0,
                  &rows, err))
        return false;
    map_init(&kinds, &arena);
    for (size_t i = 0; i < pg_rows(rows); i++) {
        struct str *kind = ARENA_NEW(&arena, struct str);

        *kind = pg_text(rows, i, 1);
        *map_put(&kinds, pg_text(rows, i, 0)) = kind;
    }
    for (size_t i = 0; ok && i < ruleset->line_count; i++) {
        const struct ledger_line *line = ruleset->lines[i];
        const struct str *kind = map_get(&kinds, line->name);

        if (kind && !str_eq_cstr(*kind, line->type->name))
            ok = err_set(err, ERR_CONFIG,
                         "line \"%.*s\" has entries of type %.*s and "
                         "cannot have others; give it another id",
                         STR_ARG(line->name), STR_ARG(*kind));
    }
    arena_free(&arena);
    pg_result_free(rows);
    return ok;
}

static bool
register_text(struct pg *pg, struct ruleset *ruleset, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg,
                  "INSERT INTO ruleset_texts (name, version, sha256, stamp, "
                  "asset, text) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
                  (struct str[]){ruleset->name, ruleset->version,
                                 str_from_cstr(ruleset->sha256),
                                 str_from_cstr(ruleset->stamp), ruleset->asset,
                                 ruleset->text},
                  6, &result, err))
        return false;
    ruleset->id = (int32_t)pg_int(result, 0, 0);
    pg_result_free(result);
    return true;
}

static struct str
text_or_empty(struct str text)
{
    return text.at ? text : STR("");
}

static struct str
data_array(struct arena *arena, const struct notify *notify, bool keys)
{
    struct buf array;

    pg_literal_open(&array, arena);
    for (size_t i = 0; i < notify->data_count; i++)
        pg_literal_text(&array,
                        keys ? notify->data[i].key : notify->data[i].text);
    pg_literal_close(&array);
    return buf_str(&array);
}

enum { NOTIFY_COLUMNS = 9 };

static void
add_notify(struct arena *arena, const struct rule_notify *row,
           struct buf columns[NOTIFY_COLUMNS])
{
    const struct notify *notify = &row->notify;
    const struct str values[NOTIFY_COLUMNS] = {
        row->rule,
        text_or_empty(notify->category),
        text_or_empty(notify->title),
        text_or_empty(notify->body),
        text_or_empty(notify->collapse),
        int_text(arena, notify->ttl_s),
        notify->enabled ? STR("t") : STR("f"),
        data_array(arena, notify, true),
        data_array(arena, notify, false),
    };

    for (int c = 0; c < NOTIFY_COLUMNS; c++)
        pg_array_text(&columns[c], values[c]);
}

/* All in one statement: there may be ten thousand. */
static bool
register_notifies(struct pg *pg, const struct ruleset *ruleset, struct err *err)
{
    struct arena arena = {0};
    struct buf columns[NOTIFY_COLUMNS];
    struct str params[NOTIFY_COLUMNS + 1];
    bool ok;

    for (int c = 0; c < NOTIFY_COLUMNS; c++)
        pg_array_open(&columns[c], &arena, PG_TEXT);
    for (size_t i = 0; i < ruleset->notify_count; i++)
        add_notify(&arena, &ruleset->notifies[i], columns);
    for (int c = 0; c < NOTIFY_COLUMNS; c++)
        params[c + 1] = buf_str(&columns[c]);
    params[0] = int_text(&arena, ruleset->id);
    ok =
        pg_run(pg,
               "INSERT INTO ruleset_notifies (ruleset_id, rule, category, "
               "title, body, collapse, ttl_s, enabled, data_keys, data_texts) "
               "SELECT $1, v.rule, v.category, v.title, v.body, v.collapse, "
               "v.ttl_s::int, v.enabled::bool, v.keys::text[], v.texts::text[] "
               "FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], "
               "$6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) "
               "AS v(rule, category, title, body, collapse, ttl_s, enabled, "
               "keys, texts)",
               params, NOTIFY_COLUMNS + 1, err);
    arena_free(&arena);
    return ok;
}

static bool
register_tiers(struct pg *pg, const struct ruleset *ruleset, struct err *err)
{
    const struct tiers *tiers = ruleset->tiers;
    struct arena arena = {0};
    bool ok = true;

    for (size_t i = 0; ok && tiers && i < tiers->level_count; i++) {
        const struct tier *tier = &tiers->levels[i];
        struct buf fee;

        buf_init(&fee, &arena);
        ratio_print(&fee, tier->fee);
        ok = pg_run(pg,
                    "INSERT INTO ruleset_tiers (ruleset_id, from_minor, name, "
                    "fee_percent, count_staked) VALUES ($1, $2, $3, $4, $5)",
                    (struct str[]){int_text(&arena, ruleset->id),
                                   int_text(&arena, tier->from_minor),
                                   tier->name, buf_str(&fee),
                                   tiers->count_staked ? STR("t") : STR("f")},
                    5, err);
    }
    arena_free(&arena);
    return ok;
}

static bool
activate(struct pg *pg, int32_t id, struct err *err)
{
    struct arena arena = {0};
    bool ok =
        pg_run(pg, "INSERT INTO ruleset_activations (ruleset_id) VALUES ($1)",
               (struct str[]){int_text(&arena, id)}, 1, err);

    arena_free(&arena);
    return ok;
}

/* What a rule waits for is the same for good: who is confirmed already was
 * confirmed by events of that type. */
static bool
refuse_other_awaits(struct pg *pg, const struct rule *rule, struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(pg,
                  "SELECT t.name FROM ruleset_awaits w "
                  "JOIN lines l ON l.id = w.line_id "
                  "JOIN types t ON t.id = w.type_id "
                  "WHERE l.name = $1 AND t.name <> $2 LIMIT 1",
                  (struct str[]){rule->id, rule->pending->until->name}, 2,
                  &rows, err))
        return false;
    if (pg_rows(rows))
        ok = err_set(err, ERR_CONFIG,
                     "rule \"%.*s\" has waited for %.*s and cannot wait for "
                     "something else; give it another id",
                     STR_ARG(rule->id), STR_ARG(pg_text(rows, 0, 0)));
    pg_result_free(rows);
    return ok;
}

static bool
register_await(struct pg *pg, const struct ruleset *ruleset,
               const struct rule *rule, struct err *err)
{
    struct arena arena = {0};
    bool ok = pg_run(pg,
                     "WITH named AS (INSERT INTO types (name) SELECT $2 "
                     "WHERE NOT EXISTS (SELECT FROM types WHERE name = $2) "
                     "RETURNING id) "
                     "INSERT INTO ruleset_awaits (ruleset_id, line_id, type_id)"
                     " SELECT $3, l.id, coalesce((SELECT id FROM named), "
                     "(SELECT id FROM types WHERE name = $2)) "
                     "FROM lines l WHERE l.name = $1",
                     (struct str[]){rule->id, rule->pending->until->name,
                                    int_text(&arena, ruleset->id)},
                     3, err);

    arena_free(&arena);
    return ok;
}

/* Events that a rule waits for may have come before there was such a rule, or
 * before it waited: they count, unless they were refused, and what is held
 * for them is due. Nothing is posted meanwhile. Where the rule set in force
 * waits for them too, all are there. */
static bool
register_closings(struct pg *pg, const struct rule *rule, struct err *err)
{
    const struct str params[] = {rule->id, rule->pending->until->name};

    return pg_exec(pg, "SET LOCAL statement_timeout = 0", err) &&
           pg_run(pg,
                  "WITH closed AS (INSERT INTO closings "
                  "(account_id, line_id, contract_id, event_id) "
                  "SELECT e.account_id, l.id, '', min(e.id) FROM lines l, "
                  "types t JOIN events e ON e.type_id = t.id "
                  "WHERE l.name = $1 AND t.name = $2 "
                  "AND e.account_id IS NOT NULL AND e.outcome <> 'r' "
                  "AND NOT EXISTS (SELECT FROM ruleset_awaits w "
                  "WHERE w.line_id = l.id AND w.ruleset_id = (SELECT "
                  "ruleset_id FROM ruleset_activations ORDER BY id DESC "
                  "LIMIT 1)) AND NOT EXISTS ("
                  "SELECT FROM closings c WHERE c.account_id = e.account_id "
                  "AND c.line_id = l.id) GROUP BY 1, 2 "
                  "RETURNING account_id, line_id), "
                  "due AS (UPDATE timers t SET due_at = now() "
                  "FROM closed c, holds h WHERE h.matched_id = c.account_id "
                  "AND h.line_id = c.line_id AND t.hold_id = h.hold_id) "
                  "UPDATE accounts a SET side = side | 2 FROM closed c "
                  "WHERE a.id = c.account_id",
                  params, 2, err);
}

static bool
register_awaits(struct pg *pg, const struct ruleset *ruleset, struct err *err)
{
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct rule *rule = ruleset->rules[i];

        if (rule->pending && (!refuse_other_awaits(pg, rule, err) ||
                              !register_await(pg, ruleset, rule, err) ||
                              !register_closings(pg, rule, err)))
            return false;
    }
    return true;
}

/* Id of the registered text, or 0. */
static bool
find_text(struct pg *pg, const struct ruleset *ruleset, int32_t *id,
          struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg, "SELECT id FROM ruleset_texts WHERE sha256 = $1",
                  (struct str[]){str_from_cstr(ruleset->sha256)}, 1, &result,
                  err))
        return false;
    *id = pg_rows(result) ? (int32_t)pg_int(result, 0, 0) : 0;
    pg_result_free(result);
    return true;
}

bool
registry_active(struct pg *pg, struct arena *arena, int32_t *id,
                struct str *text, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg, REGISTRY_ACTIVE("r.id, r.text"), NULL, 0, &result, err))
        return false;
    *id = 0;
    if (pg_rows(result)) {
        *id = (int32_t)pg_int(result, 0, 0);
        *text = str_dup(arena, pg_text(result, 0, 1));
    }
    pg_result_free(result);
    return true;
}

static bool
bind_lines(struct ruleset *ruleset, const struct pg_result *rows, bool all,
           struct err *err)
{
    struct arena arena = {0};
    struct map ids;
    bool ok = true;

    map_init(&ids, &arena);
    for (size_t i = 0; i < pg_rows(rows); i++) {
        int32_t *id = ARENA_NEW(&arena, int32_t);

        *id = (int32_t)pg_int(rows, i, 0);
        *map_put(&ids, pg_text(rows, i, 1)) = id;
    }
    for (size_t i = 0; i < ruleset->line_count && ok; i++) {
        struct ledger_line *line = ruleset->lines[i];
        const int32_t *id = map_get(&ids, line->name);

        if (id)
            line->id = *id;
        else if (all)
            ok = err_set(err, ERR_FATAL,
                         "line \"%.*s\" of rule set %s is not registered",
                         STR_ARG(line->name), ruleset->stamp);
    }
    arena_free(&arena);
    return ok;
}

bool
registry_bind(struct pg *pg, struct ruleset *ruleset, struct err *err)
{
    struct pg_result *rows;
    int32_t id;
    bool ok;

    if (!find_text(pg, ruleset, &id, err))
        return false;
    if (!id)
        return err_set(err, ERR_FATAL, "rule set %s is not registered",
                       ruleset->stamp);
    if (!pg_query(pg, "SELECT id, name FROM lines", NULL, 0, &rows, err))
        return false;
    ok = bind_lines(ruleset, rows, true, err);
    pg_result_free(rows);
    if (ok)
        ruleset->id = id; /* last: it says that the lines are bound */
    return ok;
}

bool
registry_bind_known(struct pg *pg, struct ruleset *ruleset, struct err *err)
{
    struct pg_result *rows;
    bool ok;

    if (!pg_query(pg, "SELECT id, name FROM lines", NULL, 0, &rows, err))
        return false;
    ok = bind_lines(ruleset, rows, false, err);
    pg_result_free(rows);
    return ok;
}

static bool
enter(struct pg *pg, struct ruleset *ruleset, struct err *err)
{
    return register_lines(pg, ruleset, err) &&
           refuse_other_kinds(pg, ruleset, err) &&
           register_text(pg, ruleset, err) &&
           register_notifies(pg, ruleset, err) &&
           register_tiers(pg, ruleset, err) &&
           register_awaits(pg, ruleset, err) && activate(pg, ruleset->id, err);
}

/* What was registered with the text is there. Lines that the program has got
 * since then may not be, nor what its rules would have kept of events that came
 * while another set was in force. */
static bool
restore(struct pg *pg, const struct ruleset *ruleset, int32_t id,
        struct err *err)
{
    if (!register_lines(pg, ruleset, err) ||
        !refuse_other_kinds(pg, ruleset, err))
        return false;
    for (size_t i = 0; i < ruleset->rule_count; i++)
        if (ruleset->rules[i]->pending &&
            !register_closings(pg, ruleset->rules[i], err))
            return false;
    return activate(pg, id, err);
}

/* A rule set of another name or asset is somebody else's, or a slip. */
static bool
refuse_other_name(struct pg *pg, const struct ruleset *ruleset, struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(pg, REGISTRY_ACTIVE("r.name, r.asset"), NULL, 0, &rows, err))
        return false;
    if (!str_eq(pg_text(rows, 0, 0), ruleset->name) ||
        !str_eq(pg_text(rows, 0, 1), ruleset->asset))
        ok =
            err_set(err, ERR_CONFIG,
                    "rule set \"%.*s\" pays %.*s, but the one in force is "
                    "\"%.*s\" and pays %.*s; name and asset of a ledger's "
                    "rules stay the same",
                    STR_ARG(ruleset->name), STR_ARG(ruleset->asset),
                    STR_ARG(pg_text(rows, 0, 0)), STR_ARG(pg_text(rows, 0, 1)));
    pg_result_free(rows);
    return ok;
}

/* The stamp of the rule set in force; empty: there is none. */
static bool
read_active_stamp(struct pg *pg, char stamp[STAMP_ROOM], struct err *err)
{
    struct pg_result *rows;

    if (!pg_query(pg, REGISTRY_ACTIVE("r.stamp"), NULL, 0, &rows, err))
        return false;
    snprintf(stamp, STAMP_ROOM, "%.*s",
             STR_ARG(pg_rows(rows) ? pg_text(rows, 0, 0) : STR("")));
    pg_result_free(rows);
    return true;
}

/* How a rule set, known by that id or 0, stands to the one in force. */
static bool
judge(struct pg *pg, const struct ruleset *ruleset, int32_t *known,
      enum registry_verdict *verdict, struct err *err)
{
    struct arena arena = {0};
    int32_t active;
    struct str text;
    bool ok = find_text(pg, ruleset, known, err) &&
              registry_active(pg, &arena, &active, &text, err);

    arena_free(&arena);
    if (!ok)
        return false;
    *verdict = !*known            ? REGISTRY_ACTIVATED
               : *known == active ? REGISTRY_IN_FORCE
                                  : REGISTRY_SUPERSEDED;
    return *known || !active || refuse_other_name(pg, ruleset, err);
}

static bool
offer_locked(struct pg *pg, struct ruleset *ruleset,
             enum registry_verdict *verdict, struct err *err)
{
    int32_t known;

    if (!judge(pg, ruleset, &known, verdict, err))
        return false;
    if (*verdict == REGISTRY_SUPERSEDED)
        return true;
    if (*verdict == REGISTRY_ACTIVATED && !enter(pg, ruleset, err))
        return false;
    return registry_bind(pg, ruleset, err);
}

static bool
activate_locked(struct pg *pg, struct ruleset *ruleset,
                enum registry_verdict *verdict, struct err *err)
{
    int32_t known;

    if (!judge(pg, ruleset, &known, verdict, err))
        return false;
    if (*verdict == REGISTRY_ACTIVATED)
        return enter(pg, ruleset, err);
    if (*verdict == REGISTRY_IN_FORCE)
        return true;
    *verdict = REGISTRY_RESTORED;
    return restore(pg, ruleset, known, err);
}

/* Nobody posts while the lock is held. */
static bool
begin_alone(struct pg *pg, struct err *err)
{
    return pg_begin(pg, err) &&
           pg_exec(pg, "SELECT pg_advisory_xact_lock(" REGISTRY_LOCK ")", err);
}

bool
registry_offer(struct pg *pg, struct ruleset *ruleset,
               enum registry_verdict *verdict, struct err *err)
{
    if (begin_alone(pg, err) && offer_locked(pg, ruleset, verdict, err) &&
        pg_commit(pg, err))
        return true;
    pg_rollback(pg);
    return false;
}

bool
registry_activate(struct pg *pg, struct ruleset *ruleset,
                  enum registry_verdict *verdict, char replaced[STAMP_ROOM],
                  struct err *err)
{
    if (begin_alone(pg, err) && read_active_stamp(pg, replaced, err) &&
        activate_locked(pg, ruleset, verdict, err) && pg_commit(pg, err))
        return true;
    pg_rollback(pg);
    return false;
}
