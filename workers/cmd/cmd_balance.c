/* cmd_balance.c - `reward balance`: what an account has. */
#include "account_query.h"
#include "command.h"

int
cmd_balance(struct command_line *line)
{
    return account_record(line, account_balance, " last_seq ");
}
