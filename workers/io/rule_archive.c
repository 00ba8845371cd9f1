/* rule_archive.c - rows of ruleset_texts and ruleset_activations for people. */
#include "rule_archive.h"

#include "registry.h"

/* Columns of the rows that one is taken from. */
enum { STAMP, TEXT };

static void
take(struct arena *arena, const struct pg_result *rows,
     struct archived_rules *rules)
{
    rules->stamp = str_dup(arena, pg_text(rows, 0, STAMP)).at;
    rules->text = str_dup(arena, pg_text(rows, 0, TEXT));
}

bool
rule_archive_active(struct pg *pg, struct arena *arena,
                    struct archived_rules *rules, struct err *err)
{
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(pg, REGISTRY_ACTIVE("r.stamp, r.text"), NULL, 0, &rows, err))
        return false;
    if (pg_rows(rows))
        take(arena, rows, rules);
    else
        ok = err_set(err, ERR_INPUT, "no rule set is in force yet");
    pg_result_free(rows);
    return ok;
}

/* "gigs@a1b2c3d4, gigs@…": what to choose from. */
static struct str
list_stamps(struct arena *arena, const struct pg_result *rows)
{
    struct buf list;

    buf_init(&list, arena);
    for (size_t i = 0; i < pg_rows(rows); i++) {
        buf_add_cstr(&list, i ? ", " : "");
        buf_add_str(&list, pg_text(rows, i, STAMP));
    }
    return buf_str(&list);
}

bool
rule_archive_find(struct pg *pg, struct arena *arena, struct str word,
                  struct archived_rules *rules, struct err *err)
{
    enum { MOST = 5 }; /* to choose from */
    struct pg_result *rows;
    bool ok = true;

    if (!pg_query(pg,
                  "SELECT stamp, text FROM ruleset_texts "
                  "WHERE stamp = $1 OR version = $1 OR (length($1) >= 8 "
                  "AND starts_with(sha256, lower($1))) "
                  "ORDER BY id DESC LIMIT 5",
                  &word, 1, &rows, err))
        return false;
    if (pg_rows(rows) == 1)
        take(arena, rows, rules);
    else if (!pg_rows(rows))
        ok = err_set(err, ERR_INPUT,
                     "no rule set is registered as \"%.*s\"; see `reward "
                     "rules history`",
                     STR_ARG(word));
    else
        ok = err_set(err, ERR_INPUT,
                     "\"%.*s\" can be %s%.*s; name one by its stamp or more "
                     "of its sha256",
                     STR_ARG(word), pg_rows(rows) == MOST ? "one of " : "",
                     STR_ARG(list_stamps(arena, rows)));
    pg_result_free(rows);
    return ok;
}

bool
rule_archive_history(struct pg *pg, struct str limit, struct pg_result **result,
                     struct err *err)
{
    return pg_query(pg,
                    "SELECT to_char(a.activated_at AT TIME ZONE 'UTC', "
                    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS activated_at, "
                    "r.stamp, r.version, a.activated_by, r.sha256 "
                    "FROM ruleset_activations a "
                    "JOIN ruleset_texts r ON r.id = a.ruleset_id "
                    "ORDER BY a.id DESC LIMIT $1",
                    &limit, 1, result, err);
}
