/* rights.c - roles, grants and triggers as schemas/sql made them. Rights that
 * come through PUBLIC or a membership count like direct ones. */
#include "rights.h"

/* The tables of which no row is ever changed or taken away; partitions do not
 * inherit the trigger that sees to it. */
#define APPEND_ONLY                                                            \
    "(SELECT unnest(ARRAY['events', 'entries', 'other_records', "              \
    "'dead_records', 'once_keys', 'batches', 'dropped_partitions', "           \
    "'dropped_letters', 'ruleset_texts', 'ruleset_activations', "              \
    "'ruleset_notifies', 'schema_migrations', 'answers', 'stakes', "           \
    "'unstakes', 'purchases', 'holds', 'hold_ends', 'closings', "              \
    "'reversals', 'conversions', 'settlements', 'proposals', 'votes', "        \
    "'tallies', 'ruleset_tiers', 'ruleset_awaits', 'transaction_types', "      \
    "'shadow_entries', 'shadow_errors']) "                                     \
    "UNION ALL "                                                               \
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = "          \
    "i.inhrelid WHERE i.inhparent IN (to_regclass('reward.other_records'), "   \
    "to_regclass('reward.dead_records'))) AS t (name)"

#define OUR_ROLES "('reward_worker', 'reward_relay', 'reward_reader')"

/* All that may be changed by hand of a program: role, table, column. */
#define MAY_UPDATE                                                             \
    "(VALUES ('reward_worker', 'streams', 'next_offset'), "                    \
    "('reward_worker', 'streams', 'last_record'), "                            \
    "('reward_worker', 'accounts', 'balance'), "                               \
    "('reward_worker', 'accounts', 'total_earned'), "                          \
    "('reward_worker', 'accounts', 'total_spent'), "                           \
    "('reward_worker', 'accounts', 'staked_amount'), "                         \
    "('reward_worker', 'accounts', 'pending_amount'), "                        \
    "('reward_worker', 'accounts', 'reserved_amount'), "                       \
    "('reward_worker', 'accounts', 'debt_amount'), "                           \
    "('reward_worker', 'accounts', 'side'), "                                  \
    "('reward_worker', 'timers', 'due_at'), "                                  \
    "('reward_worker', 'accounts', 'last_seq'), "                              \
    "('reward_worker', 'accounts', 'updated_at'), "                            \
    "('reward_worker', 'counters', 'value'), "                                 \
    "('reward_relay', 'relay_positions', 'name'), "                            \
    "('reward_relay', 'relay_positions', 'batch_id'), "                        \
    "('reward_relay', 'relay_positions', 'updated_at')) "                      \
    "AS m (role, tab, col)"

const struct audit rights_audits[] = {
    {
        .name = "rights-roles",
        .what = "the roles exist, and none of them is above the rights",
        .sql = "SELECT n.name AS role, CASE "
               "WHEN r.oid IS NULL THEN 'missing' "
               "WHEN r.rolsuper THEN 'superuser' "
               "WHEN r.rolbypassrls OR r.rolreplication THEN 'replication' "
               "ELSE 'member of reward_owner' END AS fault "
               "FROM unnest(ARRAY['reward_worker', 'reward_relay', "
               "'reward_reader']) AS n (name) "
               "LEFT JOIN pg_roles r ON r.rolname = n.name "
               "WHERE r.oid IS NULL OR r.rolsuper OR r.rolbypassrls "
               "OR r.rolreplication "
               "OR pg_has_role(r.oid, 'reward_owner', 'MEMBER') "
               "ORDER BY 1 LIMIT 20",
    },
    {
        .name = "rights-append-only",
        .what = "nobody but the owner may change or remove what was posted",
        .sql = "SELECT r.rolname AS role, t.name AS \"table\", "
               "p.name AS privilege "
               "FROM pg_roles r, " APPEND_ONLY ", "
               "unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p (name) "
               "WHERE r.rolname IN " OUR_ROLES " "
               "AND (has_table_privilege(r.oid, 'reward.' || t.name, p.name) "
               "OR p.name = 'UPDATE' AND has_any_column_privilege(r.oid, "
               "'reward.' || t.name, 'UPDATE')) "
               "ORDER BY 1, 2, 3 LIMIT 20",
    },
    {
        .name = "rights-triggers",
        .what = "a trigger refuses changes even to the owner",
        .sql = "SELECT t.name AS \"table\", CASE WHEN g.oid IS NULL "
               "THEN 'no trigger append_only' "
               "WHEN g.tgenabled NOT IN ('O', 'A') THEN 'trigger is off' "
               "ELSE 'trigger does not refuse all changes' END AS fault "
               "FROM " APPEND_ONLY " "
               "LEFT JOIN pg_trigger g ON g.tgname = 'append_only' "
               "AND g.tgrelid = to_regclass('reward.' || t.name) "
               "LEFT JOIN pg_proc f ON f.oid = g.tgfoid "
               "WHERE g.oid IS NULL OR g.tgenabled NOT IN ('O', 'A') "
               /* before (2) delete (8), update (16) and truncate (32) */
               "OR g.tgtype & 58 <> 58 OR g.tgqual IS NOT NULL "
               "OR f.prosrc NOT LIKE '%RAISE EXCEPTION%' "
               "ORDER BY 1 LIMIT 20",
    },
    {
        .name = "rights-updates",
        .what = "programs may change only balances, counters, positions and "
                "timers",
        .sql = "SELECT r.rolname AS role, c.relname AS \"table\", "
               "a.attname AS \"column\" "
               "FROM pg_roles r, pg_class c "
               "JOIN pg_attribute a ON a.attrelid = c.oid "
               "AND a.attnum > 0 AND NOT a.attisdropped "
               "WHERE r.rolname IN " OUR_ROLES " "
               "AND c.relnamespace = 'reward'::regnamespace "
               "AND c.relkind IN ('r', 'p') "
               "AND has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE') "
               "AND NOT EXISTS (SELECT FROM " MAY_UPDATE " "
               "WHERE m.role = r.rolname AND m.tab = c.relname "
               "AND m.col = a.attname) "
               "ORDER BY 1, 2, 3 LIMIT 20",
    },
    {
        .name = "rights-removal",
        .what = "programs may remove nothing but timers, and readers may write "
                "nothing",
        .sql = "SELECT r.rolname AS role, c.relname AS \"table\", "
               "p.name AS privilege "
               "FROM pg_roles r, pg_class c, "
               "unnest(ARRAY['DELETE', 'TRUNCATE', 'TRIGGER', 'INSERT']) "
               "AS p (name) "
               "WHERE r.rolname IN " OUR_ROLES " "
               "AND c.relnamespace = 'reward'::regnamespace "
               "AND c.relkind IN ('r', 'p') "
               "AND (p.name <> 'INSERT' OR r.rolname = 'reward_reader' "
               "OR r.rolname = 'reward_relay' "
               "AND c.relname <> 'relay_positions') "
               "AND NOT (p.name = 'DELETE' AND c.relname = 'timers' "
               "AND r.rolname = 'reward_worker') "
               "AND has_table_privilege(r.oid, c.oid, p.name) "
               "ORDER BY 1, 2, 3 LIMIT 20",
    },
};

const size_t rights_audit_count =
    sizeof(rights_audits) / sizeof(*rights_audits);

bool
rights_require(struct pg *pg, const char *table, const char *role,
               struct err *err)
{
    struct str param = str_from_cstr(table);
    struct pg_result *rows;
    bool ok;

    if (!pg_query(pg,
                  "SELECT has_table_privilege('reward.' || $1, 'INSERT'), "
                  "current_user",
                  &param, 1, &rows, err))
        return false;
    ok = pg_bool(rows, 0, 0) ||
         err_set_code(err, ERR_CONFIG, "42501",
                      "the database's user \"%.*s\" may not write to table "
                      "reward.%s; connect as one that has the role %s "
                      "(postgres.dsn)",
                      STR_ARG(pg_text(rows, 0, 1)), table, role);
    pg_result_free(rows);
    return ok;
}
