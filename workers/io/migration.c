/* migration.c - compares the migrations in the program with those in
 * reward.schema_migrations, and applies the rest. */
#include "migration.h"

#include <stdio.h>

#include "digest.h"

/* Any constant will do, as long as nobody else locks it. */
#define LOCK_SQL "SELECT pg_advisory_lock(7310579601)"
#define UNLOCK_SQL "SELECT pg_advisory_unlock(7310579601)"

/* ---- what is there --------------------------------------------------------
 */

static bool
table_exists(struct pg *pg, bool *exists, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg,
                  "SELECT to_regclass('reward.schema_migrations') IS NOT NULL",
                  NULL, 0, &result, err))
        return false;
    *exists = pg_bool(result, 0, 0);
    pg_result_free(result);
    return true;
}

static void
list_carried(struct migration_row *rows)
{
    for (size_t i = 0; i < migration_count; i++)
        rows[i] = (struct migration_row){
            .version = migrations[i].version,
            .name = migrations[i].name,
            .state = MIGRATION_PENDING,
            .applied_at = "",
        };
}

static bool
is_same(const struct migration *migration, struct str sha256)
{
    char hex[2 * SHA256_BYTES + 1];

    digest_sha256_hex(str_from_cstr(migration->sql), hex);
    return str_eq_cstr(sha256, hex);
}

/* A row of the database goes to the migration of that version, or, where the
 * program carries none, to the end. */
static void
take_applied(struct arena *arena, const struct pg_result *result, size_t at,
             struct migration_row *rows, size_t *count)
{
    int64_t version = pg_int(result, at, 0);
    size_t i = 0;

    while (i < migration_count && migrations[i].version != version)
        i++;
    if (i == migration_count) {
        i = (*count)++;
        rows[i].version = (int)version;
        rows[i].name = str_dup(arena, pg_text(result, at, 1)).at;
        rows[i].state = MIGRATION_CHANGED;
    } else {
        rows[i].state = is_same(&migrations[i], pg_text(result, at, 2))
                            ? MIGRATION_APPLIED
                            : MIGRATION_CHANGED;
    }
    rows[i].applied_at = str_dup(arena, pg_text(result, at, 3)).at;
}

bool
migration_list(struct pg *pg, struct arena *arena, struct migration_row **rows,
               size_t *count, size_t *unknown, struct err *err)
{
    struct pg_result *result = NULL;
    bool exists;

    if (!table_exists(pg, &exists, err))
        return false;
    if (exists && !pg_query(pg,
                            "SELECT version, name, sha256, applied_at "
                            "FROM reward.schema_migrations ORDER BY version",
                            NULL, 0, &result, err))
        return false;
    *rows = arena_array(arena, migration_count + (exists ? pg_rows(result) : 0),
                        sizeof(**rows));
    *count = migration_count;
    list_carried(*rows);
    for (size_t i = 0; exists && i < pg_rows(result); i++)
        take_applied(arena, result, i, *rows, count);
    *unknown = *count - migration_count;
    pg_result_free(result);
    return true;
}

/* ---- applying
 * ---------------------------------------------------------------- */

static bool
record(struct pg *pg, const struct migration *migration, struct err *err)
{
    char version[16];
    char hex[2 * SHA256_BYTES + 1];
    struct str params[3];
    int len = snprintf(version, sizeof(version), "%d", migration->version);

    digest_sha256_hex(str_from_cstr(migration->sql), hex);
    params[0] = str_make(version, (size_t)len);
    params[1] = str_from_cstr(migration->name);
    params[2] = str_from_cstr(hex);
    return pg_run(pg,
                  "INSERT INTO reward.schema_migrations (version, name, sha256)"
                  " VALUES ($1::integer, $2, $3)",
                  params, 3, err);
}

static bool
apply(struct pg *pg, const struct migration *migration, struct err *err)
{
    if (!pg_begin(pg, err))
        return false;
    if (pg_exec(pg, migration->sql, err) && record(pg, migration, err) &&
        pg_commit(pg, err))
        return true;
    pg_rollback(pg);
    return err_add(err, "migration %04d_%s", migration->version,
                   migration->name);
}

/* Going on over a schema that is not the one we know could destroy it. */
static bool
refuse_foreign(const struct migration_row *rows, size_t count, size_t unknown,
               struct err *err)
{
    for (size_t i = 0; i < count - unknown; i++)
        if (rows[i].state == MIGRATION_CHANGED)
            return err_set(err, ERR_CONFIG,
                           "migration %04d_%s in the database is not the one "
                           "this program carries: its text was changed after "
                           "it was applied",
                           rows[i].version, rows[i].name);
    if (unknown)
        return err_set(err, ERR_CONFIG,
                       "the database has migration %04d_%s, which this "
                       "program does not know: use the newer program",
                       rows[count - 1].version, rows[count - 1].name);
    return true;
}

static bool
apply_pending(struct pg *pg, struct arena *arena, size_t *applied,
              struct err *err)
{
    struct migration_row *rows;
    size_t count;
    size_t unknown;

    if (!migration_list(pg, arena, &rows, &count, &unknown, err) ||
        !refuse_foreign(rows, count, unknown, err))
        return false;
    for (size_t i = 0; i < migration_count; i++) {
        if (rows[i].state != MIGRATION_PENDING)
            continue;
        if (!apply(pg, &migrations[i], err))
            return false;
        (*applied)++;
    }
    return true;
}

bool
migration_up(struct pg *pg, struct arena *arena, size_t *applied,
             struct err *err)
{
    struct err ignored = {0};
    bool ok;

    *applied = 0;
    if (!pg_run(pg, LOCK_SQL, NULL, 0, err))
        return false;
    ok = apply_pending(pg, arena, applied, err);
    /* The lock also ends with the connection. */
    if (!pg_is_broken(pg) && !pg_run(pg, UNLOCK_SQL, NULL, 0, &ignored))
        pg_rollback(pg);
    return ok;
}

bool
migration_require(struct pg *pg, struct arena *arena, struct err *err)
{
    struct migration_row *rows;
    size_t count;
    size_t unknown;

    if (!migration_list(pg, arena, &rows, &count, &unknown, err) ||
        !refuse_foreign(rows, count, unknown, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (rows[i].state == MIGRATION_PENDING)
            return err_set(err, ERR_CONFIG,
                           "the database lacks migration %04d_%s: run "
                           "reward migrate up",
                           rows[i].version, rows[i].name);
    return true;
}
