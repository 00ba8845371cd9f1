/* rules_source.c - one reader for each way to name a rule set. */
#include "rules_source.h"

#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "file.h"
#include "git.h"
#include "load.h"
#include "rule_archive.h"

static bool
is_path(const char *word)
{
    return strcmp(word, "active") != 0 &&
           (strchr(word, '/') ||
            str_ends_with(str_from_cstr(word), STR(".yaml")) ||
            access(word, F_OK) == 0);
}

/* The one rule file at path. */
static bool
find_file(struct command_line *line, const char *path, const char **file,
          struct err *err)
{
    const char *const *files;
    size_t count;

    if (!load_list_rules(line->arena, path, &files, &count, err))
        return false;
    if (count > 1)
        return err_set(err, ERR_CONFIG,
                       "folder \"%s\" has more than one rule file (*.yaml); "
                       "name the one to use",
                       path);
    *file = files[0];
    return true;
}

static bool
read_file(struct command_line *line, const char *path,
          struct rules_source *source, struct err *err)
{
    source->is_file = true;
    return find_file(line, path, &source->name, err) &&
           file_read(line->arena, source->name, &source->text, err);
}

/* `word` is behind the "git:". */
static bool
read_git(struct command_line *line, const char *word, const char *beside,
         struct rules_source *source, struct err *err)
{
    const char *colon = strchr(word, ':');
    const char *path = colon ? colon + 1 : NULL;
    const char *revision =
        colon ? arena_strndup(line->arena, word, (size_t)(colon - word)) : word;

    if (!path &&
        !find_file(line,
                   beside && is_path(beside) ? beside
                                             : line->settings->rules.dir,
                   &path, err))
        return false;
    source->name = arena_printf(line->arena, "git:%s:%s", revision, path);
    return git_read(line->arena, revision, path, &source->text, err) ||
           err_add(err, "cannot read %s", source->name);
}

static bool
read_archive(struct command_line *line, const char *word,
             struct rules_source *source, struct err *err)
{
    struct archived_rules rules;
    struct pg *pg;
    bool ok;

    if (!connect_database(line, 0, &pg, err))
        return false;
    ok = strcmp(word, "active") == 0
             ? rule_archive_active(pg, line->arena, &rules, err)
             : rule_archive_find(pg, line->arena, str_from_cstr(word), &rules,
                                 err);
    pg_close(pg);
    if (!ok)
        return false;
    source->name = rules.stamp;
    source->text = rules.text;
    return true;
}

bool
rules_source_read(struct command_line *line, const char *word,
                  const char *beside, struct rules_source *source,
                  struct err *err)
{
    *source = (struct rules_source){0};
    if (strncmp(word, "git:", 4) == 0)
        return read_git(line, word + 4, beside, source, err);
    if (is_path(word))
        return read_file(line, word, source, err);
    return read_archive(line, word, source, err);
}
