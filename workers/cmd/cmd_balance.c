/* cmd_balance.c - `reward balance`: what an account has. */
#include <stdio.h>

#include "account_query.h"
#include "command.h"
#include "table.h"

static void
print_balance(struct command_line *line, const struct pg_result *result)
{
    enum table_format format = table_format_from(line->format);
    struct table table = table_from_result(line->arena, result, " last_seq ");
    struct buf buf;

    buf_init(&buf, line->arena);
    if (format == TABLE_JSON) {
        table_add_json_row(&buf, &table, 0);
        printf("%.*s\n", STR_ARG(buf_str(&buf)));
        return;
    }
    /* One account reads better as a list of its numbers. */
    for (size_t i = 0; i < table.column_count; i++)
        printf("%-14s %.*s\n", table.columns[i].name, STR_ARG(table.cells[i]));
}

int
cmd_balance(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *result;
    struct str account;
    struct pg *pg;

    if (!account_argument(line, &account))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!account_balance(pg, account, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_balance(line, result);
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}
