/* cmd_rules.c - `reward rules`: the rule sets that the database knows. Which
 * one is in force, since when, and what it says differently. */
#include <stdio.h>
#include <string.h>

#include "account_query.h"
#include "command_action.h"
#include "connect.h"
#include "rule_archive.h"
#include "rules_activation.h"
#include "rules_source.h"
#include "ruleset_diff.h"
#include "table.h"
#include "yaml.h"

enum { HISTORY_LIMIT = 50 };

static int
rules_activate(struct command_line *line)
{
    if (line->argc != 2)
        return command_misused(line, "name one rule set to activate");
    return rules_activation(line, line->argv[1]);
}

static int
rules_history(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *rows;
    struct str limit;
    struct pg *pg;

    if (line->argc != 1)
        return command_misused(line, "history takes no arguments");
    if (!page_limit(line, HISTORY_LIMIT, &limit))
        return EXIT_USAGE;
    if (!connect_database(line, 0, &pg, &err))
        return command_failed(&err);
    if (!rule_archive_history(pg, limit, &rows, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_rows(line, rows, NULL);
    pg_result_free(rows);
    pg_close(pg);
    return EXIT_OK;
}

/* ---- diff
 * --------------------------------------------------------------------- */

/* NULL after printing the faults. */
static const struct node *
parse(struct command_line *line, const struct rules_source *source)
{
    struct diag_list diags;
    const struct node *document;

    diag_init(&diags, line->arena);
    document = yaml_read(line->arena, source->name, source->text, &diags);
    diag_print(&diags, stderr);
    return document;
}

static void
print_changes(struct command_line *line, const struct ruleset_diff *diff)
{
    struct buf words;

    buf_init(&words, line->arena);
    for (size_t i = 0; i < diff->count; i++) {
        ruleset_change_print(&words, &diff->changes[i]);
        buf_add_char(&words, '\n');
    }
    if (words.len)
        fwrite(words.at, 1, words.len, stdout);
}

static void
print_change_table(struct command_line *line, const struct ruleset_diff *diff)
{
    static const struct table_column columns[] = {
        {"change", TABLE_STRING}, {"rule", TABLE_STRING},
        {"line", TABLE_STRING},   {"key", TABLE_STRING},
        {"was", TABLE_STRING},    {"is", TABLE_STRING},
    };
    enum { COLUMNS = sizeof(columns) / sizeof(*columns) };
    struct str *cells =
        arena_array(line->arena, diff->count * COLUMNS, sizeof(*cells));
    struct table table = {columns, COLUMNS, cells, diff->count};

    for (size_t i = 0; i < diff->count; i++) {
        const struct ruleset_change *change = &diff->changes[i];
        const struct str row[COLUMNS] = {
            str_from_cstr(change_kind_name(change->kind)),
            change->rule,
            change->line,
            change->path,
            change->was,
            change->is,
        };

        memcpy(&cells[i * COLUMNS], row, sizeof(row));
    }
    table_print(&table, table_format_from(line->format), stdout);
}

static int
rules_diff(struct command_line *line)
{
    struct rules_source was;
    struct rules_source is;
    const struct node *old;
    const struct node *new;
    struct ruleset_diff diff;
    struct err err = {0};

    if (line->argc != 3)
        return command_misused(line, "name two rule sets to compare");
    if (!rules_source_read(line, line->argv[1], line->argv[2], &was, &err) ||
        !rules_source_read(line, line->argv[2], line->argv[1], &is, &err))
        return command_failed(&err);
    old = parse(line, &was);
    new = parse(line, &is);
    if (!old || !new)
        return EXIT_ERRORS;
    ruleset_diff(line->arena, old, new, &diff);
    if (table_format_from(line->format) == TABLE_TEXT)
        print_changes(line, &diff);
    else
        print_change_table(line, &diff);
    return diff.count && command_option(line, "exit-code") ? EXIT_ERRORS
                                                           : EXIT_OK;
}

static int
rules_show(struct command_line *line)
{
    struct rules_source source;
    struct err err = {0};

    if (line->argc > 2 || line->format)
        return command_misused(line, "show prints the text of one rule set");
    if (!rules_source_read(line, line->argc > 1 ? line->argv[1] : "active",
                           NULL, &source, &err))
        return command_failed(&err);
    fwrite(source.text.at, 1, source.text.len, stdout);
    return EXIT_OK;
}

const struct command_action rules_actions[] = {
    {"activate", "check RULES, run their tests and put them in force",
     rules_activate},
    {"history", "print which rules were in force, newest first", rules_history},
    {"diff", "print what the second RULES say differently", rules_diff},
    {"show", "print the text of RULES, or of those in force", rules_show},
    {0},
};

int
cmd_rules(struct command_line *line)
{
    const struct command_action *action = rules_actions;

    for (; line->argc && action->name; action++)
        if (strcmp(line->argv[0], action->name) == 0)
            return action->run(line);
    return command_misused(line, "say what to do");
}
