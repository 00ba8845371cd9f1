/* cmd_balance.c - `reward balance`: what an account has. */
#include "account_query.h"
#include "command.h"

int
cmd_balance(struct command_line *line)
{
    struct err err = {0};
    struct pg_result *result;
    struct str account;
    struct pg *pg;

    if (!account_argument(line, 0, &account))
        return EXIT_USAGE;
    if (!account_connect(line, &pg, &err))
        return command_failed(&err);
    if (!account_balance(pg, account, &result, &err)) {
        pg_close(pg);
        return command_failed(&err);
    }
    print_record(line, result, " last_seq ");
    pg_result_free(result);
    pg_close(pg);
    return EXIT_OK;
}
