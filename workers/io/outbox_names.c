/* outbox_names.c - small tables, read whole when an id turns up that is not
 * known yet. Old rule sets are left out: the relay moves forward. */
#include "outbox_names.h"

#include "buf.h"

static bool
load_list(struct outbox_names *names, struct pg *pg, const char *sql,
          struct name_list *list, struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg, sql, NULL, 0, &result, err))
        return false;
    list->count = pg_rows(result);
    list->items = arena_array(&names->arena, list->count, sizeof(*list->items));
    for (size_t i = 0; i < list->count; i++)
        list->items[i] =
            (struct name){pg_int(result, i, 0),
                          str_dup(&names->arena, pg_text(result, i, 1))};
    pg_result_free(result);
    return true;
}

static bool
load_rulesets(struct outbox_names *names, struct pg *pg, struct str oldest,
              struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg,
                  "SELECT id, stamp, asset FROM ruleset_texts WHERE id >= $1 "
                  "ORDER BY id",
                  &oldest, 1, &result, err))
        return false;
    names->ruleset_count = pg_rows(result);
    names->rulesets = arena_array(&names->arena, names->ruleset_count,
                                  sizeof(*names->rulesets));
    for (size_t i = 0; i < names->ruleset_count; i++)
        names->rulesets[i] = (struct ruleset_name){
            .id = pg_int(result, i, 0),
            .stamp = str_dup(&names->arena, pg_text(result, i, 1)),
            .asset = str_dup(&names->arena, pg_text(result, i, 2)),
        };
    pg_result_free(result);
    return true;
}

static struct rule_texts
texts_from_row(struct arena *arena, const struct pg_result *result, size_t row)
{
    return (struct rule_texts){
        .ruleset_id = pg_int(result, row, 0),
        .rule = str_dup(arena, pg_text(result, row, 1)),
        .notify =
            {
                .category = str_dup(arena, pg_text(result, row, 2)),
                .title = str_dup(arena, pg_text(result, row, 3)),
                .body = str_dup(arena, pg_text(result, row, 4)),
                .collapse = str_dup(arena, pg_text(result, row, 5)),
                .ttl_s = (int32_t)pg_int(result, row, 6),
                .enabled = pg_bool(result, row, 7),
            },
    };
}

static bool
load_texts(struct outbox_names *names, struct pg *pg, struct str oldest,
           struct err *err)
{
    struct pg_result *result;

    if (!pg_query(pg,
                  "SELECT ruleset_id, rule, category, title, body, collapse, "
                  "ttl_s, enabled FROM ruleset_notifies WHERE ruleset_id >= $1 "
                  "ORDER BY ruleset_id, rule",
                  &oldest, 1, &result, err))
        return false;
    names->text_count = pg_rows(result);
    names->texts =
        arena_array(&names->arena, names->text_count, sizeof(*names->texts));
    for (size_t i = 0; i < names->text_count; i++)
        names->texts[i] = texts_from_row(&names->arena, result, i);
    pg_result_free(result);
    return true;
}

static struct notify *
find_texts(const struct outbox_names *names, int64_t ruleset_id,
           struct str rule)
{
    size_t low = 0;
    size_t high = names->text_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct rule_texts *texts = &names->texts[middle];
        int order = texts->ruleset_id != ruleset_id
                        ? (texts->ruleset_id < ruleset_id ? -1 : 1)
                        : str_compare(texts->rule, rule);

        if (order == 0)
            return &texts->notify;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The rows of one rule's data, which follow one another, go to its texts. */
static bool
load_data(struct outbox_names *names, struct pg *pg, struct str oldest,
          struct err *err)
{
    struct pg_result *result;
    struct notify_datum *data;

    if (!pg_query(pg,
                  "SELECT n.ruleset_id, n.rule, d.key, d.text "
                  "FROM ruleset_notifies n, "
                  "unnest(n.data_keys, n.data_texts) WITH ORDINALITY "
                  "AS d(key, text, place) WHERE n.ruleset_id >= $1 "
                  "ORDER BY n.ruleset_id, n.rule, d.place",
                  &oldest, 1, &result, err))
        return false;
    data = arena_array(&names->arena, pg_rows(result), sizeof(*data));
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct notify *notify =
            find_texts(names, pg_int(result, i, 0), pg_text(result, i, 1));

        if (!notify)
            continue; /* registered since the texts were read */
        data[i].key = str_dup(&names->arena, pg_text(result, i, 2));
        data[i].text = str_dup(&names->arena, pg_text(result, i, 3));
        if (!notify->data_count++)
            notify->data = &data[i];
    }
    pg_result_free(result);
    return true;
}

bool
names_load(struct outbox_names *names, struct pg *pg, int64_t oldest_ruleset,
           struct err *err)
{
    struct arena arena = names->arena;
    struct str oldest;

    arena_reset(&arena);
    *names = (struct outbox_names){.arena = arena};
    oldest = int_text(&names->arena, oldest_ruleset);
    return load_list(names, pg, "SELECT id, name FROM sources ORDER BY id",
                     &names->sources, err) &&
           load_list(names, pg, "SELECT id, name FROM types ORDER BY id",
                     &names->types, err) &&
           load_list(names, pg, "SELECT id, name FROM lines ORDER BY id",
                     &names->lines, err) &&
           load_rulesets(names, pg, oldest, err) &&
           load_texts(names, pg, oldest, err) &&
           load_data(names, pg, oldest, err);
}

void
names_free(struct outbox_names *names)
{
    arena_free(&names->arena);
}

const struct str *
names_find(const struct name_list *list, int64_t id)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->items[middle].id == id)
            return &list->items[middle].text;
        if (list->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct ruleset_name *
names_ruleset(const struct outbox_names *names, int64_t id)
{
    for (size_t i = names->ruleset_count; i-- > 0;)
        if (names->rulesets[i].id == id)
            return &names->rulesets[i];
    return NULL;
}

const struct notify *
names_message(const struct outbox_names *names, int64_t ruleset_id,
              struct str name)
{
    return find_texts(names, ruleset_id, name);
}

const struct notify *
names_notify(const struct outbox_names *names, int64_t ruleset_id,
             struct str line)
{
    const struct notify *notify =
        find_texts(names, ruleset_id, line_rule(line));

    return notify ? notify : find_texts(names, ruleset_id, line);
}
